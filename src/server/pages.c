/* SPDX-License-Identifier: MIT */
#include "server/pages.h"

#include "server/console.h"
#include "server/faults_page.h"
#include "server/metrics.h"
#include "service/faults.h"

#include <stdio.h>
#include <string.h>

/* "[", an IPv6 address, "]:65535". */
#define HOST_SIZE 64

/* A page in the making: an empty text of status 200 at first. */
struct draft {
	struct verdict verdict; /* page_serve's */
	struct response response;
	struct buffer body; /* the response's, unless it has one */
	char fields[RESPONSE_FIELDS_MAX + 1];
};

struct page {
	const char *path;
	void (*fill)(const struct page_context *context, struct draft *draft);
	bool takes_upgrades; /* a service has the same path */
};

static const struct verdict upgrade_required = {HTTP_UPGRADE_REQUIRED,
	"this is a WebSocket server: ask for an upgrade"};
static const struct verdict out_of_memory = {
	HTTP_SERVICE_UNAVAILABLE, "out of memory"};

static void
fill_console(const struct page_context *context, struct draft *draft)
{
	if (!context->settings->has_console)
		draft->verdict = upgrade_required;
	else if (!console_write(&draft->body, context->settings->has_faults) ||
		 !console_write_fields(context->request, draft->fields))
		draft->verdict = out_of_memory;
	draft->response.type = "text/html; charset=utf-8";
}

static void
fill_health(const struct page_context *context, struct draft *draft)
{
	(void)context;
	draft->response.body = slice_of("ok\n");
}

/* Whoever stands behind a proxy that runs here is not here himself. */
static bool
is_forwarded(const struct http_head *request)
{
	static const char *const names[] = {
		"Forwarded", "Via", "X-Real-IP", "X-Client-IP"};
	struct slice rest = request->fields;
	struct http_field field;

	while (http_field_next(&rest, &field)) {
		if (slice_starts_ignoring_case(field.name, "X-Forwarded-"))
			return true;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (slice_equals_ignoring_case(
				    field.name, slice_of(names[i])))
				return true;
	}
	return false;
}

/*
 * Whether a request names this machine as nobody else can: a foreign site
 * that has its own name point here cannot read our pages by it.
 */
static bool
has_local_host(const struct http_head *request)
{
	struct slice host = http_head_host(request), name;
	struct address address;
	char text[HOST_SIZE];

	if (host.length >= sizeof(text))
		return false;
	if (host.length > 0)
		memcpy(text, host.data, host.length);
	text[host.length] = '\0';
	if (address_parse(&address, text, 0))
		return !address_is_unix(&address) &&
		       address_is_loopback(&address);
	slice_split(&host, ':', &name);
	return slice_equals_ignoring_case(name, slice_of("localhost"));
}

static bool
may_see_metrics(const struct page_context *context)
{
	if (context->settings->metrics == PAGE_METRICS_LOOPBACK)
		return context->peer_is_loopback &&
		       !is_forwarded(context->request) &&
		       has_local_host(context->request);
	return context->settings->metrics == PAGE_METRICS_ON;
}

static void
fill_metrics(const struct page_context *context, struct draft *draft)
{
	static const struct verdict hidden = {
		HTTP_NOT_FOUND, "not shown here: see --metrics in wsserver(1)"};

	if (!may_see_metrics(context))
		draft->verdict = hidden;
	else if (!metrics_write(&draft->body, context->registry,
			 context->services->faults, context->settings->started))
		draft->verdict = out_of_memory;
	draft->response.type = METRICS_TYPE;
}

/* "?json" stands behind the path, or anything else. */
static bool
wants_json(const struct http_head *request)
{
	struct slice query;

	return http_head_query(request, &query) &&
	       slice_equals(query, slice_of("json"));
}

static void
fill_faults(const struct page_context *context, struct draft *draft)
{
	static const struct verdict off = {HTTP_NOT_FOUND, FAULTS_ARE_OFF};
	bool as_json = wants_json(context->request);

	if (!context->settings->has_faults)
		draft->verdict = off;
	else if (as_json ? !faults_page_write_json(&draft->body)
			 : !faults_page_write_html(&draft->body))
		draft->verdict = out_of_memory;
	draft->response.type = as_json ? FAULTS_JSON_TYPE : FAULTS_HTML_TYPE;
	if (!as_json)
		snprintf(draft->fields, sizeof(draft->fields), "%s",
			FAULTS_HTML_FIELDS);
}

static const struct page pages[] = {
	{"/", fill_console, true},
	{"/faults", fill_faults, false},
	{"/healthz", fill_health, false},
	{"/metrics", fill_metrics, false},
};

/* NULL if the path has none. */
static const struct page *
find_page(const struct http_head *request)
{
	struct slice path = http_head_path(request);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (slice_equals(path, slice_of(pages[i].path)))
			return &pages[i];
	return NULL;
}

bool
page_is_wanted(const struct http_head *request)
{
	const struct page *page = find_page(request);

	return !handshake_is_requested(request) ||
	       (page != NULL && !page->takes_upgrades);
}

static struct verdict
send_page(struct connection *connection, const struct page *page,
	const struct page_context *context)
{
	struct draft draft = {.response = {.status = HTTP_OK}};

	page->fill(context, &draft);
	draft.response.fields = draft.fields;
	if (buffer_length(&draft.body) > 0)
		draft.response.body = buffer_bytes(&draft.body);
	if (verdict_is_fine(draft.verdict))
		connection_respond(
			connection, context->request, &draft.response);
	buffer_release(&draft.body);
	return draft.verdict;
}

/* Even with an upgrade not every path would be served. */
static struct verdict
refuse_plain(const struct page_context *context)
{
	struct verdict verdict =
		service_check(context->request, context->services);

	return verdict_is_fine(verdict) ? upgrade_required : verdict;
}

struct verdict
page_serve(struct connection *connection, const struct page_context *context)
{
	static const struct response options = {.status = HTTP_NO_CONTENT};
	struct slice method = context->request->method;
	const struct page *page = find_page(context->request);

	if (slice_equals(method, slice_of("OPTIONS"))) {
		connection_respond(connection, context->request, &options);
		return VERDICT_FINE;
	}
	if (!slice_equals(method, slice_of("GET")) &&
		!slice_equals(method, slice_of("HEAD")))
		return (struct verdict){HTTP_METHOD_NOT_ALLOWED,
			"only " RESPONSE_METHODS " are answered"};
	if (page == NULL)
		return refuse_plain(context);
	return send_page(connection, page, context);
}
