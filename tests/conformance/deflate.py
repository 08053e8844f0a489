# SPDX-License-Identifier: MIT
"""A client of permessage-deflate (RFC 7692), which forgives nothing either."""
import re
import zlib

from client import CONTINUATION, TEXT, BINARY, Peer, Unwilling, expect, frame
from client import split

NAME = 'permessage-deflate'
SERVER_FORGETS = 'server_no_context_takeover'
CLIENT_FORGETS = 'client_no_context_takeover'
SERVER_BITS = 'server_max_window_bits'
CLIENT_BITS = 'client_max_window_bits'
BITS = re.compile('[89]|1[0-5]')
BITS_MAX = 15
RSV1 = 4
TAIL = b'\0\0\xff\xff'

# zlib looks for what lies farther back than the window in its own output of
# the same call too, so that must be short; a distance may be so much too far.
STEP = 32


def parse(element):
    """The parameters of an extension that has to be permessage-deflate."""
    name, *parameters = (part.strip() for part in element.split(';'))
    expect(name == NAME, f'the extension {name}')
    values = {}
    for parameter in parameters:
        key, equals, value = parameter.partition('=')
        expect(key not in values, f'{key} twice')
        values[key] = value.strip('"') if equals else None
    return values


def judge(answer, offer):
    """Section 7.1: what a server may say to an offer."""
    for name in answer:
        expect(name in (SERVER_FORGETS, CLIENT_FORGETS, SERVER_BITS,
                        CLIENT_BITS), f'the parameter {name}')
    for name in (SERVER_FORGETS, CLIENT_FORGETS):
        expect(answer.get(name) is None, f'{name} with a value')
    for name in (SERVER_BITS, CLIENT_BITS):
        expect(name not in answer or BITS.fullmatch(answer[name] or ''),
               f'{name}={answer.get(name)}')
        asked = offer.get(name)
        expect(not asked or int(answer.get(name, 0)) <= int(asked),
               f'{name}={answer.get(name)}, offered was {asked}')
    for name in (SERVER_FORGETS, SERVER_BITS):
        expect(name in answer or name not in offer, f'no {name}')
    expect(CLIENT_BITS in offer or CLIENT_BITS not in answer,
           f'{CLIENT_BITS} without an offer of it')


class DeflatePeer(Peer):
    """A connection that compresses.

    fields: values of Sec-WebSocket-Extensions; offer: the one among them that
    is to be accepted.
    """

    def __init__(self, address, path, fields, offer):
        self.offer = parse(offer)
        self.is_compressed = False
        self.compressed_replies = 0
        self.deflater = self.inflater = None
        super().__init__(address, path, ''.join(
            f'Sec-WebSocket-Extensions: {field}\r\n' for field in fields))

    def judge_extensions(self, answer):
        if answer is None:
            raise Unwilling('the server does not accept the extension')
        self.answer = parse(answer.decode())
        judge(self.answer, self.offer)
        self.server_bits = int(self.answer.get(SERVER_BITS, BITS_MAX))
        limits = (self.answer.get(CLIENT_BITS), self.offer.get(CLIENT_BITS))
        self.client_bits = min(map(int, filter(None, limits)),
                               default=BITS_MAX)

    def judge_reserved(self, first):
        """Section 7.2.3.1: RSV1 is set in first fragments only."""
        opcode, compressed = first & 15, bool(first & 0x40)
        expect(first & 0x30 == 0, 'RSV2 or RSV3 is set')
        if opcode in (TEXT, BINARY):
            self.is_compressed = compressed
        else:
            expect(not compressed, f'RSV1 is set in opcode {opcode}')

    def restore(self, payload):
        """Section 7.2.2."""
        if not self.is_compressed:
            return payload
        if self.inflater is None or SERVER_FORGETS in self.answer:
            self.inflater = zlib.decompressobj(-self.server_bits)
        self.compressed_replies += 1
        try:
            restored = b''.join(self.inflate(payload + TAIL))
        except zlib.error as error:
            raise AssertionError(f'{self.answer}, but {error}') from None
        expect(not self.inflater.eof, 'a final block')
        return restored

    def inflate(self, octets):
        step = STEP if self.server_bits < BITS_MAX else 1 << 20
        for piece in split(octets, step):
            while piece:
                yield self.inflater.decompress(piece, step)
                piece = self.inflater.unconsumed_tail

    def new_deflater(self, **settings):
        """zlib cannot write for windows of 8 bits, but without matches."""
        bits = self.client_bits
        if bits < 9:
            bits, settings = 9, {'strategy': zlib.Z_HUFFMAN_ONLY}
        return zlib.compressobj(wbits=-bits, **settings)

    def compress(self, payload):
        """Section 7.2.1."""
        if self.deflater is None or CLIENT_FORGETS in self.answer:
            self.deflater = self.new_deflater()
        octets = self.deflater.compress(payload)
        octets += self.deflater.flush(zlib.Z_SYNC_FLUSH)
        expect(octets.endswith(TAIL), 'zlib ends otherwise')
        return octets[:-len(TAIL)]

    def message(self, opcode, payload, size=0):
        """The frames of a message, a list, of so many octets each."""
        octets = self.compress(payload)
        return compressed(opcode, split(octets, size) if size else [octets])


def compressed(opcode, pieces):
    """The frames of a message whose payload is compressed already, a list."""
    last = len(pieces) - 1
    return [frame(CONTINUATION if i else opcode, piece, fin=i == last,
                  rsv=0 if i else RSV1) for i, piece in enumerate(pieces)]
