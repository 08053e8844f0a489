// SPDX-License-Identifier: MIT
// How things are shown. The files are one script, in the order of the
// Makefile; nothing is stored, and nothing comes from elsewhere.
'use strict';

const TEXT_SHOWN = 2000; // characters of a message
const BYTES_SHOWN = 64;

function formatSize(bytes) {
	const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
	let unit = 0;

	while (bytes >= 1024 && unit < units.length - 1) {
		bytes /= 1024;
		unit++;
	}
	return unit === 0 ? `${bytes} B` :
		`${bytes.toFixed(bytes < 10 ? 1 : 0)} ${units[unit]}`;
}

function formatTime(milliseconds) {
	if (milliseconds < 10)
		return `${milliseconds.toFixed(1)} ms`;
	if (milliseconds < 1000)
		return `${milliseconds.toFixed(0)} ms`;
	return `${(milliseconds / 1000).toFixed(1)} s`;
}

// The time of day, with milliseconds.
function formatClock(date) {
	const two = (number) => String(number).padStart(2, '0');

	return [date.getHours(), date.getMinutes(), date.getSeconds()]
		.map(two).join(':') +
		'.' + String(date.getMilliseconds()).padStart(3, '0');
}

function formatBytes(bytes) {
	const shown = Array.from(bytes.subarray(0, BYTES_SHOWN),
		(byte) => byte.toString(16).padStart(2, '0')).join(' ');

	return bytes.length > BYTES_SHOWN ? `${shown} …` : shown;
}

// What a message holds; an empty one is told by its size alone.
function formatData(data) {
	if (typeof data !== 'string')
		return formatBytes(data);
	return data.length > TEXT_SHOWN ?
		`${data.slice(0, TEXT_SHOWN)} …` : data;
}

// "0a 0B0c" as bytes, null if it is something else.
function parseBytes(text) {
	const digits = text.replace(/\s|0x/gi, '');

	if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits))
		return null;
	return Uint8Array.from(digits.match(/../g) || [],
		(pair) => parseInt(pair, 16));
}

function sizeOf(data) {
	return typeof data === 'string' ?
		new TextEncoder().encode(data).length : data.length;
}

// The codes of RFC 6455 section 7.4.1 in words.
function meaningOf(code) {
	const meanings = {
		1000: 'normal',
		1001: 'going away',
		1002: 'protocol error',
		1003: 'unsupported data',
		1005: 'no code',
		1006: 'lost or faulty',
		1007: 'invalid payload',
		1008: 'policy violation',
		1009: 'message too big',
		1010: 'extension missing',
		1011: 'internal error',
		1012: 'service restart',
		1013: 'try again later',
		1014: 'bad gateway',
	};

	return meanings[code] || 'private use';
}

function find(id) {
	return document.getElementById(id);
}
