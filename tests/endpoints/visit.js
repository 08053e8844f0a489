// SPDX-License-Identifier: MIT
// A visit to a fault by the WebSocket API of browsers, which has to run in a
// page as well: it uses nothing from outside the function.
'use strict';

// Sends the text when the connection is open, closes with 1000 once so many
// messages have come, and tells what it saw: texts as they are, binary ones as
// their length.
module.exports = function visit({ url, text, count }) {
	const start = Date.now();
	const seen = { opened: false, error: null, messages: [] };
	const socket = new WebSocket(url);

	socket.binaryType = 'arraybuffer';
	socket.onopen = () => {
		seen.opened = true;
		seen.openedAfter = Date.now() - start;
		socket.send(text);
	};
	socket.onmessage = ({ data }) => {
		const isText = typeof data === 'string';

		seen.messages.push(isText ? data : data.byteLength);
		seen.sawAfter = Date.now() - start;
		if (seen.messages.length === count)
			socket.close(1000);
	};
	socket.onerror = ({ message }) => {
		seen.error = message || 'error';
	};
	return new Promise((resolve) => {
		socket.onclose = ({ code, reason, wasClean }) => resolve({
			...seen,
			code,
			reason,
			clean: wasClean,
		});
	});
};
