/* SPDX-License-Identifier: MIT */
#include "log/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define SYSLOG_PATH "/dev/log"
#define FILE_MODE 0640

static bool
connect_to_syslog(int descriptor)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX, .sun_path = SYSLOG_PATH};

	return connect(descriptor, (struct sockaddr *)&address,
		       sizeof(address)) == 0;
}

/* syslog(3) would wait, with the lock held, for a daemon that hangs. */
static int
open_syslog(void)
{
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failure;

	if (descriptor < 0)
		return -1;
	if (connect_to_syslog(descriptor))
		return descriptor;
	failure = errno;
	close(descriptor);
	errno = failure;
	return -1;
}

/* $JOURNAL_STREAM names the device and inode that the journal reads from. */
static bool
is_journal_stream(int descriptor)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream != NULL &&
	       sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(descriptor, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

/*
 * A terminal that is stopped would make us wait in spite of poll, so it gets a
 * non-blocking descriptor of our own: the shell's is left as it is.
 */
static void
open_stderr(struct target *target)
{
	target->is_ours = false;
	target->descriptor = STDERR_FILENO;
	target->is_journal = is_journal_stream(STDERR_FILENO);
	if (isatty(STDERR_FILENO) != 1)
		return;
	target->descriptor = open("/proc/self/fd/2",
		O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	target->is_ours = target->descriptor >= 0;
	if (!target->is_ours)
		target->descriptor = STDERR_FILENO;
}

static bool
open_target(struct target *target, const char *name, int flags)
{
	*target = (struct target){.is_ours = true};
	if (strcmp(name, "stderr") == 0) {
		open_stderr(target);
	} else if (strcmp(name, "syslog") == 0) {
		target->is_syslog = true;
		target->descriptor = open_syslog();
	} else {
		target->descriptor = open(name,
			O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY |
				O_NONBLOCK | flags,
			FILE_MODE);
	}
	return target->descriptor >= 0;
}

bool
target_open(struct target *target, const char *name)
{
	return open_target(target, name, O_CREAT);
}

/* Whether a file may be made, by whom we are in effect. */
static bool
can_make(const char *name)
{
	const char *slash = strrchr(name, '/');
	int length = slash != NULL ? (int)(slash + 1 - name) : 0;
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s.", length, name);
	return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

bool
target_can_open(const char *name)
{
	struct target target;

	if (!open_target(&target, name, 0))
		return errno == ENOENT && !target.is_syslog && can_make(name);
	target_close(&target);
	return true;
}

void
target_close(const struct target *target)
{
	if (target->is_ours)
		close(target->descriptor);
}

bool
target_is_plain(const struct target *target)
{
	return target->is_journal || target->is_syslog ||
	       isatty(target->descriptor) == 1;
}

bool
target_is_same_file(const struct target *target, int descriptor)
{
	struct stat ours, other;

	return fstat(target->descriptor, &ours) == 0 &&
	       fstat(descriptor, &other) == 0 && ours.st_dev == other.st_dev &&
	       ours.st_ino == other.st_ino;
}

void
target_add_prefix(const struct target *target, struct line *line, int level)
{
	static const int priorities[] = {
		LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	if (target->is_syslog)
		line_add(line,
			"<%d>wsserver[%ld]: ", LOG_DAEMON | priorities[level],
			(long)getpid());
	else if (target->is_journal)
		line_add(line, "<%d>", priorities[level]);
}

static bool
is_writable(int descriptor)
{
	struct pollfd poll_descriptor = {.fd = descriptor, .events = POLLOUT};

	return poll(&poll_descriptor, 1, 0) == 1 &&
	       (poll_descriptor.revents & POLLOUT) != 0;
}

/* Whether there is a daemon again, in the place of one that was restarted. */
static bool
is_reconnected(const struct target *target)
{
	return target->is_syslog && connect_to_syslog(target->descriptor) &&
	       is_writable(target->descriptor);
}

static ssize_t
write_once(int descriptor, const char *data, size_t length)
{
	ssize_t written;

	do {
		written = write(descriptor, data, length);
	} while (written < 0 && errno == EINTR);
	return written;
}

bool
target_write(struct target *target, const char *data, size_t length)
{
	ssize_t written;

	if (!is_writable(target->descriptor))
		return false;
	if (target->is_torn && write(target->descriptor, "\n", 1) != 1)
		return false;
	target->is_torn = false;
	written = write_once(target->descriptor, data, length);
	if (written < 0 && is_reconnected(target))
		written = write_once(target->descriptor, data, length);
	target->is_torn = written > 0 && (size_t)written < length;
	return written == (ssize_t)length;
}
