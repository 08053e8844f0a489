/* SPDX-License-Identifier: MIT */
#include "client/request.h"

#include "client/encoding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64 << 10)

static bool
complain(const char *what, const char *which)
{
	option_complain(&client_program, what, which);
	return false;
}

static bool
complain_of_memory(void)
{
	fprintf(stderr, "wsclient: out of memory\n");
	return false;
}

static bool
read_stream(struct buffer *content, FILE *stream)
{
	while (buffer_length(content) < FILE_MAX) {
		size_t length;

		if (!buffer_reserve(content, FILE_MAX))
			return complain_of_memory();
		length = fread(buffer_room(content), 1, FILE_MAX, stream);
		if (length == 0)
			return ferror(stream) == 0;
		buffer_add(content, length);
	}
	errno = EFBIG;
	return false;
}

static bool
read_file(struct buffer *content, const char *file)
{
	FILE *stream = fopen(file, "re");
	bool is_read = stream != NULL && read_stream(content, stream);
	int error = errno;

	if (stream != NULL)
		fclose(stream);
	if (!is_read)
		fprintf(stderr, "wsclient: cannot read '%s': %s\n", file,
			strerror(error));
	return is_read;
}

static struct slice
without_line_end(struct slice line)
{
	while (line.length > 0 && (line.data[line.length - 1] == '\r' ||
					  line.data[line.length - 1] == '\n'))
		line.length--;
	return line;
}

/*
 * Appends the first line of a file that holds user:password, as the value of
 * an Authorization field (RFC 7617).
 */
static bool
write_basic(struct buffer *output, const char *file)
{
	struct buffer content = {0};
	struct slice rest, line;
	bool is_written = false;

	if (!read_file(&content, file)) {
		buffer_release(&content);
		return false;
	}
	rest = buffer_bytes(&content);
	slice_split(&rest, '\n', &line);
	line = without_line_end(line);
	if (line.length == 0 || memchr(line.data, ':', line.length) == NULL)
		complain("no user:password in", file);
	else if (!buffer_append_string(output, "Basic ") ||
		 !encoding_write_base64(output, line))
		complain_of_memory();
	else
		is_written = true;
	buffer_release(&content);
	return is_written;
}

/* Whether the handshake has this field from us, or must not have it. */
static bool
is_ours(struct slice name)
{
	static const char *const names[] = {"Upgrade", "Connection",
		"Sec-WebSocket-Key", "Sec-WebSocket-Version",
		"Sec-WebSocket-Accept", "Sec-WebSocket-Extensions",
		"Sec-WebSocket-Protocol", "Content-Length",
		"Transfer-Encoding"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equals_ignoring_case(name, slice_of(names[i])))
			return true;
	return false;
}

static bool
is_clean(struct slice value)
{
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if ((c < ' ' && c != '\t') || c == 0x7F)
			return false;
	}
	return true;
}

static bool
write_field(
	struct client_request *request, struct slice name, struct slice value)
{
	return buffer_append(&request->fields, name) &&
	       buffer_append_string(&request->fields, ": ") &&
	       buffer_append(&request->fields, value) &&
	       buffer_append_string(&request->fields, "\r\n");
}

static bool
set_once(struct buffer *field, struct slice value)
{
	return buffer_length(field) == 0 && value.length > 0 &&
	       buffer_append(field, value);
}

/* Takes a field in; false if it is not to be sent. */
static bool
take_field(struct client_request *request, struct slice line)
{
	struct slice name, value = line;

	if (!slice_split(&value, ':', &name))
		return false;
	value = slice_trim(value);
	if (!http_is_token(name) || !is_clean(value) || is_ours(name))
		return false;
	if (slice_equals_ignoring_case(name, slice_of("Host")))
		return set_once(&request->host, value);
	if (slice_equals_ignoring_case(name, slice_of("Origin")))
		return set_once(&request->origin, value);
	if (slice_equals_ignoring_case(name, slice_of("Authorization")))
		return set_once(&request->authorization, value);
	return write_field(request, name, value);
}

static bool
add_file(struct client_request *request, const char *file)
{
	struct buffer content = {0};
	struct slice rest, line;
	bool goes_on = true, is_good = read_file(&content, file);

	rest = buffer_bytes(&content);
	while (is_good && goes_on) {
		goes_on = slice_split(&rest, '\n', &line);
		line = without_line_end(line);
		if (line.length > 0 && !take_field(request, line))
			is_good = complain(
				"not to be sent, or not twice: a field in",
				file);
	}
	buffer_release(&content);
	return is_good;
}

/* By its name: the value may be a secret. */
static bool
complain_of_field(const char *header)
{
	char name[80];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(header, ":"), header);
	return complain("not to be sent, or not twice: the field", name);
}

static bool
add_headers(struct client_request *request, const struct option_list *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const char *header = headers->values[i];

		if (*header == '@') {
			if (!add_file(request, header + 1))
				return false;
		} else if (!take_field(request, slice_of(header))) {
			return complain_of_field(header);
		}
	}
	return true;
}

static bool
offer_subprotocols(
	struct client_request *request, const struct option_list *names)
{
	request->subprotocols =
		calloc(names->count + 1, sizeof(*request->subprotocols));
	if (request->subprotocols == NULL)
		return complain_of_memory();
	for (size_t i = 0; i < names->count; i++)
		request->subprotocols[i] = slice_of(names->values[i]);
	request->offer.subprotocols = request->subprotocols;
	request->offer.subprotocol_count = names->count;
	return true;
}

bool
client_request_init(struct client_request *request,
	const struct client_options *options,
	const struct deflate_settings *deflate)
{
	struct handshake_offer *offer = &request->offer;

	*request = (struct client_request){0};
	if (!buffer_append(&request->origin, slice_of(options->origin)) ||
		!uri_write_target(&request->target, &options->uri) ||
		!deflate_offer(deflate, &request->extensions))
		return complain_of_memory();
	if (options->auth_file != NULL &&
		!write_basic(&request->authorization, options->auth_file))
		return false;
	if (!add_headers(request, &options->headers) ||
		!offer_subprotocols(request, &options->subprotocols))
		return false;
	if (buffer_length(&request->authorization) > 0 &&
		!write_field(request, slice_of("Authorization"),
			buffer_bytes(&request->authorization)))
		return complain_of_memory();
	offer->host = buffer_length(&request->host) > 0
			      ? buffer_bytes(&request->host)
			      : options->uri.host_field;
	offer->target = buffer_bytes(&request->target);
	offer->origin = buffer_bytes(&request->origin);
	offer->extensions = buffer_bytes(&request->extensions);
	offer->more_fields = buffer_bytes(&request->fields);
	return handshake_generate_key(offer) || complain_of_memory();
}

void
client_request_release(struct client_request *request)
{
	buffer_release(&request->target);
	buffer_release(&request->host);
	buffer_release(&request->origin);
	buffer_release(&request->authorization);
	buffer_release(&request->fields);
	buffer_release(&request->extensions);
	free(request->subprotocols);
}
