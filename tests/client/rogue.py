# SPDX-License-Identifier: MIT
"""A server of raw sockets that does what it is told, right or wrong."""

import base64
import hashlib
import socket
import struct
import threading

from peer import CLOSE, PATIENCE, frame, mask

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def said(opcode, payload=b"", **rest):
    """A frame as servers send it: not masked."""
    return frame(opcode, payload, key=None, **rest)


def said_close(code=1000, reason=""):
    return said(CLOSE, struct.pack("!H", code) + reason.encode())


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()


class Guest:
    """A client that has come; everything blocks for PATIENCE at most."""

    def __init__(self, connected):
        self.socket = connected
        self.socket.settimeout(PATIENCE)
        self.data = b""
        self.head = b""

    def need(self, count):
        while len(self.data) < count:
            data = self.socket.recv(1 << 20)
            if not data:
                raise AssertionError(f"the client left after {self.data[:80]}")
            self.data += data

    def take(self, count):
        self.need(count)
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def send(self, *pieces):
        self.socket.sendall(b"".join(pieces))

    def receive_request(self):
        while b"\r\n\r\n" not in self.data:
            self.need(len(self.data) + 1)
        self.head, self.data = self.data.split(b"\r\n\r\n", 1)
        return self

    def field(self, name):
        """The value of a field of the request, None if there is none."""
        for line in self.head.split(b"\r\n")[1:]:
            key, value = line.split(b": ", 1)
            if key.lower() == name.lower().encode():
                return value
        return None

    def fields(self, **changed):
        """Those of a right 101, changed (Upgrade=None leaves one out)."""
        fields = {"Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Accept":
                      accept_of(self.field("Sec-WebSocket-Key"))}
        for name, value in changed.items():
            fields[name.replace("_", "-")] = value
        return "".join(f"{name}: {value}\r\n"
                       for name, value in fields.items() if value is not None)

    def answer(self, status="101 Switching Protocols", **changed):
        self.send(f"HTTP/1.1 {status}\r\n{self.fields(**changed)}\r\n"
                  .encode())

    def open(self, **changed):
        """The opening handshake, in order but for what is changed."""
        self.receive_request()
        self.answer(**changed)
        return self

    def receive_frame(self):
        """The opcode and the payload of the next frame."""
        first, second = self.take(2)
        if not second & 0x80:
            raise AssertionError("the client does not mask")
        length = second & 0x7f
        if length > 125:
            length = int.from_bytes(self.take(2 if length == 126 else 8),
                                    "big")
        key = self.take(4)
        return first & 0x0f, mask(self.take(length), key)

    def expect_frame(self, opcode, payload=None):
        got = self.receive_frame()
        if got[0] != opcode or payload not in (None, got[1]):
            raise AssertionError(f"expected {opcode} {payload}, got {got}")
        return got[1]

    def expect_close(self, code):
        payload = self.expect_frame(CLOSE)
        got = struct.unpack("!H", payload[:2])[0] if payload else None
        if got != code:
            raise AssertionError(f"expected Close {code}, got {payload}")

    def leave(self, code=1000):
        """The closing handshake that the client begins."""
        self.expect_close(code)
        self.send(said_close(code))
        self.expect_end()

    def expect_end(self):
        rest = self.data + self.socket.recv(1 << 16)
        if rest:
            raise AssertionError(f"expected the end, got {rest[:80]}")

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()


def refuse_with(response):
    """A script that has these bytes for a request."""
    def serve(guest):
        guest.receive_request()
        guest.send(response)

    return serve


class Rogue:
    """Serves one guest with each of its scripts, functions of a Guest.

    At the end of the with statement what a script found wrong is raised.
    """

    def __init__(self, *scripts, path=None):
        self.scripts = scripts
        self.error = None
        self.guests = 0
        if path is None:
            self.socket = socket.create_server(("127.0.0.1", 0))
            self.port = self.socket.getsockname()[1]
            self.url = f"ws://127.0.0.1:{self.port}"
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(path)
            self.socket.listen()
            self.url = f"ws+unix:{path}:/"
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            # A client that has come and gone may not have been accepted yet.
            self.thread.join(4 * PATIENCE)
        self.socket.close()
        if kind is None:
            if self.thread.is_alive():
                raise AssertionError("a script does not end")
            if self.error is not None:
                raise AssertionError(f"the server: {self.error!r}")

    def serve(self):
        self.socket.settimeout(PATIENCE)
        for script in self.scripts:
            try:
                connected = self.socket.accept()[0]
            except OSError as error:
                self.error = error
                return
            self.guests += 1
            with connected:
                try:
                    script(Guest(connected))
                except (AssertionError, OSError) as error:
                    self.error = error
