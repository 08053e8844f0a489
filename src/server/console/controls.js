// SPDX-License-Identifier: MIT
// What can be typed and pressed.

const HINT = find('hint').textContent;
const FAULTS_NOTE = 'Its path can be changed above before you meet it.';
const HISTORY_SHOWN = 30;
const CHARACTERS_SHOWN = 40;

function chosenKind() {
	return document.querySelector('[name="kind"]:checked').value;
}

// Says what is wrong with the message; null: nothing is.
function complain(what) {
	find('hint').textContent = what || HINT;
	find('hint').className = what ? 'bad' : '';
	find('text').setAttribute('aria-invalid', String(what !== null));
}

function showKind() {
	const kind = chosenKind();

	find('text').hidden = kind === 'file';
	find('file').hidden = kind !== 'file';
	find('text').placeholder = kind === 'binary' ?
		'Bytes in hexadecimal: 00 01 ff' : 'Type a message';
	complain(null);
}

function showHistory() {
	const select = find('history');
	const recent = talk.typed.map(({ text }, i) => new Option(
		text.slice(0, CHARACTERS_SHOWN) || '(empty)', i));

	select.replaceChildren(new Option('History', ''),
		...recent.slice(-HISTORY_SHOWN).reverse());
	select.disabled = talk.typed.length === 0;
}

function remember(typed) {
	const last = talk.typed.at(-1);

	if (!last || last.kind !== typed.kind || last.text !== typed.text)
		talk.typed.push(typed);
	talk.position = talk.typed.length;
	showHistory();
}

// Brings back what was typed; behind the last there is nothing.
function recall(position) {
	const { kind, text } =
		talk.typed[position] || { kind: chosenKind(), text: '' };

	talk.position = Math.min(position, talk.typed.length);
	document.querySelector(`[name="kind"][value="${kind}"]`).checked = true;
	showKind();
	find('text').value = text;
}

async function sendFile() {
	const [file] = find('file').files;

	if (!file)
		complain('Choose a file first.');
	else
		send(new Uint8Array(await file.arrayBuffer()));
}

function sendTyped() {
	const kind = chosenKind();
	const text = find('text').value;
	const data = kind === 'binary' ? parseBytes(text) : text;

	if (data === null) {
		complain('Two hexadecimal digits are a byte, as in 00 01 ff.');
		return;
	}
	complain(null);
	remember({ kind, text });
	find('text').value = '';
	send(data);
}

function onSend(event) {
	event.preventDefault();
	if (find('send').disabled)
		return;
	if (chosenKind() === 'file')
		sendFile();
	else
		sendTyped();
}

// The arrows leave a text of several lines only at its ends.
function onKey(event) {
	const { value, selectionStart, selectionEnd } = event.target;
	const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
	const rest = step < 0 ? value.slice(0, selectionStart) :
		value.slice(selectionEnd);
	const position = talk.position + step;

	if (event.isComposing || event.shiftKey || event.altKey)
		return;
	if (event.key === 'Enter') {
		onSend(event);
	} else if (step && !rest.includes('\n') && position >= 0 &&
		position <= talk.typed.length) {
		event.preventDefault();
		recall(position);
	}
}

function onConnect(event) {
	event.preventDefault();
	if (talk.socket === null)
		connect();
	else
		disconnect(1000, '');
}

function onCloseAsked(event) {
	event.preventDefault();
	if (!find('close').disabled)
		disconnect(Number(find('code').value), find('reason').value);
}

// The server's own list; each has an example of its path.
async function loadFaults() {
	const answer = await fetch('/faults?json');
	const { faults } = await answer.json();

	find('fault').append(...faults.map(({ path, meaning, example }) => {
		const option = new Option(path, example);

		option.title = meaning;
		return option;
	}));
	find('fault-menu').disabled = false;
	find('fault-meaning').textContent = FAULTS_NOTE;
}

function onFault() {
	const [option] = find('fault').selectedOptions;

	find('fault-meaning').textContent = option.title || FAULTS_NOTE;
	if (option.value !== '')
		find('path').value = option.value;
}

function onMeet(event) {
	event.preventDefault();
	if (find('fault').value === '')
		return;
	find('log').scrollIntoView({ block: 'nearest' });
	if (talk.socket === null) {
		connect();
	} else {
		talk.isNext = true;
		disconnect(1000, '');
	}
}

find('origin').textContent = base;
find('path').value = location.pathname;
find('connection').addEventListener('submit', onConnect);
find('composer').addEventListener('submit', onSend);
find('composer').addEventListener('change', showKind);
find('text').addEventListener('keydown', onKey);
find('history').addEventListener('change', ({ target }) => {
	if (target.value !== '')
		recall(Number(target.value));
	target.value = '';
	find('text').focus();
});
find('closing').addEventListener('submit', onCloseAsked);
find('fault').addEventListener('change', onFault);
find('faults').addEventListener('submit', onMeet);
find('clear').addEventListener('click', () => {
	clearEntries();
	clearMeasures();
});
showKind();
setInterval(countSecond, 1000);
if (document.documentElement.dataset.faults === 'on')
	loadFaults();
