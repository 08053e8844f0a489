/* SPDX-License-Identifier: MIT */
/* Loads an echo server, WebSocket or plain TCP, and counts what comes back. */
#include "protocol/handshake.h"
#include "protocol/mask.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Of longer replies only the start, and each 64th, is copied and compared. */
#define RECEIVE_MAX 16384
#define COMPARE_EACH 64

/* Short frames are sent together as far as in_flight allows. */
#define BATCH_MAX 65536

#define EVENTS_MAX 64

/* What to do, and the frames that follow from it, equally long for all. */
struct load {
	const char *host, *port, *path;
	long connections, size, in_flight;
	double seconds;
	long pid;
	bool websocket;
	size_t frame_size, frame_header_size;
	size_t reply_size, reply_header_size;
	char *payload;
	int epoll;
};

/*
 * Both directions are endless repetitions: of out, which is one or more
 * copies of the connection's frame, and of reply.
 */
struct peer {
	char *out, *reply;
	size_t out_size;
	uint64_t sent, received; /* bytes of all frames */
	int descriptor;
	bool is_blocked;
};

static size_t
smaller(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

static void *
allocate(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		err(EXIT_FAILURE, "malloc");
	return memory;
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds that all threads of the server have spent; 0 without --pid. */
static double
server_time(long pid)
{
	char name[64], line[1024], *fields;
	unsigned long user = 0, system = 0;
	FILE *file;

	if (pid == 0)
		return 0;
	snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
	file = fopen(name, "r");
	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		err(EXIT_FAILURE, "%s", name);
	fclose(file);
	fields = strrchr(line, ')');
	if (fields == NULL ||
		sscanf(fields + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			&user, &system) != 2)
		errx(EXIT_FAILURE, "%s: no times", name);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static int
connect_to(const struct load *load)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	int on = 1, failure, descriptor;

	failure = getaddrinfo(load->host, load->port, &hints, &found);
	if (failure != 0)
		errx(EXIT_FAILURE, "%s: %s", load->host, gai_strerror(failure));
	descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 ||
		connect(descriptor, found->ai_addr, found->ai_addrlen) < 0)
		err(EXIT_FAILURE, "cannot connect to %s port %s", load->host,
			load->port);
	freeaddrinfo(found);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return descriptor;
}

static void
receive_head(int descriptor, struct buffer *input, struct slice *head)
{
	struct http_scanner scanner = {0};
	ssize_t received;

	do {
		if (!buffer_reserve(input, HTTP_HEAD_MAX))
			err(EXIT_FAILURE, "buffer_reserve");
		received = recv(descriptor, buffer_room(input),
			buffer_room_size(input), 0);
		if (received <= 0)
			errx(EXIT_FAILURE, "no answer to the handshake");
		buffer_add(input, (size_t)received);
		*head = buffer_bytes(input);
		if (!verdict_is_fine(
			    http_scan(&scanner, head->data, head->length)))
			errx(EXIT_FAILURE, "the answer is not HTTP");
	} while (scanner.head_length == 0);
	if (scanner.head_length != head->length)
		errx(EXIT_FAILURE, "the server speaks first");
}

static void
open_websocket(const struct load *load, int descriptor)
{
	struct handshake_offer offer = {
		.host = slice_of(load->host), .target = slice_of(load->path)};
	struct buffer request = {0}, input = {0};
	struct slice bytes, subprotocol;
	struct http_head response;
	struct verdict verdict;

	if (!handshake_generate_key(&offer) ||
		!handshake_write_request(&request, &offer))
		errx(EXIT_FAILURE, "cannot write the handshake");
	bytes = buffer_bytes(&request);
	if (send(descriptor, bytes.data, bytes.length, MSG_NOSIGNAL) !=
		(ssize_t)bytes.length)
		err(EXIT_FAILURE, "cannot send the handshake");
	receive_head(descriptor, &input, &bytes);
	verdict = http_response_parse(bytes, &response);
	if (verdict_is_fine(verdict))
		verdict = handshake_check_response(
			&response, &offer, &subprotocol);
	if (!verdict_is_fine(verdict))
		errx(EXIT_FAILURE, "refused: %s", verdict.why);
	buffer_release(&request);
	buffer_release(&input);
}

/* Frames and replies of a plain echo are as long as a client's frames. */
static void
load_prepare(struct load *load)
{
	struct frame_header header = {.fin = true,
		.opcode = OPCODE_BINARY,
		.masked = true,
		.payload_length = (uint64_t)load->size};
	char bytes[FRAME_HEADER_MAX];

	load->frame_header_size = frame_header_encode(&header, bytes);
	load->reply_header_size = load->frame_header_size;
	if (load->websocket)
		load->reply_header_size -= FRAME_MASKING_KEY_SIZE;
	load->frame_size = load->frame_header_size + (size_t)load->size;
	load->reply_size = load->reply_header_size + (size_t)load->size;
	load->payload = allocate((size_t)load->size + 1);
	for (long i = 0; i < load->size; i++)
		load->payload[i] = (char)random();
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (load->epoll < 0)
		err(EXIT_FAILURE, "epoll_create1");
}

/* Built once, so that masking is not part of what is measured. */
static void
peer_build_frames(struct peer *peer, const struct load *load)
{
	struct frame_header header = {.fin = true,
		.opcode = OPCODE_BINARY,
		.masked = true,
		.payload_length = (uint64_t)load->size};
	size_t copies = smaller(
		(uint64_t)load->in_flight, BATCH_MAX / load->frame_size + 1);

	for (size_t i = 0; i < FRAME_MASKING_KEY_SIZE; i++)
		header.masking_key[i] = (unsigned char)random();
	peer->out_size = copies * load->frame_size;
	peer->out = allocate(peer->out_size + FRAME_HEADER_MAX);
	for (size_t i = 0; i < copies; i++) {
		char *frame = peer->out + i * load->frame_size;
		char *payload = frame + load->frame_header_size;

		frame_header_encode(&header, frame);
		memcpy(payload, load->payload, (size_t)load->size);
		mask_apply(payload, (size_t)load->size, header.masking_key, 0);
	}
	peer->reply = peer->out;
	if (!load->websocket)
		return;
	header.masked = false;
	peer->reply = allocate(load->reply_size + FRAME_HEADER_MAX);
	frame_header_encode(&header, peer->reply);
	memcpy(peer->reply + load->reply_header_size, load->payload,
		(size_t)load->size);
}

static void
peer_watch(const struct peer *peer, const struct load *load, int operation)
{
	struct epoll_event event = {.data.ptr = (void *)(uintptr_t)peer,
		.events = EPOLLIN | (peer->is_blocked ? EPOLLOUT : 0U)};

	if (epoll_ctl(load->epoll, operation, peer->descriptor, &event) < 0)
		err(EXIT_FAILURE, "epoll_ctl");
}

static void
peer_open(struct peer *peer, const struct load *load)
{
	*peer = (struct peer){.descriptor = connect_to(load)};
	if (load->websocket)
		open_websocket(load, peer->descriptor);
	peer_build_frames(peer, load);
	peer_watch(peer, load, EPOLL_CTL_ADD);
}

static void
peer_close(struct peer *peer)
{
	close(peer->descriptor);
	if (peer->reply != peer->out)
		free(peer->reply);
	free(peer->out);
}

static uint64_t
peer_messages(const struct peer *peer, const struct load *load)
{
	return peer->received / load->reply_size;
}

/* Sends what in_flight allows, as far as the socket takes it. */
static void
peer_send(struct peer *peer, const struct load *load)
{
	uint64_t allowed =
		(peer_messages(peer, load) + (uint64_t)load->in_flight) *
		load->frame_size;
	bool was_blocked = peer->is_blocked;

	peer->is_blocked = false;
	while (peer->sent < allowed && !peer->is_blocked) {
		size_t offset = peer->sent % peer->out_size;
		ssize_t sent = send(peer->descriptor, peer->out + offset,
			smaller(peer->out_size - offset, allowed - peer->sent),
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent >= 0)
			peer->sent += (uint64_t)sent;
		else if (errno == EAGAIN)
			peer->is_blocked = true;
		else if (errno != EINTR)
			err(EXIT_FAILURE, "cannot send");
	}
	if (peer->is_blocked != was_blocked)
		peer_watch(peer, load, EPOLL_CTL_MOD);
}

static bool
peer_compares_payload(const struct peer *peer, const struct load *load)
{
	return load->reply_size <= RECEIVE_MAX ||
	       peer_messages(peer, load) % COMPARE_EACH == 0;
}

/* Since replies are all alike, a wrong length shows in the next header. */
static void
peer_check(struct peer *peer, const struct load *load, const char *data,
	size_t length)
{
	while (length > 0) {
		size_t offset = peer->received % load->reply_size;
		size_t piece = smaller(length, load->reply_size - offset);
		size_t compared = piece;

		if (!peer_compares_payload(peer, load))
			compared = offset < load->reply_header_size
					   ? smaller(piece,
						     load->reply_header_size -
							     offset)
					   : 0;
		if (memcmp(data, peer->reply + offset, compared) != 0)
			errx(EXIT_FAILURE, "reply %llu is not the message sent",
				(unsigned long long)peer_messages(peer, load));
		peer->received += piece;
		data += piece;
		length -= piece;
	}
}

/*
 * Payloads that are not compared are not copied either (MSG_TRUNC): what is
 * to be measured is the server's work, not ours.
 */
static void
peer_receive(struct peer *peer, const struct load *load)
{
	static char data[RECEIVE_MAX];
	size_t offset = peer->received % load->reply_size;
	bool skips = offset >= load->reply_header_size &&
		     !peer_compares_payload(peer, load);
	struct iovec piece = {
		data, skips ? load->reply_size - offset : sizeof(data)};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	ssize_t received = recvmsg(peer->descriptor, &message,
		MSG_DONTWAIT | (skips ? MSG_TRUNC : 0));

	if (received == 0)
		errx(EXIT_FAILURE, "the server closed the connection");
	if (received < 0) {
		if (errno != EAGAIN && errno != EINTR)
			err(EXIT_FAILURE, "cannot receive");
	} else if (skips) {
		peer->received += (uint64_t)received;
	} else {
		peer_check(peer, load, data, (size_t)received);
	}
}

static void
load_run(const struct load *load, struct peer *peers, double deadline)
{
	struct epoll_event events[EVENTS_MAX];

	for (long i = 0; i < load->connections; i++)
		peer_send(&peers[i], load);
	while (now() < deadline) {
		int count = epoll_wait(load->epoll, events, EVENTS_MAX, 100);

		for (int i = 0; i < count; i++) {
			struct peer *peer = events[i].data.ptr;

			if ((events[i].events & ~(unsigned)EPOLLOUT) != 0)
				peer_receive(peer, load);
			peer_send(peer, load);
		}
	}
}

static void
load_measure(struct load *load)
{
	struct peer *peers =
		allocate((size_t)load->connections * sizeof(*peers));
	uint64_t messages = 0;
	double start, seconds, spent;

	for (long i = 0; i < load->connections; i++)
		peer_open(&peers[i], load);
	spent = server_time(load->pid);
	start = now();
	load_run(load, peers, start + load->seconds);
	seconds = now() - start;
	spent = server_time(load->pid) - spent;
	for (long i = 0; i < load->connections; i++) {
		messages += peer_messages(&peers[i], load);
		peer_close(&peers[i]);
	}
	free(peers);
	printf("%.0f messages/s, %.2f MB/s, server %.2f s of %.2f s\n",
		(double)messages / seconds,
		(double)messages * (double)load->size / 1e6 / seconds, spent,
		seconds);
}

static void
usage(void)
{
	errx(2, "usage: echoload --ws|--raw [-c CONNECTIONS] [-s SIZE] "
		"[-d SECONDS] [-m IN_FLIGHT] [--pid PID] HOST PORT [PATH]");
}

static long
number(const char *text, long least, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < least || value > most)
		errx(2, "%s is not a number from %ld to %ld", text, least,
			most);
	return value;
}

static void
parse_options(struct load *load, int argc, char **argv)
{
	static const struct option options[] = {
		{"ws", no_argument, NULL, 'W'},
		{"raw", no_argument, NULL, 'R'},
		{"pid", required_argument, NULL, 'P'},
		{NULL, 0, NULL, 0},
	};
	int option, mode = 0;

	while ((option = getopt_long(argc, argv, "c:s:d:m:", options, NULL)) !=
		-1) {
		if (option == 'c')
			load->connections = number(optarg, 1, 100000);
		else if (option == 's')
			load->size = number(optarg, 0, 1 << 24);
		else if (option == 'd')
			load->seconds = strtod(optarg, NULL);
		else if (option == 'm')
			load->in_flight = number(optarg, 1, 100000);
		else if (option == 'P')
			load->pid = number(optarg, 1, INT32_MAX);
		else if (option == 'W' || option == 'R')
			mode = option;
		else
			usage();
	}
	if (mode == 0 || !(load->seconds > 0) || argc - optind < 2 ||
		argc - optind > 3)
		usage();
	load->websocket = mode == 'W';
	load->host = argv[optind];
	load->port = argv[optind + 1];
	if (argc - optind == 3)
		load->path = argv[optind + 2];
}

int
main(int argc, char **argv)
{
	struct load load = {.path = "/raw",
		.connections = 1,
		.size = 20,
		.in_flight = 1,
		.seconds = 2};

	parse_options(&load, argc, argv);
	load_prepare(&load);
	load_measure(&load);
	free(load.payload);
	return EXIT_SUCCESS;
}
