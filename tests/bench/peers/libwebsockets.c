/* SPDX-License-Identifier: MIT */
/* An echo server made with libwebsockets. Prints its port. */
#include <libwebsockets.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECEIVE_SIZE 65536

/* A message under way, and the whole ones to be sent, one behind the other. */
struct reply {
	struct reply *next;
	unsigned char *data; /* behind LWS_PRE bytes */
	size_t length;
	int is_binary;
};

struct session {
	struct reply *under_way, *first, *last;
};

static int
take(struct session *session, struct lws *wsi, const void *data, size_t length)
{
	struct reply *reply = session->under_way;

	if (reply == NULL) {
		reply = calloc(1, sizeof(*reply));
		if (reply == NULL)
			return -1;
		reply->is_binary = lws_frame_is_binary(wsi);
		session->under_way = reply;
	}
	reply->data =
		realloc(reply->data, LWS_PRE + reply->length + length + 1);
	if (reply->data == NULL)
		return -1;
	memcpy(reply->data + LWS_PRE + reply->length, data, length);
	reply->length += length;
	if (lws_remaining_packet_payload(wsi) > 0 ||
		!lws_is_final_fragment(wsi))
		return 0;
	session->under_way = NULL;
	if (session->last != NULL)
		session->last->next = reply;
	else
		session->first = reply;
	session->last = reply;
	lws_callback_on_writable(wsi);
	return 0;
}

static void
drop_first(struct session *session)
{
	struct reply *reply = session->first;

	session->first = reply->next;
	if (session->first == NULL)
		session->last = NULL;
	free(reply->data);
	free(reply);
}

static int
send_first(struct session *session, struct lws *wsi)
{
	const struct reply *reply = session->first;
	int sent;

	if (reply == NULL)
		return 0;
	sent = lws_write(wsi, reply->data + LWS_PRE, reply->length,
		reply->is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
	if (sent < (int)reply->length)
		return -1;
	drop_first(session);
	if (session->first != NULL)
		lws_callback_on_writable(wsi);
	return 0;
}

static int
echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *data,
	size_t length)
{
	struct session *session = user;

	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		return take(session, wsi, data, length);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return send_first(session, wsi);
	case LWS_CALLBACK_CLOSED:
		while (session->first != NULL)
			drop_first(session);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, data, length);
	}
}

int
main(void)
{
	static const struct lws_protocols protocols[] = {
		{"echo", echo, sizeof(struct session), RECEIVE_SIZE, 0, NULL,
			0},
		{NULL, NULL, 0, 0, 0, NULL, 0},
	};
	struct lws_context_creation_info info = {.port = 0,
		.iface = "127.0.0.1",
		.protocols = protocols,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS};
	struct lws_context *context;
	struct lws_vhost *vhost;

	lws_set_log_level(0, NULL);
	context = lws_create_context(&info);
	vhost = context != NULL ? lws_create_vhost(context, &info) : NULL;
	if (vhost == NULL)
		return EXIT_FAILURE;
	printf("%d\n", lws_get_vhost_listen_port(vhost));
	fflush(stdout);
	while (lws_service(context, 0) >= 0)
		;
	lws_context_destroy(context);
	return EXIT_SUCCESS;
}
