/* SPDX-License-Identifier: MIT */
#include "server/listener.h"

#include "transport/listening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEME_PLAIN "ws://"
#define SCHEME_TLS "wss://"

/* How often another port is tried that is free on both ::1 and 127.0.0.1. */
#define PORT_TRIES 100

/* What an address given by the user stands for. */
struct place {
	const char *name; /* in the URL; NULL: as the address */
	struct address first;
	struct address second; /* in addition or instead; length 0: none */
	bool needs_both;
	bool has_tls;
};

static bool
skip(const char **text, const char *prefix)
{
	if (strncmp(*text, prefix, strlen(prefix)) != 0)
		return false;
	*text += strlen(prefix);
	return true;
}

static const char *
scheme_of(const struct place *place)
{
	return place->has_tls ? "wss" : "ws";
}

/* Reads "name" or "name:port" for one certain name. */
static bool
parse_name(const char *text, const char *name, unsigned *port)
{
	struct address address;
	char with_port[sizeof("0.0.0.0:65535") + 1];

	if (!skip(&text, name))
		return false;
	if (*text == '\0')
		return true;
	if (*text != ':' ||
		(size_t)snprintf(with_port, sizeof(with_port), "0.0.0.0%s",
			text) >= sizeof(with_port) ||
		!address_parse(&address, with_port, 0))
		return false;
	*port = address_port(&address);
	return true;
}

/* A scheme decides on TLS; has_tls does where there is none. */
static bool
parse_place(struct place *place, const char *text, unsigned port, bool has_tls)
{
	*place = (struct place){.has_tls = has_tls};
	if (skip(&text, SCHEME_TLS))
		place->has_tls = true;
	else if (skip(&text, SCHEME_PLAIN))
		place->has_tls = false;
	if (parse_name(text, "localhost", &port)) {
		place->name = "localhost";
		place->needs_both = true;
		return address_parse(&place->first, "::1", port) &&
		       address_parse(&place->second, "127.0.0.1", port);
	}
	if (parse_name(text, "*", &port))
		return address_parse(&place->first, "::", port) &&
		       address_parse(&place->second, "0.0.0.0", port);
	return address_parse(&place->first, text, port);
}

bool
listener_address_is_valid(const char *text)
{
	struct place place;

	return parse_place(&place, text, 0, false);
}

bool
listener_address_has_tls(const char *text)
{
	return skip(&text, SCHEME_TLS);
}

/* Whether this machine merely has no such kind of address. */
static bool
is_absent(int failure)
{
	return failure == EAFNOSUPPORT || failure == EADDRNOTAVAIL;
}

static bool
open_one(struct listeners *listeners, const struct place *place,
	const struct address *address)
{
	struct listener *listener = &listeners->items[listeners->count];

	if (listeners->count == LISTENERS_MAX) {
		errno = EMFILE;
		return false;
	}
	listener->address = *address;
	listener->is_inherited = false;
	listener->has_tls = place->has_tls;
	listener->descriptor =
		listening_open(&listener->address, listeners->flags);
	if (listener->descriptor < 0)
		return false;
	listener->file = listening_find_file(&listener->address);
	listeners->count++;
	return true;
}

/* Whether the file of a Unix socket is still ours, not another server's. */
static bool
owns_file(const struct listener *listener)
{
	struct listening_file file = listening_find_file(&listener->address);

	return !listener->is_inherited &&
	       file.device == listener->file.device &&
	       file.inode == listener->file.inode;
}

static void
close_last(struct listeners *listeners)
{
	struct listener *last = &listeners->items[--listeners->count];

	if (owns_file(last))
		listening_close(last->descriptor, &last->address);
	else
		close(last->descriptor);
}

/* Opens ::1 and 127.0.0.1 on the same port, or the one there is. */
static bool
open_both(struct listeners *listeners, const struct place *place)
{
	struct address second = place->second;

	for (int tries = 0; tries < PORT_TRIES; tries++) {
		if (!open_one(listeners, place, &place->first))
			return is_absent(errno) &&
			       open_one(listeners, place, &second);
		address_set_port(&second,
			address_port(&listeners->items[listeners->count - 1]
					      .address));
		if (open_one(listeners, place, &second) || is_absent(errno))
			return true;
		close_last(listeners);
		if (address_port(&place->first) != 0)
			return false;
	}
	return false;
}

static bool
open_place(struct listeners *listeners, const struct place *place)
{
	if (place->needs_both)
		return open_both(listeners, place);
	if (open_one(listeners, place, &place->first))
		return true;
	return place->second.length > 0 && is_absent(errno) &&
	       open_one(listeners, place, &place->second);
}

static void
format_url(char url[LISTENER_URL_SIZE], const struct place *place,
	const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, text);
	if (place->name != NULL)
		snprintf(url, LISTENER_URL_SIZE, "%s://%s:%u", scheme_of(place),
			place->name, address_port(address));
	else if (address_is_unix(address))
		snprintf(url, LISTENER_URL_SIZE, "%s+%s", scheme_of(place),
			text);
	else
		snprintf(url, LISTENER_URL_SIZE, "%s://%s", scheme_of(place),
			text);
}

static bool
open_address(struct listeners *listeners, const char *text,
	const struct options *options)
{
	char url[LISTENER_URL_SIZE];
	struct place place;

	if (parse_place(&place, text, (unsigned)options->port,
		    options->certificate != NULL) &&
		open_place(listeners, &place)) {
		format_url(listeners->urls[listeners->url_count++], &place,
			&listeners->items[listeners->count - 1].address);
		return true;
	}
	format_url(url, &place, &place.first);
	fprintf(stderr, "wsserver: cannot listen on %s: %s\n", url,
		strerror(errno));
	listeners_close(listeners);
	return false;
}

/* By its name, or else by whether there is a certificate. */
static bool
inherited_has_tls(const struct activation *activation, size_t place,
	const struct options *options)
{
	if (activation_is_named(activation, place, "wss"))
		return true;
	return options->certificate != NULL &&
	       !activation_is_named(activation, place, "ws");
}

static bool
adopt(struct listeners *listeners, int descriptor, bool has_tls)
{
	struct place place = {.has_tls = has_tls};
	struct listener *listener = &listeners->items[listeners->count];

	if (listeners->count == LISTENERS_MAX) {
		errno = EMFILE;
		return false;
	}
	*listener = (struct listener){.descriptor = descriptor,
		.has_tls = has_tls,
		.is_inherited = true};
	if (!listening_adopt(descriptor, &listener->address))
		return false;
	listeners->count++;
	format_url(listeners->urls[listeners->url_count++], &place,
		&listener->address);
	return true;
}

static bool
adopt_all(struct listeners *listeners, const struct options *options,
	const struct activation *activation)
{
	for (size_t i = 0; i < activation->count; i++) {
		int descriptor = activation->first + (int)i;
		bool has_tls = inherited_has_tls(activation, i, options);

		if (has_tls && options->certificate == NULL) {
			fprintf(stderr, "wsserver: a socket named wss needs "
					"--cert\n");
			return false;
		}
		if (!adopt(listeners, descriptor, has_tls)) {
			fprintf(stderr,
				"wsserver: cannot listen on descriptor %d: "
				"%s\n",
				descriptor,
				errno == EINVAL ? "no listening stream socket"
						: strerror(errno));
			return false;
		}
	}
	return true;
}

bool
listeners_open(struct listeners *listeners, const struct options *options,
	const struct activation *activation)
{
	listeners->count = listeners->url_count = 0;
	listeners->flags = LISTENING_DUAL_STACK;
	if (options->reuse_port)
		listeners->flags |= LISTENING_REUSE_PORT;
	if (!adopt_all(listeners, options, activation)) {
		listeners_close(listeners);
		return false;
	}
	for (size_t i = 0; i < options->addresses.count; i++)
		if (!open_address(
			    listeners, options->addresses.values[i], options))
			return false;
	return listeners->count > 0 ||
	       open_address(listeners, "localhost", options);
}

void
listeners_close(struct listeners *listeners)
{
	while (listeners->count > 0)
		close_last(listeners);
}

bool
listeners_are_loopback(const struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (!address_is_loopback(&listeners->items[i].address))
			return false;
	return true;
}
