// SPDX-License-Identifier: MIT
// An echo server made with node's ws. Prints its port.
'use strict';

const { WebSocketServer } = require('ws');

const server = new WebSocketServer(
	{ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
	socket.on('error', () => {});
	socket.on('message', (data, binary) => socket.send(data, { binary }));
});
