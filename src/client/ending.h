/* SPDX-License-Identifier: MIT */
/* How a conversation ended, for the user and for the shell. */
#ifndef CLIENT_ENDING_H
#define CLIENT_ENDING_H

#include "client/pump.h"
#include "client/status.h"

/*
 * Shows how the connection has ended, and all that is still to be shown.
 * Returns what that means for the program.
 */
enum client_status ending_tell(struct pump *pump);

#endif
