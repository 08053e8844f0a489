// SPDX-License-Identifier: MIT
// The list of what was sent, received and happened.

const ENTRIES_KEPT = 500;

const entries = {
	waiting: [], // to be shown with the next frame
};

function makePart(tag, name, text) {
	const part = document.createElement(tag);

	part.className = name;
	part.textContent = text;
	return part;
}

// kind is sent, received, event or bad; size may be left out.
function makeEntry({ kind, text, size, clock }) {
	const marks = { sent: '↑', received: '↓', event: '·', bad: '!' };
	const spoken = { sent: 'Sent', received: 'Received', bad: 'Error' };
	const entry = document.createElement('li');
	const mark = makePart('span', 'mark', marks[kind]);
	const data = makePart('span', 'data', text);

	mark.setAttribute('aria-hidden', 'true');
	data.dir = 'auto';
	entry.className = kind === 'bad' ? 'event bad' : kind;
	entry.append(mark, makePart('time', 'time', clock));
	if (spoken[kind])
		entry.append(makePart('span', 'unseen', spoken[kind]));
	entry.append(data, makePart('span', 'size', size || ''));
	return entry;
}

// Follows the end of the list, unless somebody reads further up.
function showEntries() {
	const log = find('log');
	const list = find('entries');
	const isAtEnd =
		log.scrollHeight - log.scrollTop - log.clientHeight < 40;

	list.append(...entries.waiting.slice(-ENTRIES_KEPT).map(makeEntry));
	entries.waiting = [];
	while (list.children.length > ENTRIES_KEPT)
		list.firstChild.remove();
	if (isAtEnd)
		log.scrollTop = log.scrollHeight;
}

function addEntry(kind, text, size) {
	if (entries.waiting.length === 0)
		requestAnimationFrame(showEntries);
	entries.waiting.push(
		{ kind, text, size, clock: formatClock(new Date()) });
	if (entries.waiting.length > 2 * ENTRIES_KEPT)
		entries.waiting = entries.waiting.slice(-ENTRIES_KEPT);
}

function addMessage(direction, data, trip) {
	const kind = typeof data === 'string' ? '' : 'binary, ';
	const time = trip === undefined ? '' : `, ${formatTime(trip)}`;

	addEntry(direction, formatData(data),
		`${kind}${formatSize(sizeOf(data))}${time}`);
}

function clearEntries() {
	entries.waiting = [];
	find('entries').replaceChildren();
}
