/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "scratch.h"
#include "server/listener.h"
#include "suite.h"
#include "transport/listening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct options options;
static struct listeners listeners;
static struct activation activation;
/* A descriptor that is free. */
#define INHERITED 200

static const char *addresses[LISTENERS_MAX + 1];

static void
set_up(void)
{
	scratch_enter();
	activation = (struct activation){0};
	options = (struct options){.addresses = {addresses, 0}};
}

static void
tear_down(void)
{
	listeners_close(&listeners);
	scratch_leave();
}

static void
add(const char *address)
{
	addresses[options.addresses.count++] = address;
}

static bool
open_at(const char *address)
{
	add(address);
	return listeners_open(&listeners, &options, &activation);
}

/* Opens and fails; what that says is compared. */
static void
assert_fails(const char *expected)
{
	bool is_open;
	char *said;

	capture_begin(STDERR_FILENO);
	is_open = listeners_open(&listeners, &options, &activation);
	said = capture_end();
	ck_assert(!is_open);
	ck_assert_uint_eq(listeners.count, 0);
	ck_assert_str_eq(said, expected);
	free(said);
}

static bool
has_ipv6(void)
{
	struct address address;
	int descriptor;

	ck_assert(address_parse(&address, "::1", 0));
	descriptor = listening_open(&address, 0);
	if (descriptor >= 0)
		close(descriptor);
	return descriptor >= 0;
}

static unsigned
port_of(size_t i)
{
	return address_port(&listeners.items[i].address);
}

static void
assert_url(size_t i, const char *before_port, unsigned port)
{
	char expected[LISTENER_URL_SIZE];

	snprintf(expected, sizeof(expected), "%s%u", before_port, port);
	ck_assert_str_eq(listeners.urls[i], expected);
}

static const struct {
	const char *text;
	bool is_valid;
} texts[] = {
	{"localhost", true},
	{"localhost:80", true},
	{"localhost:0", true},
	{"localhost:65535", true},
	{"ws://localhost", true},
	{"*", true},
	{"*:80", true},
	{"ws://*:80", true},
	{"127.0.0.1", true},
	{"192.0.2.1:8080", true},
	{"::1", true},
	{"[::]", true},
	{"[2001:db8::1]:8080", true},
	{"ws://[::1]:80", true},
	{"unix:/run/x", true},
	{"", false},
	{"ws://", false},
	{"wss://*", true},
	{"wss://", false},
	{"wss://ws://*", false},
	{"http://*", false},
	{"ws://ws://*", false},
	{"localhost:", false},
	{"localhost:65536", false},
	{"localhost:99999999999999999999", false},
	{"localhost:80:80", false},
	{"localhost:-1", false},
	{"localhosts", false},
	{"LOCALHOST", false},
	{"example.org", false},
	{"**", false},
	{"*:", false},
	{"*:x", false},
	{"192.0.2.256", false},
	{"192.0.2.1:", false},
	{"192.0.2.1/24", false},
	{"[::1", false},
	{"[::1]80", false},
	{"unix:", false},
	{"ws://localhost/", false},
};

START_TEST(tells_valid_addresses_from_others)
{
	ck_assert(listener_address_is_valid(texts[_i].text) ==
		  texts[_i].is_valid);
}
END_TEST

START_TEST(listens_at_localhost_unless_told_otherwise)
{
	ck_assert(listeners_open(&listeners, &options, &activation));
	ck_assert_uint_eq(listeners.count, has_ipv6() ? 2 : 1);
	ck_assert_uint_eq(listeners.url_count, 1);
	ck_assert_uint_ne(port_of(0), 0);
	ck_assert_uint_eq(port_of(listeners.count - 1), port_of(0));
	assert_url(0, "ws://localhost:", port_of(0));
	ck_assert(listeners_are_loopback(&listeners));
}
END_TEST

START_TEST(listens_at_the_port_of_the_options)
{
	ck_assert(listeners_open(&listeners, &options, &activation));
	options.port = port_of(0);
	listeners_close(&listeners);
	ck_assert(open_at("127.0.0.1"));
	assert_url(0, "ws://127.0.0.1:", (unsigned)options.port);
}
END_TEST

START_TEST(prefers_the_port_of_the_address)
{
	options.port = 1;
	ck_assert(open_at("ws://127.0.0.1:0"));
	ck_assert_uint_ne(port_of(0), 0);
	ck_assert_uint_ne(port_of(0), 1);
	listeners_close(&listeners);
	addresses[0] = "localhost:0";
	ck_assert(listeners_open(&listeners, &options, &activation));
	ck_assert_uint_ne(port_of(0), 1);
	assert_url(0, "ws://localhost:", port_of(0));
}
END_TEST

START_TEST(listens_everywhere)
{
	ck_assert(open_at("*"));
	ck_assert_uint_eq(listeners.count, 1);
	assert_url(0, has_ipv6() ? "ws://[::]:" : "ws://0.0.0.0:", port_of(0));
	ck_assert(!listeners_are_loopback(&listeners));
}
END_TEST

START_TEST(listens_at_several_addresses)
{
	add("127.0.0.1");
	add("unix:socket");
	ck_assert(open_at("0.0.0.0"));
	ck_assert_uint_eq(listeners.count, 3);
	ck_assert_uint_eq(listeners.url_count, 3);
	assert_url(0, "ws://127.0.0.1:", port_of(0));
	ck_assert_str_eq(listeners.urls[1], "ws+unix:socket");
	assert_url(2, "ws://0.0.0.0:", port_of(2));
	ck_assert(!listeners_are_loopback(&listeners));
}
END_TEST

START_TEST(can_be_connected_to)
{
	struct address peer;
	int client, accepted;

	ck_assert(open_at("127.0.0.1"));
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(client, &listeners.items[0].address.socket.any,
				 listeners.items[0].address.length),
		0);
	accepted = listening_accept(listeners.items[0].descriptor, &peer);
	ck_assert_int_ge(accepted, 0);
	close(accepted);
	close(client);
}
END_TEST

START_TEST(closing_removes_a_unix_socket)
{
	struct stat status;

	ck_assert(open_at("unix:socket"));
	ck_assert(listeners_are_loopback(&listeners));
	ck_assert_int_eq(stat("socket", &status), 0);
	listeners_close(&listeners);
	ck_assert_int_ne(stat("socket", &status), 0);
	ck_assert_uint_eq(listeners.count, 0);
}
END_TEST

START_TEST(none_is_left_open_when_one_fails)
{
	struct stat status;

	add("127.0.0.1:0");
	add("unix:socket");
	add("unix:none/socket");
	assert_fails("wsserver: cannot listen on ws+unix:none/socket: "
		     "No such file or directory\n");
	ck_assert_int_ne(stat("socket", &status), 0);
}
END_TEST

START_TEST(fails_at_an_address_that_is_not_ours)
{
	add("192.0.2.1");
	assert_fails("wsserver: cannot listen on ws://192.0.2.1:0: "
		     "Cannot assign requested address\n");
}
END_TEST

/* A socket that holds a port of 127.0.0.1, and with it that of localhost. */
START_TEST(localhost_is_both_addresses_or_none)
{
	struct address taken;
	char address[32], expected[128];
	int descriptor;

	ck_assert(address_parse(&taken, "127.0.0.1", 0));
	descriptor = listening_open(&taken, 0);
	ck_assert_int_ge(descriptor, 0);
	snprintf(
		address, sizeof(address), "localhost:%u", address_port(&taken));
	snprintf(expected, sizeof(expected),
		"wsserver: cannot listen on ws://%s: "
		"Address already in use\n",
		address);
	add(address);
	assert_fails(expected);
	close(descriptor);
}
END_TEST

START_TEST(has_room_for_so_many_listeners)
{
	for (int i = 0; i < LISTENERS_MAX; i++)
		add("127.0.0.1:0");
	ck_assert(listeners_open(&listeners, &options, &activation));
	ck_assert_uint_eq(listeners.count, LISTENERS_MAX);
	listeners_close(&listeners);
	add("127.0.0.1:0");
	assert_fails("wsserver: cannot listen on ws://127.0.0.1:0: "
		     "Too many open files\n");
}
END_TEST

START_TEST(localhost_at_the_end_of_that_room_finds_no_port)
{
	if (!has_ipv6())
		return;
	for (int i = 1; i < LISTENERS_MAX; i++)
		add("127.0.0.1:0");
	add("localhost:0");
	assert_fails("wsserver: cannot listen on ws://localhost:0: "
		     "Too many open files\n");
}
END_TEST

START_TEST(says_so_of_an_address_that_is_none)
{
	bool is_open;

	capture_begin(STDERR_FILENO);
	is_open = open_at("example.org");
	free(capture_end());
	ck_assert(!is_open);
}
END_TEST

/* Puts a socket at a descriptor where activations begin here. */
static void
inherit(const char *text, int place)
{
	struct address address;
	int descriptor;

	ck_assert(address_parse(&address, text, 0));
	descriptor = listening_open(&address, 0);
	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_ge(dup2(descriptor, INHERITED + place), 0);
	close(descriptor);
}

static const struct {
	const char *names, *certificate;
	bool has_tls[2];
} inheritances[] = {
	{NULL, NULL, {false, false}},
	{NULL, "pem", {true, true}},
	{"ws:wss", "pem", {false, true}},
	{"wss:ws", "pem", {true, false}},
	{"ws", "pem", {false, true}},
	{"wsx:xwss", "pem", {true, true}},
	{"ws:other", NULL, {false, false}},
	{":ws", "pem", {true, false}},
};

START_TEST(takes_over_the_sockets_of_an_activation)
{
	inherit("127.0.0.1", 0);
	inherit("unix:socket", 1);
	activation = (struct activation){
		INHERITED, 2, (char *)(uintptr_t)inheritances[_i].names};
	options.certificate = inheritances[_i].certificate;
	ck_assert(listeners_open(&listeners, &options, &activation));
	ck_assert_uint_eq(listeners.count, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(listeners.items[i].descriptor, INHERITED + i);
		ck_assert(listeners.items[i].has_tls ==
			  inheritances[_i].has_tls[i]);
	}
	ck_assert_str_eq(listeners.urls[1], inheritances[_i].has_tls[1]
						    ? "wss+unix:socket"
						    : "ws+unix:socket");
	listeners_close(&listeners);
	ck_assert_int_eq(access("socket", F_OK), 0);
}
END_TEST

START_TEST(opens_addresses_beside_those_taken_over)
{
	inherit("127.0.0.1", 0);
	activation = (struct activation){INHERITED, 1, NULL};
	ck_assert(open_at("127.0.0.1:0"));
	ck_assert_uint_eq(listeners.count, 2);
	ck_assert(!listeners.items[1].is_inherited);
	ck_assert_uint_ne(port_of(0), port_of(1));
}
END_TEST

START_TEST(refuses_tls_without_a_certificate_and_what_does_not_listen)
{
	inherit("127.0.0.1", 0);
	activation =
		(struct activation){INHERITED, 1, (char *)(uintptr_t) "wss"};
	assert_fails("wsserver: a socket named wss needs --cert\n");
	activation = (struct activation){STDIN_FILENO, 1, NULL};
	assert_fails("wsserver: cannot listen on descriptor 0: Socket "
		     "operation on non-socket\n");
	ck_assert_int_ge(dup2(socket(AF_INET, SOCK_STREAM, 0), INHERITED), 0);
	activation = (struct activation){INHERITED, 1, NULL};
	assert_fails("wsserver: cannot listen on descriptor 200: no listening "
		     "stream socket\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("listener");
	TCase *cases = tcase_create("listener");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(
		cases, tells_valid_addresses_from_others, 0, COUNT_OF(texts));
	tcase_add_test(cases, listens_at_localhost_unless_told_otherwise);
	tcase_add_test(cases, listens_at_the_port_of_the_options);
	tcase_add_test(cases, prefers_the_port_of_the_address);
	tcase_add_test(cases, listens_everywhere);
	tcase_add_test(cases, listens_at_several_addresses);
	tcase_add_test(cases, can_be_connected_to);
	tcase_add_test(cases, closing_removes_a_unix_socket);
	tcase_add_test(cases, none_is_left_open_when_one_fails);
	tcase_add_test(cases, fails_at_an_address_that_is_not_ours);
	tcase_add_test(cases, localhost_is_both_addresses_or_none);
	tcase_add_test(cases, has_room_for_so_many_listeners);
	tcase_add_test(cases, localhost_at_the_end_of_that_room_finds_no_port);
	tcase_add_test(cases, says_so_of_an_address_that_is_none);
	tcase_add_loop_test(cases, takes_over_the_sockets_of_an_activation, 0,
		COUNT_OF(inheritances));
	tcase_add_test(cases, opens_addresses_beside_those_taken_over);
	tcase_add_test(cases,
		refuses_tls_without_a_certificate_and_what_does_not_listen);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
