/* SPDX-License-Identifier: MIT */
#include "transport/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

void
descriptors_fill_standard(bool output_matters)
{
	const int modes[] = {
		O_RDONLY, output_matters ? O_RDONLY : O_WRONLY, O_WRONLY};

	/* What is opened becomes the first descriptor that is free. */
	for (int i = 0; i <= STDERR_FILENO; i++)
		if (fcntl(i, F_GETFD) < 0)
			open("/dev/null", modes[i]);
}
