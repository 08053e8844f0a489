/* SPDX-License-Identifier: MIT */
/* Loads an echo server, WebSocket or plain TCP, and counts what comes back. */
#include "load.h"
#include "tool.h"

#include <err.h>
#include <getopt.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 64

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

static void
load_prepare(struct load *load)
{
	signal(SIGPIPE, SIG_IGN);
	if (load->compresses)
		messages_make_compressed(&load->messages, (size_t)load->size);
	else
		messages_make_noise(&load->messages, (size_t)load->size);
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (load->epoll < 0)
		err(EXIT_FAILURE, "epoll_create1");
}

static void
load_release(struct load *load)
{
	close(load->epoll);
	messages_release(&load->messages);
	SSL_CTX_free(load->tls);
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
				peer_receive(peer);
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
		messages += peers[i].replies.messages;
		peer_close(&peers[i]);
	}
	free(peers);
	printf("%.0f messages/s, %.2f MB/s, server %.2f s of %.2f s\n",
		(double)messages / seconds,
		(double)messages * (double)load->size / 1e6 / seconds, spent,
		seconds);
}

static _Noreturn void
usage(void)
{
	errx(2, "usage: echoload --ws|--raw [--tls] [--deflate] "
		"[-c CONNECTIONS] [-s SIZE] [-d SECONDS] [-m IN_FLIGHT] "
		"[--pid PID] HOST PORT [PATH]");
}

/* Returns whether there is such an option. */
static bool
set_option(struct load *load, int option)
{
	switch (option) {
	case 'c':
		load->connections = number(optarg, 1, 100000);
		return true;
	case 's':
		load->size = number(optarg, 0, 1 << 24);
		return true;
	case 'd':
		load->seconds = strtod(optarg, NULL);
		return true;
	case 'm':
		load->in_flight = number(optarg, 1, 100000);
		return true;
	case 'P':
		load->pid = number(optarg, 1, INT32_MAX);
		return true;
	case 'T':
		load->tls = channel_context();
		return true;
	case 'Z':
		load->compresses = true;
		return true;
	default:
		return false;
	}
}

static void
parse_options(struct load *load, int argc, char **argv)
{
	static const struct option options[] = {
		{"ws", no_argument, NULL, 'W'},
		{"raw", no_argument, NULL, 'R'},
		{"tls", no_argument, NULL, 'T'},
		{"deflate", no_argument, NULL, 'Z'},
		{"pid", required_argument, NULL, 'P'},
		{NULL, 0, NULL, 0},
	};
	int option, mode = 0;

	while ((option = getopt_long(argc, argv, "c:s:d:m:", options, NULL)) !=
		-1) {
		if (option == 'W' || option == 'R')
			mode = option;
		else if (!set_option(load, option))
			usage();
	}
	load->websocket = mode == 'W';
	if (mode == 0 || (load->compresses && !load->websocket) ||
		!(load->seconds > 0) || argc - optind < 2 || argc - optind > 3)
		usage();
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
	load_release(&load);
	return EXIT_SUCCESS;
}
