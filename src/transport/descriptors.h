/* SPDX-License-Identifier: MIT */
/* Standard input, output and error, which not everybody leaves open. */
#ifndef TRANSPORT_DESCRIPTORS_H
#define TRANSPORT_DESCRIPTORS_H

/*
 * Opens /dev/null in the place of each that is closed, so that no socket or
 * file of ours takes it.
 */
void descriptors_fill_standard(void);

#endif
