// SPDX-License-Identifier: MIT
// A client for clients.py made of a page in a headless Chromium.
'use strict';

const visit = require('./visit.js');
const withPage = require('../interop/chromium.js');

withPage(async (page) => {
	const seen = await Promise.all(JSON.parse(process.argv[2]).map(
		(what) => page.evaluate(visit, what)));

	process.stdout.write(JSON.stringify(seen));
}, 90);
