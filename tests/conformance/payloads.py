# SPDX-License-Identifier: MIT
"""Payloads for compression, of several kinds and the same in each run."""
import functools
import json
import random

from client import BINARY, TEXT

POOL = 1 << 18
SENTENCE = 'The quick brown fox jumps over the lazy dog. '


def repetitive(dice):
    return SENTENCE * (POOL // len(SENTENCE))


def records(dice):
    return json.dumps([
        {'id': number, 'name': f'sensor {dice.randrange(100)}',
         'value': dice.random(), 'valid': dice.random() < 0.9}
        for number in range(POOL // 64)])


def characters(dice):
    """Of 1 to 4 octets each."""
    ranges = ((0x20, 0x7F), (0xA0, 0x7FF), (0x800, 0xD7FF),
              (0x10000, 0x10FFFF))
    return ''.join(chr(dice.randint(*dice.choice(ranges)))
                   for _ in range(POOL // 2))


def noise(dice):
    return dice.randbytes(POOL)


def mixed(dice):
    text = SENTENCE.encode()
    return b''.join(dice.randbytes(dice.randrange(300)) +
                    text * dice.randrange(8) for _ in range(POOL // 150))


KINDS = {'repetitive text': repetitive, 'records': records,
         'characters': characters, 'noise': noise, 'a mixture': mixed}
COMPRESSIBLE = ('repetitive text', 'records', 'a mixture')


@functools.lru_cache(maxsize=None)
def pool(kind):
    return KINDS[kind](random.Random(7692))


def payload(kind, size, number):
    """The opcode and the octets of a kind's message number so and so."""
    source = pool(kind)
    start = number * 7919 % (POOL // 4)
    piece = source[start:start + size]
    if isinstance(source, bytes):
        return BINARY, piece
    octets = piece.encode()[:size].decode(errors='ignore').encode()
    return TEXT, octets.ljust(size, b'z')
