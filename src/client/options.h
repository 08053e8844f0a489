/* SPDX-License-Identifier: MIT */
/* What wsclient was told on its command line. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "option/option.h"
#include "protocol/uri.h"

enum client_color {
	CLIENT_COLOR_AUTO,
	CLIENT_COLOR_ALWAYS,
	CLIENT_COLOR_NEVER,
};

/* The wait that ends only when the server does. */
#define CLIENT_WAIT_FOREVER (-1)

/* Times in milliseconds. */
struct client_options {
	struct uri uri;
	struct option_list headers;
	const char *origin;
	struct option_list subprotocols;
	const char *auth_file;
	bool insecure;
	const char *ca;
	const char *cert;
	const char *key;
	const char *proxy;
	int64_t connect_timeout;
	bool no_deflate;
	int64_t max_message;
	struct option_list messages;
	int64_t wait; /* or CLIENT_WAIT_FOREVER */
	bool null;
	bool binary;
	bool hex;
	bool base64;
	int64_t ping_interval; /* 0: never */
	bool show_ping_pong;
	bool slash;
	bool timestamps;
	bool json;
	enum client_color color;
	const char *history;
	bool echo;
	bool check;
	bool connect; /* -c, which says nothing new */
	bool verbose;
	bool quiet;
};

extern const struct option_program client_program;

/* Sets the defaults and parses. Values are not copied. */
enum option_result client_options_parse(
	struct client_options *options, int argc, char **argv);

void client_options_release(struct client_options *options);

#endif
