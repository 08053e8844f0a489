/* SPDX-License-Identifier: MIT */
#include "protocol/http.h"

#include <string.h>

#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

static struct verdict
bad_request(const char *why)
{
	return (struct verdict){HTTP_BAD_REQUEST, why};
}

/* What IANA has registered, which is all of RFC 9110 and some more. */
static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{100, "Continue"},
	{101, "Switching Protocols"},
	{102, "Processing"},
	{103, "Early Hints"},
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{203, "Non-Authoritative Information"},
	{204, "No Content"},
	{205, "Reset Content"},
	{206, "Partial Content"},
	{207, "Multi-Status"},
	{208, "Already Reported"},
	{226, "IM Used"},
	{300, "Multiple Choices"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{305, "Use Proxy"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{402, "Payment Required"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{407, "Proxy Authentication Required"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{416, "Range Not Satisfiable"},
	{417, "Expectation Failed"},
	{421, "Misdirected Request"},
	{422, "Unprocessable Content"},
	{423, "Locked"},
	{424, "Failed Dependency"},
	{425, "Too Early"},
	{426, "Upgrade Required"},
	{428, "Precondition Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{451, "Unavailable For Legal Reasons"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
	{506, "Variant Also Negotiates"},
	{507, "Insufficient Storage"},
	{508, "Loop Detected"},
	{510, "Not Extended"},
	{511, "Network Authentication Required"},
};

const char *
http_status_reason(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_token_character(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr(TOKEN_MARKS, c) != NULL);
}

bool
http_is_token(struct slice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!is_token_character(text.data[i]))
			return false;
	return text.length > 0;
}

static bool
is_control_character(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7F;
}

static void
scan_line_end(struct http_scanner *scanner)
{
	size_t line_length = scanner->position - 1 - scanner->line_start;

	scanner->position++;
	if (line_length > 0)
		scanner->lines++;
	else if (scanner->lines == 0)
		scanner->start = scanner->position;
	else
		scanner->head_length = scanner->position - scanner->start;
	scanner->line_start = scanner->position;
}

static struct verdict
scan_limits(const struct http_scanner *scanner)
{
	size_t with_cr = scanner->position - scanner->start;

	if (scanner->lines == 0 && with_cr > HTTP_REQUEST_LINE_MAX + 1)
		return (struct verdict){
			HTTP_URI_TOO_LONG, "request line over 8192 bytes"};
	if (scanner->position > HTTP_HEAD_MAX)
		return (struct verdict){
			HTTP_FIELDS_TOO_LARGE, "head over 16384 bytes"};
	if (scanner->lines > HTTP_FIELDS_MAX + 1)
		return (struct verdict){
			HTTP_FIELDS_TOO_LARGE, "more than 100 fields"};
	return VERDICT_FINE;
}

struct verdict
http_scan(struct http_scanner *scanner, const char *data, size_t length)
{
	while (scanner->position < length && scanner->head_length == 0) {
		char c = data[scanner->position];
		bool after_cr = scanner->position > scanner->line_start &&
				data[scanner->position - 1] == '\r';
		struct verdict verdict;

		if (after_cr && c != '\n')
			return bad_request("bare CR in the head");
		if (!after_cr && c == '\n')
			return bad_request("bare LF in the head");
		if (c != '\r' && c != '\n' && is_control_character(c))
			return bad_request("control character in the head");
		if (c == '\n')
			scan_line_end(scanner);
		else
			scanner->position++;
		verdict = scan_limits(scanner);
		if (!verdict_is_fine(verdict))
			return verdict;
	}
	return VERDICT_FINE;
}

/* Takes a line without its CR LF; the head is known to end with one. */
static struct slice
take_line(struct slice *rest)
{
	struct slice line;

	slice_split(rest, '\n', &line);
	if (line.length > 0)
		line.length--;
	return line;
}

static bool
field_line_parse(struct slice line, struct http_field *field)
{
	field->value = line;
	if (!slice_split(&field->value, ':', &field->name))
		return false;
	field->value = slice_trim(field->value);
	return http_is_token(field->name);
}

static struct verdict
check_fields(struct slice rest)
{
	struct http_field field;

	while (rest.length > 0) {
		struct slice line = take_line(&rest);

		if (line.length > 0 &&
			(line.data[0] == ' ' || line.data[0] == '\t'))
			return bad_request("folded header field");
		if (!field_line_parse(line, &field))
			return bad_request("malformed header field");
	}
	return VERDICT_FINE;
}

/* "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3). */
static bool
version_parse(struct slice text, unsigned *major, unsigned *minor)
{
	if (text.length != strlen("HTTP/1.1") ||
		memcmp(text.data, "HTTP/", 5) != 0 || text.data[6] != '.' ||
		!is_digit(text.data[5]) || !is_digit(text.data[7]))
		return false;
	*major = (unsigned)(text.data[5] - '0');
	*minor = (unsigned)(text.data[7] - '0');
	return true;
}

/* Splits a head into its first line and its field lines. */
static struct slice
take_first_line(struct slice bytes, struct http_head *head)
{
	struct slice line;

	*head = (struct http_head){.bytes = bytes, .fields = bytes};
	head->fields.length -= strlen("\r\n");
	line = take_line(&head->fields);
	return line;
}

/* Splits "http://host/path" (RFC 9112 section 3.2.2) into host and "/path". */
static void
target_to_origin_form(struct http_head *head)
{
	static const char *const schemes[] = {
		"http://", "https://", "ws://", "wss://"};
	struct slice rest = head->target;
	size_t length;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!slice_starts_ignoring_case(rest, schemes[i]))
			continue;
		rest = slice_from(rest, strlen(schemes[i]));
		length = slice_length_until(rest, "/?");
		if (length == 0)
			return;
		head->authority = (struct slice){rest.data, length};
		rest = slice_from(rest, length);
		head->target = rest.length > 0 ? rest : slice_of("/");
		return;
	}
}

static int
hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	found = c != '\0' ? strchr(digits, c) : NULL;
	return found != NULL ? (int)(found - digits) : -1;
}

/* Reads one character of a path, percent-decoded; -1 when malformed. */
static int
path_character(struct slice *rest)
{
	char c = rest->data[0];
	size_t used = 1;

	if (c == '%') {
		int high = rest->length >= 3 ? hex_value(rest->data[1]) : -1;
		int low = rest->length >= 3 ? hex_value(rest->data[2]) : -1;

		if (high < 0 || low < 0)
			return -1;
		c = (char)(high << 4 | low);
		used = 3;
	}
	rest->data += used;
	rest->length -= used;
	return (unsigned char)c;
}

/* Refuses NUL, broken escapes and ".." segments, escaped or not. */
static bool
path_is_decent(struct slice path)
{
	size_t dots = 0, segment_length = 0;

	while (path.length > 0) {
		int c = path_character(&path);

		if (c <= 0)
			return false;
		if (c == '/') {
			if (dots == 2 && segment_length == 2)
				return false;
			dots = segment_length = 0;
			continue;
		}
		dots += c == '.';
		segment_length++;
	}
	return dots != 2 || segment_length != 2;
}

static struct verdict
judge_target(const struct http_head *head)
{
	struct slice target = head->target;

	if (slice_equals(target, slice_of("*")) &&
		slice_equals(head->method, slice_of("OPTIONS")))
		return VERDICT_FINE;
	if (target.length == 0 ||
		(target.data[0] != '/' && head->authority.length == 0))
		return bad_request("request target is not a path");
	for (size_t i = 0; i < target.length; i++)
		if ((unsigned char)target.data[i] <= ' ' ||
			(unsigned char)target.data[i] > '~' ||
			target.data[i] == '#')
			return bad_request("bad character in the target");
	if (!path_is_decent(http_head_path(head)))
		return bad_request("bad path");
	return VERDICT_FINE;
}

struct verdict
http_request_parse(struct slice bytes, struct http_head *head)
{
	struct slice line = take_first_line(bytes, head);
	unsigned major = 0;
	struct verdict verdict;

	if (!slice_split(&line, ' ', &head->method) ||
		!slice_split(&line, ' ', &head->target) ||
		!http_is_token(head->method) ||
		!version_parse(line, &major, &head->minor_version))
		return bad_request("malformed request line");
	if (major != 1)
		return (struct verdict){HTTP_VERSION_NOT_SUPPORTED,
			"only HTTP/1.1 is spoken here"};
	target_to_origin_form(head);
	verdict = judge_target(head);
	if (!verdict_is_fine(verdict))
		return verdict;
	return check_fields(head->fields);
}

static bool
status_parse(struct slice text, unsigned *status)
{
	if (text.length != 3)
		return false;
	*status = 0;
	for (size_t i = 0; i < text.length; i++) {
		if (!is_digit(text.data[i]))
			return false;
		*status = *status * 10 + (unsigned)(text.data[i] - '0');
	}
	return *status >= 100;
}

struct verdict
http_response_parse(struct slice bytes, struct http_head *head)
{
	struct slice line = take_first_line(bytes, head);
	struct slice version, status;
	unsigned major = 0;

	if (!slice_split(&line, ' ', &version))
		return bad_request("malformed status line");
	slice_split(&line, ' ', &status);
	head->reason = line;
	if (!version_parse(version, &major, &head->minor_version) ||
		major != 1 || !status_parse(status, &head->status))
		return bad_request("malformed status line");
	return check_fields(head->fields);
}

struct slice
http_head_path(const struct http_head *head)
{
	struct slice rest = head->target, path;

	slice_split(&rest, '?', &path);
	return path.length > 0 ? path : slice_of("/");
}

bool
http_head_query(const struct http_head *head, struct slice *query)
{
	struct slice path;

	*query = head->target;
	return slice_split(query, '?', &path);
}

struct slice
http_head_host(const struct http_head *head)
{
	struct slice host = {NULL, 0};

	if (head->authority.length > 0)
		return head->authority;
	http_field_find(head, "Host", &host);
	return host;
}

bool
http_field_next(struct slice *rest, struct http_field *field)
{
	if (rest->length == 0)
		return false;
	return field_line_parse(take_line(rest), field);
}

size_t
http_field_find(
	const struct http_head *head, const char *name, struct slice *value)
{
	struct slice rest = head->fields, wanted = slice_of(name);
	struct http_field field;
	size_t count = 0;

	while (http_field_next(&rest, &field)) {
		if (!slice_equals_ignoring_case(field.name, wanted))
			continue;
		if (count++ == 0)
			*value = field.value;
	}
	return count;
}

struct http_list
http_list_of(const struct http_head *head, const char *name)
{
	return (struct http_list){head->fields, {NULL, 0}, name};
}

bool
http_list_next(struct http_list *list, struct slice *element)
{
	struct http_field field;

	while (list->value.data == NULL) {
		if (!http_field_next(&list->fields, &field))
			return false;
		if (slice_equals_ignoring_case(
			    field.name, slice_of(list->name)))
			list->value = field.value;
	}
	slice_split(&list->value, ',', element);
	*element = slice_trim(*element);
	return true;
}

bool
http_list_has(const struct http_head *head, const char *name, const char *token)
{
	struct http_list list = http_list_of(head, name);
	struct slice element;

	while (http_list_next(&list, &element))
		if (slice_equals_ignoring_case(element, slice_of(token)))
			return true;
	return false;
}
