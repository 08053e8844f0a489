/* SPDX-License-Identifier: MIT */
#include "server/registry.h"
#include "server/signals.h"
#include "suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNAVAILABLE 503
#define WORKERS 4

static const struct registry_limits few = {2, 3, 0};
static const struct registry_limits few_per_ip = {10, 10, 2};
static const struct traffic traffic = {{{1, 10}, {2, 20}, {3, 30}, {4, 40}}};

static struct registry registry;
static struct registry_entry entries[8];

static void
set_up_with(const struct registry_limits *limits)
{
	memset(entries, 0, sizeof(entries));
	registry_init(&registry, limits);
}

static void
set_up(void)
{
	set_up_with(&few);
}

static void
tear_down(void)
{
	pthread_mutex_destroy(&registry.lock);
}

static struct verdict
enter(int i, const char *peer)
{
	struct address address;

	ck_assert(address_parse(&address, peer, 0));
	return registry_enter(&registry, &entries[i], &address);
}

static void
assert_enters(int i, const char *peer)
{
	ck_assert(verdict_is_fine(enter(i, peer)));
}

static void
assert_refused(struct verdict verdict, const char *why)
{
	ck_assert_uint_eq(verdict.code, UNAVAILABLE);
	ck_assert_str_eq(verdict.why, why);
}

/* Counts of the registry: how many are in each state. */
static void
assert_totals(uint64_t clients, uint64_t pending, uint64_t accepted)
{
	struct registry_totals totals = registry_totals(&registry);

	ck_assert_uint_eq(totals.clients, clients);
	ck_assert_uint_eq(totals.pending, pending);
	ck_assert_uint_eq(totals.accepted, accepted);
}

static void
assert_bytes(uint64_t times)
{
	struct registry_totals totals = registry_totals(&registry);

	for (size_t i = 0; i < TRAFFIC_KINDS; i++) {
		ck_assert_uint_eq(
			totals.traffic.of[i].messages, (i + 1) * times);
		ck_assert_uint_eq(
			totals.traffic.of[i].bytes, 10 * (i + 1) * times);
	}
}

static void
leave(int i)
{
	registry_leave(&registry, &entries[i]);
	registry_count_out(&registry);
}

static void
leave_all(int first, int count)
{
	for (int i = first; i < first + count; i++)
		leave(i);
}

START_TEST(is_empty_at_first_and_once_all_are_gone)
{
	ck_assert(registry_is_empty(&registry));
	assert_enters(0, "192.0.2.1");
	ck_assert(!registry_is_empty(&registry));
	leave(0);
	ck_assert(registry_is_empty(&registry));
	assert_totals(0, 0, 1);
}
END_TEST

START_TEST(numbers_connections_from_one)
{
	assert_enters(0, "192.0.2.1");
	leave(0);
	assert_enters(1, "192.0.2.1");
	ck_assert_uint_eq(entries[0].number, 1);
	ck_assert_uint_eq(entries[1].number, 2);
	leave(1);
}
END_TEST

START_TEST(takes_so_many_pending_connections)
{
	for (int i = 0; i < 3; i++)
		assert_enters(i, "192.0.2.1");
	assert_refused(enter(3, "192.0.2.2"), "too many pending connections");
	assert_totals(0, 3, 3);
	leave(0);
	assert_enters(3, "192.0.2.2");
	leave_all(1, 3);
	assert_totals(0, 0, 4);
}
END_TEST

START_TEST(takes_so_many_clients_and_as_many_pending_again)
{
	for (int i = 0; i < 3; i++)
		assert_enters(i, "192.0.2.1");
	for (int i = 0; i < 2; i++)
		ck_assert(verdict_is_fine(
			registry_upgrade(&registry, &entries[i])));
	assert_totals(2, 1, 3);
	assert_refused(
		registry_upgrade(&registry, &entries[2]), "too many clients");
	assert_totals(2, 1, 3);
	assert_enters(3, "192.0.2.1");
	assert_totals(2, 2, 4);
	leave_all(0, 4);
	assert_totals(0, 0, 4);
}
END_TEST

START_TEST(counts_refusals)
{
	struct registry_totals totals;

	registry_count_refusal(&registry, (struct verdict){400, "no"});
	registry_count_refusal(&registry, (struct verdict){503, "no"});
	totals = registry_totals(&registry);
	ck_assert_uint_eq(tally_refusals(&totals.tally), 2);
}
END_TEST

/* Two peers that are one host, and one that is another. */
static const struct {
	const char *one, *same, *other;
} hosts[] = {
	{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1"},
	{"[2001:db8::1]:1", "[2001:db8::ffff:1]:1", "[2001:db8:0:1::1]:1"},
	{"192.0.2.1:1", "192.0.2.1:1", "[c000:201::]:1"},
};

START_TEST(takes_so_many_connections_of_one_host)
{
	static const char why[] = "too many connections from your address";

	set_up_with(&few_per_ip);
	assert_enters(0, hosts[_i].one);
	assert_enters(1, hosts[_i].same);
	assert_refused(enter(2, hosts[_i].one), why);
	assert_totals(0, 2, 2);
	assert_enters(2, hosts[_i].other);
	leave(0);
	assert_enters(0, hosts[_i].same);
	assert_refused(enter(3, hosts[_i].same), why);
	leave_all(0, 3);
	ck_assert_ptr_null(registry.hosts);
}
END_TEST

START_TEST(does_not_count_hosts_of_unix_sockets)
{
	set_up_with(&few_per_ip);
	for (int i = 0; i < 5; i++)
		assert_enters(i, "unix:/run/x");
	leave_all(0, 5);
}
END_TEST

static struct verdict
identify(int i, const char *peer)
{
	struct address address;

	ck_assert(address_parse(&address, peer, 0));
	return registry_identify(&registry, &entries[i], &address);
}

/* Behind a proxy. */
START_TEST(counts_a_host_once_it_is_known)
{
	set_up_with(&few_per_ip);
	for (int i = 0; i < 4; i++)
		ck_assert(verdict_is_fine(
			registry_enter(&registry, &entries[i], NULL)));
	ck_assert(verdict_is_fine(identify(0, hosts[_i].one)));
	ck_assert(verdict_is_fine(identify(1, hosts[_i].same)));
	assert_refused(identify(2, hosts[_i].one),
		"too many connections from your address");
	ck_assert(verdict_is_fine(identify(3, hosts[_i].other)));
	leave(2);
	assert_refused(enter(4, hosts[_i].one),
		"too many connections from your address");
	leave(0);
	assert_enters(4, hosts[_i].one);
	leave(1);
	leave_all(3, 2);
	ck_assert_ptr_null(registry.hosts);
}
END_TEST

/* Joins as a worker over a descriptor that is none. */
static void
join(int i)
{
	registry_join(&registry, &entries[i], -1, &traffic);
}

static const int orders[][3] = {
	{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

START_TEST(entries_leave_in_any_order)
{
	for (int i = 0; i < 3; i++) {
		assert_enters(i, "192.0.2.1");
		join(i);
	}
	ck_assert(verdict_is_fine(registry_upgrade(&registry, &entries[1])));
	assert_bytes(3);
	for (int i = 0; i < 3; i++) {
		ck_assert(!registry_is_empty(&registry));
		leave(orders[_i][i]);
		assert_bytes(3);
	}
	ck_assert_ptr_null(registry.first);
	ck_assert(registry_is_empty(&registry));
	assert_totals(0, 0, 3);
}
END_TEST

START_TEST(a_worker_that_left_is_still_waited_for)
{
	assert_enters(0, "192.0.2.1");
	join(0);
	registry_leave(&registry, &entries[0]);
	assert_totals(0, 0, 1);
	ck_assert(!registry_is_empty(&registry));
	registry_stop(&registry);
	ck_assert(!atomic_load(&entries[0].interrupted));
	registry_count_out(&registry);
	ck_assert(registry_is_empty(&registry));
	ck_assert_int_eq(signals_take(), SIGNAL_WAKE);
}
END_TEST

START_TEST(refuses_new_connections_once_it_stops)
{
	registry_stop(&registry);
	assert_refused(enter(0, "192.0.2.1"), "going away");
	ck_assert(registry_is_empty(&registry));
	ck_assert_int_eq(signals_take(), -1);
}
END_TEST

START_TEST(interrupts_a_worker_that_joins_too_late)
{
	assert_enters(0, "192.0.2.1");
	registry_stop(&registry);
	ck_assert(!atomic_load(&entries[0].interrupted));
	join(0);
	ck_assert(atomic_load(&entries[0].interrupted));
	leave(0);
	ck_assert_int_eq(signals_take(), SIGNAL_WAKE);
}
END_TEST

START_TEST(wakes_when_the_last_one_is_out)
{
	assert_enters(0, "192.0.2.1");
	assert_enters(1, "192.0.2.1");
	join(0);
	join(1);
	leave(0);
	registry_stop(&registry);
	ck_assert_int_eq(signals_take(), -1);
	leave(1);
	ck_assert_int_eq(signals_take(), SIGNAL_WAKE);
	ck_assert_int_eq(signals_take(), -1);
}
END_TEST

/* A worker that receives until it is interrupted, or its socket shut down. */
struct worker {
	pthread_t thread;
	struct registry_entry *entry;
	int ends[2];
	bool is_deaf; /* to interruptions */
	ssize_t received;
	int failure;
};

static struct worker workers[WORKERS];

static void *
work(void *argument)
{
	struct worker *worker = argument;
	char byte;

	signals_enter_worker();
	registry_join(&registry, worker->entry, worker->ends[0], &traffic);
	do {
		worker->received = recv(worker->ends[0], &byte, 1, 0);
		worker->failure = errno;
	} while (worker->is_deaf && worker->received < 0);
	registry_leave(&registry, worker->entry);
	registry_count_out(&registry);
	return NULL;
}

static void
start_workers(bool is_deaf)
{
	for (int i = 0; i < WORKERS; i++) {
		struct worker *worker = &workers[i];

		*worker = (struct worker){
			.entry = &entries[i], .is_deaf = is_deaf};
		assert_enters(i, "192.0.2.1");
		ck_assert_int_eq(
			socketpair(AF_UNIX, SOCK_STREAM, 0, worker->ends), 0);
		ck_assert_int_eq(
			pthread_create(&worker->thread, NULL, work, worker), 0);
	}
	usleep(10000);
}

static void
join_workers(void)
{
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i].thread, NULL);
		close(workers[i].ends[0]);
		close(workers[i].ends[1]);
	}
	ck_assert(registry_is_empty(&registry));
	ck_assert_int_eq(signals_take(), SIGNAL_WAKE);
	assert_bytes(WORKERS);
}

START_TEST(interrupts_workers_that_block)
{
	set_up_with(&few_per_ip);
	registry.limits.clients_per_ip = 0;
	start_workers(false);
	registry_stop(&registry);
	join_workers();
	for (int i = 0; i < WORKERS; i++) {
		ck_assert_int_eq(workers[i].received, -1);
		ck_assert(workers[i].failure == EINTR ||
			  workers[i].failure == EAGAIN);
		ck_assert(atomic_load(&entries[i].interrupted));
	}
}
END_TEST

START_TEST(shuts_down_sockets_of_workers_that_do_not_listen)
{
	set_up_with(&few_per_ip);
	registry.limits.clients_per_ip = WORKERS;
	start_workers(true);
	registry_stop(&registry);
	registry_shut_down(&registry);
	join_workers();
	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_eq(workers[i].received, 0);
	ck_assert_ptr_null(registry.hosts);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry");
	TCase *cases = tcase_create("registry");

	if (!signals_open())
		return EXIT_FAILURE;
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, is_empty_at_first_and_once_all_are_gone);
	tcase_add_test(cases, numbers_connections_from_one);
	tcase_add_test(cases, takes_so_many_pending_connections);
	tcase_add_test(cases, takes_so_many_clients_and_as_many_pending_again);
	tcase_add_test(cases, counts_refusals);
	tcase_add_loop_test(cases, takes_so_many_connections_of_one_host, 0,
		COUNT_OF(hosts));
	tcase_add_loop_test(
		cases, counts_a_host_once_it_is_known, 0, COUNT_OF(hosts));
	tcase_add_test(cases, does_not_count_hosts_of_unix_sockets);
	tcase_add_loop_test(
		cases, entries_leave_in_any_order, 0, COUNT_OF(orders));
	tcase_add_test(cases, a_worker_that_left_is_still_waited_for);
	tcase_add_test(cases, refuses_new_connections_once_it_stops);
	tcase_add_test(cases, interrupts_a_worker_that_joins_too_late);
	tcase_add_test(cases, wakes_when_the_last_one_is_out);
	tcase_add_test(cases, interrupts_workers_that_block);
	tcase_add_test(cases, shuts_down_sockets_of_workers_that_do_not_listen);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
