/* SPDX-License-Identifier: MIT */
/* Agreeing on permessage-deflate, each side's part as text. */
#ifndef TESTS_AGREEMENT_H
#define TESTS_AGREEMENT_H

#include "protocol/permessage_deflate.h"

#define PMD "permessage-deflate"
#define SNT "; server_no_context_takeover"
#define CNT "; client_no_context_takeover"
#define SW "; server_max_window_bits"
#define CW "; client_max_window_bits"

/*
 * All read fields as of extension_fields_of. The texts that two of them return
 * are the same one, so that they live until the next call.
 */
const char *agreement_accept(const char *offers,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement);
const char *agreement_offer(const struct deflate_settings *settings);
struct verdict agreement_check(const char *answer,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement);

void agreement_assert(const struct deflate_agreement *agreement,
	struct deflate_direction from_server,
	struct deflate_direction from_client);
void agreement_assert_none(const struct deflate_agreement *agreement);

#endif
