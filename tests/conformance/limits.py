# SPDX-License-Identifier: MIT
"""Families 9 and 10: long messages, many messages, many fragments."""
import functools
import os

from client import BINARY, TEXT, converse, fragments, frame, split
from suite import case

KIB, MIB = 1 << 10, 1 << 20
KINDS = (TEXT, BINARY)
SIZES = (64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB)
FRAGMENTS = (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB,
             4 * MIB)
CHOPS = (64, 128, 256, 512, KIB, 2 * KIB)
COUNT = 500


@functools.lru_cache(maxsize=2)
def payload_of(kind, size):
    """The text's characters are of 1 to 4 octets, so cuts divide them."""
    if kind == BINARY:
        return os.urandom(size)
    unit = 'aµ€\U0001F600'.encode()
    text = unit * (size // len(unit))
    return text + b'z' * (size - len(text))


@case('9.1', '5.2', [(kind, size) for kind in KINDS for size in SIZES])
def echoes_a_message_in_one_frame(peer, kind, size):
    payload = payload_of(kind, size)
    converse(peer, [frame(kind, payload)], [(kind, payload)])


@case('9.2', '5.4', [(kind, 4 * MIB, size) for kind in KINDS
                     for size in FRAGMENTS])
def echoes_a_message_in_fragments(peer, kind, length, size):
    payload = payload_of(kind, length)
    converse(peer, fragments(kind, split(payload, size)), [(kind, payload)])


@case('9.3', '5.4', [(kind, 16 * MIB, size) for kind in KINDS
                     for size in (KIB - 1, 64 * KIB, MIB + 1)])
def echoes_the_longest_message_in_fragments(peer, kind, length, size):
    payload = payload_of(kind, length)
    converse(peer, fragments(kind, split(payload, size)), [(kind, payload)])


@case('9.4', '5.2', [(kind, MIB, chop) for kind in KINDS for chop in CHOPS])
def echoes_a_message_in_pieces_of_tcp(peer, kind, length, chop):
    payload = payload_of(kind, length)
    converse(peer, [frame(kind, payload)], [(kind, payload)], chop=chop)


@case('9.5', '5.6', [(kind, size) for kind in KINDS
                     for size in (0, 16, 64, 256, KIB, 4 * KIB, 16 * KIB,
                                  64 * KIB)])
def echoes_one_message_after_the_other(peer, kind, size):
    payload = payload_of(kind, size)
    octets = frame(kind, payload)
    for _ in range(COUNT):
        peer.send(octets)
        peer.expect(kind, payload)
    converse(peer, [])


@case('10.1', '5.4', [(kind, size, chop) for kind in KINDS
                      for size in (1300, 7) for chop in (0, 100)])
def joins_a_message_that_was_cut_up(peer, kind, size, chop):
    payload = payload_of(kind, 64 * KIB)
    converse(peer, fragments(kind, split(payload, size)), [(kind, payload)],
             chop=chop)
