/* SPDX-License-Identifier: MIT */
/* A machine without randomness. */
#ifndef TESTS_RANDOMNESS_H
#define TESTS_RANDOMNESS_H

/* From now on OpenSSL draws no random bytes. */
void randomness_end(void);

/* From now on it does again. */
void randomness_return(void);

#endif
