/* SPDX-License-Identifier: MIT */
#include "transport/lookup.h"

#include "transport/clock.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define PORT_TEXT_SIZE 8

/* Shared with the thread that asks; who comes second frees it. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	char *host;
	char port[PORT_TEXT_SIZE];
	struct addrinfo *answer;
	int failure; /* of getaddrinfo */
	bool is_answered;
	bool is_abandoned;
};

static void
question_free(struct question *question)
{
	if (question->answer != NULL)
		freeaddrinfo(question->answer);
	pthread_cond_destroy(&question->answered);
	pthread_mutex_destroy(&question->lock);
	free(question->host);
	free(question);
}

static struct question *
question_new(const char *host, unsigned port)
{
	struct question *question = calloc(1, sizeof(*question));
	pthread_condattr_t attributes;

	if (question == NULL)
		return NULL;
	question->host = strdup(host);
	if (question->host == NULL) {
		free(question);
		return NULL;
	}
	snprintf(question->port, sizeof(question->port), "%u", port);
	pthread_mutex_init(&question->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&question->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	return question;
}

static void *
ask(void *argument)
{
	struct question *question = argument;
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *answer = NULL;
	int failure =
		getaddrinfo(question->host, question->port, &hints, &answer);
	bool is_abandoned;

	pthread_mutex_lock(&question->lock);
	question->answer = failure == 0 ? answer : NULL;
	question->failure = failure;
	question->is_answered = true;
	is_abandoned = question->is_abandoned;
	pthread_cond_signal(&question->answered);
	pthread_mutex_unlock(&question->lock);
	if (is_abandoned)
		question_free(question);
	return NULL;
}

static bool
start_asking(struct question *question)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, ask, question) != 0)
		return false;
	pthread_detach(thread);
	return true;
}

/* Returns false, and leaves the question to the thread, if it takes longer. */
static bool
await_answer(struct question *question, int64_t deadline)
{
	struct timespec until = {deadline / 1000, deadline % 1000 * 1000000};
	bool is_answered;
	int failure = 0;

	pthread_mutex_lock(&question->lock);
	while (!question->is_answered && failure == 0)
		failure = deadline == DEADLINE_NEVER
				  ? pthread_cond_wait(&question->answered,
					    &question->lock)
				  : pthread_cond_timedwait(&question->answered,
					    &question->lock, &until);
	is_answered = question->is_answered;
	question->is_abandoned = !is_answered;
	pthread_mutex_unlock(&question->lock);
	return is_answered;
}

static size_t
take_addresses(
	const struct addrinfo *answer, struct address *addresses, size_t size)
{
	size_t count = 0;

	for (; answer != NULL && count < size; answer = answer->ai_next) {
		struct address *address = &addresses[count];

		if (answer->ai_family != AF_INET &&
			answer->ai_family != AF_INET6)
			continue;
		memset(address, 0, sizeof(*address));
		memcpy(&address->socket, answer->ai_addr, answer->ai_addrlen);
		address->length = answer->ai_addrlen;
		count++;
	}
	return count;
}

bool
lookup_is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t wanted = sizeof(name) - 1, length = strlen(host);

	if (length > 0 && host[length - 1] == '.')
		length--;
	return length >= wanted &&
	       strncasecmp(host + length - wanted, name, wanted) == 0 &&
	       (length == wanted || host[length - wanted - 1] == '.');
}

static size_t
find_localhost(unsigned port, struct address *addresses, size_t size)
{
	static const char *const hosts[] = {"::1", "127.0.0.1"};
	size_t count = 0;

	while (count < size && count < sizeof(hosts) / sizeof(hosts[0])) {
		address_parse(&addresses[count], hosts[count], port);
		count++;
	}
	return count;
}

size_t
lookup(const char *host, unsigned port, int64_t deadline,
	struct address *addresses, size_t size, const char **why)
{
	struct question *question;
	size_t count = 0;

	*why = "out of memory";
	if (strncmp(host, "unix:", 5) != 0 &&
		address_parse(&addresses[0], host, port))
		return 1;
	if (lookup_is_localhost(host))
		return find_localhost(port, addresses, size);
	question = question_new(host, port);
	if (question == NULL)
		return 0;
	if (!start_asking(question)) {
		question_free(question);
		return 0;
	}
	*why = NULL;
	if (!await_answer(question, deadline))
		return 0;
	count = take_addresses(question->answer, addresses, size);
	if (count == 0)
		*why = question->failure != 0 ? gai_strerror(question->failure)
					      : "no address";
	question_free(question);
	return count;
}
