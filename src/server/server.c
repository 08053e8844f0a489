/* SPDX-License-Identifier: MIT */
#include "server/server.h"

#include "log/event.h"
#include "server/farewell.h"
#include "server/limits.h"
#include "server/signals.h"
#include "server/stack.h"
#include "transport/clock.h"
#include "transport/listening.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many are accepted from one listener before the others get a turn. */
#define ACCEPTS_IN_A_ROW 64

/* So many lost before they were accepted are passed over without a pause. */
#define LOSSES_IN_A_ROW 16

/* Between tries when the system cannot give what accept needs. */
#define BACK_OFF_MIN 10
#define BACK_OFF_MAX 1000

#define COMPLAINT_INTERVAL 5000

#define STATUS_MAX 100
#define WHY_MAX 128

/* How long workers may take whose sockets have been shut down. */
#define LAST_MOMENT 2000

struct server {
	const struct server_settings *settings;
	struct listeners *listeners;
	SSL_CTX **tls;
	struct farewells farewells;
	int losses;		/* in a row, of connections not yet accepted */
	int64_t back_off;	/* milliseconds, 0: accepting */
	int64_t accept_again;	/* deadline, while backing off */
	int64_t complain_again; /* of accept */
	int64_t explain_threads_again;
	int stops; /* TERM and INT so far: the second one forces */
};

static void
log_statistics(const struct server *server)
{
	struct registry_totals totals =
		registry_totals(server->settings->session->registry);
	struct traffic_totals traffic = traffic_totals(&totals.traffic);
	uint64_t refused = tally_refusals(&totals.tally);
	uint64_t lost = log_lines_lost();

	if (!log_begin(LOG_LEVEL_INFO, NULL, "statistics", 0))
		return;
	log_say("Statistics: clients %" PRIu64 ", pending %" PRIu64
		", accepted %" PRIu64 ", refused %" PRIu64,
		totals.clients, totals.pending, totals.accepted, refused);
	log_say(", messages %" PRIu64 "/%" PRIu64 ", bytes %" PRIu64 "/%" PRIu64
		", log lines lost %" PRIu64,
		traffic.messages_in, traffic.messages_out, traffic.bytes_in,
		traffic.bytes_out, lost);
	log_number_field("clients", totals.clients);
	log_number_field("pending", totals.pending);
	log_number_field("accepted", totals.accepted);
	log_number_field("refused", refused);
	log_number_field("messages_in", traffic.messages_in);
	log_number_field("messages_out", traffic.messages_out);
	log_number_field("bytes_in", traffic.bytes_in);
	log_number_field("bytes_out", traffic.bytes_out);
	log_number_field("log_lines_lost", lost);
	log_end();
}

/* Those who are connected keep what they have. */
static void
reload_certificate(const struct server *server)
{
	char error[TLS_ERROR_SIZE];
	SSL_CTX *fresh;

	if (*server->tls == NULL)
		return;
	fresh = tls_server_context(&server->settings->files, error);
	if (fresh == NULL) {
		log_sentence(LOG_LEVEL_ERROR, "error",
			"Certificate not reloaded: %s", error);
		return;
	}
	SSL_CTX_free(*server->tls);
	*server->tls = fresh;
	log_sentence(LOG_LEVEL_INFO, "reload", "Certificate reloaded");
}

static void
reload(const struct server *server)
{
	reload_certificate(server);
	if (log_reopen())
		log_sentence(LOG_LEVEL_INFO, "reload", "Log reopened");
	else
		log_sentence(LOG_LEVEL_ERROR, "error",
			"Log cannot be reopened: %s", strerror(errno));
}

/* A phrase about those who are here, for the service manager. */
static void
write_status(
	const struct server *server, const char *doing, char status[STATUS_MAX])
{
	struct registry_totals totals =
		registry_totals(server->settings->session->registry);

	snprintf(status, STATUS_MAX,
		"%s: %" PRIu64 " clients, %" PRIu64 " pending", doing,
		totals.clients, totals.pending);
}

static void
tell_ready(const struct server *server)
{
	char status[STATUS_MAX];

	write_status(server, "Serving", status);
	notify_ready(server->settings->notify, status);
}

/* Gives a sign of life if it is time for one. */
static void
tell_alive(const struct server *server)
{
	char status[STATUS_MAX];

	if (!notify_is_due(server->settings->notify))
		return;
	write_status(
		server, server->stops > 0 ? "Draining" : "Serving", status);
	notify_live(server->settings->notify, status);
}

static void
tell_stopping(const struct server *server)
{
	char status[STATUS_MAX];

	write_status(server, "Draining", status);
	notify_stopping(server->settings->notify, status);
}

/* Who drains is not ready any more, nor will be. */
static void
reload_in_public(const struct server *server)
{
	bool is_serving = server->stops == 0;

	if (is_serving)
		notify_reloading(server->settings->notify);
	reload(server);
	if (is_serving)
		tell_ready(server);
}

static void
heed_signals(struct server *server)
{
	struct signals_wishes wishes = signals_take_all();

	server->stops += wishes.stops;
	if (wishes.reloads)
		reload_in_public(server);
	if (wishes.statistics)
		log_statistics(server);
}

static const char *
remedy_for(int failure)
{
	switch (failure) {
	case EMFILE:
		return " (ulimit -n)";
	case ENFILE:
		return " (sysctl fs.file-max)";
	default:
		return "";
	}
}

/* Accept failed for want of something: it is tried again later. */
static void
back_off(struct server *server)
{
	int failure = errno;

	server->back_off =
		server->back_off == 0 ? BACK_OFF_MIN : 2 * server->back_off;
	if (server->back_off > BACK_OFF_MAX)
		server->back_off = BACK_OFF_MAX;
	server->accept_again = deadline_after(server->back_off);
	if (deadline_left(server->complain_again) > 0)
		return;
	server->complain_again = deadline_after(COMPLAINT_INTERVAL);
	log_sentence(LOG_LEVEL_ERROR, "error", "Cannot accept: %s%s",
		strerror(failure), remedy_for(failure));
}

/*
 * Names the limit that is most likely to be the reason. Returns false if that
 * was told just now.
 */
static bool
explain_threads(struct server *server, char why[WHY_MAX])
{
	bool can_guard = server->settings->session->can_guard;

	if (deadline_left(server->explain_threads_again) > 0)
		return false;
	server->explain_threads_again = deadline_after(COMPLAINT_INTERVAL);
	snprintf(why, WHY_MAX, "%s: the lowest limit is that of %s",
		SESSION_NO_THREAD,
		limits_find_threads(can_guard ? 0 : STACK_MAPPINGS).reason);
	return true;
}

/* Somebody was turned away before there was a worker. */
static void
count_refusal(struct server *server, const struct address *peer,
	struct verdict verdict, bool is_answered)
{
	char text[ADDRESS_TEXT_SIZE], why[WHY_MAX];
	struct log_client client = {.peer = text};
	struct log_refusal refusal = {.why = verdict.why};
	enum log_level level = LOG_LEVEL_WARNING;

	address_format(peer, text);
	registry_count_refusal(server->settings->session->registry, verdict);
	if (is_answered)
		refusal.status = verdict.code;
	if (strcmp(verdict.why, SESSION_NO_THREAD) == 0 &&
		explain_threads(server, why)) {
		refusal.why = why;
		level = LOG_LEVEL_ERROR;
	}
	log_refuse(level, &client, &refusal);
}

/* Errors of a connection that was lost before it was accepted: accept(2). */
static bool
is_peers_fault(int failure)
{
	switch (failure) {
	case ECONNABORTED:
	case EINTR:
	case EPERM:
	case EPROTO:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

/* A refusal over TLS would take the handshake that is not to be had. */
static void
admit(struct server *server, bool has_tls, int descriptor,
	const struct address *peer)
{
	const struct session_settings *settings = server->settings->session;
	struct verdict verdict = {0, TALLY_NO_PROXY};
	bool is_stranger = settings->proxies.has_header &&
			   !proxies_trust(&settings->proxies, peer);
	bool is_answered = false;

	if (!is_stranger) {
		verdict = session_start(settings, descriptor, peer,
			has_tls ? *server->tls : NULL);
		if (verdict_is_fine(verdict))
			return;
	}
	if (has_tls || is_stranger)
		close(descriptor);
	else
		is_answered =
			farewell_say(&server->farewells, descriptor, verdict);
	count_refusal(server, peer, verdict, is_answered);
}

/* Returns whether more may wait who have not had their turn. */
static bool
accept_from(struct server *server, const struct listener *listener)
{
	for (int i = 0; i < ACCEPTS_IN_A_ROW; i++) {
		struct address peer;
		int descriptor = listening_accept(listener->descriptor, &peer);

		if (descriptor >= 0) {
			server->losses = 0;
			server->back_off = 0;
			admit(server, listener->has_tls, descriptor, &peer);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return false;
		} else if (!is_peers_fault(errno) ||
			   ++server->losses > LOSSES_IN_A_ROW) {
			back_off(server);
			return false;
		}
	}
	return true;
}

/* Blocks until there is something to do. */
static void
wait_for_work(struct server *server, struct pollfd *descriptors, nfds_t count)
{
	int64_t until = farewells_expire(&server->farewells);
	int64_t left;

	if (server->back_off > 0) {
		count = 1;
		if (server->accept_again < until)
			until = server->accept_again;
	}
	if (server->settings->notify->next < until)
		until = server->settings->notify->next;
	left = deadline_left(until);
	for (nfds_t i = 0; i < count; i++)
		descriptors[i].revents = 0;
	if (until == DEADLINE_NEVER)
		poll(descriptors, count, -1);
	else
		poll(descriptors, count, (int)left);
}

static void
serve(struct server *server)
{
	struct listeners *listeners = server->listeners;
	struct pollfd descriptors[1 + LISTENERS_MAX];

	descriptors[0] =
		(struct pollfd){.fd = signals_descriptor(), .events = POLLIN};
	for (size_t i = 0; i < listeners->count; i++)
		descriptors[1 + i] = (struct pollfd){
			.fd = listeners->items[i].descriptor, .events = POLLIN};
	while (server->stops == 0) {
		bool backed_off = server->back_off > 0;

		wait_for_work(
			server, descriptors, (nfds_t)listeners->count + 1);
		heed_signals(server);
		tell_alive(server);
		if (backed_off && deadline_left(server->accept_again) > 0)
			continue;
		for (size_t i = 0; i < listeners->count; i++)
			if (backed_off || descriptors[1 + i].revents != 0)
				accept_from(server, &listeners->items[i]);
		/* It did not fail again, even if nobody was there. */
		if (deadline_left(server->accept_again) == 0)
			server->back_off = 0;
	}
}

/*
 * Those whom the system has accepted already are not to be reset; from a
 * socket that was inherited the next server takes them. They are no more than
 * a queue holds, whoever comes meanwhile.
 */
static void
accept_last(struct server *server)
{
	struct listeners *listeners = server->listeners;

	for (size_t i = 0; i < listeners->count; i++) {
		int turns = SOMAXCONN / ACCEPTS_IN_A_ROW + 1;

		while (!listeners->items[i].is_inherited && turns-- > 0 &&
			accept_from(server, &listeners->items[i]))
			continue;
	}
}

/* Waits for the last worker. Returns false at the deadline or when told to. */
static bool
wait_for_workers(struct server *server, int64_t deadline)
{
	struct pollfd descriptor = {
		.fd = signals_descriptor(), .events = POLLIN};

	while (!registry_is_empty(server->settings->session->registry)) {
		int64_t left = deadline_left(deadline);
		int64_t sign = deadline_left(server->settings->notify->next);

		if (left == 0 || server->stops > 1)
			return false;
		poll(&descriptor, 1, (int)(sign < left ? sign : left));
		heed_signals(server);
		tell_alive(server);
	}
	return true;
}

/* Both times count from now: telling thousands of workers takes some, too. */
static enum server_end
drain(struct server *server)
{
	struct registry *registry = server->settings->session->registry;
	int64_t until = clock_now() + server->settings->grace;

	registry_stop(registry);
	tell_stopping(server);
	if (wait_for_workers(server, until))
		return SERVER_DRAINED;
	if (server->stops > 1)
		return SERVER_FORCED;
	registry_shut_down(registry);
	if (wait_for_workers(server, until + LAST_MOMENT))
		return SERVER_DRAINED;
	return SERVER_FORCED;
}

enum server_end
server_run(const struct server_settings *settings, struct listeners *listeners,
	SSL_CTX **tls)
{
	struct server server = {
		.settings = settings, .listeners = listeners, .tls = tls};
	enum server_end end;

	tell_ready(&server);
	serve(&server);
	accept_last(&server);
	listeners_close(listeners);
	end = drain(&server);
	farewells_close(&server.farewells);
	log_tell_suppressed();
	log_sentence(LOG_LEVEL_INFO, "stop", "WebSocket server stopped");
	return end;
}
