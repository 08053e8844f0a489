/* SPDX-License-Identifier: MIT */
#include "server/faults_page.h"

#include "room.h"
#include "service/faults.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct buffer page;

static void
tear_down(void)
{
	buffer_release(&page);
}

static const char *
text(void)
{
	ck_assert(buffer_append(&page, (struct slice){"", 1}));
	return buffer_bytes(&page).data;
}

/* How often a text stands in another. */
static unsigned
count_of(const char *part, const char *whole)
{
	unsigned count = 0;

	for (whole = strstr(whole, part); whole != NULL;
		whole = strstr(whole + 1, part))
		count++;
	return count;
}

START_TEST(lists_each_fault_in_html)
{
	char item[512];

	ck_assert(faults_page_write_html(&page));
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		snprintf(item, sizeof(item),
			"<dt><code>/faults/%s</code>\n<dd>%s<br>\n<small>as "
			"<code>%s</code></small>\n",
			faults[i].path, faults[i].meaning, faults[i].example);
		ck_assert_uint_eq(count_of(item, text()), 1);
	}
	ck_assert_uint_eq(count_of("<dt>", text()), FAULT_COUNT);
}
END_TEST

START_TEST(lists_each_fault_in_json)
{
	char object[512];

	ck_assert(faults_page_write_json(&page));
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		snprintf(object, sizeof(object),
			"{\"path\":\"%s\",\"meaning\":\"%s\",\"example\":\"%s"
			"\"}%s",
			faults[i].path, faults[i].meaning, faults[i].example,
			i < FAULT_COUNT - 1 ? ",\n" : "]}\n");
		ck_assert_uint_eq(count_of(object, text()), 1);
	}
	ck_assert_int_eq(strncmp(text(), "{\"faults\":[", 11), 0);
}
END_TEST

static bool
write_html(struct buffer *output, const void *nothing)
{
	(void)nothing;
	return faults_page_write_html(output);
}

static bool
write_json(struct buffer *output, const void *nothing)
{
	(void)nothing;
	return faults_page_write_json(output);
}

START_TEST(tells_when_memory_is_short)
{
	struct buffer expected = {0};
	room_writer *write = _i == 0 ? write_html : write_json;

	ck_assert(write(&expected, NULL));
	ck_assert(buffer_append(&expected, (struct slice){"", 1}));
	room_assert_filled(write, NULL, buffer_bytes(&expected).data);
	buffer_release(&expected);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults_page");
	TCase *cases = tcase_create("faults_page");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_test(cases, lists_each_fault_in_html);
	tcase_add_test(cases, lists_each_fault_in_json);
	tcase_add_loop_test(cases, tells_when_memory_is_short, 0, 2);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
