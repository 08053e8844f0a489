/* SPDX-License-Identifier: MIT */
#include "log/log.h"

#include "log/limit.h"
#include "log/target.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warning", "info", "debug"};

/* What stands above the lock is set before there are threads. */
static struct {
	const char *target_name;
	enum log_format format;
	enum log_level level;
	bool is_open;
	pthread_mutex_t lock; /* guards all below but target's kind */
	struct target target;
	struct limit limit;
	uint64_t dropped; /* not told so far */
	uint64_t lost;	  /* dropped or suppressed ever */
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
log_reopen(void)
{
	struct target target, old;

	if (!target_open(&target, log_.target_name))
		return false;
	pthread_mutex_lock(&log_.lock);
	old = log_.target;
	log_.target.descriptor = target.descriptor;
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
	if (client != NULL)
		line_add(line, "%" PRIu64 " ", client->number);
	else
		line_add(line, "- ");
}

static void
begin_json(struct line *line, enum log_level level,
	const struct log_client *client, const char *event)
{
	line_add(line, "{\"time\":\"");
	add_time(line);
	line_add(line, "\",\"level\":\"%s\"", level_names[level]);
	if (client != NULL)
		line_add(line, ",\"connection\":%" PRIu64, client->number);
	line_add(line, ",\"event\":\"%s\"", event);
	if (client == NULL)
		return;
	log_text_field(line, "peer", client->peer, strlen(client->peer));
	if (client->path != NULL)
		log_text_field(line, "path", client->path, client->path_length);
}

bool
log_begin(struct line *line, enum log_level level,
	const struct log_client *client, const char *event)
{
	if (!log_.is_open || level > log_.level)
		return false;
	line->length = 0;
	target_add_prefix(&log_.target, line, (int)level);
	if (log_.format == LOG_FORMAT_TEXT)
		begin_text(line, level, client);
	else if (log_.format == LOG_FORMAT_JSON)
		begin_json(line, level, client, event);
	return true;
}

static void
add_formatted(struct line *line, const char *format, va_list arguments)
{
	char text[LINE_FIELD_MAX + 1];

	vsnprintf(text, sizeof(text), format, arguments);
	line_add(line, "%s", text);
}

void
log_say(struct line *line, const char *format, ...)
{
	va_list arguments;

	if (log_.format == LOG_FORMAT_JSON)
		return;
	va_start(arguments, format);
	add_formatted(line, format, arguments);
	va_end(arguments);
}

void
log_say_escaped(struct line *line, const char *data, size_t length)
{
	if (log_.format != LOG_FORMAT_JSON)
		line_add_escaped(line, data, length);
}

void
log_number_field(struct line *line, const char *name, uint64_t number)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(line, ",\"%s\":%" PRIu64, name, number);
}

void
log_text_field(
	struct line *line, const char *name, const char *data, size_t length)
{
	if (log_.format != LOG_FORMAT_JSON)
		return;
	line_add(line, ",\"%s\":", name);
	line_add_json(line, data, length);
}

void
log_seconds_field(struct line *line, const char *name, double seconds)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(line, ",\"%s\":%.3f", name, seconds);
}

/* Makes the line whole. */
static void
finish_line(struct line *line)
{
	if (log_.format == LOG_FORMAT_JSON)
		line_add(line, "}");
	line_end(line);
}

/* A line of our own, from under the lock. */
static void
begin_suppressed(struct line *line)
{
	log_begin(line, LOG_LEVEL_WARNING, NULL, "suppressed");
}

static bool
write_line(struct line *line)
{
	finish_line(line);
	return target_write(&log_.target, line->text, line->length);
}

/* With the lock held: tells what was dropped before this line can be. */
static bool
tell_dropped(void)
{
	struct line line;

	if (log_.dropped == 0)
		return true;
	begin_suppressed(&line);
	log_say(&line, "%" PRIu64 " log lines could not be written",
		log_.dropped);
	log_number_field(&line, "lines", log_.dropped);
	if (!write_line(&line))
		return false;
	log_.dropped = 0;
	return true;
}

/* With the lock held. */
static void
write_or_drop(struct line *line)
{
	if (log_.is_open && tell_dropped() && write_line(line))
		return;
	log_.dropped++;
	log_.lost++;
}

/* With the lock held. */
static void
write_report(const struct limit_report *report)
{
	struct line line;

	begin_suppressed(&line);
	log_say(&line, "%" PRIu64 " lines about %s suppressed",
		report->suppressed, report->host);
	log_number_field(&line, "lines", report->suppressed);
	log_text_field(&line, "peer", report->host, strlen(report->host));
	write_or_drop(&line);
}

void
log_end(struct line *line)
{
	pthread_mutex_lock(&log_.lock);
	write_or_drop(line);
	pthread_mutex_unlock(&log_.lock);
}

static int64_t
milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
log_end_limited(
	struct line *line, const struct log_client *client, int64_t cost)
{
	struct limit_report report;
	bool fits;

	pthread_mutex_lock(&log_.lock);
	fits = limit_take(
		&log_.limit, client->peer, cost, milliseconds_now(), &report);
	if (report.suppressed > 0)
		write_report(&report);
	if (fits)
		write_or_drop(line);
	else
		log_.lost++;
	pthread_mutex_unlock(&log_.lock);
}

void
log_tell_suppressed(void)
{
	struct limit_report report;

	pthread_mutex_lock(&log_.lock);
	while (limit_next_report(&log_.limit, &report))
		write_report(&report);
	pthread_mutex_unlock(&log_.lock);
}

void
log_sentence(enum log_level level, const char *event, const char *format, ...)
{
	char text[LINE_FIELD_MAX + 1];
	struct line line;
	va_list arguments;

	if (!log_begin(&line, level, NULL, event))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_say_escaped(&line, text, strlen(text));
	log_text_field(&line, "message", text, strlen(text));
	log_end(&line);
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
