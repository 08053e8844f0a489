/* SPDX-License-Identifier: MIT */
#include "websocket/opening.h"

#include "protocol/chunked.h"
#include "transport/clock.h"

/* Most heads fit; the buffer grows for others. */
#define PIECE 1024

/* How long a request may still take once the thread is to end. */
#define LAST_WAIT 1000

/*
 * Who is interrupted in the midst of it finishes, so that a peer who came in
 * time is answered and told with a Close that the server goes away; but soon.
 */
static int64_t
hurry(const struct stream *stream, int64_t deadline)
{
	int64_t soon = deadline_after(LAST_WAIT);

	return stream->interruption_told && soon < deadline ? soon : deadline;
}

static struct verdict
judge(const struct stream *stream, enum stream_event event, bool *gone)
{
	*gone = false;
	switch (event) {
	case STREAM_READY:
	case STREAM_INTERRUPTED:
		break;
	case STREAM_QUIET:
		if (stream->interruption_told)
			return (struct verdict){
				HTTP_SERVICE_UNAVAILABLE, "going away"};
		return (struct verdict){
			HTTP_REQUEST_TIMEOUT, "the handshake took too long"};
	case STREAM_END:
	case STREAM_LOST:
		*gone = true;
	}
	return VERDICT_FINE;
}

static struct verdict
receive_more(struct stream *stream, struct buffer *input, int64_t *deadline,
	bool *gone)
{
	enum stream_event event;

	*gone = false;
	if (buffer_room_size(input) == 0 && !buffer_reserve(input, PIECE))
		return (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	event = stream_receive(stream, input, *deadline);
	if (event == STREAM_INTERRUPTED)
		*deadline = hurry(stream, *deadline);
	return judge(stream, event, gone);
}

/* A record with a handshake message in it (RFC 8446 section 5.1). */
static bool
is_tls(struct slice bytes)
{
	return bytes.length > 0 && bytes.data[0] == 0x16;
}

/* Receives until a whole head stands at the start of the input. */
static bool
receive_head(struct stream *stream, struct buffer *input, int64_t deadline,
	struct slice *head, struct verdict *verdict)
{
	struct http_scanner scanner = {0};
	bool gone;

	deadline = hurry(stream, deadline);
	for (;;) {
		struct slice bytes = buffer_bytes(input);

		*verdict =
			is_tls(bytes)
				? (struct verdict){HTTP_BAD_REQUEST,
					  "TLS where plain HTTP is spoken"}
				: http_scan(&scanner, bytes.data, bytes.length);
		if (!verdict_is_fine(*verdict))
			return false;
		if (scanner.head_length > 0)
			break;
		*verdict = receive_more(stream, input, &deadline, &gone);
		if (gone || !verdict_is_fine(*verdict))
			return false;
	}
	buffer_consume(input, scanner.start);
	*head = buffer_bytes(input);
	head->length = scanner.head_length;
	return true;
}

bool
opening_prepare(
	struct stream *stream, int64_t deadline, struct verdict *verdict)
{
	enum stream_event event = stream_open(stream, deadline);
	bool gone;

	if (event == STREAM_INTERRUPTED)
		event = stream_open(stream, hurry(stream, deadline));
	*verdict = judge(stream, event, &gone);
	return !gone && verdict_is_fine(*verdict);
}

bool
opening_receive_request(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *request, struct verdict *verdict)
{
	struct slice head = {NULL, 0};

	if (!receive_head(stream, input, deadline, &head, verdict))
		return false;
	*verdict = http_request_parse(head, request);
	return verdict_is_fine(*verdict);
}

bool
opening_write_response(struct stream *stream, const struct http_head *request,
	struct slice subprotocol, const struct deflate_settings *settings,
	struct deflate_agreement *agreement)
{
	struct buffer extensions = {0};
	bool is_written =
		deflate_accept(request, settings, &extensions, agreement) &&
		handshake_write_response(&stream->output, request, subprotocol,
			buffer_bytes(&extensions));

	buffer_release(&extensions);
	return is_written;
}

struct verdict
opening_check_response(const struct http_head *response,
	const struct handshake_offer *offer,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement)
{
	struct slice subprotocol;
	struct verdict verdict =
		handshake_check_response(response, offer, &subprotocol);

	if (verdict_is_fine(verdict))
		verdict = deflate_check(response, settings, agreement);
	return verdict;
}

/* Not the answer yet, whoever asked for it (RFC 9110 section 15.2). */
static bool
is_interim(const struct http_head *response)
{
	return response->status / 100 == 1 &&
	       response->status != HTTP_SWITCHING_PROTOCOLS;
}

bool
opening_receive_response(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *response, struct verdict *verdict)
{
	struct slice head = {NULL, 0};

	for (;;) {
		if (!receive_head(stream, input, deadline, &head, verdict))
			return false;
		*verdict = http_response_parse(head, response);
		if (!verdict_is_fine(*verdict))
			return false;
		if (!is_interim(response))
			return true;
		*response = (struct http_head){.status = 0};
		buffer_consume(input, head.length);
	}
}

/* How long a response says that its body is, max if it does not. */
static size_t
body_length(const struct http_head *response, size_t max)
{
	struct slice value = {NULL, 0};
	size_t length = 0;

	if (http_field_find(response, "Content-Length", &value) != 1)
		return max;
	for (size_t i = 0; i < value.length && length < max; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return max;
		length = length * 10 + (size_t)(value.data[i] - '0');
	}
	return length < max ? length : max;
}

static bool
receive_piece(struct stream *stream, struct buffer *input, int64_t deadline)
{
	enum stream_event event;

	if (!buffer_reserve(input, PIECE))
		return false;
	event = stream_receive(stream, input, deadline);
	return event == STREAM_READY || event == STREAM_INTERRUPTED;
}

struct slice
opening_receive_body(struct stream *stream, struct buffer *input,
	const struct http_head *response, size_t max, int64_t deadline)
{
	bool is_chunked =
		http_list_has(response, "Transfer-Encoding", "chunked");
	size_t wanted = is_chunked ? max : body_length(response, max);
	struct chunked chunked = {0};
	size_t length;

	buffer_consume(input, response->bytes.length);
	do {
		if (is_chunked)
			chunked_decode(&chunked, input);
		length = is_chunked ? chunked.length : buffer_length(input);
	} while (length < wanted && !chunked.has_ended &&
		 receive_piece(stream, input, deadline));
	return (struct slice){
		buffer_bytes(input).data, length < wanted ? length : wanted};
}
