/* SPDX-License-Identifier: MIT */
#include "agreement.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static const struct deflate_settings plain = {.enabled = true, .window = 15};

#define BARE 16

/* What one side says, a window of 0 being left out, and what we want. */
struct combination {
	bool server_no_takeover, client_no_takeover, no_takeover;
	int server_window, client_window;
};

#define COMBINATIONS (2 * 2 * 2 * 9 * 10)

static int
window_of(int digit)
{
	return digit == 0 ? 0 : digit + 7;
}

/* Each of the COMBINATIONS by its number; the last tenth is BARE. */
static struct combination
combination_of(int number)
{
	return (struct combination){number % 2 != 0, number / 2 % 2 != 0,
		number / 4 % 2 != 0, window_of(number / 8 % 9),
		window_of(number / 72)};
}

static const char *
window_text(const char *name, int window, char text[40])
{
	if (window == 0)
		return "";
	if (window == BARE)
		return name;
	snprintf(text, 40, "%s=%d", name, window);
	return text;
}

/* In another order than an answer of ours. */
static void
combination_write(const struct combination *combination, char text[300])
{
	char server[40], client[40];

	snprintf(text, 300, PMD "%s%s%s%s",
		window_text(CW, combination->client_window, client),
		combination->client_no_takeover ? CNT : "",
		window_text(SW, combination->server_window, server),
		combination->server_no_takeover ? SNT : "");
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* The answer that the combination should get as an offer. */
static void
model_answer(const struct combination *combination, int window, char text[300])
{
	text[0] = '\0';
	strcat(text, PMD);
	if (combination->server_no_takeover || combination->no_takeover)
		strcat(text, SNT);
	if (combination->client_no_takeover || combination->no_takeover)
		strcat(text, CNT);
	if (combination->server_window != 0)
		sprintf(text + strlen(text), SW "=%d",
			least(combination->server_window, window));
	if (combination->client_window != 0)
		sprintf(text + strlen(text), CW "=%d",
			least(combination->client_window, window));
}

static void
assert_accepted(const struct combination *combination, int window)
{
	const struct deflate_settings settings = {
		true, combination->no_takeover, window, 6};
	int server = combination->server_window;
	int client = combination->client_window;
	struct deflate_agreement agreement;
	char offered[300], expected[300];

	combination_write(combination, offered);
	model_answer(combination, window, expected);
	ck_assert_str_eq(
		agreement_accept(offered, &settings, &agreement), expected);
	agreement_assert(&agreement,
		(struct deflate_direction){
			server == 0 ? window : least(server, window),
			settings.no_takeover ||
				combination->server_no_takeover},
		(struct deflate_direction){
			client == 0 ? 15 : least(client, window),
			settings.no_takeover ||
				combination->client_no_takeover});
}

START_TEST(accepts_every_combination_of_the_parameters)
{
	for (int number = 0; number < COMBINATIONS; number++) {
		struct combination combination = combination_of(number);

		assert_accepted(&combination, _i);
	}
}
END_TEST

/* Whether the combination is an answer to what a client of ours offers. */
static bool
model_is_fine(const struct combination *combination, int window)
{
	if (combination->client_window == BARE)
		return false;
	if (combination->no_takeover && !combination->server_no_takeover)
		return false;
	return window == 15 || (combination->server_window != 0 &&
				       combination->server_window <= window);
}

static void
assert_checked(const struct combination *combination, int window)
{
	const struct deflate_settings settings = {
		true, combination->no_takeover, window, 6};
	int server = combination->server_window;
	int client = combination->client_window;
	struct deflate_agreement agreement;
	char answer[300];
	bool fine;

	combination_write(combination, answer);
	fine = verdict_is_fine(agreement_check(answer, &settings, &agreement));
	ck_assert(fine == model_is_fine(combination, window));
	if (!fine) {
		agreement_assert_none(&agreement);
		return;
	}
	agreement_assert(&agreement,
		(struct deflate_direction){server == 0 ? 15 : server,
			combination->server_no_takeover},
		(struct deflate_direction){
			client == 0 ? window : least(client, window),
			settings.no_takeover ||
				combination->client_no_takeover});
}

START_TEST(checks_every_combination_of_the_parameters)
{
	for (int number = 0; number < COMBINATIONS; number++) {
		struct combination combination = combination_of(number);

		assert_checked(&combination, _i);
	}
}
END_TEST

/* No side may look back further than the other one remembers. */
static void
assert_understood(const struct deflate_settings *client,
	const struct deflate_settings *server)
{
	struct deflate_agreement ours, theirs;
	char offered[300];

	strcpy(offered, agreement_offer(client));
	ck_assert(verdict_is_fine(agreement_check(
		agreement_accept(offered, server, &theirs), client, &ours)));
	ck_assert(ours.enabled && theirs.enabled);
	ck_assert_int_le(theirs.from_server.window, ours.from_server.window);
	ck_assert_int_le(theirs.from_server.window, server->window);
	ck_assert_int_le(ours.from_client.window, theirs.from_client.window);
	ck_assert_int_le(ours.from_client.window, client->window);
	ck_assert(
		ours.from_server.no_takeover == theirs.from_server.no_takeover);
	ck_assert(
		ours.from_client.no_takeover == theirs.from_client.no_takeover);
}

START_TEST(a_client_and_a_server_of_ours_understand_each_other)
{
	for (int number = 0; number < 4 * 7; number++) {
		struct deflate_settings client = {true, number % 2 != 0, _i, 6};
		struct deflate_settings server = {
			true, number / 2 % 2 != 0, 9 + number / 4, 6};

		assert_understood(&client, &server);
	}
}
END_TEST

/* A list that both sides read, whole and cut anywhere. */
static const char *const vectors[] = {
	PMD SNT CNT SW "=10" CW "=\"1\\2\"",
	PMD SW "=\"\\1\\5\"" CNT " \t,, ,",
	"x; y=1; z=\"2\", " PMD SW "=16\n," PMD CW " , " PMD,
	PMD "\n" PMD CW "=9",
	PMD SW "=\"4294967311\", " PMD SW "=\"15,\"",
};

START_TEST(both_sides_survive_every_prefix)
{
	char prefix[300], answer[300];

	strcpy(prefix, vectors[_i]);
	for (size_t i = strlen(prefix) + 1; i > 0; i--) {
		struct deflate_agreement theirs, ours;

		prefix[i - 1] = '\0';
		strcpy(answer, agreement_accept(prefix, &plain, &theirs));
		ck_assert(theirs.enabled == (*answer != '\0'));
		if (theirs.enabled)
			ck_assert(verdict_is_fine(
				agreement_check(answer, &plain, &ours)));
		ck_assert(verdict_is_fine(agreement_check(
				  prefix, &plain, &ours)) == ours.enabled);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("deflate_combinations");
	TCase *cases = tcase_create("deflate_combinations");

	tcase_add_loop_test(cases, accepts_every_combination_of_the_parameters,
		DEFLATE_WINDOW_MIN, DEFLATE_WINDOW_MAX + 1);
	tcase_add_loop_test(cases, checks_every_combination_of_the_parameters,
		DEFLATE_WINDOW_MIN, DEFLATE_WINDOW_MAX + 1);
	tcase_add_loop_test(cases,
		a_client_and_a_server_of_ours_understand_each_other,
		DEFLATE_WINDOW_MIN, DEFLATE_WINDOW_MAX + 1);
	tcase_add_loop_test(
		cases, both_sides_survive_every_prefix, 0, COUNT_OF(vectors));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
