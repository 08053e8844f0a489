/* SPDX-License-Identifier: MIT */
#include "server/faults_page.h"

#include "service/faults.h"

static bool
write_all(struct buffer *output, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!buffer_append_string(output, texts[i]))
			return false;
	return true;
}

/* How a fault is written in HTML: its texts have nothing to be escaped. */
static bool
write_item(struct buffer *output, const struct fault *fault)
{
	const char *const texts[] = {"<tr><td><code>" FAULTS_PATH, fault->path,
		"</code><td>", fault->meaning, "<td><code>", fault->example,
		"</code>\n"};

	return write_all(output, texts, sizeof(texts) / sizeof(texts[0]));
}

bool
faults_page_write_html(struct buffer *output)
{
	static const char head[] =
		"<!DOCTYPE html>\n"
		"<html lang=\"en\">\n"
		"<meta charset=\"utf-8\">\n"
		"<title>Faults of wsserver</title>\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<style>\n"
		"body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem "
		"auto; max-width: 60rem; padding: 0 1rem; }\n"
		"div { overflow-x: auto; }\n"
		"table { border-collapse: collapse; }\n"
		"th, td { border-top: 1px solid #8888; padding: .3rem .6rem "
		".3rem 0; text-align: left; vertical-align: top; }\n"
		"</style>\n"
		"<main>\n"
		"<h1>Faults</h1>\n"
		"<p>Connect a WebSocket client to one of these paths to see "
		"what it makes of it. Behind the handshake each echoes as "
		"<code>/raw</code> does but for what is said here; "
		"<code>?after=N</code> behind the path lets N echoes come "
		"first.\n"
		"<div tabindex=\"0\">\n"
		"<table>\n"
		"<tr><th>Path<th>What happens<th>Example\n";

	if (!buffer_append_string(output, head))
		return false;
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if (!write_item(output, &faults[i]))
			return false;
	return buffer_append_string(output, "</table>\n</div>\n</main>\n");
}

static bool
write_object(struct buffer *output, const struct fault *fault)
{
	const char *const texts[] = {"{\"path\":\"", fault->path,
		"\",\"meaning\":\"", fault->meaning, "\",\"example\":\"",
		fault->example, "\"}"};

	return write_all(output, texts, sizeof(texts) / sizeof(texts[0]));
}

bool
faults_page_write_json(struct buffer *output)
{
	if (!buffer_append_string(output, "{\"faults\":["))
		return false;
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if ((i > 0 && !buffer_append_string(output, ",\n")) ||
			!write_object(output, &faults[i]))
			return false;
	return buffer_append_string(output, "]}\n");
}
