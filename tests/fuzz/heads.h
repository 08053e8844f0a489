/* SPDX-License-Identifier: MIT */
/* Heads of HTTP, found in whatever pieces they come, and judged. */
#ifndef FUZZ_HEADS_H
#define FUZZ_HEADS_H

#include "protocol/handshake.h"
#include "splits.h"

/*
 * Finds the head in a stream, whole and in pieces alike. Returns false when
 * there is none.
 */
bool heads_find(struct slice stream, struct splits splits, struct slice *head);

/* That a head that was parsed holds what it must. */
void heads_require_fields(const struct http_head *head);
void heads_require_request(const struct http_head *head);

/* What a server finds wrong with a request, and the subprotocol otherwise. */
struct verdict heads_judge(
	const struct http_head *request, struct slice *subprotocol);

/* That a client finds the answer to a good request good. */
void heads_require_accepted(
	const struct http_head *request, struct slice subprotocol);

/*
 * That a client's request is for the path and has one Host; the path may be
 * one that a server refuses.
 */
void heads_require_sent(struct slice request, struct slice path);

/* What a client asked for. */
extern const struct handshake_offer heads_offer;

/* That a response upgrades, and to what was asked for. */
void heads_require_upgrade(
	const struct http_head *response, struct slice subprotocol);

#endif
