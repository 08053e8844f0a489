/* SPDX-License-Identifier: MIT */
/* One check being run: its connection, and how it went. */
#ifndef CLIENT_CHECK_TRIAL_H
#define CLIENT_CHECK_TRIAL_H

#include "client/check.h"
#include "client/check_echo.h"
#include "client/check_peer.h"
#include "log/line.h"
#include "protocol/close_code.h"
#include "protocol/handshake.h"

struct check;

enum check_grade {
	CHECK_OK,
	CHECK_WARN,
	CHECK_FAIL,
};

struct trial {
	const struct check *check;
	const struct check_target *target;
	struct check_echo *echo;
	struct check_peer peer;
	bool is_connected;
	bool is_open; /* and no Close was sent */
	unsigned greetings_left;
	int64_t deadline;
	struct handshake_offer offer;
	enum check_grade grade;
	struct line seen; /* why it is not ok */
};

/* All of these outlive the trial. */
void trial_begin(struct trial *trial, const struct check *check,
	const struct check_target *target, struct check_echo *echo,
	int64_t deadline);

/* Closes what is open; grade and seen are left. */
void trial_end(struct trial *trial);

/* Says how it went, as printf does; the worst that is said first counts. */
__attribute__((format(printf, 3, 4))) void trial_tell(
	struct trial *trial, enum check_grade grade, const char *format, ...);

/*
 * Tell what came where something else was demanded. The grade is for a
 * connection that ended; silence and broken rules are always a FAIL.
 */
void trial_tell_event(
	struct trial *trial, enum check_grade grade, enum check_event event);
void trial_tell_message(struct trial *trial, enum check_grade grade,
	const struct message *message);

/* What returns false from here on has told why. */
bool trial_connect(struct trial *trial);

/* Appends the request of the check. */
bool trial_write_request(struct trial *trial, struct buffer *output);

/* Connects and sends that. */
bool trial_send_request(struct trial *trial);

/* Receives the answer; the grade is for a connection that ended instead. */
bool trial_receive_head(struct trial *trial, enum check_grade grade,
	struct http_head *response);

/* All of that; an answer has to come. */
bool trial_request(struct trial *trial, struct http_head *response);

/* Whether this answer to the offer opens the connection. */
bool trial_is_accepted(struct trial *trial, const struct http_head *response);

/* trial_request and trial_is_accepted. */
bool trial_open(struct trial *trial);

/* Sends the parts of the check in one piece. */
void trial_send_parts(struct trial *trial);

/* Sends a frame as check_frame_write makes it. */
void trial_send(struct trial *trial, unsigned first_byte, struct slice payload);

/* As check_peer_receive, but answers pings. */
enum check_event trial_receive(struct trial *trial, struct message *message);

/* Takes a message for one that the server sends of its own accord. */
bool trial_is_greeting(struct trial *trial, const struct message *message);

/* Whether this message has come back, behind the prefix if it is text. */
bool trial_is_echo(const struct trial *trial, const struct message *message,
	enum opcode opcode, struct slice payload);

/* Wait for this message to come back, for this pong, and for a Close. */
bool trial_expect_echo(
	struct trial *trial, enum opcode opcode, struct slice payload);
bool trial_expect_pong(struct trial *trial, struct slice payload);
bool trial_expect_close(struct trial *trial, struct close_body *body);

#endif
