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

/* Its texts have nothing that would be escaped. */
static bool
write_item(struct buffer *output, const struct fault *fault)
{
	const char *const texts[] = {"<dt><code>", FAULTS_PATH, fault->path,
		"</code>\n<dd>", fault->meaning, "<br>\n<small>as <code>",
		fault->example, "</code></small>\n"};

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
		"auto; max-width: 56rem; padding: 0 1rem; }\n"
		"dt { border-top: 1px solid #8888; padding-top: .4rem; }\n"
		"dd { margin: 0; padding-bottom: .4rem; }\n"
		"@media (min-width: 50rem) {\n"
		"dl { display: grid; grid-template-columns: max-content 1fr; "
		"}\n"
		"dt { padding-right: 2rem; }\n"
		"dd { border-top: 1px solid #8888; padding-top: .4rem; }\n"
		"}\n"
		"</style>\n"
		"<main>\n"
		"<h1>Faults</h1>\n"
		"<p>Connect a WebSocket client to one of these paths to see "
		"what it makes of it. Behind the handshake each echoes as "
		"<code>/raw</code> does but for what is said here; "
		"<code>?after=N</code> behind the path lets N echoes come "
		"first.\n"
		"<dl>\n";

	if (!buffer_append_string(output, head))
		return false;
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if (!write_item(output, &faults[i]))
			return false;
	return buffer_append_string(output, "</dl>\n</main>\n");
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
