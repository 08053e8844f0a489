/* SPDX-License-Identifier: MIT */
#include "server/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

bool
privileges_check(const char *user, const char *group)
{
	if (user != NULL && getpwnam(user) == NULL) {
		fprintf(stderr, "wsserver: --user: no user '%s'\n", user);
		return false;
	}
	if (group != NULL && getgrnam(group) == NULL) {
		fprintf(stderr, "wsserver: --group: no group '%s'\n", group);
		return false;
	}
	return true;
}

static bool
take_group(gid_t id)
{
	return setgroups(1, &id) == 0 && setresgid(id, id, id) == 0;
}

static bool
take_user(const struct passwd *user, const struct group *group)
{
	gid_t id = group != NULL ? group->gr_gid : user->pw_gid;

	return initgroups(user->pw_name, id) == 0 &&
	       setresgid(id, id, id) == 0 &&
	       setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0;
}

static bool
fail(const char *name, const char *why)
{
	fprintf(stderr, "wsserver: cannot become %s: %s\n", name, why);
	return false;
}

/* Whom privileges_check found may not be found now: nobody goes on then. */
bool
privileges_drop(const char *user_name, const char *group_name)
{
	const struct passwd *user =
		user_name != NULL ? getpwnam(user_name) : NULL;
	const struct group *group =
		group_name != NULL ? getgrnam(group_name) : NULL;
	bool taken = true;

	if (user_name != NULL && user == NULL)
		return fail(user_name, "no such user");
	if (group_name != NULL && group == NULL)
		return fail(group_name, "no such group");
	if (user != NULL)
		taken = take_user(user, group);
	else if (group != NULL)
		taken = take_group(group->gr_gid);
	else
		return true;
	if (taken && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	return fail(user != NULL ? user_name : group_name, strerror(errno));
}
