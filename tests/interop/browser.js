// SPDX-License-Identifier: MIT
// A peer for session.py made of a page in a headless Chromium.
'use strict';

const withPage = require('./chromium.js');
const converse = require('./conversations.js');
const exchange = require('./exchange.js');

withPage((page) => converse(
	(what) => page.evaluate(exchange, what), process.argv[2]), 80);
