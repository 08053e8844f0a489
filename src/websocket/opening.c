/* SPDX-License-Identifier: MIT */
#include "websocket/opening.h"

/* Most heads fit; the buffer grows for others. */
#define PIECE 1024

static struct verdict
receive_more(struct stream *stream, struct buffer *input, int64_t deadline,
	bool *gone)
{
	*gone = false;
	if (buffer_room_size(input) == 0 && !buffer_reserve(input, PIECE))
		return (struct verdict){
			HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	switch (stream_receive(stream, input, deadline)) {
	case STREAM_READY:
		break;
	case STREAM_QUIET:
		return (struct verdict){
			HTTP_REQUEST_TIMEOUT, "the handshake took too long"};
	case STREAM_INTERRUPTED:
		return (struct verdict){HTTP_SERVICE_UNAVAILABLE, "going away"};
	case STREAM_END:
	case STREAM_LOST:
		*gone = true;
	}
	return VERDICT_FINE;
}

/* Receives until a whole head stands at the start of the input. */
static bool
receive_head(struct stream *stream, struct buffer *input, int64_t deadline,
	struct slice *head, struct verdict *verdict)
{
	struct http_scanner scanner = {0};
	bool gone = false;

	for (;;) {
		struct slice bytes = buffer_bytes(input);

		*verdict = http_scan(&scanner, bytes.data, bytes.length);
		if (!verdict_is_fine(*verdict))
			return false;
		if (scanner.head_length > 0)
			break;
		*verdict = receive_more(stream, input, deadline, &gone);
		if (gone || !verdict_is_fine(*verdict))
			return false;
	}
	buffer_consume(input, scanner.start);
	*head = buffer_bytes(input);
	head->length = scanner.head_length;
	return true;
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
opening_receive_response(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *response, struct verdict *verdict)
{
	struct slice head = {NULL, 0};

	if (!receive_head(stream, input, deadline, &head, verdict))
		return false;
	*verdict = http_response_parse(head, response);
	return verdict_is_fine(*verdict);
}
