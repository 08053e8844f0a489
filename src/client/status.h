/* SPDX-License-Identifier: MIT */
/* What wsclient exits with. */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

enum client_status {
	CLIENT_DONE = 0,   /* closed in order, all input sent */
	CLIENT_CLOSED = 1, /* closed with another code; no output */
	CLIENT_USAGE = 2,
	CLIENT_UNREACHABLE = 3, /* name or connection */
	CLIENT_TLS = 4,
	CLIENT_REFUSED = 5, /* the opening handshake */
	CLIENT_LOST = 6,    /* protocol error, lost, or input unsent */
	CLIENT_TIMEOUT = 7,
	CLIENT_INTERRUPTED = 130,
};

#endif
