# SPDX-License-Identifier: MIT
"""A raw WebSocket client that can break every rule (RFC 6455)."""

import socket
import struct
import time

from stream import Stream, TlsStream

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASKING_KEY = b"\x37\xfa\x21\x3d"
NO_KEY = b"\0\0\0\0"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
PATIENCE = 5.0
LINGER_NOT = struct.pack("ii", 1, 0)


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def mask(payload, key):
    length = len(payload)
    keys = (key * (length // 4 + 1))[:length]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")
    return masked.to_bytes(length, "big")


def encode_length(length, size, masked):
    """The 7 bits of a payload length and the size bytes behind them."""
    bit = 0x80 if masked else 0
    if size is None:
        size = 0 if length < 126 else 2 if length < 65536 else 8
    if size == 0:
        return bytes([bit | length])
    marker = 126 if size == 2 else 127
    return bytes([bit | marker]) + length.to_bytes(size, "big")


def frame(opcode, payload=b"", fin=True, rsv=0, key=MASKING_KEY,
          length=None, size=None):
    """A frame; length is announced, in size bytes, whatever is true."""
    payload = as_bytes(payload)
    first = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    length = len(payload) if length is None else length
    head = first + encode_length(length, size, key is not None)
    if key is None:
        return head + payload
    return head + key + (payload if key == NO_KEY else mask(payload, key))


def text(payload, **rest):
    return frame(TEXT, payload, **rest)


def close(code=1000, reason=b""):
    return frame(CLOSE, struct.pack("!H", code) + as_bytes(reason))


FIELDS = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def field_line(name, value):
    return as_bytes(name) + b": " + as_bytes(value) + b"\r\n"


def request(target="/raw", method="GET", version="HTTP/1.1", more=(),
            **changed):
    """A request; changed fields (Sec_WebSocket_Key=None) and more of them."""
    changed = {name.replace("_", "-"): changed[name] for name in changed}
    line = b" ".join(map(as_bytes, (method, target, version)))
    fields = [pair for pair in {**FIELDS, **changed}.items()
              if pair[1] is not None]
    lines = [field_line(*pair) for pair in fields + list(more)]
    return line + b"\r\n" + b"".join(lines) + b"\r\n"


class Cut(AssertionError):
    """The stream ended where it may not."""


class Response:
    """The head of a response, and its body if there is one."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        version, status, self.reason = lines[0].split(" ", 2)
        if version != "HTTP/1.1":
            raise AssertionError(f"response of version {version}")
        self.status = int(status)
        self.fields = [line.split(": ", 1) for line in lines[1:]]
        self.body = b""

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body}"

    def get(self, name):
        """The values of all fields of a name, as one list; None if none."""
        values = [value for key, value in self.fields
                  if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def has_token(self, name, token):
        tokens = (self.get(name) or "").lower().split(",")
        return token.lower() in [each.strip() for each in tokens]


class Frame:
    """A frame from the server."""

    def __init__(self, fin, opcode, payload, rsv1=False):
        self.fin = fin
        self.opcode = opcode
        self.payload = payload
        self.rsv1 = rsv1

    def __repr__(self):
        return f"frame {self.opcode} {self.payload[:60]}"

    @property
    def code(self):
        """The code of a Close, None when it has none."""
        if len(self.payload) < 2:
            return None
        return struct.unpack("!H", self.payload[:2])[0]


class Peer:
    """A connection; everything blocks for PATIENCE at most.

    Over TLS when there is a context; its handshake is done when first needed.
    """

    reserved = 0x70  # what is never set in the first byte of a frame
    log_begin = 0  # which line of the server's log may be the first about it

    def __init__(self, address, source="127.0.0.1", receive_buffer=None,
                 tls=None):
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.bind((source, 0))
        self.data = b""
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.name = "%s:%d" % self.socket.getsockname()
        self.stream = (Stream(self.socket) if tls is None
                       else TlsStream(self.socket, tls))

    def send(self, data):
        self.stream.send_all(data)

    def send_slowly(self, data, pause=0.0):
        """One byte in each segment, or record."""
        for position in range(len(data)):
            self.send(data[position:position + 1])
            time.sleep(pause)

    def stuff(self, data):
        """Sends data again and again until none of it is taken for 0.3 s."""
        self.socket.settimeout(0.3)
        sent = 0
        try:
            while sent < 1 << 28:
                sent += self.stream.send(data[sent % len(data):])
            raise AssertionError("the server reads without end")
        except socket.timeout:
            return sent
        finally:
            self.socket.settimeout(PATIENCE)

    def receive(self):
        """Receives once; returns False at the end."""
        try:
            data = self.stream.receive()
        except socket.timeout:
            raise AssertionError(
                f"nothing for {PATIENCE} s after {self.data[:80]}") from None
        self.data += data
        return bool(data)

    def is_readable(self):
        """Whether something has come: bytes, which stay, or the end."""
        self.socket.setblocking(False)
        try:
            return bool(self.data) or not self.receive() or bool(self.data)
        except BlockingIOError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)

    def need(self, count):
        """Receives until there are count bytes; returns whether there are."""
        while len(self.data) < count:
            if not self.receive():
                return False
        return True

    def take(self, count):
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def receive_rest(self):
        """Everything up to the end of the stream."""
        while self.receive():
            pass
        return self.take(len(self.data))

    def expect_end(self):
        """The end of the stream; we end our side too, as clients do."""
        rest = self.receive_rest()
        if rest:
            raise AssertionError(f"expected the end, got {rest[:80]}")
        if self.stream.is_torn:
            raise AssertionError("the end came without close_notify")
        self.close()

    def receive_head(self):
        while b"\r\n\r\n" not in self.data:
            if not self.receive():
                raise Cut(f"no response but {self.data[:80]}")
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        return Response(head)

    def receive_response(self):
        """A whole response, up to the end of the stream."""
        response = self.receive_head()
        if response.status != 101:
            response.body = self.receive_rest()
        return response

    def check_101(self):
        response = self.receive_response()
        wanted = {"Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Accept": ACCEPT}
        if response.status != 101:
            raise AssertionError(f"expected 101, got {response}")
        for name in wanted:
            if response.get(name) != wanted[name]:
                raise AssertionError(f"101 with {response}")
        return response

    def open(self, *args, **changed):
        """Does the opening handshake; the arguments are request's."""
        self.send(request(*args, **changed))
        self.check_101()
        return self

    def receive_length(self):
        """The payload length of the frame at hand and its header's size."""
        length = self.data[1]
        if length < 126:
            return length, 2
        size = 2 if length == 126 else 8
        if not self.need(2 + size):
            raise Cut("the stream ends in a header")
        length = int.from_bytes(self.data[2:2 + size], "big")
        if length < (126 if size == 2 else 65536):
            raise AssertionError(f"length {length} in {size} bytes")
        return length, 2 + size

    def receive_frame(self):
        """The next frame, strictly checked; None at the end."""
        if not self.need(2):
            if self.data:
                raise Cut("the stream ends in a header")
            return None
        first, second = self.data[0], self.data[1]
        if first & self.reserved or second & 0x80:
            raise AssertionError(f"RSV or MASK in {self.data[:2]}")
        length, size = self.receive_length()
        if not self.need(size + length):
            raise Cut(f"the stream ends in a frame of {length}")
        self.take(size)
        return Frame(bool(first & 0x80), first & 0x0f, self.take(length),
                     bool(first & 0x40))

    def receive_message(self):
        """The next frame that is not a Ping; those are answered."""
        while True:
            received = self.receive_frame()
            if received is None or received.opcode != PING:
                return received
            self.send(frame(PONG, received.payload))

    def expect_message(self, opcode, payload):
        received = self.receive_message()
        payload = as_bytes(payload)
        if (received is None or not received.fin or
                received.opcode != opcode or received.payload != payload):
            raise AssertionError(
                f"expected {Frame(True, opcode, payload)}, got {received}")

    def expect_close(self, code):
        """A Close with this code (None: an empty body)."""
        received = self.receive_message()
        if (received is None or received.opcode != CLOSE or
                received.code != code):
            got = (f"Close {received.code}"
                   if received and received.opcode == CLOSE else received)
            raise AssertionError(f"expected Close {code}, got {got}")
        return received

    def expect_failure(self, code):
        """The server's Close, then, once it is answered, the end."""
        self.expect_close(code)
        self.send(close(code))
        self.expect_end()

    def echo(self, payload="hi there"):
        self.send(text(payload))
        self.expect_message(TEXT, payload)

    def leave(self):
        """Closes with 1000, in order."""
        self.send(close())
        self.expect_close(1000)
        self.expect_end()
        self.close()

    def finish(self):
        """Ends our side of the stream."""
        self.stream.finish()

    def reset(self):
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.socket.close()

    def close(self):
        self.socket.close()
