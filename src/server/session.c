/* SPDX-License-Identifier: MIT */
#include "server/session.h"

#include "log/event.h"
#include "protocol/handshake.h"
#include "server/signals.h"
#include "server/stack.h"
#include "transport/clock.h"
#include "transport/tcp.h"
#include "transport/tls.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session {
	struct registry_entry entry;
	const struct session_settings *settings;
	SSL_CTX *tls;	       /* NULL: plain */
	struct transport *tcp; /* what transport is, or is made of */
	struct transport *transport;
	struct connection *connection;
	struct log_client client;
	int64_t started;
	int descriptor;
	char *path; /* the client's, a copy */
	char *subject;
	char *via; /* the proxy; NULL: the peer is not behind one */
	char *peer;
	struct address address; /* of the peer */
};

/* Returns false without memory; then the peer is called what it was. */
static bool
name_peer(struct session *session, const struct address *peer)
{
	char text[ADDRESS_TEXT_SIZE], *copy;

	if (address_port(peer) > 0)
		address_format(peer, text);
	else
		address_format_host(peer, text);
	copy = strdup(text);
	if (copy == NULL)
		return false;
	session->address = *peer;
	session->peer = copy;
	session->client.peer = copy;
	return true;
}

/* Whether the address stands for clients who are still to be told of. */
static bool
is_proxy(const struct session *session)
{
	return proxies_trust(&session->settings->proxies, &session->address);
}

/* The client is known, as far as a proxy may tell: logged and counted so. */
static struct verdict
identify(struct session *session, const struct address *client)
{
	char *proxy = session->peer;

	if (!name_peer(session, client))
		return (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	if (session->via == NULL)
		session->via = proxy;
	else
		free(proxy);
	if (is_proxy(session))
		return VERDICT_FINE;
	return registry_identify(
		session->settings->registry, &session->entry, client);
}

static void
refuse(struct session *session, const struct http_head *request,
	struct verdict verdict)
{
	struct log_refusal refusal = {.why = verdict.why};
	struct slice origin = {NULL, 0};
	char line[RESPONSE_LINE_SIZE];
	struct response response = response_refuse(verdict, line);

	if (connection_respond(session->connection, request, &response))
		refusal.status = verdict.code;
	if (verdict.code == HTTP_FORBIDDEN &&
		http_field_find(request, "Origin", &origin) > 0) {
		refusal.detail = origin.data;
		refusal.detail_length = origin.length;
	}
	registry_count_refusal(session->settings->registry, verdict);
	log_refuse(LOG_LEVEL_WARNING, &session->client, &refusal);
}

static void
say_goodbye(const struct session *session)
{
	struct connection_end end = connection_end(session->connection);
	struct traffic_totals traffic =
		traffic_totals(connection_traffic(session->connection));
	struct log_goodbye goodbye = {
		.code = end.code,
		.closed_by = tally_ender_name(end.by),
		.reason = end.reason.data,
		.reason_length = end.reason.length,
		.messages_in = traffic.messages_in,
		.messages_out = traffic.messages_out,
		.bytes_in = traffic.bytes_in,
		.bytes_out = traffic.bytes_out,
		.seconds = (double)(clock_now() - session->started) / 1000,
	};

	registry_count_end(session->settings->registry, end);
	log_disconnect(&session->client, &goodbye);
}

static struct verdict
keep_path(struct session *session, const struct http_head *request)
{
	struct slice path = http_head_path(request);

	session->path = malloc(path.length);
	if (session->path == NULL)
		return (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	memcpy(session->path, path.data, path.length);
	session->client.path = session->path;
	session->client.path_length = path.length;
	return VERDICT_FINE;
}

/* Without memory for it the log line goes without the subject. */
static void
describe_tls(struct session *session, struct tls_facts *facts,
	struct service_tls *tls)
{
	tls_describe(session->transport, facts);
	*tls = (struct service_tls){facts->version, facts->cipher,
		facts->server_name, facts->client_subject};
	if (facts->client_subject[0] != '\0')
		session->subject = strdup(facts->client_subject);
	session->client.subject = session->subject;
}

/* Whether the request is served, and as which subprotocol. */
static struct verdict
judge(struct session *session, const struct http_head *request,
	struct slice *subprotocol)
{
	const struct session_settings *settings = session->settings;
	struct verdict verdict = handshake_check_request(request);

	if (verdict_is_fine(verdict) &&
		!handshake_origin_is_allowed(
			request, settings->origins, settings->origin_count))
		return (struct verdict){
			HTTP_FORBIDDEN, "origin is not allowed"};
	if (verdict_is_fine(verdict))
		verdict = handshake_select_subprotocol(request,
			settings->subprotocols, settings->subprotocol_count,
			subprotocol);
	if (verdict_is_fine(verdict))
		verdict = service_check(request, &settings->service);
	if (verdict_is_fine(verdict))
		verdict = registry_upgrade(settings->registry, &session->entry);
	return verdict;
}

static struct verdict
serve_page(const struct session *session, const struct http_head *request)
{
	struct page_context context = {
		.settings = &session->settings->pages,
		.services = &session->settings->service,
		.registry = session->settings->registry,
		.request = request,
		.peer_is_loopback = address_is_loopback(&session->address),
	};

	return page_serve(session->connection, &context);
}

static struct verdict
heed_forwarding(struct session *session, const struct http_head *request)
{
	struct address client;

	if (is_proxy(session) &&
		proxies_find_client(
			&session->settings->proxies, request, &client))
		return identify(session, &client);
	return VERDICT_FINE;
}

static void
serve(struct session *session, const struct http_head *request)
{
	struct service_context context = {
		.settings = &session->settings->service,
		.client = &session->client,
	};
	struct tls_facts facts;
	struct service_tls tls;
	struct verdict verdict = keep_path(session, request);

	if (verdict_is_fine(verdict))
		verdict = heed_forwarding(session, request);
	context.via = session->via;
	if (session->tls != NULL) {
		describe_tls(session, &facts, &tls);
		context.tls = &tls;
	}
	if (verdict_is_fine(verdict))
		verdict = handshake_check_http(request);
	if (verdict_is_fine(verdict) && page_is_wanted(request)) {
		verdict = serve_page(session, request);
		if (verdict_is_fine(verdict))
			return;
	} else if (verdict_is_fine(verdict)) {
		verdict = judge(session, request, &context.subprotocol);
	}
	if (verdict_is_fine(verdict))
		service_find(http_head_path(request))
			->serve(session->connection, request, &context);
	else
		refuse(session, request, verdict);
}

/* There was no request; who speaks no TLS can be answered all the same. */
static void
fail(struct session *session)
{
	static const struct verdict plain = {HTTP_BAD_REQUEST,
		"this port speaks TLS: use wss:// or https://"};
	struct log_refusal refusal = {
		.why = connection_failure(session->connection)};

	if (tls_is_plain(session->transport)) {
		refuse(session, NULL, plain);
		return;
	}
	if (refusal.why == NULL)
		return;
	registry_count_refusal(
		session->settings->registry, (struct verdict){0, refusal.why});
	log_refuse(LOG_LEVEL_WARNING, &session->client, &refusal);
}

static int64_t
handshake_deadline(const struct session *session)
{
	return session->started + session->settings->handshake_timeout;
}

/* There is nobody to answer in a language that we know: it is just closed. */
static void
close_unanswered(const struct session *session, struct verdict verdict)
{
	struct log_refusal refusal = {.why = verdict.why};

	if (verdict.code == 0)
		verdict.why = TALLY_NO_PROXY;
	registry_count_refusal(session->settings->registry, verdict);
	log_refuse(LOG_LEVEL_WARNING, &session->client, &refusal);
}

/* Before all else, TLS too. Returns whether the connection may go on. */
static bool
receive_proxy_header(struct session *session)
{
	struct address client = {.length = 0};
	struct verdict verdict = VERDICT_FINE;

	if (!session->settings->proxies.has_header)
		return true;
	verdict.why = proxies_receive_header(session->tcp,
		handshake_deadline(session), &session->entry.interrupted,
		&client);
	if (verdict.why == NULL && client.length > 0)
		verdict = identify(session, &client);
	if (verdict.why == NULL)
		return true;
	if (verdict_is_fine(verdict) || session->tls != NULL)
		close_unanswered(session, verdict);
	else
		refuse(session, NULL, verdict);
	return false;
}

static void
handshake(struct session *session)
{
	struct http_head request;
	struct verdict verdict;

	if (!receive_proxy_header(session))
		return;
	if (connection_receive_request(session->connection,
		    handshake_deadline(session), &request, &verdict))
		serve(session, &request);
	else if (!verdict_is_fine(verdict))
		refuse(session, NULL, verdict);
	else
		fail(session);
}

static void
run(struct session *session)
{
	handshake(session);
	connection_finish(session->connection);
	if (connection_was_open(session->connection))
		say_goodbye(session);
	connection_linger(session->connection);
}

static bool
is_guarded(const struct session *session)
{
	return !session->settings->can_guard || stack_guard();
}

static struct transport *
make_transport(struct session *session)
{
	struct transport *tcp = NULL, *tls;

	if (is_guarded(session))
		tcp = tcp_new(
			session->descriptor, session->settings->user_timeout);
	session->tcp = tcp;
	if (tcp == NULL)
		close(session->descriptor);
	if (tcp == NULL || session->tls == NULL)
		return tcp;
	tls = tls_accept(tcp, session->tls);
	if (tls == NULL)
		tcp->type->close(tcp);
	return tls;
}

/* Makes the connection over the descriptor; closes that if it cannot. */
static bool
connect_session(struct session *session)
{
	struct transport *transport = make_transport(session);

	if (transport == NULL)
		return false;
	session->transport = transport;
	session->connection = connection_new(transport,
		&session->settings->connection, &session->entry.interrupted);
	if (session->connection == NULL)
		transport->type->close(transport);
	return session->connection != NULL;
}

static void
session_free(struct session *session)
{
	if (session->connection != NULL)
		connection_free(session->connection);
	SSL_CTX_free(session->tls);
	free(session->path);
	free(session->subject);
	free(session->via);
	free(session->peer);
	free(session);
}

/* There is no memory to tell the client anything. */
static void
give_up(const struct session *session)
{
	static const struct verdict verdict = {
		HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	struct log_refusal refusal = {.why = verdict.why};

	registry_count_refusal(session->settings->registry, verdict);
	log_refuse(LOG_LEVEL_WARNING, &session->client, &refusal);
}

static void *
work(void *argument)
{
	struct session *session = argument;
	struct registry *registry = session->settings->registry;

	signals_enter_worker();
	if (connect_session(session)) {
		registry_join(registry, &session->entry, session->descriptor,
			connection_traffic(session->connection));
		run(session);
	} else {
		give_up(session);
	}
	registry_leave(registry, &session->entry);
	session_free(session);
	OPENSSL_thread_stop();
	registry_count_out(registry);
	return NULL;
}

static bool
start_worker(struct session *session)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int failure;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	stack_configure(&attributes, session->settings->can_guard);
	failure = pthread_create(&thread, &attributes, work, session);
	pthread_attr_destroy(&attributes);
	return failure == 0;
}

/* Returns NULL without memory. */
static struct session *
session_new(const struct session_settings *settings, int descriptor,
	const struct address *peer, SSL_CTX *tls)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL || !name_peer(session, peer)) {
		free(session);
		return NULL;
	}
	session->settings = settings;
	session->descriptor = descriptor;
	session->started = clock_now();
	session->tls = tls;
	if (tls != NULL)
		SSL_CTX_up_ref(tls);
	return session;
}

struct verdict
session_start(const struct session_settings *settings, int descriptor,
	const struct address *peer, SSL_CTX *tls)
{
	struct session *session = session_new(settings, descriptor, peer, tls);
	struct verdict verdict;

	if (session == NULL)
		return (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	verdict = registry_enter(settings->registry, &session->entry,
		is_proxy(session) ? NULL : peer);
	session->client.number = session->entry.number;
	if (verdict_is_fine(verdict) && !start_worker(session)) {
		registry_leave(settings->registry, &session->entry);
		registry_count_out(settings->registry);
		verdict = (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, SESSION_NO_THREAD};
	}
	if (!verdict_is_fine(verdict))
		session_free(session);
	return verdict;
}
