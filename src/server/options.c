/* SPDX-License-Identifier: MIT */
#include "server/options.h"

#include "protocol/http.h"
#include "protocol/permessage_deflate.h"
#include "protocol/utf8.h"
#include "server/listener.h"
#include "transport/network.h"

#include <string.h>

#define DAY 86400000
#define CLIENTS_MAX 1000000
#define MESSAGE_MAX                                                            \
	((int64_t)(SIZE_MAX / 4 < INT64_C(64) << 30 ? SIZE_MAX / 4             \
						    : INT64_C(64) << 30))

#define FIELD(name) offsetof(struct options, name)

static const char *
set_echo_prefix(const struct option_row *row, const char *value, void *settings)
{
	if (!utf8_is_valid(slice_of(value)))
		return "UTF-8";
	return option_set_string(row, value, settings);
}

static const char *
add_address(const struct option_row *row, const char *value, void *settings)
{
	if (!listener_address_is_valid(value))
		return "an address to listen at";
	return option_add_string(row, value, settings);
}

static const char *
add_origin(const struct option_row *row, const char *value, void *settings)
{
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7F)
			return "an origin";
	if (*value == '\0')
		return "an origin";
	return option_add_string(row, value, settings);
}

static const char *
add_subprotocol(const struct option_row *row, const char *value, void *settings)
{
	if (!http_is_token(slice_of(value)))
		return "a subprotocol's name";
	return option_add_string(row, value, settings);
}

static const char *
add_network(const struct option_row *row, const char *value, void *settings)
{
	struct network network;

	if (!network_parse(&network, value))
		return "a network, as 192.0.2.0/24 or 2001:db8::/32, or unix";
	return option_add_string(row, value, settings);
}

static const char *
set_file(const struct option_row *row, const char *value, void *settings)
{
	if (*value == '\0')
		return "a file";
	return option_set_string(row, value, settings);
}

static const char *
set_log_target(const struct option_row *row, const char *value, void *settings)
{
	if (*value == '\0')
		return "stderr, syslog or a file";
	return option_set_string(row, value, settings);
}

static const struct option_row rows[] = {
	{"port", 'p', "N", "port (12345); 0: any free one", option_set_number,
		FIELD(port), 0, 65535},
	{"address", 'a', "ADDR", "listen there, repeatable (localhost)",
		add_address, FIELD(addresses), 0, OPTION_MANY},
	{"reuse-port", 0, NULL, "let several processes share the port",
		option_set_flag, FIELD(reuse_port), 0, 0},
	{"echo-prefix", 0, "TEXT",
		"before each text reply ('Server received: ')", set_echo_prefix,
		FIELD(echo_prefix), 0, 0},
	{"cert", 0, "FILE", "serve wss:// with this chain (PEM)", set_file,
		FIELD(certificate), 0, 0},
	{"key", 0, "FILE", "its key (the certificate's file)", set_file,
		FIELD(key), 0, 0},
	{"client-ca", 0, "FILE", "demand certificates of these authorities",
		set_file, FIELD(client_ca), 0, 0},
	{"origin", 0, "ORIGIN",
		"accept only these browser origins; repeatable (any)",
		add_origin, FIELD(origins), 0, OPTION_MANY},
	{"subprotocol", 's', "NAME",
		"a subprotocol that is spoken; repeatable (none)",
		add_subprotocol, FIELD(subprotocols), 0, OPTION_MANY},
	{"enable-faults", 0, NULL, "the paths under /faults/, to test clients",
		option_set_flag, FIELD(enable_faults), 0, 0},
	{"trusted-proxy", 0, "CIDR",
		"believe X-Forwarded-For from there, repeatable", add_network,
		FIELD(trusted_proxies), 0, OPTION_MANY},
	{"proxy-protocol", 0, NULL,
		"each begins with a trusted proxy's PROXY header",
		option_set_flag, FIELD(proxy_protocol), 0, 0},
	{"max-clients", 'm', "N", "clients at the same time (10000)",
		option_set_number, FIELD(max_clients), 1, CLIENTS_MAX},
	{"max-pending", 0, "N", "and so many not yet upgraded (1000)",
		option_set_number, FIELD(max_pending), 1, CLIENTS_MAX},
	{"max-clients-per-ip", 0, "N",
		"of one IPv4 address or IPv6 /64; 0: no limit (0)",
		option_set_number, FIELD(max_clients_per_ip), 0, CLIENTS_MAX},
	{"max-message", 0, "SIZE", "bytes of one message (16M)",
		option_set_size, FIELD(max_message), 1, MESSAGE_MAX},
	{"no-deflate", 0, NULL, "no permessage-deflate", option_set_flag,
		FIELD(no_deflate), 0, 0},
	{"deflate-window", 0, "BITS", "both windows at most (12)",
		option_set_number, FIELD(deflate_window), DEFLATE_WINDOW_MIN,
		DEFLATE_WINDOW_MAX},
	{"deflate-level", 0, "N", "of zlib, 1 to 9 (6)", option_set_number,
		FIELD(deflate_level), 1, 9},
	{"deflate-no-takeover", 0, NULL, "each message compressed by itself",
		option_set_flag, FIELD(deflate_no_takeover), 0, 0},
	{"handshake-timeout", 0, "SEC", "for the opening handshake (10)",
		option_set_seconds, FIELD(handshake_timeout), 1, DAY},
	{"ping-interval", 0, "SEC",
		"ping a client quiet for so long; 0: never (20)",
		option_set_seconds, FIELD(ping_interval), 0, DAY},
	{"ping-timeout", 0, "SEC",
		"drop it when quiet for so long then; 0: never (20)",
		option_set_seconds, FIELD(ping_timeout), 0, DAY},
	{"send-timeout", 0, "SEC",
		"drop a client that takes nothing; 0: never (30)",
		option_set_seconds, FIELD(send_timeout), 0, DAY},
	{"grace", 0, "SEC", "for each closing handshake (5)",
		option_set_seconds, FIELD(grace), 0, DAY},
	{"no-console", 0, NULL, "no test console at /", option_set_flag,
		FIELD(no_console), 0, 0},
	{"metrics", 0, "off|loopback|on",
		"who may see the page /metrics (loopback)", option_set_choice,
		FIELD(metrics), 0, 0},
	{"user", 'u', "NAME", "become this user after binding",
		option_set_string, FIELD(user), 0, 0},
	{"group", 'g', "NAME", "and this group (the user's)", option_set_string,
		FIELD(group), 0, 0},
	{"log", 0, "stderr|syslog|FILE", "where the log goes (stderr)",
		set_log_target, FIELD(log_target), 0, 0},
	{"log-format", 0, "auto|plain|text|json", "its form (auto)",
		option_set_choice, FIELD(log_format), 0, 0},
	{"verbose", 'v', NULL, "log messages too", option_set_flag,
		FIELD(verbose), 0, 0},
	{"quiet", 'q', NULL, "log errors only", option_set_flag, FIELD(quiet),
		0, 0},
	{"config", 0, "FILE", "read options from there, a line each",
		option_set_config, FIELD(config), 0, 0},
	{"check-config", 0, NULL, "check all options, and exit",
		option_set_check, FIELD(config.only_check), 0, 0},
	{"help", 'h', NULL, "show this and exit", NULL, 0, 0, 0},
	{"version", 'V', NULL, "show the version and exit", NULL, 0, 0, 0},
};

const struct option_program options_program = {
	.name = "wsserver",
	.usage = "[OPTION]...",
	.purpose = "A WebSocket server that echoes: text with a prefix, binary "
		   "as it came.",
	.more = "ADDR: localhost, *, 192.0.2.1, [2001:db8::1]:8080, "
		"unix:/path,\nwith ws:// or wss:// before it for plain or "
		"TLS; wss:// if there is a --cert.\n"
		"SIZE may end in K, M or G. The path /raw echoes verbatim.\n"
		"Signals: TERM and INT drain, HUP reloads the certificate "
		"and reopens the log,\nUSR1 logs statistics. See "
		"wsserver(1).\n",
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
};

/* Complains of an option that needs --cert. */
static bool
lacks_certificate(const struct options *options)
{
	const char *what = "needs --cert";

	if (options->certificate != NULL)
		return false;
	for (size_t i = 0; i < options->addresses.count; i++) {
		const char *address = options->addresses.values[i];

		if (!listener_address_has_tls(address))
			continue;
		option_complain(&options_program, what, address);
		return true;
	}
	if (options->key == NULL && options->client_ca == NULL)
		return false;
	option_complain(&options_program, what,
		options->key != NULL ? "--key" : "--client-ca");
	return true;
}

/* Complains of an option that makes no sense without another. */
static bool
lacks_another(const struct options *options)
{
	if (options->proxy_protocol && options->trusted_proxies.count == 0) {
		option_complain(&options_program, "needs --trusted-proxy",
			"--proxy-protocol");
		return true;
	}
	return lacks_certificate(options);
}

enum option_result
options_parse(struct options *options, int argc, char **argv)
{
	int operand = argc;
	enum option_result result;

	*options = (struct options){
		.port = 12345,
		.echo_prefix = "Server received: ",
		.max_clients = 10000,
		.max_pending = 1000,
		.max_message = 16 << 20,
		.deflate_window = 12,
		.deflate_level = 6,
		.handshake_timeout = 10000,
		.ping_interval = 20000,
		.ping_timeout = 20000,
		.send_timeout = 30000,
		.grace = 5000,
		.metrics = PAGE_METRICS_LOOPBACK,
		.log_target = "stderr",
	};
	result = option_parse(&options_program, argc, argv, options, &operand);
	if (result == OPTION_RUN && operand < argc) {
		option_complain(
			&options_program, "unexpected argument", argv[operand]);
		return OPTION_WRONG;
	}
	if (result == OPTION_RUN && lacks_another(options))
		return OPTION_WRONG;
	return result;
}

void
options_release(struct options *options)
{
	option_config_release(&options->config);
	option_list_release(&options->addresses);
	option_list_release(&options->origins);
	option_list_release(&options->subprotocols);
	option_list_release(&options->trusted_proxies);
}
