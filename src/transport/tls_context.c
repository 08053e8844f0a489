/* SPDX-License-Identifier: MIT */
#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* 112 bits at least, of keys as of ciphers. */
#define SECURITY_LEVEL 2

/* TLS 1.2 with forward secrecy and authenticated encryption only. */
#define CIPHERS_OF_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20"

/* The ALPN list (RFC 7301 section 3.1) of one name. */
static const unsigned char protocols[] = "\x08http/1.1";
#define PROTOCOLS_LENGTH (sizeof(protocols) - 1)

#define NONE_IN_IT "there is none in it"
#define OF_ANOTHER "it belongs to another certificate"

/* What OpenSSL says in terms of its own. */
static const struct wording {
	int library;
	int reason;
	const char *text;
} wordings[] = {
	{ERR_LIB_PEM, PEM_R_NO_START_LINE, NONE_IN_IT},
	{ERR_LIB_X509, X509_R_NO_CERTIFICATE_OR_CRL_FOUND, NONE_IN_IT},
	{ERR_LIB_OSSL_DECODER, ERR_R_UNSUPPORTED, NONE_IN_IT},
	{ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH, OF_ANOTHER},
	{ERR_LIB_SSL, SSL_R_NO_CERTIFICATE_ASSIGNED, OF_ANOTHER},
};
#define WORDINGS (sizeof(wordings) / sizeof(wordings[0]))

const char *
tls_reason(void)
{
	unsigned long error = ERR_peek_error();
	const char *reason;

	if (ERR_SYSTEM_ERROR(error))
		return strerror(ERR_GET_REASON(error));
	for (size_t i = 0; i < WORDINGS; i++)
		if (ERR_GET_LIB(error) == wordings[i].library &&
			ERR_GET_REASON(error) == wordings[i].reason)
			return wordings[i].text;
	reason = ERR_reason_error_string(error);
	return reason != NULL ? reason : "unknown error";
}

/* Never asks for one: a server has nobody to ask. */
static int
refuse_password(char *password, int size, int writing, void *asked)
{
	(void)password;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

/* Returns false, as it is told. */
static bool
tell(const char *what, const char *file, bool is_encrypted,
	char error[TLS_ERROR_SIZE])
{
	snprintf(error, TLS_ERROR_SIZE, "cannot use %s '%s': %s", what, file,
		is_encrypted ? "it is encrypted" : tls_reason());
	return false;
}

/* A key of another type than the certificate's shows in the check alone. */
static bool
load_pair(SSL_CTX *context, const struct tls_files *files, const bool *asked,
	char error[TLS_ERROR_SIZE])
{
	const char *certificate = files->certificate;
	const char *key = files->key != NULL ? files->key : certificate;

	ERR_clear_error();
	/* It says so too when memory was short for the rest of the chain. */
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
		ERR_peek_error() != 0)
		return tell("certificate", certificate, *asked, error);
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1)
		return tell("key", key, *asked, error);
	return true;
}

static bool
load_certificate(SSL_CTX *context, const struct tls_files *files,
	char error[TLS_ERROR_SIZE])
{
	bool asked = false, loaded;

	if (files->certificate == NULL)
		return true;
	SSL_CTX_set_default_passwd_cb(context, refuse_password);
	SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
	loaded = load_pair(context, files, &asked, error);
	SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
	return loaded;
}

static bool
load_authorities(SSL_CTX *context, const char *file, char error[TLS_ERROR_SIZE])
{
	ERR_clear_error();
	return SSL_CTX_load_verify_file(context, file) == 1 ||
	       tell("authorities", file, false, error);
}

static int
select_protocol(SSL *ssl, const unsigned char **selected,
	unsigned char *selected_length, const unsigned char *offered,
	unsigned offered_length, void *unused)
{
	unsigned char *name;

	(void)ssl;
	(void)unused;
	if (SSL_select_next_proto(&name, selected_length, protocols,
		    PROTOCOLS_LENGTH, offered,
		    offered_length) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*selected = name;
	return SSL_TLSEXT_ERR_OK;
}

/*
 * Buffers go back while a connection is idle, and one receive takes all that
 * has come rather than a record's header. A server does not look at the
 * protocols set here, whose setter returns 0 when all is well.
 */
static SSL_CTX *
new_context(const SSL_METHOD *method, char error[TLS_ERROR_SIZE])
{
	SSL_CTX *context;

	ERR_clear_error();
	context = SSL_CTX_new(method);
	if (context == NULL ||
		SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
		SSL_CTX_set_cipher_list(context, CIPHERS_OF_1_2) != 1 ||
		SSL_CTX_set_alpn_protos(context, protocols, PROTOCOLS_LENGTH) !=
			0) {
		snprintf(error, TLS_ERROR_SIZE, "cannot set up TLS: %s",
			tls_reason());
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_security_level(context, SECURITY_LEVEL);
	SSL_CTX_set_options(
		context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
					  SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(context, 1);
	return context;
}

static bool
ask_for_certificates(
	SSL_CTX *context, const char *file, char error[TLS_ERROR_SIZE])
{
	STACK_OF(X509_NAME) * names;

	if (file == NULL)
		return true;
	if (!load_authorities(context, file, error))
		return false;
	names = SSL_load_client_CA_file(file);
	if (names == NULL)
		return tell("authorities", file, false, error);
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(context,
		SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return true;
}

SSL_CTX *
tls_server_context(const struct tls_files *files, char error[TLS_ERROR_SIZE])
{
	static const unsigned char session_id[] = "wsserver";
	SSL_CTX *context = new_context(TLS_server_method(), error);

	if (context == NULL)
		return NULL;
	SSL_CTX_set_options(context,
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_num_tickets(context, 1);
	SSL_CTX_set_session_id_context(
		context, session_id, sizeof(session_id) - 1);
	SSL_CTX_set_alpn_select_cb(context, select_protocol, NULL);
	if (load_certificate(context, files, error) &&
		ask_for_certificates(context, files->authorities, error))
		return context;
	SSL_CTX_free(context);
	return NULL;
}

static bool
trust(SSL_CTX *context, const char *file, char error[TLS_ERROR_SIZE])
{
	if (file != NULL)
		return load_authorities(context, file, error);
	if (SSL_CTX_set_default_verify_paths(context) == 1)
		return true;
	snprintf(error, TLS_ERROR_SIZE, "cannot use the system's authorities");
	return false;
}

SSL_CTX *
tls_client_context(const struct tls_files *files, bool insecure,
	char error[TLS_ERROR_SIZE])
{
	SSL_CTX *context = new_context(TLS_client_method(), error);

	if (context == NULL)
		return NULL;
	SSL_CTX_set_verify(
		context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	if (load_certificate(context, files, error) &&
		trust(context, files->authorities, error))
		return context;
	SSL_CTX_free(context);
	return NULL;
}
