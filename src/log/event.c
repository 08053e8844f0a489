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

void
log_connect(const struct log_client *client)
{
	struct line line;

	if (!log_begin(&line, LOG_LEVEL_INFO, client, "connect"))
		return;
	log_say(&line, "Client connected from %s", client->peer);
	if (!is_root(client)) {
		log_say(&line, ", path ");
		log_say_escaped(&line, client->path, client->path_length);
	}
	log_end_limited(&line, client, COST_OF_CONNECTION);
}

void
log_refuse(const struct log_client *client, const struct log_refusal *refusal)
{
	struct line line;

	if (!log_begin(&line, LOG_LEVEL_WARNING, client, "refuse"))
		return;
	log_say(&line, "Client %s refused (%u, \"%s\"", client->peer,
		refusal->status, refusal->why);
	if (refusal->detail != NULL) {
		log_say(&line, ", \"");
		log_say_escaped(&line, refusal->detail, refusal->detail_length);
		log_say(&line, "\"");
	}
	log_say(&line, ")");
	log_number_field(&line, "status", refusal->status);
	log_text_field(&line, "why", refusal->why, strlen(refusal->why));
	if (refusal->detail != NULL)
		log_text_field(&line, "detail", refusal->detail,
			refusal->detail_length);
	log_end_limited(&line, client, COST_OF_REFUSAL);
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
	struct line line;

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
	if (!log_begin(&line, LOG_LEVEL_INFO, client, "message"))
		return;
	if (is_text) {
		log_say(&line, "Received from client: ");
		log_say_escaped(&line, data, length);
		log_text_field(&line, "data", data, length);
	} else {
		log_say(&line, "Received from client (binary, %zu bytes)",
			length);
	}
	log_text_field(&line, "type", is_text ? "text" : "binary",
		strlen(is_text ? "text" : "binary"));
	log_number_field(&line, "bytes", length);
	log_end(&line);
}

void
log_hidden_messages(
	const struct log_client *client, struct log_messages *messages)
{
	struct line line;

	if (messages->hidden == 0)
		return;
	if (log_begin(&line, LOG_LEVEL_INFO, client, "suppressed")) {
		log_say(&line, "%" PRIu64 " messages not shown",
			messages->hidden);
		log_number_field(&line, "messages", messages->hidden);
		log_end(&line);
	}
	messages->hidden = 0;
}

void
log_disconnect(
	const struct log_client *client, const struct log_goodbye *goodbye)
{
	struct line line;

	if (!log_begin(&line, LOG_LEVEL_INFO, client, "disconnect"))
		return;
	log_say(&line, "Client %s disconnected (%u by %s", client->peer,
		goodbye->code, goodbye->closed_by);
	if (goodbye->reason_length > 0) {
		log_say(&line, ", \"");
		log_say_escaped(&line, goodbye->reason, goodbye->reason_length);
		log_say(&line, "\"");
	}
	log_say(&line, ", messages %" PRIu64 "/%" PRIu64, goodbye->messages_in,
		goodbye->messages_out);
	log_say(&line, ", bytes %" PRIu64 "/%" PRIu64 ", %.1f s)",
		goodbye->bytes_in, goodbye->bytes_out, goodbye->seconds);
	log_number_field(&line, "code", goodbye->code);
	log_text_field(
		&line, "reason", goodbye->reason, goodbye->reason_length);
	log_text_field(&line, "closed_by", goodbye->closed_by,
		strlen(goodbye->closed_by));
	log_number_field(&line, "messages_in", goodbye->messages_in);
	log_number_field(&line, "messages_out", goodbye->messages_out);
	log_number_field(&line, "bytes_in", goodbye->bytes_in);
	log_number_field(&line, "bytes_out", goodbye->bytes_out);
	log_seconds_field(&line, "seconds", goodbye->seconds);
	log_end_limited(&line, client, COST_OF_CONNECTION);
}
