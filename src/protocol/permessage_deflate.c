/* SPDX-License-Identifier: MIT */
#include "protocol/permessage_deflate.h"

#include "protocol/extension.h"

#include <assert.h>
#include <string.h>

#define NAME "permessage-deflate"
#define SERVER_NO_TAKEOVER "server_no_context_takeover"
#define CLIENT_NO_TAKEOVER "client_no_context_takeover"
#define SERVER_WINDOW "server_max_window_bits"
#define CLIENT_WINDOW "client_max_window_bits"

#define NARROWEST 8

/* All that bits may be said to be, from NARROWEST on (section 7.1.2). */
static const char *const bits[] = {
	"8", "9", "10", "11", "12", "13", "14", "15"};

/* What an offer or an answer says; a window that it does not name is 0. */
struct parameters {
	struct deflate_direction server;
	struct deflate_direction client;
};

static bool
is_deflate(const struct extension *extension)
{
	return slice_equals(extension->name, slice_of(NAME));
}

static bool
read_no_takeover(const struct extension_parameter *parameter, bool *no_takeover)
{
	bool stands_twice = *no_takeover;

	*no_takeover = true;
	return !stands_twice && !parameter->has_value;
}

static bool
read_window(const struct extension_parameter *parameter, int *window)
{
	if (*window != 0)
		return false;
	for (int i = 0; NARROWEST + i <= DEFLATE_WINDOW_MAX; i++)
		if (strcmp(parameter->value, bits[i]) == 0)
			*window = NARROWEST + i;
	return *window != 0;
}

/* Only in an offer the client's window may stand without a value. */
static bool
read_client_window(
	const struct extension_parameter *parameter, bool is_offer, int *window)
{
	if (!is_offer || parameter->has_value || *window != 0)
		return read_window(parameter, window);
	*window = DEFLATE_WINDOW_MAX;
	return true;
}

static bool
read_parameter(const struct extension_parameter *parameter, bool is_offer,
	struct parameters *parameters)
{
	struct slice name = parameter->name;

	if (slice_equals(name, slice_of(SERVER_NO_TAKEOVER)))
		return read_no_takeover(
			parameter, &parameters->server.no_takeover);
	if (slice_equals(name, slice_of(CLIENT_NO_TAKEOVER)))
		return read_no_takeover(
			parameter, &parameters->client.no_takeover);
	if (slice_equals(name, slice_of(SERVER_WINDOW)))
		return read_window(parameter, &parameters->server.window);
	return slice_equals(name, slice_of(CLIENT_WINDOW)) &&
	       read_client_window(
		       parameter, is_offer, &parameters->client.window);
}

/* False when one is unknown, stands twice, or has an invalid value. */
static bool
read_parameters(struct extension extension, bool is_offer,
	struct parameters *parameters)
{
	struct extension_parameter parameter;

	*parameters = (struct parameters){0};
	while (extension_next_parameter(&extension, &parameter))
		if (!read_parameter(&parameter, is_offer, parameters))
			return false;
	return true;
}

static bool
write_flag(struct buffer *output, const char *name, bool is_said)
{
	return !is_said || (buffer_append_string(output, "; ") &&
				   buffer_append_string(output, name));
}

static bool
write_window(struct buffer *output, const char *name, int window)
{
	assert(window == 0 ||
		(window >= NARROWEST && window <= DEFLATE_WINDOW_MAX));
	return window == 0 ||
	       (write_flag(output, name, true) &&
		       buffer_append_string(output, "=") &&
		       buffer_append_string(output, bits[window - NARROWEST]));
}

static bool
write_answer(struct buffer *output, const struct parameters *answer)
{
	return buffer_append_string(output, NAME) &&
	       write_flag(output, SERVER_NO_TAKEOVER,
		       answer->server.no_takeover) &&
	       write_flag(output, CLIENT_NO_TAKEOVER,
		       answer->client.no_takeover) &&
	       write_window(output, SERVER_WINDOW, answer->server.window) &&
	       write_window(output, CLIENT_WINDOW, answer->client.window);
}

static int
narrower(int window, int other)
{
	return window < other ? window : other;
}

static int
window_or(int window, int otherwise)
{
	return window != 0 ? window : otherwise;
}

/* A window that was not offered, 0, is not in the answer either. */
static struct deflate_direction
answer_direction(const struct deflate_direction *offered,
	const struct deflate_settings *settings)
{
	return (struct deflate_direction){
		narrower(offered->window, settings->window),
		offered->no_takeover || settings->no_takeover};
}

static bool
accept_offer(const struct parameters *offered,
	const struct deflate_settings *settings, struct buffer *output,
	struct deflate_agreement *agreement)
{
	struct parameters answer = {
		answer_direction(&offered->server, settings),
		answer_direction(&offered->client, settings)};

	if (!write_answer(output, &answer))
		return false;
	*agreement =
		(struct deflate_agreement){true, answer.server, answer.client};
	agreement->from_server.window =
		window_or(answer.server.window, settings->window);
	agreement->from_client.window =
		window_or(answer.client.window, DEFLATE_WINDOW_MAX);
	return true;
}

bool
deflate_accept(const struct http_head *request,
	const struct deflate_settings *settings, struct buffer *output,
	struct deflate_agreement *agreement)
{
	struct extension_walk walk = extension_walk_of(request);
	struct extension extension;
	struct parameters offered;

	*agreement = (struct deflate_agreement){0};
	if (!settings->enabled || !extension_is_well_formed(request))
		return true;
	while (extension_next(&walk, &extension))
		if (is_deflate(&extension) &&
			read_parameters(extension, true, &offered))
			return accept_offer(
				&offered, settings, output, agreement);
	return true;
}

/* The server's window that we offer, 0 when we leave it to the server. */
static int
offered_window(const struct deflate_settings *settings)
{
	return settings->window < DEFLATE_WINDOW_MAX ? settings->window : 0;
}

bool
deflate_offer(const struct deflate_settings *settings, struct buffer *output)
{
	bool no_takeover = settings->no_takeover;

	if (!settings->enabled)
		return true;
	return buffer_append_string(output, NAME) &&
	       write_flag(output, CLIENT_WINDOW, true) &&
	       write_window(output, SERVER_WINDOW, offered_window(settings)) &&
	       write_flag(output, SERVER_NO_TAKEOVER, no_takeover) &&
	       write_flag(output, CLIENT_NO_TAKEOVER, no_takeover);
}

/* Stores the one extension that there may be in the answer. */
static const char *
find_fault_in_extensions(
	const struct http_head *response, struct extension *extension)
{
	struct extension_walk walk = extension_walk_of(response);
	struct extension another;

	if (!extension_is_well_formed(response))
		return "Sec-WebSocket-Extensions is malformed";
	if (!extension_next(&walk, extension))
		return "Sec-WebSocket-Extensions is empty";
	if (!is_deflate(extension))
		return "Sec-WebSocket-Extensions has one that was not offered";
	if (extension_next(&walk, &another))
		return "Sec-WebSocket-Extensions has more than was offered";
	return NULL;
}

/* What was demanded of the server has to be in the answer. */
static const char *
find_fault_in_parameters(const struct parameters *answered,
	const struct deflate_settings *settings)
{
	if (settings->no_takeover && !answered->server.no_takeover)
		return NAME " without " SERVER_NO_TAKEOVER;
	if (offered_window(settings) != 0 && answered->server.window == 0)
		return NAME " without " SERVER_WINDOW;
	if (answered->server.window > settings->window)
		return SERVER_WINDOW " is more than offered";
	return NULL;
}

static const char *
read_answer(const struct http_head *response,
	const struct deflate_settings *settings, struct parameters *answered)
{
	struct extension extension;
	const char *fault;

	if (!settings->enabled)
		return "Sec-WebSocket-Extensions was not offered";
	fault = find_fault_in_extensions(response, &extension);
	if (fault != NULL)
		return fault;
	if (!read_parameters(extension, false, answered))
		return NAME " with an invalid parameter";
	return find_fault_in_parameters(answered, settings);
}

struct verdict
deflate_check(const struct http_head *response,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement)
{
	struct slice value = {NULL, 0};
	struct parameters answered;
	const char *fault;

	*agreement = (struct deflate_agreement){0};
	if (http_field_find(response, "Sec-WebSocket-Extensions", &value) == 0)
		return VERDICT_FINE;
	fault = read_answer(response, settings, &answered);
	if (fault != NULL)
		return (struct verdict){response->status, fault};
	agreement->enabled = true;
	agreement->from_server.window =
		window_or(answered.server.window, DEFLATE_WINDOW_MAX);
	agreement->from_server.no_takeover = answered.server.no_takeover;
	agreement->from_client.window =
		narrower(window_or(answered.client.window, DEFLATE_WINDOW_MAX),
			settings->window);
	agreement->from_client.no_takeover =
		answered.client.no_takeover || settings->no_takeover;
	return VERDICT_FINE;
}
