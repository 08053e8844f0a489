/* SPDX-License-Identifier: MIT */
#include "suite.h"

#include <stdint.h>
#include <stdlib.h>

const size_t chunk_sizes[] = {1, 2, 3, 5, 7, 100, 4096, SIZE_MAX};
const size_t chunk_size_count = COUNT_OF(chunk_sizes);

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
