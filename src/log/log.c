/* SPDX-License-Identifier: MIT */
#include "log/log.h"

#include "log/limit.h"
#include "log/line.h"
#include "log/target.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warning", "info", "debug"};

/*
 * What stands above the lock, and the target's kind, is set before there are
 * threads. Lines are made under the lock rather than on stacks: a page of
 * stack once touched would cost each thread its memory for good.
 */
static struct {
	const char *target_name;
	enum log_format format;
	enum log_level level;
	bool is_open;
	pthread_mutex_t lock; /* guards all below */
	struct target target;
	struct limit limit;
	uint64_t dropped;   /* not told so far */
	uint64_t lost;	    /* dropped or suppressed ever */
	struct line line;   /* between log_begin and log_end */
	struct line notice; /* of the log about itself */
} log_ = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool
log_open(const struct log_settings *settings)
{
	if (!target_open(&log_.target, settings->target))
		return false;
	log_.target_name = settings->target;
	log_.level = settings->level;
	log_.format = settings->format;
	if (log_.format == LOG_FORMAT_AUTO)
		log_.format = target_is_plain(&log_.target) ? LOG_FORMAT_PLAIN
							    : LOG_FORMAT_TEXT;
	log_.is_open = true;
	return true;
}

bool
log_can_open(const char *target)
{
	return target_can_open(target);
}

bool
log_reopen(void)
{
	struct target target, old;

	if (!target_open(&target, log_.target_name))
		return false;
	pthread_mutex_lock(&log_.lock);
	old = log_.target;
	log_.target.descriptor = target.descriptor;
	log_.target.is_ours = target.is_ours;
	log_.target.is_torn = false;
	pthread_mutex_unlock(&log_.lock);
	target_close(&old);
	return true;
}

void
log_close(void)
{
	pthread_mutex_lock(&log_.lock);
	if (log_.is_open)
		target_close(&log_.target);
	log_.is_open = false;
	pthread_mutex_unlock(&log_.lock);
}

bool
log_is_on_terminal(void)
{
	return isatty(log_.target.descriptor) == 1;
}

bool
log_goes_to(int descriptor)
{
	return target_is_same_file(&log_.target, descriptor);
}

static void
add_time(struct line *line)
{
	struct timespec now;
	struct tm parts;
	char text[sizeof("2026-11-22T16:28:01")];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	line_add(line, "%s.%03ldZ", text, now.tv_nsec / 1000000);
}

static void
begin_text(struct line *line, enum log_level level,
	const struct log_client *client)
{
	add_time(line);
	line_add(line, " %s ", level_names[level]);
	if (client != NULL && client->number != 0)
		line_add(line, "%" PRIu64 " ", client->number);
	else
		line_add(line, "- ");
}

static void
add_json_field(
	struct line *line, const char *name, const char *data, size_t length)
{
	line_add(line, ",\"%s\":", name);
	line_add_json(line, data, length);
}

static void
begin_json(struct line *line, enum log_level level,
	const struct log_client *client, const char *event)
{
	line_add(line, "{\"time\":\"");
	add_time(line);
	line_add(line, "\",\"level\":\"%s\"", level_names[level]);
	if (client != NULL && client->number != 0)
		line_add(line, ",\"connection\":%" PRIu64, client->number);
	line_add(line, ",\"event\":\"%s\"", event);
	if (client == NULL)
		return;
	add_json_field(line, "peer", client->peer, strlen(client->peer));
	if (client->path != NULL)
		add_json_field(line, "path", client->path, client->path_length);
}

static void
begin_line(struct line *line, enum log_level level,
	const struct log_client *client, const char *event)
{
	line->length = 0;
	target_add_prefix(&log_.target, line, (int)level);
	if (log_.format == LOG_FORMAT_TEXT)
		begin_text(line, level, client);
	else if (log_.format == LOG_FORMAT_JSON)
		begin_json(line, level, client, event);
}

static bool
write_line(struct line *line)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(line, "}");
	line_end(line);
	return target_write(&log_.target, line->text, line->length);
}

/* A line of the log about lines that are missing, perhaps those of a peer. */
static bool
write_notice(uint64_t lines, const char *what, const char *peer)
{
	struct line *line = &log_.notice;

	begin_line(line, LOG_LEVEL_WARNING, NULL, "suppressed");
	if (log_.format != LOG_FORMAT_JSON) {
		line_add(line, "%" PRIu64 " %s", lines, what);
		line_add_escaped(line, peer, strlen(peer));
	} else {
		line_add(line, ",\"lines\":%" PRIu64, lines);
		add_json_field(line, "why", what, strlen(what));
		add_json_field(line, "about", peer, strlen(peer));
	}
	return write_line(line);
}

/* Tells what was dropped before this line can be written. */
static void
write_or_drop(struct line *line)
{
	if (log_.dropped > 0 &&
		write_notice(log_.dropped, "log lines not written", ""))
		log_.dropped = 0;
	if (log_.dropped == 0 && write_line(line))
		return;
	log_.dropped++;
	log_.lost++;
}

static void
tell_suppressed(const struct limit_report *report)
{
	if (report->suppressed > 0 &&
		!write_notice(report->suppressed, "lines suppressed about ",
			report->host))
		log_.dropped += report->suppressed;
}

static int64_t
milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_within_limit(const struct log_client *client, int64_t cost)
{
	struct limit_report report;
	bool fits;

	if (client == NULL || cost == 0)
		return true;
	fits = limit_take(
		&log_.limit, client->peer, cost, milliseconds_now(), &report);
	tell_suppressed(&report);
	if (!fits)
		log_.lost++;
	return fits;
}

bool
log_begin(enum log_level level, const struct log_client *client,
	const char *event, int64_t cost)
{
	if (!log_.is_open || level > log_.level)
		return false;
	pthread_mutex_lock(&log_.lock);
	if (is_within_limit(client, cost)) {
		begin_line(&log_.line, level, client, event);
		return true;
	}
	pthread_mutex_unlock(&log_.lock);
	return false;
}

void
log_say(const char *format, ...)
{
	va_list arguments;

	if (log_.format == LOG_FORMAT_JSON)
		return;
	va_start(arguments, format);
	line_add_list(&log_.line, format, arguments);
	va_end(arguments);
}

void
log_say_escaped(const char *data, size_t length)
{
	if (log_.format != LOG_FORMAT_JSON)
		line_add_escaped(&log_.line, data, length);
}

void
log_number_field(const char *name, uint64_t number)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(&log_.line, ",\"%s\":%" PRIu64, name, number);
}

void
log_text_field(const char *name, const char *data, size_t length)
{
	if (log_.format == LOG_FORMAT_JSON)
		add_json_field(&log_.line, name, data, length);
}

void
log_string_field(const char *name, const char *string)
{
	log_text_field(name, string, strlen(string));
}

void
log_seconds_field(const char *name, double seconds)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(&log_.line, ",\"%s\":%.3f", name, seconds);
}

void
log_end(void)
{
	write_or_drop(&log_.line);
	pthread_mutex_unlock(&log_.lock);
}

void
log_tell_suppressed(void)
{
	struct limit_report report;

	pthread_mutex_lock(&log_.lock);
	while (limit_next_report(&log_.limit, &report))
		tell_suppressed(&report);
	pthread_mutex_unlock(&log_.lock);
}

void
log_sentence(enum log_level level, const char *event, const char *format, ...)
{
	char text[LINE_FIELD_MAX + 1];
	va_list arguments;

	if (!log_begin(level, NULL, event, 0))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_say_escaped(text, strlen(text));
	log_string_field("message", text);
	log_end();
}

uint64_t
log_lines_lost(void)
{
	uint64_t lost;

	pthread_mutex_lock(&log_.lock);
	lost = log_.lost;
	pthread_mutex_unlock(&log_.lock);
	return lost;
}
