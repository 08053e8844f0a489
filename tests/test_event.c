/* SPDX-License-Identifier: MIT */
#include "log/event.h"
#include "logfile.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define MESSAGES_A_SECOND 20
#define PEER "[::1]:56376"

/* CR LF, ESC, a C1 control, an override, a quote, a backslash, no UTF-8. */
#define NASTY "\r\n\x1B\xC2\x9B\xE2\x80\xAE\"\\\xFF"
#define ESCAPED "\\x0d\\x0a\\x1b\\xc2\\x9b\\xe2\\x80\\xae\\x22\\x5c\\xff"
#define ESCAPED_TWICE                                                          \
	"\\\\x0d\\\\x0a\\\\x1b\\\\xc2\\\\x9b\\\\xe2\\\\x80\\\\xae\\\\x22"      \
	"\\\\x5c\\\\xff"

/* How a line about the client begins. */
#define JSON(level, event, path)                                               \
	"{\"time\":\"TIME\",\"level\":\"" level "\",\"connection\":7,"         \
	"\"event\":\"" event "\",\"peer\":\"" PEER "\",\"path\":\"" path "\""

static struct log_client client;

static void
say_path(const char *path)
{
	client = (struct log_client){7, PEER, path, strlen(path), NULL};
}

static void
open_plain(void)
{
	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_INFO);
	say_path("/");
}

static void
open_json(void)
{
	logfile_open(LOG_FORMAT_JSON, LOG_LEVEL_INFO);
	say_path("/");
}

static void
say_message(bool is_text, const char *data)
{
	struct log_messages messages = {0};

	log_message(&client, &messages, is_text, data, strlen(data));
}

static void
say_refuse(const char *detail)
{
	struct log_refusal refusal = {403, "origin is not allowed", detail,
		detail != NULL ? strlen(detail) : 0};

	log_refuse(LOG_LEVEL_WARNING, &client, &refusal);
}

static void
say_disconnect(const char *reason)
{
	struct log_goodbye goodbye = {
		.code = 1000,
		.closed_by = "client",
		.reason = reason,
		.reason_length = reason != NULL ? strlen(reason) : 0,
		.messages_in = 2,
		.messages_out = 3,
		.bytes_in = 18,
		.bytes_out = 52,
		.seconds = 4.2131,
	};

	log_disconnect(&client, &goodbye);
}

START_TEST(connect_is_a_sentence)
{
	log_connect(&client);
	logfile_says("Client connected from " PEER "\n");
}
END_TEST

START_TEST(connect_names_another_path_than_the_root)
{
	static const char *const paths[] = {"/raw", "//", "x", ""};
	static const char *const expected[] = {
		"Client connected from " PEER ", path /raw\n",
		"Client connected from " PEER ", path //\n",
		"Client connected from " PEER ", path x\n",
		"Client connected from " PEER ", path \n",
	};

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		say_path(paths[i]);
		log_connect(&client);
		logfile_says(expected[i]);
	}
}
END_TEST

START_TEST(message_is_a_sentence)
{
	say_message(true, "hi there");
	logfile_says("Received from client: hi there\n");
	say_message(true, "");
	logfile_says("Received from client: \n");
	say_message(false, "12345");
	logfile_says("Received from client (binary, 5 bytes)\n");
}
END_TEST

START_TEST(refuse_is_a_sentence)
{
	say_refuse(NULL);
	logfile_says(
		"Client " PEER " refused (403, \"origin is not allowed\")\n");
	say_refuse("http://example.org");
	logfile_says("Client " PEER " refused (403, \"origin is not allowed\", "
		     "\"http://example.org\")\n");
}
END_TEST

START_TEST(disconnect_is_a_sentence)
{
	say_disconnect(NULL);
	logfile_says("Client " PEER " disconnected (1000 by client, "
		     "messages 2/3, bytes 18/52, 4.2 s)\n");
	say_disconnect("going away");
	logfile_says("Client " PEER " disconnected (1000 by client, "
		     "\"going away\", messages 2/3, bytes 18/52, 4.2 s)\n");
}
END_TEST

START_TEST(whatever_a_peer_sent_is_escaped)
{
	say_path("/" NASTY);
	log_connect(&client);
	logfile_says("Client connected from " PEER ", path /" ESCAPED "\n");
	say_message(true, NASTY);
	logfile_says("Received from client: " ESCAPED "\n");
	say_refuse(NASTY);
	logfile_says("Client " PEER " refused (403, \"origin is not allowed\", "
		     "\"" ESCAPED "\")\n");
	say_disconnect(NASTY);
	logfile_says("Client " PEER " disconnected (1000 by client, \"" ESCAPED
		     "\", messages 2/3, bytes 18/52, 4.2 s)\n");
}
END_TEST

START_TEST(whatever_a_peer_sent_is_cut)
{
	char text[1000], expected[320] = "Received from client: ";

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	snprintf(expected + strlen(expected),
		sizeof(expected) - strlen(expected), "%.253s...\n", text);
	say_message(true, text);
	logfile_says(expected);
}
END_TEST

START_TEST(events_have_fields_as_json)
{
	log_connect(&client);
	logfile_says(JSON("info", "connect", "/") "}\n");
	say_message(true, "hi");
	logfile_says(JSON("info", "message", "/") ",\"data\":\"hi\","
						  "\"type\":\"text\","
						  "\"bytes\":2}\n");
	say_message(false, "12345");
	logfile_says(JSON(
		"info", "message", "/") ",\"type\":\"binary\",\"bytes\":5}\n");
	say_refuse(NULL);
	logfile_says(JSON("warning", "refuse", "/") ",\"status\":403,"
						    "\"why\":\"origin is not "
						    "allowed\"}\n");
	say_disconnect(NULL);
	logfile_says(JSON("info", "disconnect",
		"/") ",\"code\":1000,\"reason\":\"\",\"closed_by\":\"client\","
		     "\"messages_in\":2,\"messages_out\":3,"
		     "\"bytes_in\":18,\"bytes_out\":52,\"seconds\":4.213}\n");
}
END_TEST

START_TEST(whatever_a_peer_sent_is_escaped_as_json)
{
	say_path("/" NASTY);
	log_connect(&client);
	logfile_says(JSON("info", "connect", "/" ESCAPED_TWICE) "}\n");
	say_path("/");
	say_message(true, NASTY);
	logfile_says(JSON("info", "message", "/") ",\"data\":\"" ESCAPED_TWICE
						  "\",\"type\":\"text\","
						  "\"bytes\":11}\n");
	say_refuse(NASTY);
	logfile_says(JSON("warning", "refuse",
		"/") ",\"status\":403,\"why\":\"origin is not allowed\","
		     "\"detail\":\"" ESCAPED_TWICE "\"}\n");
	say_disconnect(NASTY);
	logfile_says(JSON("info", "disconnect",
		"/") ",\"code\":1000,\"reason\":\"" ESCAPED_TWICE "\","
		     "\"closed_by\":\"client\",\"messages_in\":2,"
		     "\"messages_out\":3,\"bytes_in\":18,\"bytes_out\":52,"
		     "\"seconds\":4.213}\n");
}
END_TEST

/* The second is one that has not passed when the messages come. */
static void
show_messages(struct log_messages *messages, unsigned count)
{
	char expected[2000] = "";
	unsigned shown;

	do {
		logfile_forget();
		*messages = (struct log_messages){0};
		log_message(&client, messages, true, "x", 1);
		shown = 1;
		for (int64_t second = messages->second;
			shown < count && messages->second == second; shown++)
			log_message(&client, messages, true, "x", 1);
	} while (messages->shown + messages->hidden < count);
	for (unsigned i = 0; i < count && i < MESSAGES_A_SECOND; i++)
		strcat(expected, "Received from client: x\n");
	logfile_says(expected);
}

START_TEST(shows_20_messages_a_second)
{
	struct log_messages messages;

	show_messages(&messages, MESSAGES_A_SECOND);
	log_hidden_messages(&client, &messages);
	logfile_says("");
}
END_TEST

START_TEST(tells_how_many_messages_were_not_shown)
{
	struct log_messages messages;

	show_messages(&messages, MESSAGES_A_SECOND + 3);
	log_hidden_messages(&client, &messages);
	logfile_says("3 messages not shown\n");
	log_hidden_messages(&client, &messages);
	logfile_says("");
}
END_TEST

START_TEST(tells_that_with_the_first_message_of_another_second)
{
	struct log_messages messages;

	show_messages(&messages, MESSAGES_A_SECOND + 2);
	messages.second--;
	log_message(&client, &messages, true, "y", 1);
	logfile_says("2 messages not shown\nReceived from client: y\n");
	ck_assert_uint_eq(messages.shown, 1);
}
END_TEST

START_TEST(tells_that_as_json)
{
	struct log_messages messages = {.hidden = 4};

	log_hidden_messages(&client, &messages);
	logfile_says(JSON("info", "suppressed", "/") ",\"messages\":4}\n");
}
END_TEST

/* The levels: refusals are warnings, the rest is information. */
START_TEST(says_nothing_below_its_level)
{
	struct log_messages messages = {.hidden = 4};

	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_ERROR);
	say_path("/raw");
	log_connect(&client);
	say_message(true, "hi");
	log_hidden_messages(&client, &messages);
	say_refuse("detail");
	say_disconnect("");
	logfile_says("");
	ck_assert_uint_eq(messages.hidden, 0);
	logfile_close();
}
END_TEST

static TCase *
cases_with(const char *name, SFun open)
{
	TCase *cases = tcase_create(name);

	tcase_add_checked_fixture(cases, open, logfile_close);
	return cases;
}

int
main(void)
{
	Suite *suite = suite_create("event");
	TCase *plain = cases_with("plain", open_plain);
	TCase *json = cases_with("json", open_json);
	TCase *quiet = tcase_create("quiet");

	tcase_add_test(plain, connect_is_a_sentence);
	tcase_add_test(plain, connect_names_another_path_than_the_root);
	tcase_add_test(plain, message_is_a_sentence);
	tcase_add_test(plain, refuse_is_a_sentence);
	tcase_add_test(plain, disconnect_is_a_sentence);
	tcase_add_test(plain, whatever_a_peer_sent_is_escaped);
	tcase_add_test(plain, whatever_a_peer_sent_is_cut);
	tcase_add_test(plain, shows_20_messages_a_second);
	tcase_add_test(plain, tells_how_many_messages_were_not_shown);
	tcase_add_test(
		plain, tells_that_with_the_first_message_of_another_second);
	tcase_add_test(json, events_have_fields_as_json);
	tcase_add_test(json, whatever_a_peer_sent_is_escaped_as_json);
	tcase_add_test(json, tells_that_as_json);
	tcase_add_test(quiet, says_nothing_below_its_level);
	suite_add_tcase(suite, plain);
	suite_add_tcase(suite, json);
	suite_add_tcase(suite, quiet);
	return suite_run(suite);
}
