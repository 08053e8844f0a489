/* SPDX-License-Identifier: MIT */
/* Standard input, output and error, which not everybody leaves open. */
#ifndef TRANSPORT_DESCRIPTORS_H
#define TRANSPORT_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Opens /dev/null in the place of each that is closed, so that no socket or
 * file of ours takes it. Writing to a standard output that was closed then
 * fails if it matters, else what is written is lost.
 */
void descriptors_fill_standard(bool output_matters);

#endif
