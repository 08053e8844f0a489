/* SPDX-License-Identifier: MIT */
#include "server/registry.h"

#include "protocol/http.h"
#include "server/signals.h"
#include "transport/clock.h"

#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* How many entries a host has; a node of the tree of hosts. */
struct host {
	unsigned char bytes[ADDRESS_HOST_SIZE];
	size_t length;
	int64_t entries;
};

void
registry_init(struct registry *registry, const struct registry_limits *limits)
{
	*registry = (struct registry){.limits = *limits};
	pthread_mutex_init(&registry->lock, NULL);
}

static struct verdict
unavailable(const char *why)
{
	return (struct verdict){HTTP_SERVICE_UNAVAILABLE, why};
}

static int
compare_hosts(const void *a, const void *b)
{
	const struct host *one = a, *other = b;

	if (one->length != other->length)
		return one->length < other->length ? -1 : 1;
	return memcmp(one->bytes, other->bytes, one->length);
}

/* With the lock held: the host of an entry, made if need be. */
static struct host *
find_host(struct registry *registry, const struct registry_entry *entry)
{
	struct host *host = calloc(1, sizeof(*host));
	struct host **node;

	if (host == NULL)
		return NULL;
	memcpy(host->bytes, entry->host, entry->host_length);
	host->length = entry->host_length;
	node = tsearch(host, &registry->hosts, compare_hosts);
	if (node == NULL || *node != host)
		free(host);
	return node != NULL ? *node : NULL;
}

/* With the lock held. */
static struct verdict
enter_host(struct registry *registry, const struct registry_entry *entry)
{
	struct host *host;

	if (registry->limits.clients_per_ip == 0 || entry->host_length == 0)
		return VERDICT_FINE;
	host = find_host(registry, entry);
	if (host == NULL)
		return unavailable("out of memory");
	if (host->entries >= registry->limits.clients_per_ip)
		return unavailable(TALLY_TOO_MANY_OF_HOST);
	host->entries++;
	return VERDICT_FINE;
}

/* With the lock held. */
static void
leave_host(struct registry *registry, const struct registry_entry *entry)
{
	struct host wanted = {.length = entry->host_length};
	struct host **node, *host;

	memcpy(wanted.bytes, entry->host, sizeof(wanted.bytes));
	node = tfind(&wanted, &registry->hosts, compare_hosts);
	if (node == NULL)
		return;
	host = *node;
	if (--host->entries > 0)
		return;
	tdelete(host, &registry->hosts, compare_hosts);
	free(host);
}

/* With the lock held. */
static struct verdict
enter(struct registry *registry, const struct registry_entry *entry)
{
	struct verdict verdict;

	if (registry->is_stopping)
		return unavailable(TALLY_GOING_AWAY);
	if ((int64_t)registry->totals.pending >= registry->limits.pending)
		return unavailable(TALLY_TOO_MANY_PENDING);
	verdict = enter_host(registry, entry);
	if (!verdict_is_fine(verdict))
		return verdict;
	registry->totals.accepted++;
	registry->totals.pending++;
	registry->threads++;
	return VERDICT_FINE;
}

struct verdict
registry_enter(struct registry *registry, struct registry_entry *entry,
	const struct address *peer)
{
	struct verdict verdict;

	entry->host_length = peer != NULL ? address_host(peer, entry->host) : 0;
	entry->entered = clock_microseconds();
	pthread_mutex_lock(&registry->lock);
	verdict = enter(registry, entry);
	entry->number = registry->totals.accepted;
	pthread_mutex_unlock(&registry->lock);
	return verdict;
}

struct verdict
registry_identify(struct registry *registry, struct registry_entry *entry,
	const struct address *peer)
{
	struct verdict verdict;

	entry->host_length = address_host(peer, entry->host);
	pthread_mutex_lock(&registry->lock);
	verdict = enter_host(registry, entry);
	pthread_mutex_unlock(&registry->lock);
	if (!verdict_is_fine(verdict))
		entry->host_length = 0;
	return verdict;
}

void
registry_count_refusal(struct registry *registry, struct verdict verdict)
{
	pthread_mutex_lock(&registry->lock);
	tally_refusal(&registry->totals.tally, verdict);
	pthread_mutex_unlock(&registry->lock);
}

void
registry_count_end(struct registry *registry, struct connection_end end)
{
	pthread_mutex_lock(&registry->lock);
	tally_end(&registry->totals.tally, end);
	pthread_mutex_unlock(&registry->lock);
}

/*
 * With the lock held. A call that blocks ends with EINTR; one that begins
 * after the signal times out at once.
 */
static void
interrupt(struct registry_entry *entry)
{
	struct timeval shortest = {.tv_usec = 1};

	atomic_store(&entry->interrupted, true);
	setsockopt(entry->descriptor, SOL_SOCKET, SO_RCVTIMEO, &shortest,
		sizeof(shortest));
	setsockopt(entry->descriptor, SOL_SOCKET, SO_SNDTIMEO, &shortest,
		sizeof(shortest));
	pthread_kill(entry->thread, SIGNAL_INTERRUPT);
}

void
registry_join(struct registry *registry, struct registry_entry *entry,
	int descriptor, const struct traffic *traffic)
{
	entry->thread = pthread_self();
	entry->descriptor = descriptor;
	entry->traffic = traffic;
	entry->previous = NULL;
	pthread_mutex_lock(&registry->lock);
	entry->next = registry->first;
	if (entry->next != NULL)
		entry->next->previous = entry;
	registry->first = entry;
	entry->has_joined = true;
	if (registry->is_stopping)
		interrupt(entry);
	pthread_mutex_unlock(&registry->lock);
}

struct verdict
registry_upgrade(struct registry *registry, struct registry_entry *entry)
{
	struct verdict verdict = VERDICT_FINE;
	int64_t took = clock_microseconds() - entry->entered;

	pthread_mutex_lock(&registry->lock);
	if ((int64_t)registry->totals.clients >= registry->limits.clients) {
		verdict = unavailable(TALLY_TOO_MANY_CLIENTS);
	} else {
		entry->is_upgraded = true;
		registry->totals.pending--;
		registry->totals.clients++;
		tally_handshake(&registry->totals.tally, took);
	}
	pthread_mutex_unlock(&registry->lock);
	return verdict;
}

/* With the lock held. */
static void
leave_list(struct registry *registry, const struct registry_entry *entry)
{
	if (entry->previous != NULL)
		entry->previous->next = entry->next;
	else
		registry->first = entry->next;
	if (entry->next != NULL)
		entry->next->previous = entry->previous;
	traffic_gather(&registry->totals.traffic, entry->traffic);
}

void
registry_leave(struct registry *registry, struct registry_entry *entry)
{
	pthread_mutex_lock(&registry->lock);
	if (entry->has_joined)
		leave_list(registry, entry);
	if (entry->is_upgraded)
		registry->totals.clients--;
	else
		registry->totals.pending--;
	leave_host(registry, entry);
	pthread_mutex_unlock(&registry->lock);
}

void
registry_count_out(struct registry *registry)
{
	bool was_last;

	pthread_mutex_lock(&registry->lock);
	was_last = --registry->threads == 0 && registry->is_stopping;
	pthread_mutex_unlock(&registry->lock);
	if (was_last)
		signals_wake();
}

void
registry_stop(struct registry *registry)
{
	pthread_mutex_lock(&registry->lock);
	registry->is_stopping = true;
	for (struct registry_entry *entry = registry->first; entry != NULL;
		entry = entry->next)
		interrupt(entry);
	pthread_mutex_unlock(&registry->lock);
}

void
registry_shut_down(struct registry *registry)
{
	pthread_mutex_lock(&registry->lock);
	for (struct registry_entry *entry = registry->first; entry != NULL;
		entry = entry->next)
		shutdown(entry->descriptor, SHUT_RDWR);
	pthread_mutex_unlock(&registry->lock);
}

bool
registry_is_empty(struct registry *registry)
{
	bool is_empty;

	pthread_mutex_lock(&registry->lock);
	is_empty = registry->threads == 0;
	pthread_mutex_unlock(&registry->lock);
	return is_empty;
}

struct registry_totals
registry_totals(struct registry *registry)
{
	struct registry_totals totals;

	pthread_mutex_lock(&registry->lock);
	totals = registry->totals;
	for (struct registry_entry *entry = registry->first; entry != NULL;
		entry = entry->next)
		traffic_gather(&totals.traffic, entry->traffic);
	pthread_mutex_unlock(&registry->lock);
	return totals;
}
