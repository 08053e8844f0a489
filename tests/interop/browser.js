// SPDX-License-Identifier: MIT
// A peer for session.py made of a page in a headless Chromium ($CHROMIUM).
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { chromium } = require('playwright-core');
const converse = require('./conversations.js');
const exchange = require('./exchange.js');

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

async function main(url, home) {
	const certificate = process.env.NODE_EXTRA_CA_CERTS;
	const browser = await chromium.launchPersistentContext(
		path.join(home, 'profile'), {
			executablePath: process.env.CHROMIUM,
			env: { ...process.env, HOME: home },
			args: certificate ? [...flags, trust(certificate)] : flags,
			timeout: 60000,
		});

	browser.setDefaultTimeout(60000);
	try {
		const page = await browser.newPage();

		await converse(
			(what) => page.evaluate(exchange, what), url);
	} finally {
		await browser.close();
	}
}

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'wsserver-'));
setTimeout(() => process.exit(1), 80000).unref();
main(process.argv[2], home).finally(
	() => fs.rmSync(home, { recursive: true, force: true }));
