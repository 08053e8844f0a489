// SPDX-License-Identifier: MIT
// Round trips and throughput, and their plots.

const TRIPS_KEPT = 120;
const SECONDS_KEPT = 60;
const PLOT_WIDTH = 100;
const PLOT_HEIGHT = 40;

const measure = {
	trips: [],                   // milliseconds, the last few
	seconds: [],                 // bytes {sent, received} of each
	second: { sent: 0, received: 0 }, // the one that runs
	messages: { sent: 0, received: 0 },
	isStale: false,              // something is not drawn yet
};

function addPlotShape(plot, kind, points, name) {
	const shape = document.createElementNS(plot.namespaceURI, kind);

	shape.setAttribute('points', points);
	shape.setAttribute('class', name);
	plot.append(shape);
}

// Draws one line of values up to max, the last at the right end.
function drawLine(plot, values, { kept, max, name }) {
	const step = PLOT_WIDTH / (kept - 1);
	const left = PLOT_WIDTH - step * (values.length - 1);
	const points = values.map((value, i) =>
		`${(left + i * step).toFixed(2)},` +
		`${(PLOT_HEIGHT * (1 - 0.94 * value / max)).toFixed(2)}`);

	if (points.length < 2)
		return;
	addPlotShape(plot, 'polygon', `${left.toFixed(2)},${PLOT_HEIGHT} ` +
		`${points.join(' ')} ${PLOT_WIDTH},${PLOT_HEIGHT}`, name);
	addPlotShape(plot, 'polyline', points.join(' '), name);
}

// The value that so many of them, from 0 to 1, do not exceed.
function quantile(values, part) {
	const sorted = [...values].sort((a, b) => a - b);

	return sorted[Math.ceil(part * sorted.length) - 1];
}

function drawLatency() {
	const plot = find('latency');
	const trips = measure.trips;

	plot.replaceChildren();
	if (trips.length === 0)
		return;
	const [median, most, max] = [0.5, 0.95, 1]
		.map((part) => quantile(trips, part));
	const said = `median ${formatTime(median)}, ` +
		`95 % ${formatTime(most)}, longest ${formatTime(max)}`;

	drawLine(plot, trips, { kept: TRIPS_KEPT, max, name: 'received' });
	plot.setAttribute('aria-label', `Round trips: ${said}`);
	find('latency-note').textContent =
		`${said[0].toUpperCase()}${said.slice(1)}.`;
	find('latency-now').textContent = formatTime(trips.at(-1));
}

function drawThroughput() {
	const plot = find('throughput');
	const now = measure.seconds.at(-1) || { sent: 0, received: 0 };
	const sent = measure.seconds.map((second) => second.sent);
	const received = measure.seconds.map((second) => second.received);
	const max = Math.max(1, ...sent, ...received);
	const said = `${formatSize(now.sent)}/s sent, ` +
		`${formatSize(now.received)}/s received`;

	plot.replaceChildren();
	drawLine(plot, received, { kept: SECONDS_KEPT, max, name: 'received' });
	drawLine(plot, sent, { kept: SECONDS_KEPT, max, name: 'sent' });
	plot.setAttribute('aria-label', `Throughput: ${said}`);
	find('throughput-now').textContent =
		`${formatSize(now.sent + now.received)}/s`;
}

function drawMeasures() {
	measure.isStale = false;
	find('counts').textContent = `${measure.messages.sent} sent, ` +
		`${measure.messages.received} received`;
	drawLatency();
}

// However much comes, it is drawn once a frame at most.
function drawMeasuresSoon() {
	if (measure.isStale)
		return;
	measure.isStale = true;
	requestAnimationFrame(drawMeasures);
}

function countMessage(direction, size) {
	measure.messages[direction]++;
	measure.second[direction] += size;
	drawMeasuresSoon();
}

function countTrip(milliseconds) {
	measure.trips.push(milliseconds);
	if (measure.trips.length > TRIPS_KEPT)
		measure.trips.shift();
	drawMeasuresSoon();
}

function countSecond() {
	if (talk.socket === null)
		return;
	measure.seconds.push(measure.second);
	if (measure.seconds.length > SECONDS_KEPT)
		measure.seconds.shift();
	measure.second = { sent: 0, received: 0 };
	drawThroughput();
}

function clearMeasures() {
	measure.trips = [];
	measure.seconds = [];
	measure.messages = { sent: 0, received: 0 };
	find('latency-now').textContent = '–';
	drawMeasures();
	drawThroughput();
}
