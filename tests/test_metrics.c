/* SPDX-License-Identifier: MIT */
#include "server/metrics.h"

#include "service/faults.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct registry registry;
static struct registry_entry entry;
static struct fault_counts counts;
static char text[1 << 16];

static void
set_up(void)
{
	static const struct registry_limits limits = {10, 10, 0};

	memset(&entry, 0, sizeof(entry));
	memset(&counts, 0, sizeof(counts));
	registry_init(&registry, &limits);
}

static void
tear_down(void)
{
	pthread_mutex_destroy(&registry.lock);
}

static void
scrape(void)
{
	struct buffer buffer = {0};
	struct slice bytes;

	ck_assert(metrics_write(&buffer, &registry, &counts, 1763900000.25));
	bytes = buffer_bytes(&buffer);
	ck_assert_uint_lt(bytes.length, sizeof(text));
	memcpy(text, bytes.data, bytes.length);
	text[bytes.length] = '\0';
	buffer_release(&buffer);
}

/* The text has this line. */
static void
assert_says(const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	ck_assert_msg(strstr(text, whole) != NULL, "no %s", line);
}

static void
enter(void)
{
	struct address address;

	ck_assert(address_parse(&address, "192.0.2.1", 80));
	ck_assert(verdict_is_fine(registry_enter(&registry, &entry, &address)));
}

/* Every series of this name, but for the line that is left out, is 0. */
static void
assert_zero(const char *name, const char *but)
{
	const char *line = text;
	size_t series = 0;

	for (; *line != '\0'; line = strchr(line, '\n') + 1) {
		size_t length = strcspn(line, "\n");

		if (strncmp(line, name, strlen(name)) != 0)
			continue;
		series++;
		if (but == NULL || strncmp(line, but, strlen(but)) != 0)
			ck_assert_mem_eq(line + length - 2, " 0", 2);
	}
	ck_assert_uint_gt(series, 0);
}

START_TEST(every_series_is_there_from_the_start)
{
	static const char *const names[] = {"wsserver_connections",
		"wsserver_handshakes_pending",
		"wsserver_connections_accepted_total",
		"wsserver_refused_total{", "wsserver_messages_total{",
		"wsserver_payload_bytes_total{", "wsserver_closed_total{",
		"wsserver_handshake_seconds_bucket{",
		"wsserver_handshake_seconds_count", "wsserver_faults_total{",
		"wsserver_log_dropped_total"};

	scrape();
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_zero(names[i], NULL);
	assert_says("wsserver_handshake_seconds_sum 0.000000");
	assert_says("process_start_time_seconds 1763900000.25");
	ck_assert_ptr_nonnull(strstr(text, "\nwsserver_build_info{version=\""));
	ck_assert_ptr_nonnull(strstr(text, "\nprocess_cpu_seconds_total "));
	ck_assert_ptr_nonnull(strstr(text, "\nprocess_resident_memory_bytes "));
	ck_assert_ptr_nonnull(strstr(text, "\nprocess_open_fds "));
}
END_TEST

START_TEST(tells_who_is_there)
{
	enter();
	scrape();
	assert_says("wsserver_connections 0");
	assert_says("wsserver_handshakes_pending 1");
	assert_says("wsserver_connections_accepted_total 1");
	ck_assert(verdict_is_fine(registry_upgrade(&registry, &entry)));
	scrape();
	assert_says("wsserver_connections 1");
	assert_says("wsserver_handshakes_pending 0");
	assert_says("wsserver_connections_accepted_total 1");
}
END_TEST

START_TEST(tells_each_direction_and_opcode_apart)
{
	static const struct traffic traffic = {
		{{1, 10}, {2, 20}, {3, 30}, {4, 40}}};
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	enter();
	registry_join(&registry, &entry, pair[0], &traffic);
	scrape();
	assert_says("wsserver_messages_total"
		    "{direction=\"in\",opcode=\"text\"} 1");
	assert_says("wsserver_messages_total"
		    "{direction=\"in\",opcode=\"binary\"} 2");
	assert_says("wsserver_messages_total"
		    "{direction=\"out\",opcode=\"text\"} 3");
	assert_says("wsserver_messages_total"
		    "{direction=\"out\",opcode=\"binary\"} 4");
	assert_says("wsserver_payload_bytes_total"
		    "{direction=\"in\",opcode=\"text\"} 10");
	assert_says("wsserver_payload_bytes_total"
		    "{direction=\"in\",opcode=\"binary\"} 20");
	assert_says("wsserver_payload_bytes_total"
		    "{direction=\"out\",opcode=\"text\"} 30");
	assert_says("wsserver_payload_bytes_total"
		    "{direction=\"out\",opcode=\"binary\"} 40");
}
END_TEST

START_TEST(tells_why_somebody_was_turned_away)
{
	registry_count_refusal(&registry, (struct verdict){403, "no"});
	registry_count_refusal(&registry, (struct verdict){403, "no"});
	scrape();
	assert_says("wsserver_refused_total{reason=\"origin\"} 2");
	assert_zero("wsserver_refused_total{",
		"wsserver_refused_total{reason=\"origin\"");
}
END_TEST

START_TEST(tells_how_connections_ended)
{
	registry_count_end(&registry,
		(struct connection_end){.code = 3333, .by = CLOSED_BY_US});
	scrape();
	assert_says("wsserver_closed_total"
		    "{code=\"3000-3999\",by=\"server\"} 1");
	assert_zero("wsserver_closed_total{",
		"wsserver_closed_total{code=\"3000-3999\",by=\"server\"");
}
END_TEST

/* Each bucket of a histogram holds those of the ones before it too. */
START_TEST(buckets_are_cumulative)
{
	struct tally *tally = &registry.totals.tally;

	tally_handshake(tally, 400);
	tally_handshake(tally, 3000);
	tally_handshake(tally, 20000000);
	scrape();
	assert_says("wsserver_handshake_seconds_bucket{le=\"0.0005\"} 1");
	assert_says("wsserver_handshake_seconds_bucket{le=\"0.0025\"} 1");
	assert_says("wsserver_handshake_seconds_bucket{le=\"0.005\"} 2");
	assert_says("wsserver_handshake_seconds_bucket{le=\"10\"} 2");
	assert_says("wsserver_handshake_seconds_bucket{le=\"+Inf\"} 3");
	assert_says("wsserver_handshake_seconds_sum 20.003400");
	assert_says("wsserver_handshake_seconds_count 3");
}
END_TEST

START_TEST(tells_which_faults_were_served)
{
	counts.served[0] = 3;
	counts.served[FAULT_COUNT - 1] = 1;
	scrape();
	assert_says("wsserver_faults_total{fault=\"close\"} 3");
	assert_says("wsserver_faults_total{fault=\"reset\"} 0");
	assert_says("wsserver_faults_total{fault=\"bad/extension\"} 1");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *cases = tcase_create("metrics");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, every_series_is_there_from_the_start);
	tcase_add_test(cases, tells_who_is_there);
	tcase_add_test(cases, tells_each_direction_and_opcode_apart);
	tcase_add_test(cases, tells_why_somebody_was_turned_away);
	tcase_add_test(cases, tells_how_connections_ended);
	tcase_add_test(cases, buckets_are_cumulative);
	tcase_add_test(cases, tells_which_faults_were_served);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
