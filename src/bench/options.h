/* SPDX-License-Identifier: MIT */
/* What wsbench was told on its command line. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "option/option.h"
#include "protocol/uri.h"

enum bench_type {
	BENCH_NO_TYPE = -1, /* while the command line is read */
	BENCH_ASCII,
	BENCH_UTF8,
	BENCH_BINARY,
};

/* Times in milliseconds; 0 where there is no limit. */
struct bench_options {
	struct uri uri;
	const char *url;
	int64_t connections;
	int64_t duration;
	int64_t messages;
	int64_t in_flight;
	int64_t size;
	int64_t rate; /* messages a second, 0: as fast as it goes */
	enum bench_type type;
	bool handshakes;
	int64_t idle; /* connections to hold, 0: it is not about that */
	int64_t ramp;
	bool deflate;
	bool insecure;
	const char *ca;
	const char *cert;
	const char *key;
	int64_t pid; /* of the server, 0: unknown */
	bool json;
	const char *html;

	/*
	 * Not to be had by an option: the peer answers the opening handshake
	 * and from then on sends back what it gets, byte by byte. Keys are
	 * the same each time, so that it can (tests/bench).
	 */
	bool is_plain_echo;
};

extern const struct option_program bench_program;

/* Sets the defaults and parses. Values are not copied. */
enum option_result bench_options_parse(
	struct bench_options *options, int argc, char **argv);

#endif
