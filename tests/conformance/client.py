# SPDX-License-Identifier: MIT
"""A raw WebSocket client that may break RFC 6455 and forgives nothing."""
import base64
import hashlib
import os
import socket

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

# Seconds: for an answer, and for the end of TCP behind a Close.
PATIENCE = 10
CLOSING_PATIENCE = 1


class Unwilling(AssertionError):
    """The server does not do what it is free not to do."""


def expect(condition, message):
    """As assert, which python3 -O would leave out."""
    if not condition:
        raise AssertionError(message)


def shown(payload):
    """A payload short enough for a line."""
    dots = '...' if len(payload) > 24 else ''
    return f'{len(payload)} bytes {bytes(payload[:24])!r}{dots}'


def mask(payload, key):
    """Section 5.3, for all octets at once."""
    size = len(payload)
    keys = (key * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, 'big') ^ int.from_bytes(keys, 'big')
    return masked.to_bytes(size, 'big')


def header(opcode, length, fin=True, rsv=0, masked=True, length_size=None):
    """Section 5.2; length_size forces 0, 2 or 8 octets of extended length."""
    if length_size is None:
        length_size = 0 if length < 126 else 2 if length < 1 << 16 else 8
    short = {0: length, 2: 126, 8: 127}[length_size]
    return (bytes((fin << 7 | rsv << 4 | opcode, masked << 7 | short)) +
            (length.to_bytes(length_size, 'big') if length_size else b''))


def frame(opcode, payload=b'', **fields):
    """A masked frame; fields as in header."""
    key = os.urandom(4)
    return header(opcode, len(payload), **fields) + key + mask(payload, key)


def fragments(opcode, pieces):
    """The frames of one message, a list."""
    last = len(pieces) - 1
    return [frame(CONTINUATION if i else opcode, piece, fin=i == last)
            for i, piece in enumerate(pieces)]


def split(payload, size):
    return [payload[i:i + size] for i in range(0, len(payload), size)]


def close(code, reason=b''):
    return frame(CLOSE, code.to_bytes(2, 'big') + reason)


def request(path, key, fields=''):
    """The opening handshake of section 4.1; fields are more lines of it."""
    return (f'GET {path} HTTP/1.1\r\nHost: localhost\r\n'
            'Upgrade: websocket\r\nConnection: Upgrade\r\n'
            f'Sec-WebSocket-Key: {key}\r\n{fields}'
            'Sec-WebSocket-Version: 13\r\n\r\n').encode()


class Peer:
    """A connection, open once it is made."""

    def __init__(self, address, path, fields=''):
        self.socket = socket.create_connection(address, PATIENCE)
        self.address, self.path = self.socket.getpeername(), path
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile('rb')
        self.opcode, self.pieces = None, []
        try:
            self._open(fields)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def _open(self, more):
        """Section 4.1, the client's checks of the answer."""
        key = base64.b64encode(os.urandom(16))
        self.send(request(self.path, key.decode(), more))
        status = self.stream.readline().split(b' ', 2)
        expect(status[:2] == [b'HTTP/1.1', b'101'], f'status {status}')
        fields = {}
        for line in iter(self.stream.readline, b'\r\n'):
            name, _, value = line.partition(b':')
            fields[name.lower()] = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        expect(fields.get(b'upgrade', b'').lower() == b'websocket', 'Upgrade')
        expect(fields.get(b'connection', b'').lower() == b'upgrade',
               'Connection')
        expect(fields.get(b'sec-websocket-accept') == accept, 'Accept')
        expect(b'sec-websocket-protocol' not in fields, 'a subprotocol')
        self.judge_extensions(fields.get(b'sec-websocket-extensions'))

    def judge_extensions(self, answer):
        """answer: the field's value, None: there is no field."""
        expect(answer is None, 'an extension')

    def judge_reserved(self, first):
        """The reserved bits in the first octet of a frame."""
        expect(first & 0x70 == 0, 'a reserved bit is set')

    def restore(self, payload):
        """What the extensions did to a message's payload is undone."""
        return payload

    def send(self, octets, chop=0):
        """Sends all at once, or chop octets at a time."""
        for piece in split(octets, chop) if chop else [octets]:
            self.socket.sendall(piece)

    def read(self, size):
        octets = self.stream.read(size)
        expect(len(octets) == size,
               f'the end after {len(octets)} of {size} octets')
        return octets

    def receive_frame(self):
        """Returns fin, opcode and payload of a frame checked by itself."""
        first, second = self.read(2)
        fin, opcode, length = first >> 7, first & 15, second & 127
        self.judge_reserved(first)
        expect(second & 128 == 0, 'a masked frame from a server')
        expect(opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG),
               f'opcode {opcode}')
        expect(opcode < 8 or (fin and length < 126), 'a bad control frame')
        if length == 126:
            length = int.from_bytes(self.read(2), 'big')
            expect(length > 125, 'a length not minimal')
        elif length == 127:
            length = int.from_bytes(self.read(8), 'big')
            expect(0xFFFF < length < 1 << 63, 'a length not minimal')
        return fin, opcode, self.read(length)

    def receive(self):
        """The next whole message or control frame: opcode and payload."""
        while True:
            fin, opcode, payload = self.receive_frame()
            if opcode & 8:
                return opcode, payload
            expect((opcode == CONTINUATION) == bool(self.pieces),
                   'a fragment out of order')
            self.opcode = opcode or self.opcode
            self.pieces.append(payload)
            if fin:
                pieces, self.pieces = self.pieces, []
                return self.opcode, self.restore(b''.join(pieces))

    def expect(self, opcode, payload):
        """Receives exactly this."""
        came, content = self.receive()
        if came == CLOSE and content[:2] == (1009).to_bytes(2, 'big'):
            raise Unwilling('the server finds this message too big')
        expect(came == opcode and content == payload,
               f'expected opcode {opcode}, {shown(payload)}, '
               f'not opcode {came}, {shown(content)}')

    def expect_close(self, code):
        """Receives Close with this code, None: without a body."""
        opcode, body = self.receive()
        expect(opcode == CLOSE,
               f'expected Close, not opcode {opcode}, {shown(body)}')
        expect(not self.pieces, 'Close inside a message')
        came = int.from_bytes(body[:2], 'big') if body else None
        expect(came == code, f'expected Close {code}, not {shown(body)}')
        expect(len(body) != 1, 'a Close of one octet')
        body[2:].decode()

    def expect_end(self, code):
        """Receives Close and then, soon, FIN: section 7.1.1."""
        self.expect_close(code)
        self.socket.settimeout(CLOSING_PATIENCE)
        rest = self.stream.read(1)
        expect(rest == b'', 'octets behind Close')


def converse(peer, sent, replies=(), code=None, chop=0):
    """Sends frames; expects these replies, in order, and then the end.

    The server is to end it with code; None: we do, and it answers.
    """
    peer.send(b''.join(sent), chop)
    for opcode, payload in replies:
        peer.expect(opcode, payload)
    if code is None:
        peer.send(close(1000))
    peer.expect_end(code or 1000)
