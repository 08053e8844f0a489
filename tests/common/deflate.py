# SPDX-License-Identifier: MIT
"""A raw client of permessage-deflate that can break its rules (RFC 7692)."""

import zlib

from checks import expect_that
from peer import (BINARY, CONTINUATION, TEXT, Peer, as_bytes, frame, request)

FIELD = "Sec-WebSocket-Extensions"
OFFER = "permessage-deflate"
RSV1 = 4
TAIL = b"\0\0\xff\xff"
LAST_BLOCK = b"\x01\0\0\xff\xff"
WINDOW_BITS = 15
STEP = 32  # the more zlib gives at once, the less it minds the window


def compress(payload, bits=WINDOW_BITS, **settings):
    """A message's payload as one that has nothing before it."""
    deflater = zlib.compressobj(wbits=-bits, **settings)
    data = deflater.compress(as_bytes(payload))
    data += deflater.flush(zlib.Z_SYNC_FLUSH)
    return data[:-len(TAIL)]


def restore(data):
    """What a payload stands for; None when it is no whole compression."""
    inflater = zlib.decompressobj(-WINDOW_BITS)
    try:
        payload = inflater.decompress(data + TAIL)
        if not inflater.eof:
            inflater.decompress(LAST_BLOCK)
    except zlib.error:
        return None
    return payload if inflater.eof else None


def compressed(data, opcode=TEXT, fin=True, **rest):
    """The first frame of a message whose payload is compressed already."""
    return frame(opcode, data, fin=fin, rsv=RSV1, **rest)


def fragmented(data, size, opcode=TEXT, **rest):
    """The frames of such a message, joined, of size bytes each."""
    frames = [compressed(data[:size], opcode, len(data) <= size, **rest)]
    for start in range(size, len(data), size):
        frames.append(frame(CONTINUATION, data[start:start + size],
                            fin=start + size >= len(data), **rest))
    return b"".join(frames)


class DeflatePeer(Peer):
    """A connection that restores what the server compressed."""

    reserved = 0x30
    inflater = None

    def open(self, offer=OFFER, bits=WINDOW_BITS, target="/raw"):
        """bits: of the window that the server may use."""
        self.answer = self.ask(offer, target)
        expect_that(self.answer is not None and
                    self.answer.startswith(OFFER), OFFER, self.answer)
        self.bits = bits
        self.forgets = "server_no_context_takeover" in self.answer
        return self

    def ask(self, offer, target="/raw"):
        """Returns what a 101 says to an offer, None when it is plain."""
        self.send(request(target, more=[(FIELD, offer)]))
        return self.check_101().get(FIELD)

    def receive_frame(self):
        received = super().receive_frame()
        if received is not None and received.rsv1:
            expect_that(received.fin and received.opcode in (TEXT, BINARY),
                        "no RSV1 but in whole messages", received)
            received.payload = self.inflate(received.payload + TAIL)
        return received

    def inflate(self, data):
        if self.inflater is None or self.forgets:
            self.inflater = zlib.decompressobj(-self.bits)
        restored = []
        for start in range(0, len(data), STEP):
            piece = data[start:start + STEP]
            while piece:
                restored.append(self.inflater.decompress(piece, STEP))
                piece = self.inflater.unconsumed_tail
        return b"".join(restored)

    def echo_compressed(self, payload="hi there", **settings):
        self.send(compressed(compress(payload, **settings)))
        self.expect_message(TEXT, payload)
