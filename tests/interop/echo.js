// SPDX-License-Identifier: MIT
// A peer for session.py made with node's ws.
'use strict';

const assert = require('assert');
const WebSocket = require('ws');
const converse = require('./conversations.js');
const exchange = require('./exchange.js');

const pongs = [];

class PingingWebSocket extends WebSocket {
	constructor(url) {
		super(url);
		this.once('open', () => this.ping('are you there'));
		this.once('pong', (data) => pongs.push(String(data)));
	}
}

global.WebSocket = PingingWebSocket;
setTimeout(() => process.exit(1), 60000).unref();
converse(exchange, process.argv[2]).then(() => {
	assert.deepStrictEqual(pongs, ['are you there', 'are you there']);
});
