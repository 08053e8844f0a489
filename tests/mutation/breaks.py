# SPDX-License-Identifier: MIT
"""How each row of faults is broken, to see that a check of it tells.

A file of src, what stands there once, whatever white space is between, and
what stands there instead. Where a row makes sense over ws and wss, a check
must turn red over each.
"""

import collections

BREAKS = []
Break = collections.namedtuple("Break", "row name old new words over")


def broken(row, name, *places, words=None, over=("ws", "wss")):
    """Registers mutations: what stands there, and instead of it.

    The words choose checks of the row, if not all of them.
    """
    BREAKS.extend(Break(row, name, old, new, words or [row], over)
                  for old, new in places)


# Threads and TCP.
broken("T1", "server/server.c",
       ("count = 1; if", "if"))
broken("T2", "server/server.c",
       ("case EPROTO:", ""),
       ("#define COMPLAINT_INTERVAL 5000", "#define COMPLAINT_INTERVAL 1"))
broken("T3", "server/session.c",
       ("registry_leave(settings->registry, &session->entry); "
        "registry_count_out", "registry_count_out"))
broken("T4", "websocket/stream.c",
       ("if (errno == EINTR) return STREAM_READY;",
        "if (errno == EINTR) return STREAM_LOST;"))
broken("T5", "websocket/stream.c",
       ("(*pieces)->iov_len -= sent;", ""), over=["ws"])
broken("T5", "transport/tls_bio.c",
       ("return (int)sent;", "return sent > 0 ? size : -1;"), over=["wss"])
broken("T6", "websocket/connection.c",
       ("connection, CLOSE_ABNORMAL, by,", "connection, CLOSE_NORMAL, by,"))
broken("T7", "server/session.c",
       ("if (session->connection != NULL) connection_free",
        "if (session->connection != NULL && "
        "connection_end(session->connection).code != 1006) connection_free"))
broken("T8", "websocket/connection.c",
       ("deadline_after(connection->settings->ping_timeout);", "INT64_MAX;"))
broken("T8", "server/main.c",
       ("(unsigned)options->send_timeout * SEND_TIMEOUTS", "0"),
       words=["TCP_USER_TIMEOUT is set"])
broken("T9", "websocket/stream.c",
       ("if (received == 0) return STREAM_END;",
        "if (received == 0) return STREAM_QUIET;"))
broken("T10", "protocol/assembler.c",
       ("{ buffer_release(&assembler->input); "
        "buffer_release(&assembler->restored); }",
        "{ buffer_release(&assembler->restored); }"),
       words=["1000 connections come and go"])
broken("T11", "transport/tcp.c",
       ("close(descriptor_of(transport));",
        "close(descriptor_of(transport)); usleep(100);"
        "close(descriptor_of(transport));"))
broken("T12", "websocket/connection.c",
       ("if (connection == NULL) return NULL; stream_init", "stream_init"))

# TLS.
broken("S1", "transport/tls.c",
       ("byte >= 'A' && byte <= 'Z'", "false"), over=["wss"])
broken("S1", "websocket/opening.c",
       ("bytes.data[0] == 0x16", "false"), over=["ws"])
broken("S2", "websocket/connection_opening.c",
       ("opening_prepare(&connection->stream, deadline,",
        "opening_prepare(&connection->stream, INT64_MAX,"))
broken("S3", "transport/tls_context.c",
       ("SSL_CTX_set_security_level(context, SECURITY_LEVEL);",
        "SSL_CTX_set_security_level(context, 0);"
        "SSL_CTX_set_min_proto_version(context, TLS1_VERSION);"),
       ("SSL_OP_NO_RENEGOTIATION |", "SSL_OP_ALLOW_CLIENT_RENEGOTIATION |"))
broken("S4", "transport/tls_context.c",
       ("|| SSL_CTX_check_private_key(context) != 1", ""),
       ('tell("key", key,', 'tell("key", certificate,'))
broken("S5", "transport/tls_context.c",
       ("| SSL_OP_NO_COMPRESSION",
        "| SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF"))
broken("S6", "transport/tls.c",
       ("{ ERR_clear_error(); tls->has_received = false;",
        "{ tls->has_received = false;"))
broken("S7", "transport/tls.c",
       ("&& !tls->is_dry &&", "&&"))
broken("S8", "server/server.c",
       ("if (fresh == NULL) {",
        "if (fresh == NULL) { *server->tls = SSL_CTX_new(TLS_method());"),
       ("SSL_CTX_free(*server->tls); *server->tls = fresh;",
        "SSL_CTX_free(fresh);"))

# The opening handshake.
broken("H1", "websocket/opening.c",
       ("stream_receive(stream, input, *deadline)",
        "stream_receive(stream, input, deadline_after(2000))"))
broken("H2", "protocol/http.c",
       ("with_cr > HTTP_REQUEST_LINE_MAX + 1",
        "with_cr > HTTP_REQUEST_LINE_MAX + 2"),
       ("scanner->position > HTTP_HEAD_MAX",
        "scanner->position > HTTP_HEAD_MAX + 1"))
broken("H3", "protocol/http.c",
       ("scanner->lines > HTTP_FIELDS_MAX + 1",
        "scanner->lines > HTTP_FIELDS_MAX + 2"))
broken("H4", "protocol/handshake.c",
       ('!slice_equals(request->method, slice_of("GET"))',
        '!slice_equals_ignoring_case(request->method, slice_of("GET"))'),
       ("if (request->minor_version == 0)", "if (false)"))
broken("H4", "protocol/http.c",
       ("if (major != 1) return (struct verdict){HTTP_VERSION",
        "if (major == 0) return (struct verdict){HTTP_VERSION"))
broken("H5", "protocol/handshake.c",
       ('&& http_list_has(request, "Connection", "Upgrade")', ""))
broken("H6", "protocol/handshake.c",
       ("!slice_equals(value, slice_of(HANDSHAKE_VERSION))",
        "!slice_starts_ignoring_case(value, HANDSHAKE_VERSION)"))
broken("H7", "protocol/handshake.c",
       ('if (count != 1) return bad_request("not one Sec-WebSocket-Key")',
        'if (count == 0) return bad_request("not one Sec-WebSocket-Key")'),
       ('&& memcmp(key.data + digits.length, "==", 2) == 0', ""))
broken("H8", "protocol/handshake.c",
       ("if (hosts > 1)", "if (hosts > 2)"),
       ("|| !is_host(request->authority)", ""))
broken("H8", "protocol/http.c",
       ("if (after_cr && c != '\\n')", "if (false)"),
       ("if (!after_cr && c == '\\n')", "if (false)"),
       ("is_control_character(c))", "c == 0x7F)"))
broken("H9", "protocol/handshake.c", ("|| has_content(request)", ""))
broken("H10", "protocol/handshake.c",
       ("origin)) return true; return false;",
        "origin)) return true; return true;"))
broken("H10", "log/event.c",
       ("log_say_escaped(refusal->detail, refusal->detail_length);",
        'log_say("%.*s", (int)refusal->detail_length, refusal->detail);'))
broken("H11", "protocol/http.c",
       ("if (dots == 2 && segment_length == 2) return false;", ""),
       ("if (c <= 0)", "if (c < 0)"))
broken("H12", "protocol/handshake.c",
       ("if (slice_equals(supported[i], offer))",
        "if (slice_equals_ignoring_case(supported[i], offer))"),
       ('return bad_request("more than 32 subprotocols");',
        "return VERDICT_FINE;"))
broken("H13", "websocket/connection_opening.c",
       ("head->bytes.length);",
        "buffer_length(&connection->assembler.input));"))
broken("H14", "websocket/stream.c",
       ("errno = ETIMEDOUT; return false;", "return true;"))

# Frames and messages.
broken("F1", "protocol/frame.c", ("role == ROLE_SERVER && !masked", "false"))
broken("F2", "protocol/frame.c",
       ("> OPCODE_BINARY;", "> OPCODE_BINARY + 1;"),
       ("#define BITS_RSV2_RSV3 0x30", "#define BITS_RSV2_RSV3 0x20"),
       ("if (!rsv1_allowed)", "if (false)"))
broken("F3", "protocol/frame.c",
       ("size == 8 && length >> 63 != 0", "false"),
       ("length <= UINT16_MAX", "length < UINT16_MAX"))
broken("F4", "protocol/frame.c",
       ("> FRAME_CONTROL_PAYLOAD_MAX", "> FRAME_CONTROL_PAYLOAD_MAX + 1"),
       ("(byte & BIT_CONTROL) != 0 && (byte & BIT_FIN) == 0", "false"))
broken("F5", "protocol/assembler.c",
       ("> assembler->max_message - assembler->message_length",
        "> assembler->max_message - assembler->message_length + 1"))
broken("F6", "protocol/assembler.c",
       ("assembler->frame.payload_length - assembler->frame_left);", "0);"))
broken("F7", "websocket/connection.c",
       ("OPCODE_PONG, &message->payload, 1)",
        "OPCODE_PONG, &message->payload, 0)"))
broken("M1", "protocol/assembler.c",
       ("opcode == OPCODE_CONTINUATION && !assembler->in_message", "false"),
       ("opcode != OPCODE_CONTINUATION && assembler->in_message", "false"))
broken("M2", "protocol/assembler.c",
       ("close_gap(assembler); return", "return"))
broken("M3", "protocol/assembler.c",
       ("> assembler->max_message - assembler->message_length",
        "> assembler->max_message"))
broken("M4", "protocol/assembler.c",
       ("(ends && !utf8_is_complete(utf8))", "false"),
       ("assembler->opcode != OPCODE_TEXT",
        "assembler->opcode != OPCODE_TEXT || !ends"))

# Compression.
broken("Z1", "protocol/assembler.c",
       ("restored, assembler->max_message);",
        "restored, 2 * assembler->max_message);"))
broken("Z2", "protocol/deflate.c",
       ("default: return no_deflate_data;", "default: return memory_short;"),
       ("result == Z_STREAM_END;", "false;"),
       ("!inflater->at_end && inflateSyncPoint(stream) != 1", "false"))
broken("Z3", "protocol/permessage_deflate.c",
       ("if (*window != 0) return false;", ""),
       ("|| !extension_is_well_formed(request)", ""))
broken("Z4", "protocol/frame.c",
       ("if ((byte & BITS_OPCODE) != OPCODE_TEXT && "
        "(byte & BITS_OPCODE) != OPCODE_BINARY)", "if (false)"))
broken("Z5", "websocket/compression.c",
       ("settings->window <= COMPRESSION_WINDOW", "false"))
broken("Z6", "protocol/permessage_deflate.c",
       ("narrower(offered->window, settings->window),", "settings->window,"))

# The closing handshake.
broken("C1", "protocol/close_code.c",
       ("if (payload.length == 1)", "if (false)"),
       ("code <= 1014", "code <= 1015"),
       ("code <= 4999", "code <= 5000"))
broken("C2", "protocol/close_code.c",
       ("!utf8_is_valid(body->reason)", "false"))
broken("C3", "websocket/connection.c",
       ("await_close(connection, connection->finish_until)",
        "await_close(connection, INT64_MAX)"),
       ("connection->finish_until); if (connection->settings",
        "INT64_MAX); if (connection->settings"))
broken("C4", "websocket/connection.c",
       ("connection->state = STATE_CLOSED; if (is_answered",
        "if (is_answered"))
broken("C5", "server/session.c",
       ("say_goodbye(session); connection_linger(session->connection);",
        "say_goodbye(session);"))

# The log.
broken("L1", "log/escape.c",
       ("{0x7F, 0x9F}", "{0x7F, 0x7F}"),
       ("{0x2028, 0x202E}", "{0x2028, 0x2029}"))
broken("L1", "log/line.c",
       ('data, length, "\\"\\\\", shown', 'data, length, "\\\\", shown'))
broken("L2", "log/target.c",
       ("if (!is_writable(target->descriptor)) return false;", ""))
broken("L3", "log/log.c", ("log_.dropped++; log_.lost++;", "log_.lost++;"))
broken("L4", "log/event.c",
       ("#define COST_OF_REFUSAL 40", "#define COST_OF_REFUSAL 0"),
       ("#define MESSAGES_A_SECOND 20", "#define MESSAGES_A_SECOND 1000"))
broken("L5", "log/log.c",
       ("log_.target.is_torn = false;", "log_.target.is_torn = true;"),
       ("struct target target, old; if", "struct target target, old; "
        "if (log_.is_open) return true; if"))
broken("L6", "service/echo.c",
       ("if (echo->context->settings->logs_messages)", ""))
broken("L6", "service/info.c", ('"Authorization", "Cookie",', '"Cookie",'))

# Signals, start and end.
broken("G1", "server/registry.c",
       ("registry->is_stopping = true; for (struct registry_entry *entry = "
        "registry->first; entry != NULL; entry = entry->next) "
        "interrupt(entry);", "registry->is_stopping = true;"))
broken("G2", "server/server.c",
       ("if (left == 0 || server->stops > 1)", "if (left == 0)"))
broken("G3", "server/signals.c",
       ("put((unsigned char)number);",
        "extern void log_tell_suppressed(void); log_tell_suppressed(); "
        "put((unsigned char)number);"))
broken("G4", "transport/listening.c",
       ("SO_REUSEADDR, 1);", "SO_REUSEADDR, 0);"))
broken("G5", "server/options.c",
       ("FIELD(port), 0, 65535}", "FIELD(port), 0, 65536}"))
broken("G6", "log/log.c",
       ("target_close(&old); return true;", "return true;"))
broken("G7", "server/privileges.c",
       ("setresuid(user->pw_uid, user->pw_uid, user->pw_uid)",
        "setresuid(user->pw_uid, user->pw_uid, 0)"))

# Resources.
broken("R1", "server/registry.c",
       ("host->entries >= registry->limits.clients_per_ip",
        "host->entries > registry->limits.clients_per_ip"))
broken("R2", "server/registry.c",
       ("pending >= registry->limits.pending",
        "pending > registry->limits.pending"))
broken("R3", "websocket/stream.c",
       ("transport->type->advances(transport) || *stalled_until == 0",
        "transport->type->advances(transport) || true"))
broken("R4", "server/registry.c",
       ("else registry->totals.pending--; leave_host", "leave_host"))
broken("R6", "transport/clock.c",
       ("clock_gettime(CLOCK_MONOTONIC, &now); "
        "return (int64_t)now.tv_sec * 1000 +",
        "clock_gettime(CLOCK_REALTIME, &now); "
        "return (int64_t)now.tv_sec * 1000 +"))

# The client.
broken("K1", "protocol/handshake.c",
       ("|| !slice_equals(value, slice_of(accept))", ""),
       ('if (!http_list_has(response, "Connection", "Upgrade"))',
        "if (false)"))
broken("K1", "client/upgrade.c",
       ("if (response->status != HTTP_SWITCHING_PROTOCOLS) show_body",
        "if (false) show_body"))
broken("K2", "protocol/handshake.c",
       ("if (count == 1 && !slice_is_among", "if (false && !slice_is_among"))
broken("K2", "protocol/permessage_deflate.c",
       ('return "Sec-WebSocket-Extensions was not offered";',
        "return NULL;"))
broken("K3", "protocol/http.c",
       ("scanner->position > HTTP_HEAD_MAX",
        "scanner->position > 4 * HTTP_HEAD_MAX"))
broken("K4", "client/upgrade.c",
       ("response->status / 100 == 3", "response->status == 301"))
broken("K5", "protocol/frame.c", ("role == ROLE_CLIENT && masked", "false"))
broken("K7", "client/display.c",
       ("isatty(STDERR_FILENO) && display_write_escaped",
        "false && display_write_escaped"),
       (".escapes = isatty(STDOUT_FILENO) == 1", ".escapes = false"))
broken("K8", "transport/tls.c",
       ("SSL_set1_host(ssl, host) == 1 &&", ""))
broken("K8", "client/main.c",
       ("options->uri.secure && options->insecure", "false"))
broken("K9", "client/request.c",
       ("!http_is_token(name) || !is_clean(value)", "!http_is_token(name)"))
broken("K10", "transport/connecting.c",
       ("return true; return race->started < race->count;",
        "return true; return race->started == 0;"),
       ("if (deadline_left(deadline) == 0) {", "if (false) {"))
broken("K11", "client/pump.c",
       ("interrupts_have_come()) pump_close(pump, CLOSE_NORMAL, NULL);",
        "interrupts_have_come()) pump_close(pump, CLOSE_GOING_AWAY, NULL);"),
       ("pump->outlet.failure != 0 || pump->display.has_failed", "false"))
