# SPDX-License-Identifier: MIT
"""Who comes in a soak: peers that echo in bulk, and peers that mean harm."""

from checks import expect
from deflate import FIELD, DeflatePeer, compress, compressed
from peer import BINARY, NO_KEY, TEXT, close, frame, request, text

BATCH = 500


def answer(opcode, payload):
    return frame(opcode, payload, key=None)


def batch_of(generator, lengths, opcode):
    """Frames that say something, and what must come back."""
    payloads = [b"%08x" % generator.getrandbits(32) * (length // 8 + 1)
                for length in lengths]
    return (b"".join(frame(opcode, each, key=NO_KEY) for each in payloads),
            b"".join(answer(opcode, each) for each in payloads))


def exchange(peer, said, expected):
    """Sends without reading: what waits in both ends' buffers must fit."""
    peer.send(said)
    if not peer.need(len(expected)):
        raise AssertionError("the end in mid-echo")
    expect("echoes", True, peer.take(len(expected)) == expected)


def small(server, generator, talks):
    """Returns how many messages were echoed, as the others do."""
    peer = server.connect().open()
    said, expected = batch_of(
        generator, [generator.randrange(100) for _ in range(BATCH)], TEXT)
    for _ in range(talks):
        exchange(peer, said, expected)
    leave(server, peer)
    return BATCH * talks


def large(server, generator, talks):
    peer = server.connect().open()
    for _ in range(talks // 4):
        exchange(peer, *batch_of(
            generator, [generator.randrange(200000)], BINARY))
    leave(server, peer)
    return talks // 4


def fragmented(server, generator, talks):
    peer = server.connect().open()
    payload = b"%08x" % generator.getrandbits(32) * 20
    size = generator.randrange(1, 100)
    pieces = [payload[start:start + size]
              for start in range(0, len(payload), size)]
    said = b"".join(
        frame(0 if number else TEXT, piece, number + 1 == len(pieces),
              key=NO_KEY) for number, piece in enumerate(pieces))
    for _ in range(talks):
        exchange(peer, said * 20, answer(TEXT, payload) * 20)
    leave(server, peer)
    return 20 * talks


def packed(server, generator, talks):
    """Compressed each by itself, and what comes is inflated and compared."""
    offer = generator.choice(["permessage-deflate",
                              "permessage-deflate; client_max_window_bits",
                              "permessage-deflate; server_no_context_takeover",
                              "permessage-deflate; server_max_window_bits=9"])
    peer = server.connect(DeflatePeer)
    peer.open(offer)
    payload = b'{"id":%d,"text":"%08x"}' % (
        generator.randrange(1000), generator.getrandbits(32)) * 8
    said = compressed(compress(payload), key=NO_KEY) * 50
    for _ in range(talks):
        peer.send(said)
        for _ in range(50):
            expect("echo", payload, peer.receive_frame().payload)
    leave(server, peer)
    return 50 * talks


def leave(server, peer):
    peer.leave()
    server.drop_peers()


# The most messages are small ones.
KINDS = [small, small, small, large, fragmented, packed]


def wrong_frame(peer, generator):
    peer.open().send(generator.choice([
        frame(3), frame(TEXT, "x", rsv=2), text(b"\xff"), text("x", key=None),
        frame(9, b"x" * 126), frame(BINARY, length=1 << 63, size=8),
        close(999), frame(0, "x"), frame(BINARY, length=1 << 40, size=8)]))


def bomb(peer, _):
    peer.send(request(more=[(FIELD, "permessage-deflate")]))
    peer.check_101()
    peer.send(compressed(compress(bytes(1 << 22)), BINARY))


def reset(peer, _):
    peer.open().send(frame(BINARY, b"x" * 5000, length=100000, size=8))
    peer.reset()


def half_a_head(peer, generator):
    peer.send(request()[:generator.randrange(1, 150)])
    peer.reset()


def garbage(peer, generator):
    peer.open().send(generator.randbytes(generator.randrange(1, 5000)))


def deaf(peer, _):
    peer.open().send(frame(BINARY, b"x" * 100000, key=NO_KEY))
    peer.reset()


ATTACKS = [wrong_frame, bomb, reset, half_a_head, garbage, deaf]


def hostile(server, generator):
    """Does something that is not allowed, and goes."""
    try:
        generator.choice(ATTACKS)(server.connect(), generator)
    except OSError:
        pass  # it was thrown out sooner than it had thought
    server.drop_peers()
