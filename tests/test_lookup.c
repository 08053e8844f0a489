/* SPDX-License-Identifier: MIT */
/* Names, with a system that answers as the tests want it to. */
#include "suite.h"
#include "transport/clock.h"
#include "transport/lookup.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 4
#define SLOW 300 /* milliseconds */
#define LONG_TIME 20000

static struct address addresses[SIZE];
static const char *why;
static unsigned questions;

/*
 * Takes the place of the system's: "many" has more addresses than fit,
 * "slow" answers late, "odd" has none that can be used, all others fail.
 */
static struct addrinfo *
answer_of(const char *port, int family)
{
	struct addrinfo *answer = calloc(1, sizeof(*answer));
	struct sockaddr_in *ipv4 = calloc(1, sizeof(*ipv4));

	ipv4->sin_family = (sa_family_t)family;
	ipv4->sin_port = htons((in_port_t)atoi(port));
	ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	answer->ai_family = family;
	answer->ai_addr = (struct sockaddr *)ipv4;
	answer->ai_addrlen = sizeof(*ipv4);
	return answer;
}

int
getaddrinfo(const char *restrict node, const char *restrict service,
	const struct addrinfo *restrict hints,
	struct addrinfo **restrict answer)
{
	int wanted = strcmp(node, "many") == 0 ? SIZE + 2 : 1;

	(void)hints;
	questions++;
	if (strcmp(node, "slow") == 0)
		usleep(SLOW * 1000);
	else if (strcmp(node, "many") != 0 && strcmp(node, "odd") != 0)
		return EAI_NONAME;
	for (int i = 0; i < wanted; i++) {
		*answer = answer_of(service,
			strcmp(node, "odd") == 0 ? AF_UNSPEC : AF_INET);
		answer = &(*answer)->ai_next;
	}
	return 0;
}

void
freeaddrinfo(struct addrinfo *answer)
{
	while (answer != NULL) {
		struct addrinfo *next = answer->ai_next;

		free(answer->ai_addr);
		free(answer);
		answer = next;
	}
}

static size_t
find(const char *host, int64_t limit)
{
	questions = 0;
	return lookup(host, 8080, deadline_after(limit), addresses, SIZE, &why);
}

static void
expect_text(size_t index, const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	address_format(&addresses[index], text);
	ck_assert_str_eq(text, expected);
}

/* RFC 6761 section 6.3. */
static const char *const localhosts[] = {
	"LocalHost", "localhost.", "a.b.localhost", "a.LOCALHOST."};

START_TEST(asks_nobody_for_localhost)
{
	ck_assert_uint_eq(find(localhosts[_i], 0), 2);
	expect_text(0, "[::1]:8080");
	expect_text(1, "127.0.0.1:8080");
	ck_assert_uint_eq(questions, 0);
}
END_TEST

START_TEST(asks_the_system_for_what_sounds_like_localhost)
{
	ck_assert_uint_eq(find("alocalhost", LONG_TIME), 0);
	ck_assert_uint_eq(find("localhost.a", LONG_TIME), 0);
	ck_assert_uint_eq(find("localhost..", LONG_TIME), 0);
	ck_assert_uint_eq(find(".", LONG_TIME), 0);
	ck_assert_uint_eq(questions, 1);
}
END_TEST

START_TEST(asks_nobody_for_an_address)
{
	ck_assert_uint_eq(find("192.0.2.1", 0), 1);
	expect_text(0, "192.0.2.1:8080");
	ck_assert_uint_eq(find("2001:db8::1", 0), 1);
	expect_text(0, "[2001:db8::1]:8080");
	ck_assert_uint_eq(questions, 0);
}
END_TEST

START_TEST(takes_as_many_as_fit)
{
	ck_assert_uint_eq(find("many", 0), SIZE);
	expect_text(SIZE - 1, "127.0.0.1:8080");
	ck_assert_uint_eq(questions, 1);
}
END_TEST

START_TEST(tells_why_there_is_none)
{
	ck_assert_uint_eq(find("none", 0), 0);
	ck_assert_str_eq(why, gai_strerror(EAI_NONAME));
	ck_assert_uint_eq(find("odd", 0), 0);
	ck_assert_str_eq(why, "no address");
}
END_TEST

/* FAULTS K10. The answer that comes too late is thrown away behind us. */
START_TEST(does_not_wait_beyond_the_deadline)
{
	int64_t start = clock_now();

	ck_assert_uint_eq(find("slow", 10), 0);
	ck_assert_ptr_null(why);
	ck_assert_int_lt(clock_now() - start, SLOW);
	usleep(2 * SLOW * 1000);
}
END_TEST

START_TEST(waits_for_a_slow_answer_in_time)
{
	ck_assert_uint_eq(find("slow", 60000), 1);
	expect_text(0, "127.0.0.1:8080");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lookup");
	TCase *cases = tcase_create("lookup");

	tcase_add_loop_test(
		cases, asks_nobody_for_localhost, 0, COUNT_OF(localhosts));
	tcase_add_test(cases, asks_the_system_for_what_sounds_like_localhost);
	tcase_add_test(cases, asks_nobody_for_an_address);
	tcase_add_test(cases, takes_as_many_as_fit);
	tcase_add_test(cases, tells_why_there_is_none);
	tcase_add_test(cases, does_not_wait_beyond_the_deadline);
	tcase_add_test(cases, waits_for_a_slow_answer_in_time);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
