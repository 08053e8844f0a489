// SPDX-License-Identifier: MIT
// A headless Chromium ($CHROMIUM) with a home of its own, gone at the end.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { chromium } = require('playwright-core');

// Generous: under valgrind everything takes its time.
const TIMEOUT = 60000;

// A sandbox needs more rights than a test has, and nothing here may call home.
const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

// Makes it trust a certificate by its key, since it asks no environment.
function trust(file) {
	const { publicKey } = new crypto.X509Certificate(fs.readFileSync(file));
	const key = publicKey.export({ type: 'spki', format: 'der' });
	const hash = crypto.createHash('sha256').update(key).digest('base64');

	return `--ignore-certificate-errors-spki-list=${hash}`;
}

async function launch(home) {
	const certificate = process.env.NODE_EXTRA_CA_CERTS;
	const browser = await chromium.launchPersistentContext(
		path.join(home, 'profile'), {
			executablePath: process.env.CHROMIUM,
			env: { ...process.env, HOME: home },
			args: certificate ? [...flags, trust(certificate)] : flags,
			timeout: TIMEOUT,
		});

	browser.setDefaultTimeout(TIMEOUT);
	return browser;
}

// Calls use(page) with a fresh page, and leaves after some seconds at the
// latest.
module.exports = async function withPage(use, seconds) {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'wsserver-'));
	let browser;

	setTimeout(() => process.exit(1), seconds * 1000).unref();
	try {
		browser = await launch(home);
		await use(await browser.newPage());
	} finally {
		if (browser)
			await browser.close();
		fs.rmSync(home, { recursive: true, force: true });
	}
};
