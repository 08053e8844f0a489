/* SPDX-License-Identifier: MIT */
/* Which proxy is used for what; tests/client goes through one. */
#include "capture.h"
#include "client/proxy.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct client_options options;
static struct proxy proxy;

static void
set_up(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy",
		"all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY",
		"ALL_PROXY", "NO_PROXY"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		unsetenv(names[i]);
	options = (struct client_options){0};
}

static void
tear_down(void)
{
	proxy_release(&proxy);
}

static bool
choose_for(const char *url)
{
	ck_assert_ptr_null(uri_parse(&options.uri, slice_of(url)));
	proxy_release(&proxy);
	return proxy_choose(&proxy, &options);
}

static const struct {
	const char *name, *value, *url, *host;
	unsigned port;
} choices[] = {
	{"http_proxy", "http://proxy:8080", "ws://there", "proxy", 8080},
	{"http_proxy", "proxy:8080/", "ws://there", "proxy", 8080},
	{"http_proxy", "http://proxy", "ws://there", "proxy", 80},
	{"http_proxy", "http://[::1]:3128", "ws://there", "::1", 3128},
	{"http_proxy", "http://proxy", "wss://there", "", 0},
	{"HTTP_PROXY", "http://proxy", "ws://there", "", 0},
	{"https_proxy", "http://proxy", "wss://there", "proxy", 80},
	{"HTTPS_PROXY", "http://proxy", "wss://there", "proxy", 80},
	{"https_proxy", "http://proxy", "ws://there", "", 0},
	{"all_proxy", "http://proxy", "ws://there", "proxy", 80},
	{"ALL_PROXY", "http://proxy", "wss://there", "proxy", 80},
	{"http_proxy", "", "ws://there", "", 0},
	{"all_proxy", "http://proxy", "ws://localhost", "", 0},
	{"all_proxy", "http://proxy", "ws://LocalHost.", "", 0},
	{"all_proxy", "http://proxy", "ws://a.b.localhost", "", 0},
	{"all_proxy", "http://proxy", "ws://a.LOCALHOST.", "", 0},
	{"all_proxy", "http://proxy", "ws://alocalhost", "proxy", 80},
	{"all_proxy", "http://proxy", "ws://localhost.a", "proxy", 80},
	{"all_proxy", "http://proxy", "ws://127.0.0.2", "", 0},
	{"all_proxy", "http://proxy", "wss://[::1]", "", 0},
	{"all_proxy", "http://proxy", "ws+unix:/socket", "", 0},
};

START_TEST(chooses_by_the_environment)
{
	setenv(choices[_i].name, choices[_i].value, 1);
	ck_assert(choose_for(choices[_i].url));
	ck_assert_int_eq(proxy.is_used, choices[_i].port != 0);
	if (!proxy.is_used)
		return;
	ck_assert(slice_equals(proxy.uri.host, slice_of(choices[_i].host)));
	ck_assert_uint_eq(proxy.uri.port, choices[_i].port);
	ck_assert_uint_eq(buffer_length(&proxy.authorization), 0);
}
END_TEST

static const struct {
	const char *exempt, *url;
	bool is_used;
} exemptions[] = {
	{"there", "ws://there", false},
	{"THERE", "ws://there", false},
	{"a.test, there", "ws://there", false},
	{"*", "ws://there", false},
	{"test", "ws://a.test", false},
	{".test", "ws://a.test", false},
	{"a.test", "ws://a.test:80", false},
	{"a.test", "ws://b.a.test", false},
	{"est", "ws://a.test", true},
	{"a.test", "ws://test", true},
	{".a.test", "ws://xa.test", true},
	{"", "ws://there", true},
	{",", "ws://there", true},
};

START_TEST(leaves_out_what_is_exempt)
{
	setenv("http_proxy", "http://proxy", 1);
	setenv("no_proxy", exemptions[_i].exempt, 1);
	ck_assert(choose_for(exemptions[_i].url));
	ck_assert_int_eq(proxy.is_used, exemptions[_i].is_used);
}
END_TEST

START_TEST(believes_the_option_first)
{
	setenv("http_proxy", "http://other", 1);
	setenv("no_proxy", "*", 1);
	options.proxy = "http://proxy:1";
	ck_assert(choose_for("ws://localhost"));
	ck_assert(proxy.is_used);
	ck_assert_uint_eq(proxy.uri.port, 1);
	options.proxy = "";
	ck_assert(choose_for("ws://there"));
	ck_assert(!proxy.is_used);
}
END_TEST

START_TEST(takes_user_and_password_from_the_environment)
{
	setenv("http_proxy", "http://us%65r:p%40ss@proxy:3128", 1);
	ck_assert(choose_for("ws://there"));
	ck_assert(slice_equals(proxy.uri.host, slice_of("proxy")));
	ck_assert(slice_equals(buffer_bytes(&proxy.authorization),
		slice_of("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n")));
}
END_TEST

static const char *const wrongs[] = {"https://proxy", "socks5://proxy",
	"http://user:secret@proxy", "http://", "http://proxy:0",
	"http://pro xy"};

START_TEST(refuses_what_is_no_proxy)
{
	char *said;

	options.proxy = wrongs[_i];
	capture_begin(STDERR_FILENO);
	ck_assert(!choose_for("ws://there"));
	said = capture_end();
	ck_assert_ptr_null(strstr(said, "secret"));
	ck_assert_ptr_nonnull(strstr(said, "Try 'wsclient --help'"));
	free(said);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proxy");
	TCase *cases = tcase_create("proxy");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(
		cases, chooses_by_the_environment, 0, COUNT_OF(choices));
	tcase_add_loop_test(
		cases, leaves_out_what_is_exempt, 0, COUNT_OF(exemptions));
	tcase_add_test(cases, believes_the_option_first);
	tcase_add_test(cases, takes_user_and_password_from_the_environment);
	tcase_add_loop_test(
		cases, refuses_what_is_no_proxy, 0, COUNT_OF(wrongs));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
