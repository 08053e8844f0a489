/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "suite.h"
#include "tls_peer.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

#define AT_ONCE 14

static struct certificate authority, stranger;
static struct tls_peer peer;
static char error[TLS_ERROR_SIZE];

static void
set_up(void)
{
	scratch_enter();
	authority = certificate_make(&(struct certificate_form){
		.name = "authority", .is_authority = true});
	stranger = certificate_make(&(struct certificate_form){
		.name = "stranger", .is_authority = true});
	certificate_write(&authority, "authority.pem");
}

static void
tear_down(void)
{
	certificate_release(&authority);
	certificate_release(&stranger);
	scratch_leave();
}

/* With its key in a file; the name is that of the file too. */
static void
make_file(const char *file, const struct certificate_form *form)
{
	struct certificate made = certificate_make(form);

	certificate_write(&made, file);
	certificate_write_key(&made, file, NULL);
	certificate_release(&made);
}

static SSL_CTX *
server_context(const struct certificate_form *form, const char *authorities)
{
	struct tls_files files = {
		.certificate = "server.pem", .authorities = authorities};
	SSL_CTX *context;

	make_file(files.certificate, form);
	context = tls_server_context(&files, error);
	ck_assert_ptr_nonnull(context);
	return context;
}

static const struct certificate_form plain_form = {.name = "localhost"};

/* A client of OpenSSL's, which verifies nothing. */
static SSL_CTX *
client_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	ck_assert_ptr_nonnull(context);
	return context;
}

static void
begin_with(SSL_CTX *client, SSL_CTX *server)
{
	tls_peer_begin(&peer, client, AT_ONCE);
	tls_peer_meets_server(&peer, server);
	SSL_CTX_free(client);
	SSL_CTX_free(server);
}

/* A client that may be made odd before it speaks. */
static void
begin(void)
{
	begin_with(client_context(), server_context(&plain_form, NULL));
}

/* The opening failed, and the peer was told why. */
static void
refuses(const char *why, int told)
{
	char text[TLS_TEXT_SIZE];

	snprintf(text, sizeof(text), "TLS: %s", why);
	ck_assert_int_eq(tls_peer_open(&peer), EPROTO);
	tls_peer_explains(&peer, text);
	tls_peer_send_fails(&peer, EPIPE);
	ck_assert_int_eq(tls_peer_reads_on(&peer), SSL_ERROR_SSL);
	ck_assert_int_eq(peer.failure, told);
	tls_peer_release(&peer);
}

START_TEST(refuses_old_versions)
{
	static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION};

	begin();
	SSL_set_security_level(peer.ssl, 0);
	SSL_set_cipher_list(peer.ssl, "ALL:@SECLEVEL=0");
	SSL_set_min_proto_version(peer.ssl, versions[_i]);
	SSL_set_max_proto_version(peer.ssl, versions[_i]);
	refuses("unsupported protocol", SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}
END_TEST

/* Without forward secrecy, without authenticated encryption, and broken. */
static const char *const weak_ciphers[] = {
	"AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA"};

START_TEST(refuses_weak_ciphers)
{
	begin();
	SSL_set_max_proto_version(peer.ssl, TLS1_2_VERSION);
	ck_assert_int_eq(SSL_set_cipher_list(peer.ssl, weak_ciphers[_i]), 1);
	refuses("no shared cipher", SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
}
END_TEST

START_TEST(refuses_other_application_protocols)
{
	begin();
	SSL_set_alpn_protos(
		peer.ssl, (const unsigned char *)"\x02h2\x08http/1.0", 12);
	refuses("no application protocol",
		SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
}
END_TEST

START_TEST(selects_http_1_1_among_application_protocols)
{
	const unsigned char *protocol;
	unsigned length;

	begin();
	SSL_set_alpn_protos(
		peer.ssl, (const unsigned char *)"\x02h2\x08http/1.1", 12);
	tls_peer_opens(&peer);
	SSL_get0_alpn_selected(peer.ssl, &protocol, &length);
	ck_assert_uint_eq(length, 8);
	ck_assert_int_eq(memcmp(protocol, "http/1.1", 8), 0);
	tls_peer_release(&peer);
}
END_TEST

START_TEST(refuses_renegotiation)
{
	begin();
	SSL_set_max_proto_version(peer.ssl, TLS1_2_VERSION);
	tls_peer_opens(&peer);
	ck_assert_int_eq(SSL_renegotiate(peer.ssl), 1);
	SSL_do_handshake(peer.ssl);
	tls_peer_receive_fails(&peer, EPROTO);
	ck_assert_int_eq(peer.failure, SSL_R_NO_RENEGOTIATION);
	tls_peer_release(&peer);
}
END_TEST

START_TEST(refuses_what_is_no_tls)
{
	begin();
	peer.failure = -1;
	BIO_puts(peer.says, "get / http/1.1\r\n\r\n");
	ck_assert_int_eq(tls_peer_open(&peer), EPROTO);
	ck_assert_ptr_nonnull(peer.transport->type->explain(peer.transport));
	tls_peer_release(&peer);
}
END_TEST

START_TEST(tells_that_a_client_gave_up_in_mid_handshake)
{
	begin();
	SSL_set_max_proto_version(peer.ssl, TLS1_2_VERSION);
	ck_assert_int_eq(tls_peer_open_once(&peer), -1);
	peer.failure = -1;
	BIO_write(peer.says, "\x15\x03\x03\x00\x02\x01\x00", 7);
	ck_assert_int_eq(tls_peer_open(&peer), ECONNRESET);
	tls_peer_release(&peer);
}
END_TEST

START_TEST(describes_what_was_agreed_on)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	static const char *const names[] = {"TLSv1.2", "TLSv1.3"};
	struct tls_facts facts;

	begin();
	SSL_set_max_proto_version(peer.ssl, versions[_i]);
	SSL_set_tlsext_host_name(peer.ssl, "localhost");
	tls_describe(peer.transport, &facts);
	ck_assert_str_eq(facts.version, "");
	tls_peer_opens(&peer);
	tls_describe(peer.transport, &facts);
	ck_assert_str_eq(facts.version, names[_i]);
	ck_assert_str_eq(facts.cipher, SSL_get_cipher_name(peer.ssl));
	ck_assert_str_eq(facts.server_name, "localhost");
	ck_assert_str_eq(facts.client_subject, "");
	ck_assert(!tls_is_plain(peer.transport));
	tls_peer_release(&peer);
}
END_TEST

START_TEST(describes_no_server_name_that_was_not_asked_for)
{
	struct tls_facts facts;

	begin();
	tls_peer_opens(&peer);
	tls_describe(peer.transport, &facts);
	ck_assert_str_eq(facts.server_name, "");
	tls_peer_release(&peer);
}
END_TEST

static const char *const subjects[][2] = {
	{"Zoë", "CN=Zoë"},
	{"a,b\n", "CN=a\\,b\\0A"},
	{NULL, ""},
};

/* A client whose certificate was signed by the issuer. */
static void
begin_with_certificate(
	const char *name, const struct certificate *issuer, int version)
{
	struct certificate_form form = {.name = name, .issuer = issuer};
	SSL_CTX *client = client_context();

	make_file("client.pem", &form);
	SSL_CTX_use_certificate_chain_file(client, "client.pem");
	SSL_CTX_use_PrivateKey_file(client, "client.pem", SSL_FILETYPE_PEM);
	SSL_CTX_set_max_proto_version(client, version);
	begin_with(client, server_context(&plain_form, "authority.pem"));
}

START_TEST(describes_the_subject_of_a_client)
{
	struct tls_facts facts;

	begin_with_certificate(subjects[_i][0], &authority, 0);
	tls_peer_opens(&peer);
	tls_describe(peer.transport, &facts);
	ck_assert_str_eq(facts.client_subject, subjects[_i][1]);
	tls_peer_release(&peer);
}
END_TEST

/* Sixty-four characters, which is all that X.509 lets it have. */
START_TEST(cuts_a_long_subject)
{
	char name[64 * 4 + 1] = "";
	struct tls_facts facts;

	for (size_t i = 0; i < 64; i++)
		memcpy(name + 4 * i, "\xF0\x9F\x8C\xB3", 5);
	begin_with_certificate(name, &authority, 0);
	tls_peer_opens(&peer);
	tls_describe(peer.transport, &facts);
	ck_assert_uint_eq(strlen(facts.client_subject), TLS_TEXT_SIZE - 1);
	ck_assert_int_eq(memcmp(facts.client_subject + 3, name, 63 * 4), 0);
	tls_peer_release(&peer);
}
END_TEST

START_TEST(refuses_clients_without_a_certificate)
{
	begin_with(
		client_context(), server_context(&plain_form, "authority.pem"));
	refuses("peer did not return a certificate",
		SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
}
END_TEST

START_TEST(refuses_clients_whose_authority_is_unknown)
{
	begin_with_certificate("somebody", &stranger, TLS1_2_VERSION);
	refuses("certificate verify failed: "
		"unable to get local issuer certificate",
		SSL_R_TLSV1_ALERT_UNKNOWN_CA);
}
END_TEST

START_TEST(tells_clients_which_authorities_are_known)
{
	const STACK_OF(X509_NAME) * names;

	begin_with_certificate("somebody", &authority, 0);
	tls_peer_opens(&peer);
	names = SSL_get0_peer_CA_list(peer.ssl);
	ck_assert_int_eq(sk_X509_NAME_num(names), 1);
	ck_assert_int_eq(X509_NAME_cmp(sk_X509_NAME_value(names, 0),
				 X509_get_subject_name(authority.x509)),
		0);
	tls_peer_release(&peer);
}
END_TEST

#define HOSTS "DNS:localhost,DNS:*.example.com,IP:127.0.0.1,IP:::1"

static void
begin_client(
	const char *host, const struct certificate_form *form, bool is_insecure)
{
	struct tls_files files = {.authorities = "authority.pem"};
	SSL_CTX *client = tls_client_context(&files, is_insecure, error);
	SSL_CTX *server = server_context(form, NULL);

	ck_assert_ptr_nonnull(client);
	tls_peer_begin(&peer, server, AT_ONCE);
	tls_peer_meets_client(&peer, client, host);
	SSL_CTX_free(client);
	SSL_CTX_free(server);
}

static const struct {
	const char *host;
	const char *server_name;
} right_hosts[] = {
	{"localhost", "localhost"},
	{"LOCALHOST", "LOCALHOST"},
	{"www.example.com", "www.example.com"},
	{"127.0.0.1", NULL},
	{"::1", NULL},
	{"0:0:0:0:0:0:0:1", NULL},
};

START_TEST(trusts_the_right_host)
{
	struct certificate_form form = {.hosts = HOSTS, .issuer = &authority};
	const char *asked;

	begin_client(right_hosts[_i].host, &form, false);
	tls_peer_opens(&peer);
	asked = SSL_get_servername(peer.ssl, TLSEXT_NAMETYPE_host_name);
	if (right_hosts[_i].server_name == NULL)
		ck_assert_ptr_null(asked);
	else
		ck_assert_str_eq(asked, right_hosts[_i].server_name);
	tls_peer_release(&peer);
}
END_TEST

static const struct distrust {
	const char *host;
	struct certificate_form form;
	const struct certificate *issuer;
	const char *why;
	int told;
} distrusts[] = {
	{"example.org", {.hosts = HOSTS}, &authority, "hostname mismatch",
		SSL_R_SSLV3_ALERT_BAD_CERTIFICATE},
	{"a.www.example.com", {.hosts = HOSTS}, &authority, "hostname mismatch",
		SSL_R_SSLV3_ALERT_BAD_CERTIFICATE},
	{"127.0.0.2", {.hosts = HOSTS}, &authority, "IP address mismatch",
		SSL_R_SSLV3_ALERT_BAD_CERTIFICATE},
	{"localhost", {.hosts = HOSTS, .first_day = -2}, &authority,
		"certificate has expired",
		SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED},
	{"localhost", {.hosts = HOSTS, .first_day = 2}, &authority,
		"certificate is not yet valid",
		SSL_R_SSLV3_ALERT_BAD_CERTIFICATE},
	{"localhost", {.name = "localhost", .hosts = HOSTS}, NULL,
		"self-signed certificate", SSL_R_TLSV1_ALERT_UNKNOWN_CA},
	{"localhost", {.hosts = HOSTS}, &stranger,
		"unable to get local issuer certificate",
		SSL_R_TLSV1_ALERT_UNKNOWN_CA},
};

static void
begin_distrusted(int number, bool is_insecure)
{
	struct certificate_form form = distrusts[number].form;

	form.issuer = distrusts[number].issuer;
	begin_client(distrusts[number].host, &form, is_insecure);
}

START_TEST(trusts_nobody_else)
{
	char why[TLS_TEXT_SIZE];

	begin_distrusted(_i, false);
	snprintf(why, sizeof(why), "certificate verify failed: %s",
		distrusts[_i].why);
	refuses(why, distrusts[_i].told);
}
END_TEST

START_TEST(trusts_anybody_when_insecure)
{
	begin_distrusted(_i, true);
	tls_peer_opens(&peer);
	tls_peer_says(&peer, "hello", 5);
	peer.has_ended = true;
	tls_peer_release(&peer);
}
END_TEST

START_TEST(tells_no_distrust_when_insecure)
{
	static const char record[] = "\x17\x03\x03\x00\x14____________________";

	begin_distrusted(_i, true);
	tls_peer_opens(&peer);
	BIO_write(peer.says, record, sizeof(record) - 1);
	tls_peer_receive_fails(&peer, EPROTO);
	tls_peer_explains(&peer, "TLS: decryption failed or bad record mac");
	tls_peer_release(&peer);
}
END_TEST

START_TEST(offers_http_1_1)
{
	struct certificate_form form = {.hosts = HOSTS, .issuer = &authority};
	const unsigned char *protocol;
	unsigned length;

	begin_client("localhost", &form, false);
	tls_peer_opens(&peer);
	SSL_get0_alpn_selected(peer.ssl, &protocol, &length);
	ck_assert_uint_eq(length, 8);
	tls_peer_release(&peer);
}
END_TEST

START_TEST(refuses_renegotiation_as_a_client)
{
	struct certificate_form form = {.hosts = HOSTS, .issuer = &authority};

	begin_client("localhost", &form, false);
	SSL_set_max_proto_version(peer.ssl, TLS1_2_VERSION);
	tls_peer_opens(&peer);
	SSL_clear_options(peer.ssl, SSL_OP_NO_RENEGOTIATION);
	ck_assert_int_eq(SSL_renegotiate(peer.ssl), 1);
	SSL_do_handshake(peer.ssl);
	tls_peer_receive_fails(&peer, EAGAIN);
	ck_assert_int_eq(tls_peer_reads_on(&peer), SSL_ERROR_SSL);
	ck_assert_int_eq(peer.failure, SSL_R_NO_RENEGOTIATION);
	tls_peer_release(&peer);
}
END_TEST

static Suite *
trust_suite(void)
{
	Suite *suite = suite_create("tls_trust");
	TCase *server = tcase_create("server");
	TCase *client = tcase_create("client");

	tcase_add_checked_fixture(server, set_up, tear_down);
	tcase_add_loop_test(server, refuses_old_versions, 0, 2);
	tcase_add_loop_test(
		server, refuses_weak_ciphers, 0, COUNT_OF(weak_ciphers));
	tcase_add_test(server, refuses_other_application_protocols);
	tcase_add_test(server, selects_http_1_1_among_application_protocols);
	tcase_add_test(server, refuses_renegotiation);
	tcase_add_test(server, refuses_what_is_no_tls);
	tcase_add_test(server, tells_that_a_client_gave_up_in_mid_handshake);
	tcase_add_loop_test(server, describes_what_was_agreed_on, 0, 2);
	tcase_add_test(server, describes_no_server_name_that_was_not_asked_for);
	tcase_add_loop_test(server, describes_the_subject_of_a_client, 0,
		COUNT_OF(subjects));
	tcase_add_test(server, cuts_a_long_subject);
	tcase_add_test(server, refuses_clients_without_a_certificate);
	tcase_add_test(server, refuses_clients_whose_authority_is_unknown);
	tcase_add_test(server, tells_clients_which_authorities_are_known);
	suite_add_tcase(suite, server);

	tcase_add_checked_fixture(client, set_up, tear_down);
	tcase_add_loop_test(
		client, trusts_the_right_host, 0, COUNT_OF(right_hosts));
	tcase_add_loop_test(client, trusts_nobody_else, 0, COUNT_OF(distrusts));
	tcase_add_loop_test(
		client, trusts_anybody_when_insecure, 0, COUNT_OF(distrusts));
	tcase_add_loop_test(client, tells_no_distrust_when_insecure, 0,
		COUNT_OF(distrusts));
	tcase_add_test(client, offers_http_1_1);
	tcase_add_test(client, refuses_renegotiation_as_a_client);
	suite_add_tcase(suite, client);
	return suite;
}

int
main(void)
{
	return suite_run(trust_suite());
}
