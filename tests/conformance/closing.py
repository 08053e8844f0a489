# SPDX-License-Identifier: MIT
"""Family 7: the closing handshake."""
import base64
import os
import socket

from client import (BINARY, CLOSE, CONTINUATION, PATIENCE, PING, PONG, TEXT,
                    close, converse, expect, fragments, frame, request)
from suite import case

CHOPS = (0, 1)
ECHOED = (TEXT, b'before')
NORMAL = close(1000)
REASON = 'Ende gut, alles gut: κόσμε'.encode()
BAD_REASONS = [b'\x80', b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80',
               b'cut \xe2\x82', b'\xce\xba\xe1\xbd', b'\xff']

# The codes of section 7.4 and those that IANA has added: 1012 to 1014.
SENDABLE = {1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}
BATCH = 64


@case('7.1', '7.1.1', [(chop,) for chop in CHOPS])
def echoes_and_then_answers_close(peer, chop):
    converse(peer, [frame(*ECHOED), NORMAL], [ECHOED], 1000, chop)


@case('7.2', '5.5.1', [(chop,) for chop in CHOPS])
def answers_only_the_first_close(peer, chop):
    converse(peer, [NORMAL, close(1001)], code=1000, chop=chop)


@case('7.3', '5.5.1', [(octets, chop) for chop in CHOPS for octets in (
    frame(PING), frame(PONG), frame(TEXT, b'late'), frame(BINARY, b'late'),
    frame(CONTINUATION), frame(TEXT, b'late', rsv=7), frame(15),
    frame(TEXT, b'\xff'), b'\xff' * 100)])
def ignores_what_follows_close(peer, octets, chop):
    converse(peer, [NORMAL, octets], code=1000, chop=chop)


@case('7.4', '5.5.1', [(size,) for size in (1 << 16, 1 << 18, 1 << 20)])
def ignores_much_that_follows_close(peer, size):
    converse(peer, [NORMAL, frame(BINARY, bytes(size))], code=1000)


@case('7.5', '5.4', [(chop,) for chop in CHOPS])
def answers_close_inside_a_message(peer, chop):
    first, last = fragments(TEXT, [b'never ', b'whole'])
    converse(peer, [first, NORMAL, last], code=1000, chop=chop)


@case('7.6', '7.1.1', [(1 << 16,), (1 << 18,), (1 << 20,)])
def echoes_a_long_message_before_close(peer, size):
    payload = os.urandom(size)
    converse(peer, [frame(BINARY, payload), NORMAL, frame(PING)],
             [(BINARY, payload)], 1000)


@case('7.7', '7.1.5', [(chop,) for chop in CHOPS])
def answers_an_empty_close_with_an_empty_one(peer, chop):
    peer.send(frame(CLOSE), chop)
    peer.expect_end(None)


@case('7.8', '5.5.1', [(b'\x03',), (b'\x00',), (b'\xff',)])
def refuses_a_close_of_one_octet(peer, body):
    converse(peer, [frame(*ECHOED), frame(CLOSE, body)], [ECHOED], 1002)


@case('7.9', '5.5.1', [(length,) for length in range(124)])
def answers_close_with_a_reason_of(peer, length):
    converse(peer, [close(1000, b'*' * length)], code=1000)


@case('7.10', '5.5', [(124, 0), (124, 1), (1000, 0), (65536, 0)])
def refuses_a_close_over_125_octets(peer, length, chop):
    converse(peer, [close(1000, b'*' * length)], code=1002, chop=chop)


@case('7.11', '5.5.1', [(reason,) for reason in (REASON, b'\0')])
def answers_close_with_a_utf8_reason(peer, reason):
    converse(peer, [close(3000, reason)], code=3000)


@case('7.12', '8.1', [(reason, chop) for reason in BAD_REASONS
                      for chop in CHOPS])
def refuses_a_reason_that_is_not_utf8(peer, reason, chop):
    converse(peer, [frame(*ECHOED), close(1000, reason)], [ECHOED], 1007,
             chop)


@case('7.13', '7.4', [(code, chop) for code in (1000, 1001, 1003, 1014, 3000,
                                                4999) for chop in CHOPS])
def answers_close_with_its_code(peer, code, chop):
    converse(peer, [frame(*ECHOED), close(code, REASON)], [ECHOED], code,
             chop)


@case('7.14', '7.4', [(code,) for code in (0, 999, 1004, 1005, 1006, 1015,
                                           1016, 1100, 2000, 2999, 5000,
                                           65535)])
def refuses_a_code_that_is_not_to_be_sent(peer, code):
    converse(peer, [frame(*ECHOED), close(code, REASON)], [ECHOED], 1002)


def start_closing(peer, codes):
    """Opens a connection for each code; all is sent before it is open."""
    key = base64.b64encode(bytes(16)).decode()
    opening = request(peer.path, key)
    for code in codes:
        connection = socket.socket(peer.socket.family)
        connection.settimeout(PATIENCE)
        connection.connect(peer.address)
        connection.sendall(opening + close(code))
        yield code, connection


def receive_all(connection):
    with connection:
        return b''.join(iter(lambda: connection.recv(4096), b''))


@case('7.15', '7.4')
def judges_all_codes(peer):
    """Each answer is the 101, one Close and the end."""
    converse(peer, [])
    for first in range(0, 1 << 16, BATCH):
        codes = range(first, first + BATCH)
        for code, connection in list(start_closing(peer, codes)):
            head, _, answer = receive_all(connection).partition(b'\r\n\r\n')
            expected = code if code in SENDABLE else 1002
            expect(head.startswith(b'HTTP/1.1 101 ') and
                   answer[:1] == b'\x88' and
                   answer[1:2] == bytes([len(answer) - 2]) and
                   answer[2:4] == expected.to_bytes(2, 'big'),
                   f'code {code} is answered with {head[:12]!r}, {answer!r}')
