/* SPDX-License-Identifier: MIT */
#include "suite.h"
#include "transport/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/listening-XXXXXX";

static void
make_directory(void)
{
	memset(strchr(directory, '-') + 1, 'X', 6);
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void
remove_directory(void)
{
	rmdir(directory);
}

static struct address
address_of(const char *text)
{
	struct address address;

	ck_assert(address_parse(&address, text, 0));
	return address;
}

static struct address
unix_address_of(const char *name)
{
	char text[ADDRESS_TEXT_SIZE];

	snprintf(text, sizeof(text), "unix:%s/%s", directory, name);
	return address_of(text);
}

static int
connect_from(int descriptor, const struct address *address)
{
	ck_assert_int_ge(descriptor, 0);
	return connect(descriptor, &address->socket.any, address->length);
}

static int
socket_for(const struct address *address)
{
	return socket(address->socket.any.sa_family, SOCK_STREAM, 0);
}

static void
assert_nobody_is_waiting(int listener)
{
	struct address peer;

	ck_assert_int_eq(listening_accept(listener, &peer), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static bool
host_has_ipv6(void)
{
	struct address address = address_of("::1");
	int descriptor = socket_for(&address);
	bool has = descriptor >= 0 &&
		   bind(descriptor, &address.socket.any, address.length) == 0;

	if (descriptor >= 0)
		close(descriptor);
	return has;
}

/* One connection from connect to accept; returns what the peer looks like. */
static struct address
check_one_connection(int listener, const struct address *address)
{
	struct address peer;
	int client = socket_for(address), accepted;

	assert_nobody_is_waiting(listener);
	ck_assert_int_eq(connect_from(client, address), 0);
	accepted = listening_accept(listener, &peer);
	ck_assert_int_ge(accepted, 0);
	ck_assert_int_eq(fcntl(accepted, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(accepted, F_GETFD) & FD_CLOEXEC, 0);
	assert_nobody_is_waiting(listener);
	close(accepted);
	close(client);
	return peer;
}

static const char *const loopbacks[] = {"127.0.0.1", "::1"};

START_TEST(accepts_blocking_sockets_and_names_their_peers)
{
	struct address address = address_of(loopbacks[_i]), peer;
	int listener;

	if (address.socket.any.sa_family == AF_INET6 && !host_has_ipv6())
		return;
	listener = listening_open(&address, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_uint_ne(address_port(&address), 0);
	ck_assert_int_ne(fcntl(listener, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(listener, F_GETFD) & FD_CLOEXEC, 0);
	peer = check_one_connection(listener, &address);
	ck_assert_int_eq(
		peer.socket.any.sa_family, address.socket.any.sa_family);
	ck_assert(address_is_loopback(&peer));
	ck_assert_uint_ne(address_port(&peer), 0);
	listening_close(listener, &address);
	ck_assert_int_eq(fcntl(listener, F_GETFD), -1);
}
END_TEST

START_TEST(shows_ipv4_peers_of_a_dual_stack_socket_as_ipv4)
{
	struct address any = address_of("::"), ipv4 = address_of("127.0.0.1"),
		       peer;
	int listener;

	if (!host_has_ipv6())
		return;
	listener = listening_open(&any, LISTENING_DUAL_STACK);
	ck_assert_int_ge(listener, 0);
	address_set_port(&ipv4, address_port(&any));
	peer = check_one_connection(listener, &ipv4);
	ck_assert_int_eq(peer.socket.any.sa_family, AF_INET);
	ck_assert(address_is_loopback(&peer));
	listening_close(listener, &any);
}
END_TEST

START_TEST(takes_over_a_socket_that_listens)
{
	struct address address = address_of(loopbacks[0]), adopted;
	int listener = listening_open(&address, 0);

	ck_assert_int_eq(fcntl(listener, F_SETFL, 0), 0);
	ck_assert_int_eq(fcntl(listener, F_SETFD, 0), 0);
	ck_assert(listening_adopt(listener, &adopted));
	ck_assert_uint_eq(address_port(&adopted), address_port(&address));
	ck_assert_int_ne(fcntl(listener, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(listener, F_GETFD) & FD_CLOEXEC, 0);
	listening_close(listener, &adopted);
}
END_TEST

static void
assert_not_adopted(int descriptor, int failure)
{
	struct address address;

	errno = 0;
	ck_assert(!listening_adopt(descriptor, &address));
	ck_assert_int_eq(errno, failure);
}

static void
assert_closed_unadopted(int descriptor, int failure)
{
	ck_assert_int_ge(descriptor, 0);
	assert_not_adopted(descriptor, failure);
	close(descriptor);
}

START_TEST(takes_over_nothing_else)
{
	int pair[2];

	assert_not_adopted(-1, EBADF);
	assert_closed_unadopted(dup(STDIN_FILENO), ENOTSOCK);
	assert_closed_unadopted(socket(AF_INET, SOCK_STREAM, 0), EINVAL);
	assert_closed_unadopted(socket(AF_INET, SOCK_DGRAM, 0), EINVAL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_closed_unadopted(pair[0], EINVAL);
	close(pair[1]);
}
END_TEST

START_TEST(shares_a_port_where_both_are_willing)
{
	struct address address = address_of("127.0.0.1"), same;
	int one = listening_open(&address, LISTENING_REUSE_PORT), other;

	ck_assert_int_ge(one, 0);
	same = address;
	ck_assert_int_eq(listening_open(&same, 0), -1);
	other = listening_open(&same, LISTENING_REUSE_PORT);
	ck_assert_int_ge(other, 0);
	ck_assert_uint_eq(address_port(&same), address_port(&address));
	listening_close(one, &address);
	listening_close(other, &same);
}
END_TEST

START_TEST(leaves_ipv4_alone_without_dual_stack)
{
	struct address ipv6 = address_of("::1"), ipv4 = address_of("127.0.0.1");
	int listeners[2];

	if (!host_has_ipv6())
		return;
	listeners[0] = listening_open(&ipv6, 0);
	ck_assert_int_ge(listeners[0], 0);
	address_set_port(&ipv4, address_port(&ipv6));
	listeners[1] = listening_open(&ipv4, 0);
	ck_assert(listeners[1] >= 0 || errno == EADDRINUSE);
	if (listeners[1] >= 0)
		listening_close(listeners[1], &ipv4);
	listening_close(listeners[0], &ipv6);
}
END_TEST

/* FAULTS G4. */
START_TEST(tells_of_a_port_in_use)
{
	struct address address = address_of("127.0.0.1"), same;
	int listener = listening_open(&address, 0);

	ck_assert_int_ge(listener, 0);
	same = address;
	ck_assert_int_eq(listening_open(&same, 0), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	listening_close(listener, &address);
}
END_TEST

/* FAULTS G4: a connection that we closed first keeps the port in TIME_WAIT. */
START_TEST(binds_again_at_once)
{
	struct address address = address_of("127.0.0.1");
	int listener = listening_open(&address, 0);

	ck_assert_int_ge(listener, 0);
	check_one_connection(listener, &address);
	listening_close(listener, &address);
	listener = listening_open(&address, 0);
	ck_assert_int_ge(listener, 0);
	listening_close(listener, &address);
}
END_TEST

START_TEST(tells_why_it_cannot_listen)
{
	struct address address = address_of("192.0.2.1");

	ck_assert_int_eq(listening_open(&address, 0), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	address.socket.any.sa_family = AF_UNSPEC;
	ck_assert_int_eq(listening_open(&address, 0), -1);
	ck_assert_int_eq(errno, EAFNOSUPPORT);
	address = unix_address_of("missing/socket");
	ck_assert_int_eq(listening_open(&address, 0), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(listens_at_a_path_and_removes_it)
{
	struct address address = unix_address_of("socket"), peer;
	int listener = listening_open(&address, 0);
	char text[ADDRESS_TEXT_SIZE];

	ck_assert_int_ge(listener, 0);
	peer = check_one_connection(listener, &address);
	address_format(&peer, text);
	ck_assert_str_eq(text, "unix");
	listening_close(listener, &address);
	ck_assert_int_eq(access(address.socket.path.sun_path, F_OK), -1);
}
END_TEST

START_TEST(replaces_the_socket_of_a_server_that_died)
{
	struct address address = unix_address_of("socket");
	int listener = listening_open(&address, 0);

	ck_assert_int_ge(listener, 0);
	close(listener);
	listener = listening_open(&address, 0);
	ck_assert_int_ge(listener, 0);
	check_one_connection(listener, &address);
	listening_close(listener, &address);
}
END_TEST

static void
assert_in_use(const struct address *address)
{
	struct address same = *address;

	ck_assert_int_eq(listening_open(&same, 0), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
}

START_TEST(does_not_take_over_the_socket_of_a_live_server)
{
	struct address address = unix_address_of("socket"), peer;
	int listener = listening_open(&address, 0), probe;

	ck_assert_int_ge(listener, 0);
	assert_in_use(&address);
	probe = listening_accept(listener, &peer);
	ck_assert_int_ge(probe, 0);
	close(probe);
	check_one_connection(listener, &address);
	listening_close(listener, &address);
}
END_TEST

START_TEST(does_not_replace_what_is_no_socket)
{
	struct address address = unix_address_of("file");
	const char *path = address.socket.path.sun_path;
	struct stat status;
	int file = open(path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(file, 0);
	close(file);
	assert_in_use(&address);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert(S_ISREG(status.st_mode));
	unlink(path);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	assert_in_use(&address);
	unlink(path);
}
END_TEST

/*
 * Its length is then told as one byte more than the structure has. The byte
 * behind it is for checkers that take every path for a string.
 */
START_TEST(names_a_peer_with_the_longest_path)
{
	struct address address = unix_address_of("socket"), peer;
	struct {
		struct sockaddr_un path;
		char end;
	} name = {.path.sun_family = AF_UNIX};
	char *path = name.path.sun_path;
	int listener = listening_open(&address, 0), accepted;
	int client = socket_for(&address);
	size_t used = strlen(directory);
	char text[ADDRESS_TEXT_SIZE], file[sizeof(name.path.sun_path) + 1] = "";

	memset(&peer, 'x', sizeof(peer));
	memset(path, 'p', sizeof(name.path.sun_path));
	memcpy(path, directory, used);
	path[used] = '/';
	memcpy(file, path, sizeof(name.path.sun_path));
	ck_assert_int_eq(
		bind(client, (struct sockaddr *)&name.path, sizeof(name.path)),
		0);
	ck_assert_int_eq(connect_from(client, &address), 0);
	accepted = listening_accept(listener, &peer);
	ck_assert_int_ge(accepted, 0);
	unlink(file);
	close(accepted);
	close(client);
	listening_close(listener, &address);
	address_format(&peer, text);
	ck_assert_str_eq(text + strlen("unix:"), file);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("listening");
	TCase *cases = tcase_create("listening");

	tcase_add_checked_fixture(cases, make_directory, remove_directory);
	tcase_add_loop_test(cases,
		accepts_blocking_sockets_and_names_their_peers, 0,
		COUNT_OF(loopbacks));
	tcase_add_test(cases, shows_ipv4_peers_of_a_dual_stack_socket_as_ipv4);
	tcase_add_test(cases, takes_over_a_socket_that_listens);
	tcase_add_test(cases, takes_over_nothing_else);
	tcase_add_test(cases, shares_a_port_where_both_are_willing);
	tcase_add_test(cases, leaves_ipv4_alone_without_dual_stack);
	tcase_add_test(cases, tells_of_a_port_in_use);
	tcase_add_test(cases, binds_again_at_once);
	tcase_add_test(cases, tells_why_it_cannot_listen);
	tcase_add_test(cases, listens_at_a_path_and_removes_it);
	tcase_add_test(cases, replaces_the_socket_of_a_server_that_died);
	tcase_add_test(cases, does_not_take_over_the_socket_of_a_live_server);
	tcase_add_test(cases, does_not_replace_what_is_no_socket);
	tcase_add_test(cases, names_a_peer_with_the_longest_path);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
