/* SPDX-License-Identifier: MIT */
/* What wsserver was told on its command line. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include "log/log.h"
#include "option/option.h"
#include "server/pages.h"

/* Times in milliseconds, 0 for never; numbers 0 for no limit. */
struct options {
	int64_t port;
	struct option_list addresses;
	bool reuse_port;
	const char *echo_prefix;
	const char *certificate; /* NULL: no TLS */
	const char *key;
	const char *client_ca;
	struct option_list origins;
	struct option_list subprotocols;
	bool enable_faults;
	struct option_list trusted_proxies;
	bool proxy_protocol;
	int64_t max_clients;
	int64_t max_pending;
	int64_t max_clients_per_ip;
	int64_t max_message;
	bool no_deflate;
	int64_t deflate_window; /* bits */
	int64_t deflate_level;
	bool deflate_no_takeover;
	int64_t handshake_timeout;
	int64_t ping_interval;
	int64_t ping_timeout;
	int64_t send_timeout;
	int64_t grace;
	bool no_console;
	enum page_metrics metrics;
	const char *user;
	const char *group;
	const char *log_target;
	enum log_format log_format;
	bool verbose;
	bool quiet;
	struct option_config config;
};

extern const struct option_program options_program;

/* Sets the defaults and parses. Values are not copied. */
enum option_result options_parse(
	struct options *options, int argc, char **argv);

void options_release(struct options *options);

#endif
