// SPDX-License-Identifier: MIT
// What a JavaScript peer of session.py says on its connections.
'use strict';

const assert = require('assert');

// exchange is that of exchange.js, wherever it runs.
module.exports = async function converse(exchange, url) {
	const utf8 = 'Grüße, 世界 😀';
	const extension = 'permessage-deflate';

	assert.deepStrictEqual(
		await exchange({ url, messages: ['hi there', 256] }), {
			replies: ['Server received: hi there', 256],
			extension,
			code: 1000,
			wasClean: true,
		});
	assert.deepStrictEqual(
		await exchange({ url: url + '/raw', messages: [utf8, 1 << 20] }), {
			replies: [utf8, 1 << 20],
			extension,
			code: 1000,
			wasClean: true,
		});
};
