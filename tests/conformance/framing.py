# SPDX-License-Identifier: MIT
"""Family 1: framing."""
import os

from client import (BINARY, CLOSE, PING, PONG, TEXT, converse, frame, header,
                    mask)
from suite import case

LENGTHS = (0, 125, 126, 127, 128, 65535, 65536)
CHOPPED = [(length, chop) for length in LENGTHS for chop in (0, 1, 997)
           if length > chop and (chop != 1 or length != 65535)]


def text_of(length):
    return (b'*' * length)[:length]


@case('1.1', '5.6', [(0, 0)] + CHOPPED)
def echoes_text(peer, length, chop):
    payload = text_of(length)
    converse(peer, [frame(TEXT, payload)], [(TEXT, payload)], chop=chop)


@case('1.2', '5.6', [(0, 0)] + CHOPPED)
def echoes_binary(peer, length, chop):
    payload = os.urandom(length)
    converse(peer, [frame(BINARY, payload)], [(BINARY, payload)], chop=chop)


@case('1.3', '5.2', [(0,), (1,), (2,), (7,)])
def echoes_messages_sent_together(peer, chop):
    messages = [(TEXT if i % 2 else BINARY, b'x' * i) for i in range(200)]
    converse(peer, [frame(*message) for message in messages], messages,
             chop=chop)


@case('1.4', '5.3', [(bytes(4),), (b'\xff' * 4,), (b'\0\0\0\1',)])
def unmasks_with_any_key(peer, key):
    payload = bytes(range(256))
    converse(peer, [header(BINARY, 256) + key + mask(payload, key)],
             [(BINARY, payload)])


@case('1.5', '5.1', [(opcode, size) for opcode in (TEXT, BINARY, PING, PONG,
                                                   CLOSE)
                     for size in (0, 2, 125)])
def refuses_unmasked_frame(peer, opcode, size):
    bad = header(opcode, size, masked=False) + b'\x03\xe8'.ljust(size)[:size]
    converse(peer, [frame(TEXT, b'before'), bad], [(TEXT, b'before')], 1002)


@case('1.6', '5.2', [(length, size) for length, size in (
    (0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65535, 8))])
def refuses_length_not_minimal(peer, length, size):
    bad = frame(BINARY, bytes(length), length_size=size)
    converse(peer, [frame(TEXT, b'before'), bad], [(TEXT, b'before')], 1002)


@case('1.7', '5.2', [(1 << 63,), ((1 << 64) - 1,), ((1 << 64) - 4,)])
def refuses_length_with_top_bit(peer, length):
    bad = header(BINARY, length, length_size=8) + bytes(4)
    converse(peer, [frame(TEXT, b'before'), bad], [(TEXT, b'before')], 1002)
