# SPDX-License-Identifier: MIT
"""Family 6: text is UTF-8, and what is not fails at its first bad octet."""
import codecs
import os

from client import TEXT, converse, fragments, frame, header, mask, split
from suite import case

GREEK = 'κόσμε'.encode()
EDGES = (0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFDD0, 0xFFFD,
         0x10000, 0x10FFFF)
NONCHARACTERS = [plane << 16 | 0xFFFE | last
                 for plane in range(17) for last in (0, 1)]
VALID = [GREEK, 'Hello-µ@ßöäüàá-UTF-8!!'.encode(), b'\xef\xbb\xbf',
         'a\N{COMBINING GRAVE ACCENT}\U0001F600'.encode()]
VALID += [chr(code).encode() for code in (*EDGES, *NONCHARACTERS)]

STRAY = [bytes([octet]) for octet in (0x80, 0x81, 0xBF)]
STRAY += [b'\x80\xbf' * i for i in range(1, 4)] + [bytes(range(0x80, 0xC0))]
NEVER = [bytes([octet]) for octet in (0xC0, 0xC1, *range(0xF5, 0x100))]
LONELY = [bytes([octet, 0x20]) for octet in range(0xC2, 0xF5)]
TOO_LONG = [bytes.fromhex(octets) for octets in (
    'c080', 'c0af', 'c1bf', 'e08080', 'e080af', 'e09fbf', 'f0808080',
    'f08080af', 'f08fbfbf', 'f8808080af', 'fc80808080af', 'f887bfbfbf',
    'fc83bfbfbfbf')]
TOO_LARGE = [bytes.fromhex(octets) for octets in (
    'f4908080', 'f5808080', 'f7bfbfbf', 'f888808080', 'fc8480808080')]
SURROGATES = [bytes.fromhex(octets) for octets in (
    'eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf',
    'eda080edb080', 'edadbfedbfbf')]
BROKEN = [bytes.fromhex(octets) for octets in (
    'e282', 'c3', 'f09f98', 'f09f', 'f0', 'e2', 'ed9f', 'f48fbf')]
INVALID = STRAY + NEVER + LONELY + TOO_LONG + TOO_LARGE + SURROGATES

CUT = [(GREEK + octets,) for octets in BROKEN]
VALID_ROWS = [(octets,) for octets in VALID]
INVALID_ROWS = [(GREEK + octets,) for octets in INVALID]
IN_CONTEXT = [(GREEK + octets + b'after',) for octets in INVALID + BROKEN]


def first_bad(octets):
    """Where the octets stop being the start of any UTF-8."""
    decoder = codecs.getincrementaldecoder('utf-8')()
    for i in range(len(octets)):
        try:
            decoder.decode(octets[i:i + 1])
        except UnicodeDecodeError:
            return i
    raise ValueError('this is UTF-8')


@case('6.1', '8.1', VALID_ROWS)
def echoes_utf8(peer, octets):
    converse(peer, [frame(TEXT, octets)], [(TEXT, octets)])


@case('6.2', '5.6', VALID_ROWS)
def echoes_utf8_in_fragments_of_one_octet(peer, octets):
    converse(peer, fragments(TEXT, split(octets, 1)), [(TEXT, octets)])


@case('6.3', '5.6', [(octets,) for octets in VALID[:4]])
def echoes_utf8_in_fragments_of_one_character(peer, octets):
    pieces = [character.encode() for character in octets.decode()]
    converse(peer, fragments(TEXT, pieces), [(TEXT, octets)])


@case('6.4', '8.1', [(octets,) for octets in VALID[:4]])
def echoes_utf8_octet_by_octet(peer, octets):
    converse(peer, [frame(TEXT, octets)], [(TEXT, octets)], chop=1)


@case('6.5', '8.1', [(first,) for first in range(0, 0x110000, 0x8000)])
def echoes_each_code_point(peer, first):
    text = ''.join(chr(code) for code in range(first, first + 0x8000)
                   if not 0xD800 <= code < 0xE000).encode()
    converse(peer, [frame(TEXT, text)] + fragments(TEXT, split(text, 1001)),
             [(TEXT, text)] * 2)


@case('6.6', '8.1', INVALID_ROWS + CUT)
def refuses_other_text(peer, octets):
    converse(peer, [frame(TEXT, b'before'), frame(TEXT, octets)],
             [(TEXT, b'before')], 1007)


@case('6.7', '8.1', INVALID_ROWS + CUT)
def refuses_other_text_in_fragments_of_one_octet(peer, octets):
    converse(peer, fragments(TEXT, split(octets, 1)), code=1007)


@case('6.8', '8.1', IN_CONTEXT)
def fails_at_the_first_bad_octet_in_mid_frame(peer, octets):
    key, bad = os.urandom(4), octets[:first_bad(octets) + 1]
    peer.send(header(TEXT, len(octets) + 1000) + key)
    converse(peer, [mask(bad, key)], code=1007)


@case('6.9', '8.1', IN_CONTEXT[::4])
def fails_octet_by_octet_in_mid_frame(peer, octets):
    key, bad = os.urandom(4), octets[:first_bad(octets) + 1]
    converse(peer, [header(TEXT, len(octets)) + key + mask(bad, key)],
             code=1007, chop=1)


@case('6.10', '8.1', IN_CONTEXT)
def fails_at_the_first_bad_fragment(peer, octets):
    bad = octets[:first_bad(octets) + 1]
    converse(peer, [frame(TEXT, bad[:-1], fin=False),
                    frame(0, bad[-1:], fin=False)], code=1007)


@case('6.11', '8.1', CUT)
def refuses_a_cut_character_at_an_empty_end(peer, octets):
    converse(peer, fragments(TEXT, [octets, b'']), code=1007)


@case('6.12', '8.1', [(size,) for size in (100, 4096, 65536, 1 << 20)])
def fails_before_a_long_frame_is_whole(peer, size):
    key = os.urandom(4)
    octets = b'x' * size + b'\xff'
    peer.send(header(TEXT, size * 2 + 10) + key)
    converse(peer, [mask(octets, key)], code=1007)


@case('6.13', '8.1')
def judges_each_message_for_itself(peer):
    converse(peer, [frame(TEXT, GREEK), frame(2, b'\xce'),
                    frame(TEXT, b'\xba')],
             [(TEXT, GREEK), (2, b'\xce')], 1007)
