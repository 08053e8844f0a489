/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/wsserver-XXXXXX";
static int outside;

void
scratch_enter(void)
{
	memset(strchr(directory, '-') + 1, 'X', 6);
	outside = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(outside, 0);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
}

static void
remove_files(void)
{
	DIR *files = opendir(".");
	struct dirent *file;

	while ((file = readdir(files)) != NULL)
		if (strcmp(file->d_name, ".") != 0 &&
			strcmp(file->d_name, "..") != 0)
			remove(file->d_name);
	closedir(files);
}

void
scratch_leave(void)
{
	remove_files();
	ck_assert_int_eq(fchdir(outside), 0);
	close(outside);
	ck_assert_int_eq(rmdir(directory), 0);
}

char *
scratch_read_stream(FILE *stream)
{
	char *text;
	long size;

	ck_assert_ptr_nonnull(stream);
	fseek(stream, 0, SEEK_END);
	size = ftell(stream);
	rewind(stream);
	text = calloc(1, (size_t)size + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(fread(text, 1, (size_t)size, stream), (size_t)size);
	fclose(stream);
	return text;
}

char *
scratch_read(const char *name)
{
	return scratch_read_stream(fopen(name, "re"));
}
