/* SPDX-License-Identifier: MIT */
#include "log/event.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* In tokens of log/limit.h; a refusal may come from a stranger at any rate. */
#define COST_OF_CONNECTION 2
#define COST_OF_REFUSAL 40

#define MESSAGES_A_SECOND 20

static bool
is_root(const struct log_client *client)
{
	return client->path_length == 1 && client->path[0] == '/';
}

/* The name of a Unix socket is what the peer chose. */
static void
say_client(const struct log_client *client)
{
	log_say("Client ");
	log_say_escaped(client->peer, strlen(client->peer));
}

void
log_connect(const struct log_client *client)
{
	if (!log_begin(LOG_LEVEL_INFO, client, "connect", COST_OF_CONNECTION))
		return;
	log_say("Client connected from ");
	log_say_escaped(client->peer, strlen(client->peer));
	if (!is_root(client)) {
		log_say(", path ");
		log_say_escaped(client->path, client->path_length);
	}
	if (client->subject != NULL) {
		log_say(", subject \"");
		log_say_escaped(client->subject, strlen(client->subject));
		log_say("\"");
		log_string_field("client_subject", client->subject);
	}
	log_end();
}

void
log_refuse(enum log_level level, const struct log_client *client,
	const struct log_refusal *refusal)
{
	if (!log_begin(level, client, "refuse", COST_OF_REFUSAL))
		return;
	say_client(client);
	log_say(" refused (");
	if (refusal->status != 0)
		log_say("%u, ", refusal->status);
	log_say("\"%s\"", refusal->why);
	if (refusal->detail != NULL) {
		log_say(", \"");
		log_say_escaped(refusal->detail, refusal->detail_length);
		log_say("\"");
	}
	log_say(")");
	if (refusal->status != 0)
		log_number_field("status", refusal->status);
	log_string_field("why", refusal->why);
	if (refusal->detail != NULL)
		log_text_field(
			"detail", refusal->detail, refusal->detail_length);
	log_end();
}

static int64_t
second_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void
log_message(const struct log_client *client, struct log_messages *messages,
	bool is_text, const char *data, size_t length)
{
	int64_t second = second_now();

	if (second != messages->second) {
		log_hidden_messages(client, messages);
		messages->second = second;
		messages->shown = 0;
	}
	if (messages->shown == MESSAGES_A_SECOND) {
		messages->hidden++;
		return;
	}
	messages->shown++;
	if (!log_begin(LOG_LEVEL_INFO, client, "message", 0))
		return;
	if (is_text) {
		log_say("Received from client: ");
		log_say_escaped(data, length);
		log_text_field("data", data, length);
	} else {
		log_say("Received from client (binary, %zu bytes)", length);
	}
	log_string_field("type", is_text ? "text" : "binary");
	log_number_field("bytes", length);
	log_end();
}

void
log_hidden_messages(
	const struct log_client *client, struct log_messages *messages)
{
	if (messages->hidden == 0)
		return;
	if (log_begin(LOG_LEVEL_INFO, client, "suppressed", 0)) {
		log_say("%" PRIu64 " messages not shown", messages->hidden);
		log_number_field("messages", messages->hidden);
		log_end();
	}
	messages->hidden = 0;
}

void
log_disconnect(
	const struct log_client *client, const struct log_goodbye *goodbye)
{
	if (!log_begin(
		    LOG_LEVEL_INFO, client, "disconnect", COST_OF_CONNECTION))
		return;
	say_client(client);
	log_say(" disconnected (%u by %s", goodbye->code, goodbye->closed_by);
	if (goodbye->reason_length > 0) {
		log_say(", \"");
		log_say_escaped(goodbye->reason, goodbye->reason_length);
		log_say("\"");
	}
	log_say(", messages %" PRIu64 "/%" PRIu64, goodbye->messages_in,
		goodbye->messages_out);
	log_say(", bytes %" PRIu64 "/%" PRIu64 ", %.1f s)", goodbye->bytes_in,
		goodbye->bytes_out, goodbye->seconds);
	log_number_field("code", goodbye->code);
	log_text_field("reason", goodbye->reason, goodbye->reason_length);
	log_string_field("closed_by", goodbye->closed_by);
	log_number_field("messages_in", goodbye->messages_in);
	log_number_field("messages_out", goodbye->messages_out);
	log_number_field("bytes_in", goodbye->bytes_in);
	log_number_field("bytes_out", goodbye->bytes_out);
	log_seconds_field("seconds", goodbye->seconds);
	log_end();
}
