/* SPDX-License-Identifier: MIT */
/* The list of the faults: for people, and for the console. */
#ifndef SERVER_FAULTS_PAGE_H
#define SERVER_FAULTS_PAGE_H

#include "protocol/buffer.h"

#define FAULTS_HTML_TYPE "text/html; charset=utf-8"
#define FAULTS_HTML_FIELDS                                                     \
	"Content-Security-Policy: default-src 'none'; "                        \
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "     \
	"frame-ancestors 'none'\r\n"
#define FAULTS_JSON_TYPE "application/json"

/*
 * Both append the list, JSON as {"faults":[{"path":…,"meaning":…,
 * "example":…},…]}. Return false when memory is short.
 */
bool faults_page_write_html(struct buffer *output);
bool faults_page_write_json(struct buffer *output);

#endif
