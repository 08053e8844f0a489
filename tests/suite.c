/* SPDX-License-Identifier: MIT */
#include "suite.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

const size_t chunk_sizes[] = {1, 2, 3, 5, 7, 100, 4096, SIZE_MAX};
const size_t chunk_size_count = COUNT_OF(chunk_sizes);

void
suite_tcp_pair(int pair[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *any = (struct sockaddr *)&address;
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	pair[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, any, length), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, any, &length), 0);
	ck_assert_int_eq(connect(pair[1], any, length), 0);
	pair[0] = accept(listener, NULL, NULL);
	ck_assert_int_ge(pair[0], 0);
	close(listener);
}

int
suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
