/* SPDX-License-Identifier: MIT */
/* wsserver: from the command line to the exit status. */
#include "protocol/handshake.h"
#include "server/farewell.h"
#include "server/limits.h"
#include "server/listener.h"
#include "server/memory.h"
#include "server/options.h"
#include "server/privileges.h"
#include "server/server.h"
#include "server/signals.h"
#include "server/stack.h"
#include "service/faults.h"
#include "transport/descriptors.h"
#include "transport/tls.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum exit_status {
	EXIT_CLEAN = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_LISTEN = 3,
	EXIT_FILES = 4,
};

/* Descriptors that are no connections: standard ones, the log, the pipe. */
#define OTHER_DESCRIPTORS 32

/*
 * So many may pass until the system gives a connection up: for it a peer that
 * reads slowly can be as silent as one that is gone.
 */
#define SEND_TIMEOUTS 2

/* Whom it becomes, NULL: it stays who it is. */
static const char *
other_name(const struct options *options)
{
	return options->user != NULL ? options->user : options->group;
}

/* A log that is only to be checked is not made. */
static bool
open_log(const struct options *options)
{
	const char *name = other_name(options);
	struct log_settings settings = {
		.target = options->log_target,
		.format = options->log_format,
		.level = options->quiet ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
	};

	if (options->verbose)
		settings.level = LOG_LEVEL_DEBUG;
	if (options->config.only_check ? log_can_open(settings.target)
				       : log_open(&settings))
		return true;
	fprintf(stderr, "wsserver: cannot open log '%s'%s%s: %s\n",
		settings.target, name != NULL ? " as " : "",
		name != NULL ? name : "", strerror(errno));
	return false;
}

static struct tls_files
files_of(const struct options *options)
{
	return (struct tls_files){
		options->certificate, options->key, options->client_ca};
}

/* Stores NULL where no TLS is asked for, or to be had. */
static bool
load_certificate(const struct options *options, SSL_CTX **tls)
{
	struct tls_files files = files_of(options);
	char error[TLS_ERROR_SIZE];

	*tls = NULL;
	if (options->certificate == NULL)
		return true;
	*tls = tls_server_context(&files, error);
	if (*tls != NULL && tls_rehearse(*tls))
		return true;
	fprintf(stderr, "wsserver: %s\n",
		*tls == NULL ? error : "out of memory");
	SSL_CTX_free(*tls);
	*tls = NULL;
	return false;
}

/* What HUP will need must be had by whom we become: so the log is his. */
static enum exit_status
become_another(const struct options *options, SSL_CTX **tls)
{
	if (other_name(options) == NULL)
		return EXIT_CLEAN;
	if (!privileges_drop(options->user, options->group))
		return EXIT_FAILED;
	SSL_CTX_free(*tls);
	if (load_certificate(options, tls) && open_log(options))
		return EXIT_CLEAN;
	return EXIT_FILES;
}

static bool
start_cryptography(void)
{
	if (handshake_prepare())
		return true;
	fprintf(stderr, "wsserver: cannot start libcrypto\n");
	return false;
}

static struct slice *
slices_of(const struct option_list *list)
{
	struct slice *slices = calloc(list->count + 1, sizeof(*slices));

	for (size_t i = 0; slices != NULL && i < list->count; i++)
		slices[i] = slice_of(list->values[i]);
	if (slices == NULL)
		fprintf(stderr, "wsserver: out of memory\n");
	return slices;
}

static struct network *
networks_of(const struct option_list *list)
{
	struct network *networks = proxies_networks(list);

	if (networks == NULL)
		fprintf(stderr, "wsserver: out of memory\n");
	return networks;
}

static void
limit_clients(struct registry_limits *registry_limits, int64_t listeners,
	bool can_guard)
{
	struct limits limits =
		limits_find(OTHER_DESCRIPTORS + FAREWELLS_MAX + listeners,
			can_guard ? 0 : STACK_MAPPINGS);

	if (!limits_share(limits.connections, &registry_limits->clients,
		    &registry_limits->pending))
		return;
	log_sentence(LOG_LEVEL_WARNING, "error",
		"Only %" PRId64 " clients and %" PRId64
		" pending ones are accepted: %s are the limit",
		registry_limits->clients, registry_limits->pending,
		limits.reason);
}

static void
log_start(const char *url)
{
	if (!log_begin(LOG_LEVEL_INFO, NULL, "start", 0))
		return;
	log_say("WebSocket server started on %s", url);
	log_string_field("url", url);
	log_end();
}

/* Whoever waits for the URLs on standard output must get them. */
static bool
announce(const struct listeners *listeners)
{
	bool on_stdout = !log_goes_to(STDOUT_FILENO);

	for (size_t i = 0; i < listeners->url_count; i++) {
		log_start(listeners->urls[i]);
		if (on_stdout)
			printf("%s\n", listeners->urls[i]);
	}
	if (fflush(stdout) == 0)
		return true;
	fprintf(stderr, "wsserver: cannot write the URL: %s\n",
		strerror(errno));
	return false;
}

static enum exit_status
status_of(enum server_end end)
{
	/* Workers that are left still use what exit would tear down. */
	if (end == SERVER_FORCED)
		_exit(EXIT_FAILED);
	return EXIT_CLEAN;
}

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct deflate_settings
deflate_of(const struct options *options)
{
	return (struct deflate_settings){
		.enabled = !options->no_deflate,
		.no_takeover = options->deflate_no_takeover,
		.window = (int)options->deflate_window,
		.level = (int)options->deflate_level,
	};
}

static enum exit_status
serve(const struct options *options, struct listeners *listeners, SSL_CTX **tls,
	struct notify *notify)
{
	static struct fault_counts fault_counts;
	struct registry_limits limits = {options->max_clients,
		options->max_pending, options->max_clients_per_ip};
	struct registry registry;
	struct slice *origins = slices_of(&options->origins);
	struct slice *subprotocols = slices_of(&options->subprotocols);
	struct network *proxies = networks_of(&options->trusted_proxies);
	struct session_settings settings = {
		.registry = &registry,
		.connection = {ROLE_SERVER, (size_t)options->max_message,
			options->ping_interval, options->ping_timeout,
			options->send_timeout, options->grace,
			deflate_of(options)},
		.service = {.echo_prefix = slice_of(options->echo_prefix),
			.logs_messages = options->verbose,
			.max_message = (size_t)options->max_message,
			.faults =
				options->enable_faults ? &fault_counts : NULL},
		.pages = {.has_console = !options->no_console,
			.has_faults = options->enable_faults,
			.metrics = options->metrics,
			.started = seconds_now()},
		.proxies = {proxies, options->trusted_proxies.count,
			options->proxy_protocol},
		.handshake_timeout = options->handshake_timeout,
		.user_timeout = (unsigned)options->send_timeout * SEND_TIMEOUTS,
		.can_guard = stack_can_guard(),
		.origins = origins,
		.origin_count = options->origins.count,
		.subprotocols = subprotocols,
		.subprotocol_count = options->subprotocols.count,
	};
	struct server_settings server_settings = {
		.session = &settings,
		.notify = notify,
		.files = files_of(options),
		.grace = options->grace,
	};
	enum exit_status status = EXIT_FAILED;

	if (log_is_on_terminal() && listeners_are_loopback(listeners))
		settings.service.logs_messages = true;
	limit_clients(&limits, (int64_t)listeners->count, settings.can_guard);
	registry_init(&registry, &limits);
	if (origins != NULL && subprotocols != NULL && proxies != NULL &&
		announce(listeners))
		status =
			status_of(server_run(&server_settings, listeners, tls));
	free(origins);
	free(subprotocols);
	free(proxies);
	return status;
}

/* Behind what must be had before anything listens. */
static enum exit_status
listen_and_serve(
	const struct options *options, SSL_CTX **tls, struct notify *notify)
{
	static struct listeners listeners;
	struct activation activation;
	bool is_open;
	enum exit_status status;

	is_open = activation_take(&activation) &&
		  listeners_open(&listeners, options, &activation);
	activation_release(&activation);
	if (!is_open)
		return EXIT_LISTEN;
	status = become_another(options, tls);
	if (status == EXIT_CLEAN)
		status = serve(options, &listeners, tls, notify);
	listeners_close(&listeners);
	return status;
}

/* What --check-config tells by its exit status: nothing is made to stay. */
static enum exit_status
check(const struct options *options)
{
	SSL_CTX *tls;
	enum exit_status status = EXIT_FILES;

	if (load_certificate(options, &tls))
		status = become_another(options, &tls);
	SSL_CTX_free(tls);
	return status;
}

static enum exit_status
run(const struct options *options)
{
	struct notify notify;
	SSL_CTX *tls;
	enum exit_status status;

	if (!privileges_check(options->user, options->group))
		return EXIT_USAGE;
	if (other_name(options) == NULL && !open_log(options))
		return EXIT_FILES;
	if (options->config.only_check)
		return check(options);
	if (!signals_open()) {
		fprintf(stderr, "wsserver: cannot make a pipe: %s\n",
			strerror(errno));
		return EXIT_FAILED;
	}
	if (!start_cryptography())
		return EXIT_FAILED;
	if (!load_certificate(options, &tls))
		return EXIT_FILES;
	if (!notify_open(&notify)) {
		fprintf(stderr, "wsserver: cannot open a socket: %s\n",
			strerror(errno));
		SSL_CTX_free(tls);
		return EXIT_FAILED;
	}
	status = listen_and_serve(options, &tls, &notify);
	notify_close(&notify);
	SSL_CTX_free(tls);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options;
	enum exit_status status = EXIT_USAGE;

	descriptors_fill_standard(false);
	memory_return_buffers();
	switch (options_parse(&options, argc, argv)) {
	case OPTION_RUN:
		status = run(&options);
		break;
	case OPTION_DONE:
		status = option_flush(&options_program) ? EXIT_CLEAN
							: EXIT_FAILED;
		break;
	case OPTION_WRONG:
		break;
	}
	options_release(&options);
	return (int)status;
}
