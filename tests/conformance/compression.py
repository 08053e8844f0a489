# SPDX-License-Identifier: MIT
"""Families 12 and 13: permessage-deflate, its payloads and its offers."""
import functools
import itertools
import os
import zlib

from client import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT,
                    close, converse, expect, fragments, frame, header, mask,
                    split)
from deflate import (CLIENT_BITS, CLIENT_FORGETS, NAME, RSV1, SERVER_BITS,
                     SERVER_FORGETS, TAIL, DeflatePeer, compressed)
from payloads import COMPRESSIBLE, KINDS, payload
import suite

KIB, MIB = 1 << 10, 1 << 20
SIZES = (16, 64, 256, KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB,
         128 * KIB)
CUTS = ((8 * KIB, 256), (64 * KIB, KIB), (128 * KIB, 256), (128 * KIB, KIB),
        (128 * KIB, 4 * KIB), (128 * KIB, 32 * KIB))
COUNT, COUNT_MIN, OCTETS_MAX = 100, 4, 512 * KIB
PLAIN_OFFER = f'{NAME}; {CLIENT_BITS}'
CHOPS = (0, 1, 2, 7, 1000)
GREEK = 'κόσμε'.encode()

# The examples of section 7.2.3: "Hello" in one block, in a block without
# compression, in a final block, in two blocks.
HELLO = b'Hello'
EXAMPLES = [bytes.fromhex(octets) for octets in (
    'f248cdc9c90700', '000500faff48656c6c6f00', 'f348cdc9c9070000',
    'f248050000 00ffffcac9c90700')]
HELLO_AGAIN = bytes.fromhex('f200110000')

FLUSHES = [{'level': 0}, {'level': 1}, {'level': 9},
           {'strategy': zlib.Z_FIXED}, {'strategy': zlib.Z_HUFFMAN_ONLY},
           {'strategy': zlib.Z_RLE}, {'memLevel': 1}]


def case(number, section, rows=((),), offer=PLAIN_OFFER):
    """As suite.case, for functions of a peer that compresses.

    offer: what it offers; None: that is the row's first value.
    """
    def register(function):
        @functools.wraps(function)
        def run(peer, *row):
            made, *rest = row if offer is None else (offer, *row)
            fields, hoped = made if isinstance(made, tuple) else ([made],
                                                                  made)
            with DeflatePeer(peer.address, peer.path, fields, hoped) as own:
                function(own, *rest)
        return suite.case(number, section, rows, rfc=7692)(run)
    return register


def count_of(size):
    """Messages that are many, unless they are long."""
    return max(COUNT_MIN, min(COUNT, OCTETS_MAX // size))


def echo(peer, kind, size, cut=0):
    """Sends message after message, each when the one before is back."""
    for number in range(count_of(size)):
        message = payload(kind, size, number)
        peer.send(b''.join(peer.message(*message, cut)))
        peer.expect(*message)
    expect(peer.compressed_replies or kind not in COMPRESSIBLE or size < KIB,
           'no reply is compressed')
    converse(peer, [])


@case('12.1', '7.2', [(kind, size) for kind in KINDS for size in SIZES])
def echoes_compressed(peer, kind, size):
    echo(peer, kind, size)


@case('12.2', '6.1', [(kind, *cut) for kind in KINDS for cut in CUTS])
def echoes_compressed_fragments(peer, kind, size, cut):
    echo(peer, kind, size, cut)


@case('12.3', '6.2', [(size, chop) for size in (100, 5000)
                      for chop in CHOPS])
def echoes_compressed_in_pieces_of_tcp(peer, size, chop):
    messages = [payload(kind, size, 0) for kind in KINDS]
    sent = [b''.join(peer.message(*message, 100)) for message in messages]
    converse(peer, sent, messages, chop=chop)


@case('12.4', '6.1', [(chop,) for chop in CHOPS[:3]])
def joins_compressed_fragments_of_one_octet(peer, chop):
    kind, octets = payload('records', 1000, 0)
    converse(peer, peer.message(kind, octets, 1), [(kind, octets)],
             chop=chop)


@case('12.5', '6.1')
def joins_empty_compressed_fragments(peer):
    pieces = [b'', EXAMPLES[0][:3], b'', b'', EXAMPLES[0][3:], b'']
    converse(peer, compressed(TEXT, pieces), [(TEXT, HELLO)])


@case('12.6', '6.1', [(chop,) for chop in CHOPS])
def answers_control_frames_between_compressed_fragments(peer, chop):
    kind, octets = payload('records', 500, 0)
    sent, pongs = [], []
    for number, piece in enumerate(peer.message(kind, octets, 50)):
        sent += [frame(PING, b'%d' % number), piece, frame(PONG)]
        pongs.append((PONG, b'%d' % number))
    converse(peer, sent, pongs + [(kind, octets)], chop=chop)


@case('12.7', '6', [(chop,) for chop in CHOPS])
def echoes_plain_messages_between_compressed(peer, chop):
    sent, messages = [], []
    for number in range(10):
        message = payload('records', 300, number)
        sent += peer.message(*message, 100) + [frame(*message)]
        sent += fragments(message[0], split(message[1], 70))
        messages += [message] * 3
    converse(peer, sent, messages, chop=chop)


@case('12.8', '7.2.3', [(octets, chop) for octets in EXAMPLES
                        for chop in CHOPS[:3]])
def restores_the_examples(peer, octets, chop):
    converse(peer, compressed(TEXT, [octets]), [(TEXT, HELLO)], chop=chop)


@case('12.9', '7.2.3', [(position,) for position in range(8)])
def restores_an_example_in_two_fragments(peer, position):
    octets = EXAMPLES[0]
    converse(peer, compressed(TEXT, [octets[:position], octets[position:]]),
             [(TEXT, HELLO)])


@case('12.10', '7.2.3.2')
def keeps_the_window_for_the_next_message(peer):
    sent = [compressed(TEXT, [octets])[0]
            for octets in (EXAMPLES[0], HELLO_AGAIN)]
    converse(peer, sent, [(TEXT, HELLO)] * 2)


@case('12.11', '7.2.3.4')
def keeps_the_window_behind_a_final_block(peer):
    sent = [compressed(TEXT, [octets])[0]
            for octets in (EXAMPLES[2], HELLO_AGAIN)]
    converse(peer, sent, [(TEXT, HELLO)] * 2)


@case('12.12', '7.2.3.6', [(octets, kind) for octets in (b'\0', b'\2\0')
                           for kind in (TEXT, BINARY)])
def restores_an_empty_message(peer, octets, kind):
    sent = compressed(kind, [octets]) + compressed(TEXT, [EXAMPLES[0]])
    converse(peer, sent, [(kind, b''), (TEXT, HELLO)])


@case('12.13', '7.2.1', [(settings,) for settings in FLUSHES])
def restores_whatever_zlib_writes(peer, settings):
    peer.deflater = peer.new_deflater(**settings)
    messages = [payload(kind, 20000, 0) for kind in KINDS]
    sent = [b''.join(peer.message(*message, 999)) for message in messages]
    converse(peer, sent, messages)


@case('12.14', '7.2.1', [(flush,) for flush in (
    zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH)])
def restores_messages_of_many_blocks(peer, flush):
    kind, octets = payload('records', 20000, 0)
    deflater = peer.new_deflater()
    blocks = b''.join(deflater.compress(piece) + deflater.flush(flush)
                      for piece in split(octets, 100))
    blocks += deflater.flush(zlib.Z_SYNC_FLUSH)
    whole = compressed(kind, [blocks[:-len(TAIL)]])
    converse(peer, whole * 2, [(kind, octets)] * 2)


@case('12.15', '7.2', [(kind, size) for kind in KINDS
                       for size in (MIB, 16 * MIB)
                       if size == MIB or kind in COMPRESSIBLE[:1]])
def echoes_a_long_message_compressed(peer, kind, size):
    opcode, octets = payload(kind, 64 * KIB, 0)
    octets *= size // len(octets)
    converse(peer, peer.message(opcode, octets, 100000), [(opcode, octets)])


@case('12.16', '6', [(first, rest) for first in (0, RSV1)
                     for rest in (RSV1, 2, 1)])
def refuses_reserved_bits_in_a_continuation(peer, first, rest):
    converse(peer, [frame(TEXT, EXAMPLES[1][:1], fin=False, rsv=first),
                    frame(CONTINUATION, EXAMPLES[1][1:], rsv=rest)],
             code=1002)


@case('12.17', '6', [(opcode, rsv) for opcode in (PING, PONG, CLOSE)
                     for rsv in (RSV1, 2, 1)])
def refuses_reserved_bits_in_a_control_frame(peer, opcode, rsv):
    converse(peer, compressed(TEXT, [EXAMPLES[0]]) +
             [frame(opcode, b'\x03\xe8', rsv=rsv)], [(TEXT, HELLO)], 1002)


@case('12.18', '6', [(rsv,) for rsv in (1, 2, 3, 5, 6, 7)])
def refuses_the_other_reserved_bits(peer, rsv):
    converse(peer, [frame(TEXT, EXAMPLES[0], rsv=rsv)], code=1002)


@suite.case('12.19', '6', [(kind,) for kind in (TEXT, BINARY)], rfc=7692)
def refuses_compression_that_was_not_agreed_on(peer, kind):
    converse(peer, [frame(TEXT, HELLO)] + compressed(kind, [EXAMPLES[0]]),
             [(TEXT, HELLO)], 1002)


@case('12.20', '6.2', [(bad, cut) for cut in (0, 1) for bad in (
    b'\xff', b'\xc0', b'\xed\xa0', b'\xf4\x90', GREEK + b'\x80')])
def fails_at_a_bad_octet_that_was_compressed(peer, bad, cut):
    """Before the message is whole."""
    octets = peer.compress(GREEK + bad) + TAIL
    sent = compressed(TEXT, split(octets, cut) if cut else [octets])
    sent = [bytes([piece[0] & 0x7F]) + piece[1:] for piece in sent]
    converse(peer, sent, code=1007)


@case('12.21', '6.2')
def fails_at_a_bad_octet_in_mid_frame(peer):
    octets = peer.compress(b'x' * 100000 + b'\xff') + TAIL
    key = os.urandom(4)
    peer.send(header(TEXT, len(octets) + 1000, rsv=RSV1) + key)
    converse(peer, [mask(octets, key)], code=1007)


@case('12.22', '6.2', [(octets,) for octets in (b'\xce', b'\xe2\x82')])
def refuses_text_that_is_cut_once_restored(peer, octets):
    converse(peer, peer.message(TEXT, GREEK + octets), code=1007)


@case('12.23', '7.2.2', [(octets,) for octets in (
    b'\x07', bytes.fromhex('0005000000'), b'\x02\x02\0\0', b'\xfc\xff\xff')])
def refuses_what_is_no_compression(peer, octets):
    """A reserved block type; a wrong length; no such distance; no codes."""
    converse(peer, compressed(BINARY, [octets]), code=1007)


@case('12.24', '6', [(chop,) for chop in CHOPS[:3]])
def closes_inside_a_compressed_message(peer, chop):
    first, *_ = peer.message(TEXT, GREEK * 10, 10)
    converse(peer, [first, close(1000)], code=1000, chop=chop)


@case('12.25', '6.1')
def compresses_no_pong(peer):
    converse(peer, [frame(PING, b'x' * 125)], [(PONG, b'x' * 125)])


def offers():
    """All combinations of the parameters."""
    def choices(name, values):
        return [f'; {name}={value}' if value else f'; {name}'
                for value in values]

    for parameters in itertools.product(
            ('', f'; {SERVER_FORGETS}'),
            ('', *choices(SERVER_BITS, (9, 15))),
            ('', f'; {CLIENT_FORGETS}'),
            ('', *choices(CLIENT_BITS, (None, 9, 15)))):
        yield NAME + ''.join(parameters)


@case('13.1', '7.1', [(offer,) for offer in offers()], None)
def agrees_on(peer):
    """A message again tempts to look back to the one before."""
    for size in (50, 900, 40000):
        for kind in KINDS:
            message = payload(kind, size, size)
            for _ in range(3):
                peer.send(b''.join(peer.message(*message, 10000)))
                peer.expect(*message)
    expect(peer.compressed_replies, 'no reply is compressed')
    converse(peer, [])


def second(first, then=NAME):
    """An offer behind another, in one field and in two."""
    return [((fields, then),) for fields in ([f'{first}, {then}'],
                                             [first, then])]


@case('13.2', '7.1', sum([second(*offers) for offers in (
    ('permessage-foo',), ('x-webkit-deflate-frame',),
    (f'{NAME}; {SERVER_BITS}=7',), (f'{NAME}; {SERVER_BITS}=16',),
    (f'{NAME}; {SERVER_BITS}',), (f'{NAME}; {CLIENT_BITS}=0',),
    (f'{NAME}; {CLIENT_FORGETS}=1',), (f'{NAME}; unknown',),
    (f'{NAME}; {CLIENT_BITS}; {CLIENT_BITS}',),
    (f'{NAME}; unknown', f'{NAME}; {SERVER_BITS}=10; {SERVER_FORGETS}'),
    ('foo; bar="baz"; baz=1', f'{NAME}; {CLIENT_BITS}=12'))], []), None)
def falls_back_to_the_second_offer(peer):
    converse(peer, peer.message(TEXT, GREEK), [(TEXT, GREEK)])


@case('13.3', '7.1', [((fields, offer),) for fields, offer in (
    ([f'{NAME}; {SERVER_FORGETS}, {NAME}'], f'{NAME}; {SERVER_FORGETS}'),
    ([f'{NAME}; {SERVER_BITS}=9, {NAME}; {SERVER_BITS}=10'],
     f'{NAME}; {SERVER_BITS}=9'),
    ([f'{NAME}; {SERVER_BITS}=9', NAME], f'{NAME}; {SERVER_BITS}=9'),
    ([f'{NAME}; {SERVER_BITS}="11"'], f'{NAME}; {SERVER_BITS}=11'),
    ([f' {NAME} ;\t{CLIENT_FORGETS} ;{SERVER_BITS}=11 '],
     f'{NAME}; {CLIENT_FORGETS}; {SERVER_BITS}=11'),
    ([f', ,{NAME}; {SERVER_BITS}=9 ,'], f'{NAME}; {SERVER_BITS}=9'))], None)
def takes_the_first_offer(peer):
    converse(peer, peer.message(TEXT, GREEK), [(TEXT, GREEK)])


@case('13.4', '7.1.2.1', [(f'{NAME}; {SERVER_BITS}={bits}', bits)
                          for bits in range(9, 16)], None)
def keeps_within_the_server_window(peer, bits):
    """What repeats behind the window only tempts to look there."""
    period = os.urandom((1 << bits) + 100)
    expect(peer.server_bits <= bits, 'a larger window')
    message = (BINARY, period * 3)
    for _ in range(3):
        peer.send(b''.join(peer.message(*message)))
        peer.expect(*message)
    converse(peer, [])


@case('13.5', '7.1.2.2', [(f'{NAME}; {CLIENT_BITS}={bits}', bits)
                          for bits in range(8, 16)], None)
def restores_within_the_client_window(peer, bits):
    period = os.urandom((1 << bits) - 300 if bits > 8 else 200)
    expect(peer.client_bits <= bits, 'a larger window')
    message = (BINARY, period * 5)
    for _ in range(3):
        peer.send(b''.join(peer.message(*message, 1000)))
        peer.expect(*message)
    converse(peer, [])
