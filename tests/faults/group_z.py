# SPDX-License-Identifier: MIT
"""Group Z: compressed messages (RFC 7692)."""

import random
import re
import threading
import time
import zlib

from checks import Skip, check, expect, expect_that
from deflate import (OFFER, TAIL, WINDOW_BITS, DeflatePeer, compress,
                     compressed, fragmented, restore)
from peer import (BINARY, CLOSE, CONTINUATION, NO_KEY, PING, PONG, TEXT,
                  close, frame, text)
from server import Server, Usage, read_status

MIB = 1 << 20
RECORD = 20  # KiB that TLS takes to receive
KEPT = 64  # KiB that a connection may take for compression
ROOM = 256  # KiB that are nothing, beside what was sent
HELLO = compress("hello")
EMPTY_BLOCK = b"\0" + TAIL
OVER = "{}: 1009, at the cost of the limit"


def opened(server, *args, **rest):
    return server.connect(DeflatePeer).open(*args, **rest)


def expect_failure(server, data, code, offer=OFFER):
    """The data fails a fresh connection."""
    peer = opened(server, offer)
    peer.send(data)
    peer.expect_failure(code)
    server.expect_end(peer, code, "server")


def zeros(count, rest=b""):
    """count MiB of zeros in 1 KiB each, and some bytes more."""
    deflater = zlib.compressobj(9, wbits=-15)
    block = deflater.compress(bytes(MIB))
    block += deflater.flush(zlib.Z_FULL_FLUSH)
    return block * count + compress(rest)


class Peak:
    """A with statement in which the server may take so many KiB more.

    What it has is not counted: a connection was in use before, so that its
    thread has its stack and its heap.
    """

    def __init__(self, server, allowed=ROOM):
        self.server = server
        self.allowed = allowed

    def __enter__(self):
        with open(f"/proc/{self.server.pid}/clear_refs", "w",
                  encoding="ascii") as references:
            references.write("5")
        self.usage = Usage(self.server.pid)

    def __exit__(self, kind, *error):
        if kind is None:
            self.server.expect_memory_near(
                self.usage, self.allowed, "VmHWM")


def send_in_background(peer, data):
    """For more than the server may want to read."""
    def send():
        try:
            peer.send(data)
        except OSError:
            pass

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    return sender


def explode(server, peer, data, limit):
    """Sends a bomb, which fails the connection before it is large."""
    peer.echo_compressed("x" * 1000)
    received = RECORD if server.tls is not None else 0
    with Peak(server, limit // 1024 + KEPT + received):
        sender = send_in_background(peer, data)
        peer.expect_close(1009)
    sender.join()
    peer.close()
    server.expect_end(peer, 1009, "server")


GIB = zeros(1024)
BOMBS = {
    "1 GiB of zeros in 1 MiB": compressed(GIB, BINARY),
    "1 GiB of zeros as text": compressed(GIB),
    "1 GiB of zeros in fragments of 1 KiB": fragmented(GIB, 1024, BINARY),
    "1 GiB of zeros in fragments of 7 bytes":
        fragmented(GIB, 7, BINARY, key=NO_KEY),
    "1 GiB of zeros never whole":
        compressed(GIB, BINARY, length=1 << 40, size=8),
}


@check("Z1", "RFC 7692 8", OVER.format("{}"), cases=BOMBS)
def bomb(server, data):
    explode(server, opened(server), data, 16 * MIB)


@check("Z1", "RFC 7692 8", OVER.format("{}, limit 1M"), cases=BOMBS,
       options=["--max-message=1M"])
def bomb_small_limit(server, data):
    explode(server, opened(server), data, MIB)


@check("Z1", "RFC 7692 8", OVER.format("a bomb without takeover"),
       options=["--deflate-no-takeover", "--max-message=1M"])
def bomb_without_takeover(server):
    explode(server, opened(server), compressed(GIB, BINARY), MIB)


@check("Z1", "RFC 7692 8", "ten bombs at once cost ten limits",
       options=["--max-message=256K"])
def bombs_at_once(server):
    peers = [opened(server) for _ in range(10)]
    for peer in peers:
        peer.echo_compressed("x" * 1000)
    with Peak(server, len(peers) * (256 + KEPT)):
        for peer in peers:
            send_in_background(peer, compressed(GIB, BINARY))
        for peer in peers:
            peer.expect_close(1009)


@check("Z1", "RFC 7692 8", "{} over the limit is 1009 at the crossing",
       options=["--max-message=64K"], cases={
           "one byte": b"x" * 65537, "a mebibyte": bytes(MIB),
           "one byte of noise": random.Random(1).randbytes(65537)})
def crossing(server, payload):
    """Neither the frame nor the message ends."""
    data = compress(payload) + TAIL
    expect_failure(server, compressed(data, BINARY, length=MIB), 1009)
    expect_failure(server, compressed(data, BINARY, fin=False), 1009)


@check("Z1", "RFC 7692 8", "{} at the limit are echoed",
       options=["--max-message=64K"], cases={
           "64 KiB of zeros": compress(bytes(65536)),
           "64 KiB of noise": compress(random.Random(1).randbytes(65536)),
           "64 KiB stored and many empty blocks":
               compress(bytes(65536), level=0) + TAIL +
               EMPTY_BLOCK * 100000 + b"\0"})
def at_limit(server, data):
    """What counts is what comes out, even when more went in."""
    peer = opened(server)
    for _ in range(2):
        peer.send(compressed(data, BINARY))
        peer.expect_message(BINARY, restore(data))
    peer.leave()


@check("Z1", "RFC 6455 10.4", "a plain message over the limit is 1009 still",
       options=["--max-message=64K"])
def plain_over_limit(server):
    expect_failure(server, frame(BINARY, length=65537), 1009)
    expect_failure(server, text("x", fin=False) +
                   frame(CONTINUATION, length=65536), 1009)


@check("Z1", "RFC 7692 8", "{} bytes announced cost no memory", cases={
    "16 Mi": 16 * MIB, "2^40": 1 << 40, "2^63-1": (1 << 63) - 1})
def announced_only(server, length):
    with Peak(server, 2048):
        for _ in range(10):
            opened(server).send(
                compressed(HELLO, BINARY, length=length, size=8))
        time.sleep(0.1)


STREAM = zlib.compress(b"hello hello hello hello")
CORRUPT = {
    "a reserved type of block": b"\x07",
    "a stored block of a wrong length": b"\0\x05\0\0\0",
    "a distance to before the start": b"\x02\x02\0\0",
    "a zlib header": STREAM,
    "a gzip header": b"\x1f\x8b" + STREAM,
    "too many lengths in a tree": b"\xfc\xff\xff",
    "trees of nothing": b"\x04" + bytes(20),
    "all bits set": b"\xff" * 20,
    "a dictionary that nobody has":
        compress("hello hello", zdict=b"hello hello"),
    "a block cut short": compress("hello hello hello")[:5],
    "a stored block cut short": compress("x" * 100, level=0)[:50],
}


@check("Z2", "RFC 7692 7.2.2", "{} is 1007", cases=CORRUPT)
def corrupt(server, data):
    expect("what zlib says", None, restore(data))
    expect_failure(server, compressed(data, BINARY), 1007)


@check("Z2", "RFC 7692 7.2.2", "{} is 1007 before the message is whole",
       cases={name: CORRUPT[name] for name in CORRUPT if "cut" not in name})
def corrupt_early(server, data):
    """As much of it as zlib needs to know."""
    if restore(data + b"\0" * 300) is not None:
        raise Skip("this is judged by its end alone")
    expect_failure(server, compressed(
        data + b"\0" * 300, BINARY, length=MIB), 1007)


def expect_message_or(peer, payload, code):
    """Either is right; returns whether the message came."""
    received = peer.receive_message()
    expect_that(received is not None, "a frame", received)
    if received.opcode == CLOSE:
        expect("Close", code, received.code)
        return False
    expect("payload", payload, received.payload)
    return True


@check("Z2", "RFC 7692 7.2.2", "{} is 1007 or does no harm", cases={
    "nothing at all": (b"", b""),
    "nothing but a final block": (b"\x03\0", b""),
    "bytes behind a final block": (HELLO + TAIL + b"\x03\0\xff\xff", None),
    "two final blocks": (b"\xf3\x48\xcd\xc9\xc9\x07\0" * 2, b"HelloHello"),
    "a distance out of the window agreed on":
        (compress(bytes(range(256)) * 8 + b"0123" * 9000 +
                  bytes(range(256)) * 8), None),
})
def doubtful(server, case):
    data, payload = case
    peer = opened(server, OFFER + "; client_max_window_bits=9")
    payload = restore(data) if payload is None else payload
    peer.send(compressed(data, BINARY))
    if expect_message_or(peer, payload, 1007):
        peer.echo_compressed()
        peer.leave()


@check("Z2", "RFC 7692 7.2.3", "{} is restored", cases={
    "an empty message": (b"\0", b""),
    "an empty message of a block with codes": (b"\x02\0", b""),
    "a final block": (b"\xf3\x48\xcd\xc9\xc9\x07\0\0", b"Hello"),
    "a stored block": (compress("hello", level=0), b"hello"),
    "hello behind 100000 empty blocks": (EMPTY_BLOCK * 100000 + HELLO,
                                         b"hello"),
    "hello behind 1000 final blocks": (b"\x01\0\0\xff\xff" * 1000 + HELLO,
                                       b"hello"),
    "hello behind 100000 blocks with codes":
        (b"\x02\0\0\0\xff\xff" * 100000 + HELLO, b"hello"),
})
def restored(server, case):
    data, payload = case
    peer = opened(server)
    with Peak(server):
        for _ in range(2):
            peer.send(compressed(data))
            peer.expect_message(TEXT, payload)
    peer.echo_compressed()
    peer.leave()


@check("Z2", "RFC 7692 7.2.3", "empty blocks without end are no loop")
def endless_blocks(server):
    """Each is read once: the time is in proportion to what was sent."""
    peer = opened(server)
    peer.echo_compressed()
    spent = server.processor_seconds()
    data = frame(CONTINUATION, EMPTY_BLOCK * 2000, fin=False, key=NO_KEY)
    with Peak(server):
        peer.send(compressed(EMPTY_BLOCK, fin=False))
        for _ in range(400):
            peer.send(data)
        peer.send(frame(CONTINUATION, HELLO) + close())
        peer.expect_message(TEXT, "hello")
        peer.expect_close(1000)
    spent = server.processor_seconds() - spent
    expect_that(spent < 3, "less than 3 s for 4 MB", spent)


@check("Z2", "RFC 7692 6.1", "{} fragments of {} are joined".format(
    131000, "one compressed byte"))
def one_byte_fragments(server):
    payload = random.Random(2).randbytes(131000)
    data = compress(payload)
    peer = opened(server)
    peer.echo_compressed()
    with Peak(server, 3 * len(payload) // 1024 + ROOM):
        send_in_background(peer, fragmented(data, 1, BINARY, key=NO_KEY))
        peer.expect_message(BINARY, payload)
    peer.leave()


@check("Z2", "RFC 7692 6.1", "a million empty fragments cost no memory")
def empty_fragments(server):
    peer = opened(server)
    peer.echo_compressed()
    one = frame(CONTINUATION, fin=False, key=NO_KEY) * 1000
    with Peak(server):
        peer.send(compressed(HELLO[:2], fin=False))
        for _ in range(1000):
            peer.send(one)
        peer.send(frame(CONTINUATION, HELLO[2:]))
        peer.expect_message(TEXT, "hello")
    peer.leave()


@check("Z2", "RFC 7692 7.2.2", "damaged messages are what zlib says they are")
def damaged(server):
    """A bit is turned somewhere, or a byte is lost."""
    dice = random.Random(7692)
    whole = compress("".join(f"damaged {number % 7} " for number in range(9)))
    for _ in range(100):
        position = dice.randrange(len(whole))
        turned = bytes([whole[position] ^ 1 << dice.randrange(8)])
        data = (whole[:position] + dice.choice((b"", turned)) +
                whole[position + 1:])
        expect_as_zlib(server, data)


def expect_as_zlib(server, data):
    """Unless the first block says that it is the last: see doubtful."""
    peer = opened(server)
    peer.send(compressed(data, BINARY) + close())
    if data[0] & 1:
        peer.receive_rest()
    elif restore(data) is None:
        peer.expect_close(1007)
    else:
        peer.expect_message(BINARY, restore(data))
        peer.expect_close(1000)
    peer.close()


@check("Z2", "RFC 7692 6.2", "text is judged when it is restored: {}", cases={
    "a bad byte": b"good \xff", "a surrogate": b"good \xed\xa0",
    "far behind": b"x" * 300000 + b"\xc0"})
def bad_text(server, payload):
    """1007 comes before the message is whole."""
    data = compress(payload) + TAIL
    expect_failure(server, compressed(data, length=MIB), 1007)
    expect_failure(server, compressed(data, fin=False), 1007)
    expect_failure(server, fragmented(data, 1)[:-1], 1007)


@check("Z2", "RFC 7692 6.2", "text cut at the end is 1007")
def cut_text(server):
    expect_failure(server, compressed(compress(b"x\xe2\x82")), 1007)
    expect_failure(server, compressed(compress(b"x\xe2")) +
                   compressed(compress(b"\x82\xac")), 1007)


@check("Z4", "RFC 7692 6", "RSV1 on {} is 1002", cases={
    "a continuation of a compressed message":
        compressed(HELLO[:2], fin=False) +
        frame(CONTINUATION, HELLO[2:], rsv=4),
    "a continuation of a plain message":
        text("a", fin=False) + frame(CONTINUATION, HELLO, rsv=4),
    "the header of a continuation":
        compressed(HELLO[:2], fin=False) +
        frame(CONTINUATION, fin=False, rsv=4, length=MIB)[:2],
    "a ping": frame(PING, "hi", rsv=4),
    "an empty pong": frame(PONG, rsv=4),
    "a Close": frame(CLOSE, b"\x03\xe8", rsv=4),
    "a ping between fragments":
        compressed(HELLO[:2], fin=False) + frame(PING, rsv=4),
    "an opcode without a meaning": frame(3, HELLO, rsv=4),
})
def wrong_rsv1(server, data):
    expect_failure(server, data, 1002)


@check("Z4", "RFC 6455 5.2", "RSV bits {} are 1002 with compression too",
       cases={str(rsv): rsv for rsv in (1, 2, 3, 5, 6, 7)})
def other_bits(server, rsv):
    expect_failure(server, frame(TEXT, HELLO, rsv=rsv), 1002)


CROWD = 200
HOLES = 8  # KiB a connection that the heap may have of them
BROWSERS_OFFER = OFFER + "; client_max_window_bits=12"


def typical(size):
    """Text that is neither noise nor all the same."""
    dice = random.Random(5)
    words = [dice.randbytes(6).hex() for _ in range(2000)]
    return " ".join(dice.choice(words) for _ in range(size // 13))


def memory_of_crowd(*options, offer=None):
    """KiB a connection once all were in use and are quiet again.

    Messages are not long, for where long ones were the heap has holes.
    """
    bits = 12 if offer == BROWSERS_OFFER else WINDOW_BITS
    payload = typical(4096)
    data = compressed(compress(payload, bits)) if offer else text(payload)
    with Server("--ping-interval=0", *options) as server:
        if server.is_sanitized():
            raise Skip("sanitizers keep what is freed")
        before = read_status(server.pid, "VmRSS")
        for _ in range(CROWD):
            peer = opened(server, offer) if offer else server.open()
            for _ in range(16):
                peer.send(data)
                peer.expect_message(TEXT, payload)
        time.sleep(3)
        return (read_status(server.pid, "VmRSS") - before) / CROWD


@check("Z5", "INTERFACE --deflate-window",
       "an idle connection has {} at most for compression",
       options=None, slow=True, cases={
           "64 KiB": (BROWSERS_OFFER, KEPT),
           "64 KiB and holes, if its client has a wide window,":
               (OFFER, KEPT + HOLES)})
def idle_memory(_, case):
    offer, most = case
    grown = memory_of_crowd(offer=offer) - memory_of_crowd()
    expect_that(grown <= most, f"at most {most} KiB more", grown)


@check("Z5", "INTERFACE --deflate-no-takeover",
       "an idle connection without takeover has given memory back",
       options=None, slow=True, over=("ws",))
def idle_memory_without_takeover(_):
    """Over TLS what was given back lies among what is still in use."""
    less = (memory_of_crowd(offer=OFFER) -
            memory_of_crowd("--deflate-no-takeover", offer=OFFER))
    expect_that(less >= KEPT / 4, f"at least {KEPT // 4} KiB less", less)


@check("Z6", "RFC 7692 7.1.2.1",
       "server_max_window_bits=8 is honoured or declined")
def smallest_window(server):
    offer = OFFER + "; server_max_window_bits=8"
    answer = server.connect(DeflatePeer).ask(offer)
    if answer is None:
        return
    parameters = [part.strip() for part in answer.split(";")]
    expect_that("server_max_window_bits=8" in parameters, "8 bits", answer)
    peer = opened(server, offer, bits=8)
    for period in (200, 250, 255, 257, 300, 500, 1000):
        dice = random.Random(period)
        payload = "".join(dice.choices("abcdefghijklmnop", k=period)) * 20
        peer.echo_compressed(payload)
    peer.leave()


@check("Z6", "RFC 7692 7.1.2.2", "a client's window of {} bits is restored",
       cases={str(bits): bits for bits in range(8, 16)})
def client_window(server, bits):
    """zlib cannot write for 8 bits, but without looking back."""
    peer = opened(server, f"{OFFER}; client_max_window_bits={bits}")
    agreed = re.search(r"client_max_window_bits=(\d+)", peer.answer)
    bits = int(agreed.group(1)) if agreed else bits
    strategy = zlib.Z_HUFFMAN_ONLY if bits == 8 else zlib.Z_DEFAULT_STRATEGY
    peer.echo_compressed(typical(50000), bits=max(9, bits),
                         strategy=strategy)
    peer.leave()
