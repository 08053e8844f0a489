/* SPDX-License-Identifier: MIT */
#include "server/privileges.h"
#include "suite.h"

#include <unistd.h>

#define NOBODY "no.such.name"

START_TEST(checks_names)
{
	ck_assert(privileges_check(NULL, NULL));
	ck_assert(privileges_check("root", "root"));
	ck_assert(!privileges_check(NOBODY, "root"));
	ck_assert(!privileges_check("root", NOBODY));
}
END_TEST

START_TEST(keeps_them_where_no_others_are_asked_for)
{
	uid_t before = geteuid();

	ck_assert(privileges_drop(NULL, NULL));
	ck_assert_uint_eq(geteuid(), before);
}
END_TEST

START_TEST(fails_where_a_name_has_gone)
{
	ck_assert(!privileges_drop(NOBODY, NULL));
	ck_assert(!privileges_drop(NULL, NOBODY));
	ck_assert(!privileges_drop("root", NOBODY));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("privileges");
	TCase *cases = tcase_create("privileges");

	tcase_add_test(cases, checks_names);
	tcase_add_test(cases, keeps_them_where_no_others_are_asked_for);
	tcase_add_test(cases, fails_where_a_name_has_gone);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
