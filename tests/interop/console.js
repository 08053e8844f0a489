// SPDX-License-Identifier: MIT
// A user of the test console, for console.py.
'use strict';

const assert = require('assert');
const axe = require('axe-core');
const withPage = require('./chromium.js');

const screens = {
	desktop: { width: 1280, height: 800 },
	phone: { width: 390, height: 844 },
};

// What a browser complains of on its own console is a fault of the page.
function listen(page, heard) {
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type()))
			heard.complaints.push(message.text());
	});
	page.on('pageerror', (error) => heard.complaints.push(error.message));
	page.on('request', (request) => heard.requests.push(request.url()));
}

async function assertAccessible(page, where) {
	await page.evaluate(axe.source);
	const { violations } = await page.evaluate(() => window.axe.run());

	assert.deepStrictEqual(violations.map(({ id, nodes }) => [
		id, ...nodes.map(({ html, failureSummary }) =>
			`${html}: ${failureSummary}`)]), [], where);
}

// Nobody has to scroll sideways, nor past the last card.
async function assertFits(page, where) {
	const { width, rest } = await page.evaluate(() => ({
		width: document.documentElement.scrollWidth,
		rest: document.documentElement.scrollHeight - Math.max(innerHeight,
			document.querySelector('main').getBoundingClientRect()
				.bottom + scrollY),
	}));

	assert.ok(width <= page.viewportSize().width, where);
	assert.ok(rest <= 1, where);
}

async function assertLooksRight(page, moment) {
	for (const [screen, size] of Object.entries(screens)) {
		for (const colorScheme of ['light', 'dark']) {
			const where = `${moment}, ${screen}, ${colorScheme}`;

			await page.setViewportSize(size);
			await page.emulateMedia({ colorScheme });
			await page.locator('button.main:enabled').first().hover();
			await assertAccessible(page, where);
			await assertFits(page, where);
		}
	}
}

async function seeState(page, state, text) {
	const element = page.locator(`#state[data-state="${state}"]`);

	await element.waitFor();
	assert.strictEqual(await element.textContent(), text);
}

// The last entry of this kind says so, sooner or later.
async function see(page, kind, text) {
	await page.waitForFunction(([selector, wanted]) => {
		const found = [...document.querySelectorAll(selector)].at(-1);

		return found !== undefined && found.textContent === wanted;
	}, [`#entries .${kind} .data`, text]);
}

async function choose(page, kind) {
	await page.locator(`[name="kind"][value="${kind}"]`).check(
		{ force: true });
}

async function type(page, text) {
	await page.locator('#text').fill(text);
	await page.locator('#text').press('Enter');
}

async function connect(page) {
	await page.locator('#path').press('Enter');
	await seeState(page, 'open', 'Connected to /');
	assert.strictEqual(
		await page.evaluate(() => document.activeElement.id), 'text');
}

async function sendText(page) {
	await type(page, 'hi there');
	await see(page, 'sent', 'hi there');
	await see(page, 'received', 'Server received: hi there');
	await type(page, '');
	await see(page, 'received', 'Server received: ');
	assert.strictEqual(
		await page.locator('#counts').textContent(), '2 sent, 2 received');
	assert.match(await page.locator('#latency-now').textContent(), / m?s$/);
}

async function sendBinary(page) {
	await choose(page, 'binary');
	await type(page, '0');
	assert.match(await page.locator('#hint').textContent(), /hexadecimal/);
	await type(page, '00 01 fe FF');
	await see(page, 'received', '00 01 fe ff');
}

async function sendFile(page) {
	await choose(page, 'file');
	await page.locator('#file').setInputFiles(
		{ name: 'zeros', mimeType: '', buffer: Buffer.alloc(1000) });
	await page.locator('#send').click();
	await see(page, 'received', `${Array(64).fill('00').join(' ')} …`);
	await choose(page, 'text');
}

// What was typed comes back, the last first, in its own kind.
async function walkHistory(page) {
	const text = page.locator('#text');

	await text.press('ArrowUp');
	assert.strictEqual(await text.inputValue(), '00 01 fe FF');
	await text.press('ArrowUp');
	await text.press('ArrowUp');
	assert.strictEqual(await text.inputValue(), 'hi there');
	assert.ok(await page.locator('[value="text"]').isChecked());
	await text.press('ArrowDown');
	assert.strictEqual(await text.inputValue(), '');
	await page.locator('#history').selectOption({ index: 3 });
	assert.strictEqual(await text.inputValue(), 'hi there');
	await type(page, 'again');
	await see(page, 'received', 'Server received: again');
}

async function close(page) {
	await page.locator('#code').fill('4001');
	await page.locator('#reason').fill('done');
	await page.locator('#reason').press('Enter');
	await see(page, 'event', 'Closed here: 4001 private use');
	await seeState(page, 'closed', 'Closed here: 4001 private use');
}

async function connectElsewhere(page) {
	await page.locator('#path').fill('raw');
	await page.locator('#subprotocols').fill('other, chat');
	await page.locator('#connect').click();
	await seeState(page, 'open', 'Connected to /raw');
	await page.waitForFunction(() => [...document.querySelectorAll('li')]
		.some((entry) => entry.textContent.includes('subprotocol chat')));
	await type(page, 'raw');
	await see(page, 'received', 'raw');
	await page.locator('#connect').click();
	await seeState(page, 'closed', 'Closed here: 1000 normal');
}

// Chooses a fault by its path in the list, and meets it at this one.
async function meet(page, fault, path) {
	await page.locator('#fault').selectOption({ label: fault });
	if (path !== undefined)
		await page.locator('#path').fill(path);
	await page.locator('#meet').click();
}

// From the one to the next without another word, if it stays open.
async function meetFaults(page) {
	await meet(page, 'flood/N', '/faults/flood/1000');
	await see(page, 'received', '1000');
	await meet(page, 'delay/MS', '/faults/delay/300');
	await seeState(page, 'open', 'Connected to /faults/delay/300');
	await type(page, 'patience');
	await see(page, 'received', 'patience');
	assert.match(await page.locator('#latency-now').textContent(),
		/^([3-9]\d\d m|\d+\.\d )s$/);
	await meet(page, 'close/CODE[/REASON]', '/faults/close/4321/a%20fault');
	await seeState(page, 'closed',
		'Closed by the server: 4321 private use, “a fault”');
	await meet(page, 'eof', '/faults/eof');
	await seeState(page, 'failed', 'Connection failed: 1006 lost or faulty');
}

// Without the option there is a menu, but not to be used.
async function tryFaults(page, areOn) {
	const menu = page.locator('#fault');

	if (!areOn) {
		assert.ok(await menu.isDisabled());
		return;
	}
	await page.locator('#fault:enabled').waitFor();
	await meetFaults(page);
	await assertLooksRight(page, 'after some faults');
}

// Nothing is kept, nothing comes from elsewhere, nobody complains.
async function assertModest(page, heard, requests) {
	const kept = await page.evaluate(() =>
		[localStorage.length, sessionStorage.length, document.cookie]);

	assert.deepStrictEqual(kept, [0, 0, '']);
	assert.deepStrictEqual(heard.complaints, []);
	assert.deepStrictEqual(
		heard.requests.filter((request) => !request.startsWith('data:')),
		requests);
}

withPage(async (page) => {
	const [faults, url] = process.argv.slice(-2);
	const areOn = faults === 'faults';
	const heard = { complaints: [], requests: [] };

	listen(page, heard);
	await page.goto(url);
	await seeState(page, 'closed', 'Not connected');
	await assertLooksRight(page, 'at first');
	await connect(page);
	await sendText(page);
	await sendBinary(page);
	await sendFile(page);
	await walkHistory(page);
	await assertLooksRight(page, 'connected');
	await close(page);
	await connectElsewhere(page);
	await assertLooksRight(page, 'in the end');
	await tryFaults(page, areOn);
	await assertModest(page, heard,
		[`${url}/`, ...areOn ? [`${url}/faults?json`] : []]);
}, 170);
