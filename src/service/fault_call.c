/* SPDX-License-Identifier: MIT */
#include "service/fault_call.h"

#include <string.h>

/* More digits are above every limit, and too many for 64 bits. */
#define DIGITS_MAX 18

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
parse_digits(struct slice text, uint64_t *number)
{
	*number = 0;
	if (text.length == 0 || text.length > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!is_digit(text.data[i]))
			return false;
		*number = *number * 10 + (uint64_t)(text.data[i] - '0');
	}
	return true;
}

/* Takes K, M or G off a size. Returns by how many bits it is to be shifted. */
static unsigned
take_unit(struct slice *text)
{
	static const char units[] = "KMG";
	const char *unit = NULL;

	if (text->length > 0)
		unit = memchr(
			units, text->data[text->length - 1], strlen(units));
	if (unit == NULL)
		return 0;
	text->length--;
	return 10 * (unsigned)(unit - units + 1);
}

static bool
parse_number(const struct fault *fault, struct slice text, uint64_t max_message,
	uint64_t *number)
{
	uint64_t maximum = fault->maximum;
	unsigned shift = 0;

	if (maximum == FAULT_MAX_MESSAGE) {
		maximum = max_message;
		shift = take_unit(&text);
	}
	if (!parse_digits(text, number) || *number > maximum >> shift)
		return false;
	*number <<= shift;
	return *number >= fault->minimum;
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes one character, which may be percent-encoded (RFC 3986, 2.1). */
static bool
take_character(struct slice *text, char *character)
{
	int high, low;

	*character = *text->data++;
	text->length--;
	if (*character != '%')
		return true;
	if (text->length < 2)
		return false;
	high = hex_value(text->data[0]);
	low = hex_value(text->data[1]);
	text->data += 2;
	text->length -= 2;
	*character = (char)(high * 16 + low);
	return high >= 0 && low >= 0 && *character != '\0';
}

static bool
parse_reason(struct slice text, char reason[CLOSE_REASON_MAX + 1])
{
	size_t length = 0;

	while (text.length > 0) {
		if (length == CLOSE_REASON_MAX ||
			!take_character(&text, &reason[length]))
			return false;
		length++;
	}
	reason[length] = '\0';
	return true;
}

/* What stands behind the name: nothing, or '/' and the parameters. */
static bool
parse_parameters(
	struct fault_call *call, struct slice text, uint64_t max_message)
{
	const char *path = call->fault->path;
	size_t name_length = fault_name(call->fault).length;
	bool takes_reason = strchr(path, '[') != NULL;
	struct slice number;

	if (path[name_length] == '\0')
		return text.length == 0;
	if (text.length == 0)
		return false;
	text.data++;
	text.length--;
	if (slice_split(&text, '/', &number) && !takes_reason)
		return false;
	return parse_number(call->fault, number, max_message, &call->number) &&
	       parse_reason(text, call->reason) &&
	       (call->number != CLOSE_NO_STATUS || call->reason[0] == '\0');
}

/* Nothing, or "?after=N" for what comes behind the 101. */
static bool
parse_query(struct fault_call *call)
{
	struct slice value, name;

	if (!http_head_query(call->request, &value))
		return true;
	return !call->fault->is_opening && slice_split(&value, '=', &name) &&
	       slice_equals(name, slice_of("after")) &&
	       parse_digits(value, &call->after) &&
	       call->after <= FAULT_AFTER_MAX;
}

/* Whether a path begins with a whole name; takes it off. */
static bool
take_name(struct slice *path, struct slice name)
{
	struct slice start = {path->data, name.length};

	if (path->length < name.length || !slice_equals(start, name) ||
		(path->length > name.length && path->data[name.length] != '/'))
		return false;
	*path = slice_from(*path, name.length);
	return true;
}

/* Takes the name of a fault off a path; NULL for none. */
static const struct fault *
take_fault(struct slice *path)
{
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if (take_name(path, fault_name(&faults[i])))
			return &faults[i];
	return NULL;
}

struct verdict
fault_call_parse(struct fault_call *call, const struct http_head *request,
	const struct service_settings *settings)
{
	struct slice path = http_head_path(request);

	*call = (struct fault_call){.request = request};
	if (settings->faults == NULL)
		return (struct verdict){HTTP_NOT_FOUND, FAULTS_ARE_OFF};
	path = slice_from(path, strlen(FAULTS_PATH));
	call->fault = take_fault(&path);
	if (call->fault == NULL)
		return (struct verdict){HTTP_NOT_FOUND,
			"no such fault: GET /faults lists those there are"};
	if (!parse_parameters(call, path, settings->max_message) ||
		!parse_query(call))
		return (struct verdict){HTTP_BAD_REQUEST, call->fault->usage};
	return VERDICT_FINE;
}
