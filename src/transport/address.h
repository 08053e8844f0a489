/* SPDX-License-Identifier: MIT */
/* Where sockets are: IPv4, IPv6 and Unix addresses, as text and back. */
#ifndef TRANSPORT_ADDRESS_H
#define TRANSPORT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* "unix:" and the longest path, and room to spare for all others. */
#define ADDRESS_TEXT_SIZE (sizeof("unix:") + sizeof(struct sockaddr_un))

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
		struct sockaddr_un path;
	} socket;
	socklen_t length;
};

/*
 * Reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80" or
 * "unix:/path"; port is for those that name none. Returns false for anything
 * else: names are not looked up.
 */
bool address_parse(struct address *address, const char *text, unsigned port);

/*
 * Makes an address of the 4 or 16 bytes of an IP address, in network byte
 * order, and a port.
 */
void address_from_host(struct address *address, const unsigned char *host,
	size_t length, unsigned port);

/*
 * Writes "192.0.2.1:80", "[2001:db8::1]:80", "unix:/path", or "unix" for a
 * Unix socket without a name.
 */
void address_format(
	const struct address *address, char text[ADDRESS_TEXT_SIZE]);

/* The same without the port: "192.0.2.1", "[2001:db8::1]". */
void address_format_host(
	const struct address *address, char text[ADDRESS_TEXT_SIZE]);

/* 0 for a Unix address. */
unsigned address_port(const struct address *address);
void address_set_port(struct address *address, unsigned port);

bool address_is_unix(const struct address *address);

/* Whether only this machine reaches it: 127.0.0.0/8, ::1 or Unix. */
bool address_is_loopback(const struct address *address);

/* Turns ::ffff:192.0.2.1 into 192.0.2.1. */
void address_unmap(struct address *address);

#define ADDRESS_HOST_SIZE 8

/*
 * Writes what stands for one host in limits: an IPv4 address, or the first
 * 64 bits of an IPv6 one. Returns its length, 0 for a Unix address.
 */
size_t address_host(
	const struct address *address, unsigned char host[ADDRESS_HOST_SIZE]);

#endif
