/* SPDX-License-Identifier: MIT */
#include "option/complaint.h"

#include <inttypes.h>
#include <stdio.h>

void
complaint_say(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			fprintf(stderr, "\\x%02x", (unsigned char)*text);
		else
			putc(*text, stderr);
}

void
complaint_quote(const char *text)
{
	putc('\'', stderr);
	complaint_say(text);
	putc('\'', stderr);
}

void
complaint_say_mismatch(
	const struct option_row *row, const char *value, const char *expected)
{
	complaint_quote(value);
	fprintf(stderr, " is not %s", expected);
	if (row->set == option_set_seconds)
		fprintf(stderr, " from %g to %g", (double)row->minimum / 1000,
			(double)row->maximum / 1000);
	else if (row->maximum > 0)
		fprintf(stderr, " from %" PRId64 " to %" PRId64, row->minimum,
			row->maximum);
}
