# SPDX-License-Identifier: MIT
"""Clients that stay: who is told to go away comes back at once."""

import threading

from peer import CLOSE, close, text

GOING_AWAY = 1001


class Faithful(threading.Thread):
    """Sends message after message until enough have come back.

    A connection that ends with 1001 is no failure, and what had no echo there
    is sent again on the next one; everything else is a failure.
    """

    def __init__(self, connect, name, enough):
        super().__init__(daemon=True)
        self.connect = connect
        self.label = name
        self.enough = enough
        self.peer = None
        self.echoes = 0
        self.returns = 0
        self.failures = []

    def run(self):
        while not self.enough(self) and len(self.failures) < 10:
            try:
                self.echo()
            except Exception as error:  # whatever it is, it is a failure
                self.failures.append(repr(error))
                self.drop()
        self.drop()

    def drop(self):
        if self.peer is not None:
            self.peer.close()
        self.peer = None

    def echo(self):
        if self.peer is None:
            self.peer = self.connect().open("/raw")
        payload = f"{self.label} {self.echoes}".encode()
        self.peer.send(text(payload))
        received = self.peer.receive_message()
        if received is None:
            raise AssertionError("the end without a Close")
        if received.opcode == CLOSE and received.code == GOING_AWAY:
            self.peer.send(close(GOING_AWAY))
            self.drop()
            self.returns += 1
            return
        if received.payload != payload:
            raise AssertionError(f"expected {payload}, got {received}")
        self.echoes += 1


class Crowd:
    """Faithful clients, until each has so many echoes or it is over."""

    def __init__(self, connect, size, echoes=None):
        self.is_over = False
        self.clients = [Faithful(
            connect, f"client {i}",
            lambda client: self.is_over or client.echoes == echoes)
            for i in range(size)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *error):
        self.is_over = True
        self.join()

    def join(self):
        for client in self.clients:
            client.join()

    def is_busy(self):
        return any(client.is_alive() for client in self.clients)

    @property
    def failures(self):
        return [failure for client in self.clients
                for failure in client.failures]

    @property
    def echoes(self):
        return sum(client.echoes for client in self.clients)

    @property
    def returns(self):
        return sum(client.returns for client in self.clients)
