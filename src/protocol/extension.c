/* SPDX-License-Identifier: MIT */
#include "protocol/extension.h"

/* Without quotes and backslashes. False when that does not leave a token. */
static bool
value_parse(struct slice text, struct extension_parameter *parameter)
{
	bool quoted = text.length > 0 && text.data[0] == '"';
	size_t used = 0;

	if (quoted) {
		if (text.length == 1 || text.data[text.length - 1] != '"')
			return false;
		text = (struct slice){text.data + 1, text.length - 2};
	}
	for (size_t i = 0; i < text.length; i++) {
		if (quoted && text.data[i] == '\\')
			i++;
		if (i == text.length ||
			!http_is_token((struct slice){text.data + i, 1}))
			return false;
		if (used < EXTENSION_VALUE_MAX)
			parameter->value[used++] = text.data[i];
		else
			parameter->is_too_long = true;
	}
	return used > 0;
}

static bool
parameter_parse(struct slice text, struct extension_parameter *parameter)
{
	*parameter = (struct extension_parameter){.has_value = false};
	parameter->has_value = slice_split(&text, '=', &parameter->name);
	parameter->name = slice_trim(parameter->name);
	return http_is_token(parameter->name) &&
	       (!parameter->has_value ||
		       value_parse(slice_trim(text), parameter));
}

bool
extension_next_parameter(
	struct extension *extension, struct extension_parameter *parameter)
{
	struct slice rest = extension->parameters, text;

	if (rest.data == NULL)
		return false;
	slice_split(&rest, ';', &text);
	if (!parameter_parse(text, parameter))
		return false;
	extension->parameters = rest;
	return true;
}

static struct extension
extension_of(struct slice element)
{
	struct extension extension = {.parameters = element};

	slice_split(&extension.parameters, ';', &extension.name);
	extension.name = slice_trim(extension.name);
	return extension;
}

static bool
element_is_well_formed(struct slice element)
{
	struct extension extension = extension_of(element);
	struct extension_parameter parameter;

	while (extension_next_parameter(&extension, &parameter))
		continue;
	return http_is_token(extension.name) &&
	       extension.parameters.data == NULL;
}

/*
 * A quoted string holds a token, and no token a separator. So to split at
 * separators is exact where the head is well-formed, and elsewhere leaves a
 * part that is not.
 */
struct extension_walk
extension_walk_of(const struct http_head *head)
{
	return (struct extension_walk){
		http_list_of(head, "Sec-WebSocket-Extensions")};
}

bool
extension_is_well_formed(const struct http_head *head)
{
	struct extension_walk walk = extension_walk_of(head);
	struct slice element;
	size_t count = 0;

	while (http_list_next(&walk.elements, &element)) {
		if (count++ == HTTP_LIST_MAX)
			return false;
		if (element.length > 0 && !element_is_well_formed(element))
			return false;
	}
	return true;
}

bool
extension_next(struct extension_walk *walk, struct extension *extension)
{
	struct slice element;

	while (http_list_next(&walk->elements, &element)) {
		if (element.length == 0)
			continue;
		*extension = extension_of(element);
		return true;
	}
	return false;
}
