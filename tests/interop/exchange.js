// SPDX-License-Identifier: MIT
// A conversation by the WebSocket API of browsers, which has to run in a page
// as well: it uses nothing from outside the function.
'use strict';

// Sends each message once the reply to the one before has come, then closes
// with 1000. A number stands for so many bytes. Replies come back in the same
// form, bytes that are not those sent as null; extension is the name of the
// one that both sides agreed on.
module.exports = function exchange({ url, messages }) {
	const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
	const socket = new WebSocket(url);
	const replies = [];

	function binary(size) {
		const data = new Uint8Array(size);

		for (let i = 0; i < size; i += bytes.length)
			data.set(bytes, i);
		return data;
	}

	function describe(data) {
		if (typeof data === 'string')
			return data;
		const view = new Uint8Array(data);
		const same = view.every((byte, i) => byte === i % 256);
		return same ? view.length : null;
	}

	function sendNext() {
		const message = messages[replies.length];

		if (message === undefined)
			socket.close(1000);
		else if (typeof message === 'number')
			socket.send(binary(message));
		else
			socket.send(message);
	}

	socket.binaryType = 'arraybuffer';
	socket.onopen = sendNext;
	socket.onmessage = ({ data }) => {
		replies.push(describe(data));
		sendNext();
	};
	return new Promise((resolve) => {
		socket.onclose = ({ code, wasClean }) => resolve({
			replies,
			extension: socket.extensions.split(';')[0],
			code,
			wasClean,
		});
	});
};
