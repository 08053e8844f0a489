/* SPDX-License-Identifier: MIT */
/* What can happen to a client, as lines of the log. */
#ifndef LOG_EVENT_H
#define LOG_EVENT_H

#include "log/log.h"

void log_connect(const struct log_client *client);

/* Why a client was turned away. */
struct log_refusal {
	unsigned status; /* of HTTP, 0: it was not answered */
	const char *why;
	const char *detail; /* what the client sent, NULL for nothing */
	size_t detail_length;
};

/* A warning, or information where the client asked to be, or an error. */
void log_refuse(enum log_level level, const struct log_client *client,
	const struct log_refusal *refusal);

/* How many messages of a client were shown in a second. All zero at first. */
struct log_messages {
	int64_t second;
	unsigned shown;
	uint64_t hidden;
};

/* Shows at most 20 messages of a client in a second, and counts the rest. */
void log_message(const struct log_client *client, struct log_messages *messages,
	bool is_text, const char *data, size_t length);

/* Tells how many messages were not shown, if any. */
void log_hidden_messages(
	const struct log_client *client, struct log_messages *messages);

struct log_goodbye {
	unsigned code;
	const char *closed_by;
	const char *reason;
	size_t reason_length;
	uint64_t messages_in, messages_out;
	uint64_t bytes_in, bytes_out;
	double seconds;
};

void log_disconnect(
	const struct log_client *client, const struct log_goodbye *goodbye);

#endif
