// SPDX-License-Identifier: MIT
// The connection, and what is said on it.

const base = (location.protocol === 'https:' ? 'wss://' : 'ws://') +
	location.host;

const talk = {
	socket: null,
	started: 0,    // when connect was asked for
	wasOpen: false,
	closesHere: false,
	isNext: false, // to connect again as soon as this one has ended
	sent: [],      // when the messages went that have no reply yet
	last: null,    // what Repeat sends again
	typed: [],     // the history, {kind, text}
	position: 0,   // in it; at its end something new is typed
};

function showState(state, text) {
	const element = find('state');

	element.dataset.state = state;
	element.textContent = text;
	element.title = text;
	find('connect').textContent =
		talk.socket === null ? 'Connect' : 'Disconnect';
	find('send').disabled = find('close').disabled = state !== 'open';
}

function onOpen({ target }) {
	const details = [formatTime(performance.now() - talk.started)];

	talk.wasOpen = true;
	if (target.protocol !== '')
		details.push(`subprotocol ${target.protocol}`);
	if (target.extensions !== '')
		details.push(target.extensions);
	addEntry('event', `Connected to ${target.url}`, details.shift());
	if (details.length > 0)
		addEntry('event', `With ${details.join(', ')}`);
	showState('open', `Connected to ${find('path').value}`);
	find(chosenKind() === 'file' ? 'file' : 'text').focus();
}

function onMessage({ data }) {
	const message = typeof data === 'string' ? data : new Uint8Array(data);
	const trip = talk.sent.length === 0 ? undefined :
		performance.now() - talk.sent.shift();

	countMessage('received', sizeOf(message));
	if (trip !== undefined)
		countTrip(trip);
	addMessage('received', message, trip);
	if (trip !== undefined && find('repeat').checked)
		send(talk.last);
}

// A browser hides why an opening handshake failed.
function describeEnd({ code, reason, wasClean }) {
	const who = talk.closesHere ? 'here' : 'by the server';
	const quoted = reason === '' ? '' : `, “${reason}”`;

	if (!talk.wasOpen)
		return 'Not connected: refused, or nobody answers';
	return wasClean ? `Closed ${who}: ${code} ${meaningOf(code)}${quoted}` :
		`Connection failed: ${code} ${meaningOf(code)}${quoted}`;
}

function onClose(event) {
	const text = describeEnd(event);
	const isGood = talk.wasOpen && event.wasClean;

	if (event.target !== talk.socket)
		return;
	talk.socket = null;
	talk.sent = [];
	addEntry(isGood ? 'event' : 'bad', text);
	showState(isGood ? 'closed' : 'failed', text);
	if (talk.isNext)
		connect();
}

function readSubprotocols() {
	return find('subprotocols').value.split(/[\s,]+/)
		.filter((name) => name !== '');
}

function readPath() {
	const path = find('path').value.trim();

	find('path').value = path.startsWith('/') ? path : `/${path}`;
	return find('path').value;
}

function connect() {
	const url = base + readPath();

	talk.started = performance.now();
	talk.wasOpen = talk.closesHere = talk.isNext = false;
	try {
		talk.socket = new WebSocket(url, readSubprotocols());
	} catch (error) {
		addEntry('bad', error.message);
		showState('failed', 'Not connected');
		return;
	}
	talk.socket.binaryType = 'arraybuffer';
	talk.socket.onopen = onOpen;
	talk.socket.onmessage = onMessage;
	talk.socket.onclose = onClose;
	showState('connecting', `Connecting to ${url}`);
}

// Before the connection is open there is nothing to be said.
function disconnect(code, reason) {
	talk.closesHere = true;
	try {
		talk.socket.close(code, reason);
	} catch (error) {
		talk.closesHere = false;
		addEntry('bad', error.message);
		return;
	}
	if (talk.wasOpen)
		addEntry('event', `Closing with ${code} ${meaningOf(code)}` +
			(reason === '' ? '' : `, “${reason}”`));
	showState('connecting', 'Closing');
}

function send(data) {
	if (talk.socket === null || talk.socket.readyState !== WebSocket.OPEN)
		return;
	talk.last = data;
	talk.sent.push(performance.now());
	talk.socket.send(data);
	countMessage('sent', sizeOf(data));
	addMessage('sent', data);
}
