/* SPDX-License-Identifier: MIT */
#include "log/limit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Cuts "[2001:db8:1:2:3::4]" down to "2001:db8:1:2::/64". */
static void
cut_to_network(char host[LIMIT_PEER_SIZE])
{
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];

	host[strlen(host) - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, address) != 1)
		return;
	memset(address + 8, 0, 8);
	inet_ntop(AF_INET6, address, text, sizeof(text));
	snprintf(host, LIMIT_PEER_SIZE, "%.40s/64", text);
}

/* Whom a proxy tells of has no port. */
static void
host_of(const char *peer, char host[LIMIT_PEER_SIZE])
{
	bool is_ipv6 = peer[0] == '[';
	const char *end = is_ipv6 ? strchr(peer, ']') : strrchr(peer, ':');
	size_t length = strlen(peer);

	if (end != NULL)
		length = (size_t)(end - peer) + is_ipv6;
	snprintf(host, LIMIT_PEER_SIZE, "%.*s", (int)length, peer);
	if (is_ipv6)
		cut_to_network(host);
}

/* FNV-1a. */
static uint32_t
hash(const char *text)
{
	uint32_t value = 2166136261;

	for (; *text != '\0'; text++)
		value = (value ^ (unsigned char)*text) * 16777619;
	return value;
}

static void
take_report(struct limit_peer *peer, struct limit_report *report)
{
	memcpy(report->host, peer->host, sizeof(report->host));
	report->suppressed = peer->suppressed;
	peer->suppressed = 0;
}

static void
fill(struct limit_peer *peer, int64_t now)
{
	int64_t elapsed = now - peer->filled_at;

	if (peer->filled_at == 0 ||
		elapsed > 1000 * LIMIT_TOKENS_MAX / LIMIT_TOKENS_A_SECOND)
		peer->tokens = LIMIT_TOKENS_MAX;
	else
		peer->tokens += elapsed * LIMIT_TOKENS_A_SECOND / 1000;
	peer->filled_at = now;
	if (peer->tokens > LIMIT_TOKENS_MAX)
		peer->tokens = LIMIT_TOKENS_MAX;
}

bool
limit_take(struct limit *limit, const char *peer_text, int64_t cost,
	int64_t now, struct limit_report *report)
{
	char host[LIMIT_PEER_SIZE];
	struct limit_peer *peer;

	report->suppressed = 0;
	host_of(peer_text, host);
	peer = &limit->peers[hash(host) % LIMIT_PEERS];
	fill(peer, now);
	if (peer->tokens < cost) {
		if (peer->suppressed++ == 0)
			memcpy(peer->host, host, sizeof(peer->host));
		return false;
	}
	peer->tokens -= cost;
	if (peer->suppressed > 0 &&
		now - peer->reported_at >= LIMIT_REPORT_INTERVAL) {
		take_report(peer, report);
		peer->reported_at = now;
	}
	return true;
}

bool
limit_next_report(struct limit *limit, struct limit_report *report)
{
	for (int i = 0; i < LIMIT_PEERS; i++) {
		if (limit->peers[i].suppressed == 0)
			continue;
		take_report(&limit->peers[i], report);
		return true;
	}
	return false;
}
