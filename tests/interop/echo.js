// SPDX-License-Identifier: MIT
// A peer for session.py made with node's ws.
'use strict';

const assert = require('assert');
const WebSocket = require('ws');
const converse = require('./conversations.js');
const exchange = require('./exchange.js');

const [option, url] = [process.argv[2], process.argv.at(-1)];
const threshold = option === '--compress-all' ? 0 : undefined;
const pongs = [];
const sockets = [];

class PingingWebSocket extends WebSocket {
	constructor(url) {
		super(url, { perMessageDeflate: { threshold } });
		this.once('open', () => this.ping('are you there'));
		this.once('pong', (data) => pongs.push(String(data)));
		this.once('upgrade', ({ socket }) => sockets.push(socket));
	}
}

global.WebSocket = PingingWebSocket;
setTimeout(() => process.exit(1), 60000).unref();
converse(exchange, url).then(() => {
	assert.deepStrictEqual(pongs, ['are you there', 'are you there']);
	// The second one has carried 1 MiB of the same 256 bytes, both ways.
	assert(sockets[1].bytesRead < 1 << 17);
	assert(sockets[1].bytesWritten < 1 << 17);
});
