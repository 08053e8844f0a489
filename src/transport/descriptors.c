/* SPDX-License-Identifier: MIT */
#include "transport/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

void
descriptors_fill_standard(void)
{
	int descriptor;

	do {
		descriptor = open("/dev/null", O_RDWR);
	} while (descriptor >= 0 && descriptor <= STDERR_FILENO);
	if (descriptor >= 0)
		close(descriptor);
}
