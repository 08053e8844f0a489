// SPDX-License-Identifier: MIT
// A client for clients.py made with node's ws.
'use strict';

const WebSocket = require('ws');
const visit = require('./visit.js');

const options = { followRedirects: true, closeTimeout: 1000 };

// Pings before it sends anything, and notes the pong.
class PingingWebSocket extends WebSocket {
	constructor(url) {
		super(url, options);
		this.pongs = 0;
		this.once('open', () => this.ping('are you there'));
		this.on('pong', () => this.pongs++);
		PingingWebSocket.last = this;
	}
}

async function visitAndCount(what) {
	const visiting = visit(what);
	const socket = PingingWebSocket.last;

	return { ...await visiting, pongs: socket.pongs };
}

async function main(visits) {
	const seen = await Promise.all(visits.map(visitAndCount));

	process.stdout.write(JSON.stringify(seen));
}

global.WebSocket = PingingWebSocket;
setTimeout(() => process.exit(1), 90000).unref();
main(JSON.parse(process.argv[2])).catch((error) => {
	console.error(error);
	process.exit(1);
});
