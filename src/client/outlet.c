/* SPDX-License-Identifier: MIT */
#include "client/outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

void
outlet_init(struct outlet *outlet, int descriptor)
{
	struct stat status;

	*outlet = (struct outlet){.descriptor = descriptor};
	outlet->is_file =
		fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

static bool
is_writable(const struct outlet *outlet)
{
	struct pollfd poll_descriptor = {outlet->descriptor, POLLOUT, 0};

	return outlet->is_file || poll(&poll_descriptor, 1, 0) == 1;
}

/* A pipe that is writable takes this much, and does not make us wait. */
static size_t
piece_of(const struct outlet *outlet, size_t length)
{
	return outlet->is_file || length < PIPE_BUF ? length : PIPE_BUF;
}

void
outlet_write(struct outlet *outlet, struct buffer *bytes)
{
	while (buffer_length(bytes) > 0 && outlet->failure == 0 &&
		is_writable(outlet)) {
		struct slice rest = buffer_bytes(bytes);
		ssize_t written = write(outlet->descriptor, rest.data,
			piece_of(outlet, rest.length));

		if (written > 0)
			buffer_consume(bytes, (size_t)written);
		else if (written < 0 && errno != EINTR && errno != EAGAIN)
			outlet->failure = errno;
	}
	if (outlet->failure != 0)
		buffer_consume(bytes, buffer_length(bytes));
}
