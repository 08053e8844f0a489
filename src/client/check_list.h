/* SPDX-License-Identifier: MIT */
/* What the checks are made of: tables of what is sent and expected. */
#ifndef CLIENT_CHECK_LIST_H
#define CLIENT_CHECK_LIST_H

#include "client/check_trial.h"

/* Deviations from a right request; NULL: as it is to be. */
struct check_request {
	const char *method;
	const char *version;
	const char *host; /* from here on whole lines; "" leaves them out */
	const char *upgrade;
	const char *key;
	const char *websocket_version;
	const char *more;
	bool is_absolute;  /* the target is "http://host/path" */
	size_t long_field; /* bytes of one more field, 0: none */
};

#define FIN 0x80
#define BYTES(literal) literal, sizeof(literal) - 1

/* A frame to send; or with CHECK_RAW for first byte, bytes as they are. */
#define CHECK_RAW 0x100
#define CHECK_PARTS_MAX 3
struct check_part {
	unsigned first_byte;
	const char *bytes; /* NULL behind the last part */
	size_t length;
};

/* Which messages have to come back for a check to say anything. */
enum check_need {
	CHECK_NEEDS_NOTHING,
	CHECK_NEEDS_TEXT,
	CHECK_NEEDS_BINARY,
	CHECK_NEEDS_ECHO, /* of either kind */
};

struct check {
	const char *section;
	const char *sentence;
	void (*run)(struct trial *trial);
	enum check_need need;
	unsigned code; /* a close code or a status, as run has it */
	struct check_part parts[CHECK_PARTS_MAX];
	struct check_part answer; /* its first byte is an opcode alone */
	struct check_request request;
};

struct check_list {
	const struct check *checks;
	size_t count;
};

extern const struct check_list check_handshakes;
extern const struct check_list check_echoes;
extern const struct check_list check_frames;
extern const struct check_list check_failures;
extern const struct check_list check_closings;

#endif
