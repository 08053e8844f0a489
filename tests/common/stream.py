# SPDX-License-Identifier: MIT
"""The bytes of a connection: as they are, or by TLS through memory."""

import socket
import ssl
import threading

PIECE = 16384


class Stream:
    """The bytes as they are on a socket."""

    def __init__(self, raw):
        self.socket = raw
        self.is_torn = False  # ended, but TLS did not

    def send(self, data):
        """Sends some of it; returns how much."""
        return self.socket.send(data)

    def send_all(self, data):
        self.socket.sendall(data)

    def receive(self):
        """What has come, at once; nothing at the end."""
        return self.socket.recv(1 << 20)

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)


class TlsStream(Stream):
    """TLS, whose handshake comes with the first byte either way.

    Only memory lies between TLS and the socket: no call of TLS blocks, so
    that one thread may send while another receives, and a row may take the
    records themselves and cut, drip or withhold them.
    """

    def __init__(self, raw, context, name="localhost"):
        super().__init__(raw)
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self.incoming, self.outgoing, server_hostname=name)
        self.is_open = False
        self.has_ended = False
        self.unsent = b""
        self.received = b""
        self.lock = threading.Lock()
        self.order = threading.Lock()  # of records on the wire

    def flush(self):
        self.socket.sendall(self.outgoing.read())

    def fill(self):
        """Takes what has come from the socket to TLS."""
        data = self.socket.recv(1 << 16)
        if data:
            self.incoming.write(data)
        else:
            self.incoming.write_eof()
            self.is_torn = not self.has_ended

    def open(self):
        """Does the handshake, unless it is done."""
        while not self.is_open:
            try:
                self.tls.do_handshake()
                self.flush()
                self.is_open = True
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()
            except ssl.SSLError:
                self.flush()
                raise

    def encrypt(self, data):
        """The records of some data, and others that had to be sent."""
        with self.lock:
            self.tls.write(data)
            return self.outgoing.read()

    def send(self, data):
        self.open()
        data = data[:PIECE]
        with self.order:
            self.unsent = self.unsent or self.encrypt(data)
            while self.unsent:
                sent = self.socket.send(self.unsent)
                self.unsent = self.unsent[sent:]
        return len(data)

    def send_all(self, data):
        sent = 0
        while sent < len(data):
            sent += self.send(data[sent:sent + PIECE])

    def decrypt(self):
        """What has come; None when nothing whole has."""
        try:
            with self.lock:
                data = self.tls.read(1 << 20)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            data = b""
        self.has_ended = not data
        return data

    def receive(self):
        self.open()
        if self.received:
            data, self.received = self.received, b""
            return data
        while (data := self.decrypt()) is None:
            self.fill()
        if not data and not self.is_torn and self.socket.recv(1):
            raise AssertionError("bytes behind close_notify")
        return data

    def finish(self):
        """close_notify, then the end of our side."""
        if self.is_open:
            self.say_close_notify()
        self.socket.shutdown(socket.SHUT_WR)

    def say_close_notify(self):
        """What has come is taken first, for unwrap would throw it away."""
        while data := self.decrypt():
            self.received += data
        with self.lock:
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass  # theirs is not there yet
        with self.order:
            self.flush()
