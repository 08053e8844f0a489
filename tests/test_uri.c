/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/uri.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

static const struct {
	const char *text;
	bool secure;
	const char *host;
	unsigned port;
	const char *host_field;
	const char *target;
} uris[] = {
	{"ws://a", false, "a", 80, "a", "/"},
	{"wss://a", true, "a", 443, "a", "/"},
	{"http://a/b", false, "a", 80, "a", "/b"},
	{"https://a/b", true, "a", 443, "a", "/b"},
	{"WsS://Example.COM/A", true, "Example.COM", 443, "Example.COM", "/A"},
	{"a", false, "a", 80, "a", "/"},
	{"a/b", false, "a", 80, "a", "/b"},
	{"a:12345", false, "a", 12345, "a:12345", "/"},
	{"a:12345/b://c", false, "a", 12345, "a:12345", "/b://c"},
	{"a/b://c", false, "a", 80, "a", "/b://c"},
	{"a?b://c", false, "a", 80, "a", "/?b://c"},
	{"localhost:12345?x=/?", false, "localhost", 12345, "localhost:12345",
		"/?x=/?"},
	{"ws", false, "ws", 80, "ws", "/"},
	{"ws:8080", false, "ws", 8080, "ws:8080", "/"},
	{"wss:8080/a", false, "wss", 8080, "wss:8080", "/a"},
	{"ws://a:", false, "a", 80, "a", "/"},
	{"ws://a:80", false, "a", 80, "a", "/"},
	{"ws://a:0080/", false, "a", 80, "a", "/"},
	{"ws://a:443", false, "a", 443, "a:443", "/"},
	{"wss://a:443/", true, "a", 443, "a", "/"},
	{"wss://a:80/", true, "a", 80, "a:80", "/"},
	{"ws://a:1", false, "a", 1, "a:1", "/"},
	{"ws://a:65535", false, "a", 65535, "a:65535", "/"},
	{"ws://[::1]", false, "::1", 80, "[::1]", "/"},
	{"[::1]:8080/b", false, "::1", 8080, "[::1]:8080", "/b"},
	{"wss://[2001:DB8::192.0.2.1]:443?", true, "2001:DB8::192.0.2.1", 443,
		"[2001:DB8::192.0.2.1]", "/?"},
	{"ws://192.0.2.1:8080//b", false, "192.0.2.1", 8080, "192.0.2.1:8080",
		"//b"},
	{"ws://a-_~!$&'()*+,;=%C3%a4.z", false, "a-_~!$&'()*+,;=%C3%a4.z", 80,
		"a-_~!$&'()*+,;=%C3%a4.z", "/"},
	{"ws://a/%00%Ff:@!$&'()*+,;=-._~/../", false, "a", 80, "a",
		"/%00%Ff:@!$&'()*+,;=-._~/../"},
	{"ws://a/?%23:@/?", false, "a", 80, "a", "/?%23:@/?"},
};

static void
assert_slice(struct slice slice, const char *text)
{
	ck_assert_msg(slice_equals(slice, slice_of(text)), "'%.*s' is not '%s'",
		(int)slice.length, slice.data, text);
}

static void
assert_target(const struct uri *uri, const char *target)
{
	struct buffer written = {0};

	ck_assert(uri_write_target(&written, uri));
	assert_slice(buffer_bytes(&written), target);
	buffer_release(&written);
}

START_TEST(takes_a_uri_apart)
{
	size_t length = strlen(uris[_i].text);
	char *copy = guard_copy(uris[_i].text, length);
	struct uri uri;

	ck_assert_ptr_null(uri_parse(&uri, (struct slice){copy, length}));
	ck_assert(uri.secure == uris[_i].secure);
	ck_assert_uint_eq(uri.unix_path.length, 0);
	assert_slice(uri.host, uris[_i].host);
	ck_assert_uint_eq(uri.port, uris[_i].port);
	assert_slice(uri.host_field, uris[_i].host_field);
	assert_target(&uri, uris[_i].target);
	guard_free(copy, length);
}
END_TEST

static const struct {
	const char *text, *unix_path, *target;
} unix_uris[] = {
	{"ws+unix:/run/a.sock", "/run/a.sock", "/"},
	{"WS+Unix:/run/a.sock:", "/run/a.sock", "/"},
	{"ws+unix:/run/a.sock:/b", "/run/a.sock", "/b"},
	{"ws+unix:/run/a.sock:/b:c?d", "/run/a.sock", "/b:c?d"},
	{"ws+unix:/run/a.sock:?d", "/run/a.sock", "/?d"},
	{"ws+unix:/run/a.sock?d", "/run/a.sock", "/?d"},
	{"ws+unix:///run/a.sock:/b", "/run/a.sock", "/b"},
	{"ws+unix:/run/a@b%20c", "/run/a@b%20c", "/"},
};

START_TEST(takes_the_uri_of_a_unix_socket_apart)
{
	size_t length = strlen(unix_uris[_i].text);
	char *copy = guard_copy(unix_uris[_i].text, length);
	struct uri uri;

	ck_assert_ptr_null(uri_parse(&uri, (struct slice){copy, length}));
	ck_assert(!uri.secure);
	assert_slice(uri.unix_path, unix_uris[_i].unix_path);
	ck_assert_uint_eq(uri.host.length, 0);
	ck_assert_uint_eq(uri.port, 0);
	assert_slice(uri.host_field, "localhost");
	assert_target(&uri, unix_uris[_i].target);
	guard_free(copy, length);
}
END_TEST

/* Each with a part of the sentence that it is refused with. */
static const struct {
	const char *text, *why;
} faults[] = {
	{"", "no host"},
	{"ws://", "no host"},
	{"ws:///a", "no host"},
	{"ws://?a", "no host"},
	{"ws://:80", "no host"},
	{":80", "no host"},
	{"/a", "no host"},
	{"//a", "no host"},
	{"ws:/a", "://"},
	{"HTTPS:/", "://"},
	{"ftp://a", "begin with ws://, wss://, http://, https:// or ws+unix:"},
	{"wss+unix://a", "begin with ws://"},
	{"://a", "begin with ws://"},
	{"ws://u@a", "--auth-file"},
	{"u:p@a", "--auth-file"},
	{"ws://@a", "--auth-file"},
	{"ws://a:0", "65535"},
	{"ws://a:000", "65535"},
	{"ws://a:65536", "65535"},
	{"ws://a:18446744073709551696", "65535"},
	{"ws://a:-1", "not a number"},
	{"ws://a:8o", "not a number"},
	{"mailto:me", "not a number"},
	{"ws://::1", "in []"},
	{"ws://a:1:2", "in []"},
	{"ws://[::1", "no ]"},
	{"ws://[", "no ]"},
	{"ws://[::1/]", "no ]"},
	{"ws://[::1]80", "may follow the ]"},
	{"ws://[::1]8", "may follow the ]"},
	{"ws://[]", "no IPv6"},
	{"ws://[192.0.2.1]", "no IPv6"},
	{"ws://[::g]", "no IPv6"},
	{"ws://[fe80::1%25eth0]", "no IPv6"},
	{"ws://[0000:0000:0000:0000:0000:0000:255.255.255.255:0:0:0:0:0]",
		"no IPv6"},
	{"ws://a/#b", "fragment"},
	{"ws://a#", "fragment"},
	{"ws://a b", "space"},
	{" ws://a", "space"},
	{"ws://a/\r\nX: y", "space or control"},
	{"ws://a/\t", "space or control"},
	{"ws://a/\x7F", "space or control"},
	{"ws://\xC3\xA4", "xn--"},
	{"ws://a/\xC3\xA4", "not ASCII"},
	{"ws://a\\b", "percent-encoded"},
	{"ws://a[b", "percent-encoded"},
	{"ws://a/b|c", "percent-encoded"},
	{"ws://a/[b]", "percent-encoded"},
	{"ws://a/?{b}", "percent-encoded"},
	{"ws://a/%", "hexadecimal"},
	{"ws://a/%4", "hexadecimal"},
	{"ws://a/%4g", "hexadecimal"},
	{"ws://a/%g4", "hexadecimal"},
	{"ws://a/?%%41", "hexadecimal"},
	{"ws://%zz", "hexadecimal"},
	{"ws+unix:", "Unix socket has to begin with /"},
	{"ws+unix:a", "Unix socket has to begin with /"},
	{"ws+unix://a/b", "Unix socket has to begin with /"},
	{"ws+unix:////b", "Unix socket has to begin with /"},
	{"ws+unix:/a:b", "behind a Unix socket"},
	{"ws+unix:/a%zz", "hexadecimal"},
	{"ws+unix:/a:/%zz", "hexadecimal"},
};

START_TEST(says_what_is_wrong_with_a_uri)
{
	size_t length = strlen(faults[_i].text);
	char *copy = guard_copy(faults[_i].text, length);
	struct uri uri;
	const char *why = uri_parse(&uri, (struct slice){copy, length});

	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, faults[_i].why) != NULL, "%s: %s",
		faults[_i].text, why);
	guard_free(copy, length);
}
END_TEST

START_TEST(a_nul_is_a_control_character)
{
	struct uri uri;

	ck_assert_ptr_nonnull(
		strstr(uri_parse(&uri, (struct slice){"ws://a/\0b", 9}),
			"control character"));
}
END_TEST

/* A buffer that seems to hold as many bytes as one may cannot grow. */
START_TEST(says_when_the_target_has_no_memory)
{
	struct buffer full = {NULL, 0, SIZE_MAX / 2, SIZE_MAX / 2};
	struct uri uri;

	ck_assert_ptr_null(uri_parse(&uri, slice_of("ws://a/b?c")));
	ck_assert(!uri_write_target(&full, &uri));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("uri");
	TCase *cases = tcase_create("uri");

	tcase_add_loop_test(cases, takes_a_uri_apart, 0, COUNT_OF(uris));
	tcase_add_loop_test(cases, takes_the_uri_of_a_unix_socket_apart, 0,
		COUNT_OF(unix_uris));
	tcase_add_loop_test(
		cases, says_what_is_wrong_with_a_uri, 0, COUNT_OF(faults));
	tcase_add_test(cases, a_nul_is_a_control_character);
	tcase_add_test(cases, says_when_the_target_has_no_memory);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
