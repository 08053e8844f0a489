// SPDX-License-Identifier: MIT
// The same as greeter.py, made with node's ws.
'use strict';

const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1', port: 0, maxPayload: 1 << 30, perMessageDeflate: true,
});

server.on('listening', () => {
  console.log(`ws://127.0.0.1:${server.address().port}`);
});

server.on('connection', (socket) => {
  socket.on('error', () => {}); // of a client that breaks rules
  socket.on('message', (data, isBinary) => {
    socket.send(isBinary ? data : `Server received: ${data}`);
  });
});
