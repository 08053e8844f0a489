/* SPDX-License-Identifier: MIT */
/* Calls of OpenSSL and zlib. */
#include "failing.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <zlib.h>

/* The program has libcrypto; we do not, and must not bring it along. */
static void
say_internal_error(void)
{
	void (*begin)(void), (*set)(int, int, const char *, ...);

	*(void **)&begin = dlsym(RTLD_DEFAULT, "ERR_new");
	*(void **)&set = dlsym(RTLD_DEFAULT, "ERR_set_error");
	if (begin == NULL || set == NULL)
		return;
	begin();
	set(ERR_LIB_SSL, ERR_R_INTERNAL_ERROR, NULL);
}

/*
 * With EPROTO the queue of errors tells it, with ESTALE the call is made and
 * leaves an error there if it succeeds, else nothing tells it.
 */
static bool
fails_in_tls(const char *function, bool *leaves_error)
{
	if (!failing_judge(function, NULL))
		return false;
	*leaves_error = errno == ESTALE;
	if (errno == EPROTO)
		say_internal_error();
	return errno != ESTALE;
}

#define FAILING_TLS(type, failure, function, parameters, arguments)            \
	type function parameters                                               \
	{                                                                      \
		bool leaves_error = false;                                     \
		type result = (failure);                                       \
                                                                               \
		FAILING_NEXT(function);                                        \
		if (fails_in_tls(#function, &leaves_error))                    \
			return result;                                         \
		result = next arguments;                                       \
		if (leaves_error && result != (failure))                       \
			say_internal_error();                                  \
		return result;                                                 \
	}

FAILING_TLS(int, 0, RAND_bytes, (unsigned char *data, int size), (data, size))
FAILING_TLS(SSL *, NULL, SSL_new, (SSL_CTX * context), (context))
FAILING_TLS(int, -1, SSL_do_handshake, (SSL * ssl), (ssl))
FAILING_TLS(
	int, -1, SSL_read, (SSL * ssl, void *data, int size), (ssl, data, size))
FAILING_TLS(int, -1, SSL_write, (SSL * ssl, const void *data, int size),
	(ssl, data, size))
FAILING_TLS(int, -1, SSL_shutdown, (SSL * ssl), (ssl))

/* A rule's error is zlib's without its sign. */
FAILING(int, -errno, "deflate", deflate, (z_streamp stream, int flush),
	(stream, flush))
FAILING(int, -errno, "deflateInit", deflateInit2_,
	(z_streamp stream, int level, int method, int bits, int memory,
		int strategy, const char *version, int size),
	(stream, level, method, bits, memory, strategy, version, size))
FAILING(int, -errno, "inflate", inflate, (z_streamp stream, int flush),
	(stream, flush))
FAILING(int, -errno, "inflateInit", inflateInit2_,
	(z_streamp stream, int bits, const char *version, int size),
	(stream, bits, version, size))
