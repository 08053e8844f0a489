/* SPDX-License-Identifier: MIT */
#include "extension_fields.h"
#include "guard.h"
#include "protocol/extension.h"
#include "suite.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#define TEN(element)                                                           \
	element element element element element element element element        \
		element element

/* What is well-formed, and how it reads; NULL for what is not. */
static const struct {
	const char *values, *expected;
} lists[] = {
	{NULL, ""},
	{"", ""},
	{" \t", ""},
	{"a", "a"},
	{"foo", "foo"},
	{"foo,\tbar ,baz", "foo,bar,baz"},
	{"foo\nbar, baz\n\nx", "foo,bar,baz,x"},
	{",, a,\t, ,b,,", "a,b"},
	{"a, a;b", "a,a;b"},
	{"permessage-deflate; client_max_window_bits",
		"permessage-deflate;client_max_window_bits"},
	{"permessage-deflate;server_max_window_bits=10 , x",
		"permessage-deflate;server_max_window_bits=10,x"},
	{"a;b;c=1;b=2", "a;b;c=1;b=2"},
	{" a\t; \tb = \t1\t;c", "a;b=1;c"},
	{"a;b=\"1\"", "a;b=1"},
	{"a;b=\"\\1\\5\";c = \"\\x\" , d", "a;b=15;c=x,d"},
	{"a;b=123456789012345", "a;b=123456789012345"},
	{"a;b=1234567890123456", "a;b=123456789012345..."},
	{"a;b=\"\\1\\2\\3\\4\\5\\6\\7\\8\\9\\0\\1\\2\\3\\4\\5\"",
		"a;b=123456789012345"},
	{"a;b=\"123456789012345\\67\";c=1", "a;b=123456789012345...;c=1"},
	{"!#$%&'*+-.^_`|~09AZaz;!#$%&'*+-.^_`|~=!#$%&'*",
		"!#$%&'*+-.^_`|~09AZaz;!#$%&'*+-.^_`|~=!#$%&'*"},
	{TEN("a,") TEN("b,") TEN(",") "c,d", "a,a,a,a,a,a,a,a,a,a,"
					     "b,b,b,b,b,b,b,b,b,b,c,d"},
	{TEN("a,") TEN("b,") TEN(",") "c,", "a,a,a,a,a,a,a,a,a,a,"
					    "b,b,b,b,b,b,b,b,b,b,c"},
	{TEN("\n") TEN("\n") TEN("\n") "c\nd", "c,d"},
	{TEN("a,") TEN("b,") TEN(",") "c,d,e", NULL},
	{TEN("a,") TEN("b,") TEN(",") "c,d,", NULL},
	{TEN("\n") TEN("\n") TEN("\n") "c\nd\n", NULL},
	{TEN("a,") TEN("b,") TEN("c,") "d\ne,f", NULL},
	{"a b", NULL},
	{"a;", NULL},
	{";a", NULL},
	{"a;;b", NULL},
	{"a; ;b", NULL},
	{"a;b c", NULL},
	{"a=1", NULL},
	{"a;=1", NULL},
	{"a;b=", NULL},
	{"a;b= ;c", NULL},
	{"a;b=1=2", NULL},
	{"a;b==1", NULL},
	{"a;b=1 2", NULL},
	{"a;b=c@d", NULL},
	{"\"a\"", NULL},
	{"a;\"b\"", NULL},
	{"a;b=\"", NULL},
	{"a;b=\"\"", NULL},
	{"a;b=\"1", NULL},
	{"a;b=1\"", NULL},
	{"a;b=\"1\\\"", NULL},
	{"a;b=\"1\\\\\"", NULL},
	{"a;b=\"1\\\"2\"", NULL},
	{"a;b=\"1\"2\"", NULL},
	{"a;b=\"1\"2", NULL},
	{"a;b=\"1\" \"2\"", NULL},
	{"a;b=\" 1\"", NULL},
	{"a;b=\"\\\t\"", NULL},
	{"a;b=\\1", NULL},
	{"a;b='1,2'", "a;b='1,2'"},
	{"a;b=\"1,2\"", NULL},
	{"a;b=\"1;2\"", NULL},
	{"a;b=\"1=2\"", NULL},
	{"a;b=\"1\\,2\"", NULL},
	{"a;b=\"1\nc;d=2\"", NULL},
	{"a, b, c d", NULL},
	{"a\nb\n;", NULL},
	{"a;b=\xC3\xA4", NULL},
};

static size_t
describe_parameters(struct extension extension, char *text, size_t size)
{
	struct extension_parameter parameter;
	size_t used = 0;

	while (extension_next_parameter(&extension, &parameter)) {
		ck_assert(parameter.has_value == (*parameter.value != '\0'));
		used += (size_t)snprintf(text + used, size - used,
			";%.*s%s%s%s", (int)parameter.name.length,
			parameter.name.data, parameter.has_value ? "=" : "",
			parameter.value, parameter.is_too_long ? "..." : "");
	}
	return used;
}

/* All that a well-formed head says, without blanks and quotes. */
static void
describe(const struct http_head *head, char *text, size_t size)
{
	struct extension_walk walk = extension_walk_of(head);
	struct extension extension;
	size_t used = 0;

	*text = '\0';
	while (extension_next(&walk, &extension)) {
		used += (size_t)snprintf(text + used, size - used, "%s%.*s",
			used > 0 ? "," : "", (int)extension.name.length,
			extension.name.data);
		used += describe_parameters(
			extension, text + used, size - used);
	}
	ck_assert(!extension_next(&walk, &extension));
}

START_TEST(reads_a_list_as_section_9_1_writes_it)
{
	struct http_head head = extension_fields_of(lists[_i].values);
	bool well_formed = extension_is_well_formed(&head);
	char text[300];

	ck_assert(well_formed == (lists[_i].expected != NULL));
	if (well_formed) {
		describe(&head, text, sizeof(text));
		ck_assert_str_eq(text, lists[_i].expected);
	}
	extension_fields_free(&head);
}
END_TEST

#define BLANKS "[ \t]*"
#define CHARACTER "[-!#$%&'*+.^_`|~0-9A-Za-z]"
#define TOKEN BLANKS CHARACTER "+" BLANKS
#define QUOTED BLANKS "\"(\\\\?" CHARACTER ")+\"" BLANKS
#define PARAMETER ";" TOKEN "(=(" TOKEN "|" QUOTED "))?"
#define ELEMENT "(" TOKEN "(" PARAMETER ")*|" BLANKS ")"

/* Section 9.1 once more, as an expression that also counts. */
static void
grammar_prepare(regex_t *grammar)
{
	ck_assert_int_eq(
		regcomp(grammar, "^" ELEMENT "([,\n]" ELEMENT "){0,31}$",
			REG_EXTENDED | REG_NOSUB),
		0);
}

static void
assert_judged_by(const regex_t *grammar, const char *values)
{
	struct http_head head = extension_fields_of(values);
	bool legal = regexec(grammar, values, 0, NULL, 0) == 0;

	ck_assert_msg(extension_is_well_formed(&head) == legal, "%s", values);
	extension_fields_free(&head);
}

START_TEST(every_prefix_is_judged_as_the_grammar_does)
{
	regex_t grammar;
	char prefix[300];

	grammar_prepare(&grammar);
	strcpy(prefix, lists[_i].values != NULL ? lists[_i].values : "");
	for (size_t i = strlen(prefix) + 1; i > 0; i--) {
		prefix[i - 1] = '\0';
		assert_judged_by(&grammar, prefix);
	}
	regfree(&grammar);
}
END_TEST

static const char *const beginnings[] = {"", "a;", "a;b=", "a;b=\"1"};

START_TEST(every_short_text_is_judged_as_the_grammar_does)
{
	static const char alphabet[] = "a,;=\"\\ ";
	size_t letters = strlen(alphabet);
	regex_t grammar;

	grammar_prepare(&grammar);
	for (size_t number = 0; number < 7 * 7 * 7 * 7; number++) {
		size_t rest = number, length = strlen(beginnings[_i]);
		char text[20];

		strcpy(text, beginnings[_i]);
		for (size_t i = 0; i < 4; i++, rest /= letters)
			text[length++] = alphabet[rest % letters];
		text[length] = '\0';
		assert_judged_by(&grammar, text);
	}
	regfree(&grammar);
}
END_TEST

static const char *const places[] = {
	"a%cb", "a;b%cc", "a;b=c%cd", "a;b=\"c%cd\"", "a;b=\"c\\%cd\""};

START_TEST(each_character_is_judged_as_the_grammar_does)
{
	regex_t grammar;
	char text[20];

	grammar_prepare(&grammar);
	for (int c = 1; c < 256; c++) {
		snprintf(text, sizeof(text), places[_i], c);
		assert_judged_by(&grammar, text);
	}
	regfree(&grammar);
}
END_TEST

/* Parameters that end right at the guard page, whole and cut. */
static const char *const parameters[] = {"b", " b\t", "b=1", "b = 1 ", "b=\"1",
	"b=\"\\1\"", "b=\"1\\\"", "b=\"1\" ", "b;c=1;", "b;c;d=\"\\1\\2"};

START_TEST(parameters_end_where_their_slice_does)
{
	regex_t grammar;
	char text[50];

	grammar_prepare(&grammar);
	for (size_t i = 0; i <= strlen(parameters[_i]); i++) {
		char *copy = guard_copy(parameters[_i], i);
		struct extension extension = {.parameters = {copy, i}};
		struct extension_parameter parameter;
		bool legal;

		snprintf(text, sizeof(text), "a;%.*s", (int)i, copy);
		legal = regexec(&grammar, text, 0, NULL, 0) == 0;
		while (extension_next_parameter(&extension, &parameter))
			ck_assert(http_is_token(parameter.name));
		ck_assert_msg((extension.parameters.data == NULL) == legal,
			"%s", text);
		guard_free(copy, i);
	}
	regfree(&grammar);
}
END_TEST

START_TEST(a_malformed_parameter_is_not_taken_off)
{
	struct extension extension = {.parameters = slice_of("b;c=;d")};
	struct extension_parameter parameter;

	ck_assert(extension_next_parameter(&extension, &parameter));
	ck_assert(!extension_next_parameter(&extension, &parameter));
	ck_assert(slice_equals(extension.parameters, slice_of("c=;d")));
}
END_TEST

/* A beginning, and what follows it over and over. */
static const struct {
	const char *beginning, *again;
	bool well_formed;
} floods[] = {
	{"", ",", false},
	{"", " ,", false},
	{"a", " ", true},
	{"a", ";b", true},
	{"a", ";b=\"\\1\"", true},
	{"a", " ; b = 1 ", true},
	{"a;b=", "1", true},
	{"a;b=\"1\"", " ", true},
	{"a;b=\"", "\\1", false},
	{"a;b=", "\"", false},
	{"a", ";", false},
	{"a;b", "=", false},
};

#define FLOOD_SIZE 15000

/* Were the time not linear, it would take minutes, and Check would end it. */
START_TEST(a_flood_takes_linear_time)
{
	char text[FLOOD_SIZE + 100];
	size_t used = strlen(floods[_i].beginning);
	size_t length = strlen(floods[_i].again);
	struct http_head head;

	strcpy(text, floods[_i].beginning);
	for (; used < FLOOD_SIZE; used += length)
		strcpy(text + used, floods[_i].again);
	head = extension_fields_of(text);
	for (int i = 0; i < 50; i++)
		ck_assert(extension_is_well_formed(&head) ==
			  floods[_i].well_formed);
	extension_fields_free(&head);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("extension");
	TCase *cases = tcase_create("extension");

	tcase_add_loop_test(cases, reads_a_list_as_section_9_1_writes_it, 0,
		COUNT_OF(lists));
	tcase_add_loop_test(cases, every_prefix_is_judged_as_the_grammar_does,
		0, COUNT_OF(lists));
	tcase_add_loop_test(cases,
		every_short_text_is_judged_as_the_grammar_does, 0,
		COUNT_OF(beginnings));
	tcase_add_loop_test(cases, each_character_is_judged_as_the_grammar_does,
		0, COUNT_OF(places));
	tcase_add_loop_test(cases, parameters_end_where_their_slice_does, 0,
		COUNT_OF(parameters));
	tcase_add_test(cases, a_malformed_parameter_is_not_taken_off);
	tcase_add_loop_test(
		cases, a_flood_takes_linear_time, 0, COUNT_OF(floods));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
