/* SPDX-License-Identifier: MIT */
#include "logfile.h"

#include "scratch.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIME "TIME"

/*
 * What an earlier test left untold would be told in the next one, for a log
 * that is closed keeps its counts.
 */
void
logfile_open(enum log_format format, enum log_level level)
{
	struct log_settings settings = {LOGFILE_NAME, format, level};

	scratch_enter();
	ck_assert(log_open(&settings));
	log_tell_suppressed();
	log_sentence(LOG_LEVEL_ERROR, "start", "what was not told is");
	logfile_forget();
}

void
logfile_close(void)
{
	log_close();
	scratch_leave();
}

bool
logfile_open_target(const char *target, enum log_format format)
{
	struct log_settings settings = {target, format, LOG_LEVEL_DEBUG};

	log_close();
	return log_open(&settings);
}

/* Whether text begins with a time, "2026-11-22T16:28:01.123Z". */
static bool
begins_with_time(const char *text)
{
	static const char pattern[] = "dddd-dd-ddTdd:dd:dd.dddZ";

	for (size_t i = 0; pattern[i] != '\0'; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (pattern[i] == 'd' ? !is_digit : text[i] != pattern[i])
			return false;
	}
	return true;
}

static void
hide_times(char *text)
{
	char *to = text;

	while (*text != '\0') {
		if (begins_with_time(text)) {
			memcpy(to, TIME, strlen(TIME));
			to += strlen(TIME);
			text += strlen("2026-11-22T16:28:01.123Z");
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

void
logfile_says(const char *expected)
{
	char *text = scratch_read(LOGFILE_NAME);

	hide_times(text);
	ck_assert_str_eq(text, expected);
	free(text);
	logfile_forget();
}

void
logfile_forget(void)
{
	ck_assert_int_eq(truncate(LOGFILE_NAME, 0), 0);
}
