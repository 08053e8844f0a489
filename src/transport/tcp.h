/* SPDX-License-Identifier: MIT */
/* Plain streams: TCP and Unix sockets. */
#ifndef TRANSPORT_TCP_H
#define TRANSPORT_TCP_H

#include "transport/transport.h"

/*
 * A transport over a connected, blocking stream socket, which it owns from
 * now on. Sends small pieces at once (TCP_NODELAY); unacknowledged bytes end
 * the connection after user_timeout milliseconds, 0: as the system has it,
 * unless a send has taken long since.
 * Returns NULL, with the socket untouched, when memory is short.
 */
struct transport *tcp_new(int descriptor, unsigned user_timeout);

#endif
