# SPDX-License-Identifier: MIT
"""Several servers, and a proxy of another make in front of them."""

import os
import re
import socket
import subprocess
import tempfile

import certificates
from checks import expect, expect_that, wait_until
from peer import ACCEPT, Peer
from server import Server

SAMPLES = os.path.join(
    os.path.dirname(__file__), "..", "..", "contrib")
SIZE = 3
START = 20


class Fleet:
    """Servers with the same options; each can be started anew in its place."""

    def __init__(self, *options, scheme="ws"):
        self.options = ("--grace=20", *options)
        self.scheme = scheme
        self.servers = [self.start(0) for _ in range(SIZE)]
        self.ports = [server.address[1] for server in self.servers]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for server in self.servers:
            server.__exit__(None)

    def start(self, port):
        return Server(*self.options, port=port, scheme=self.scheme)

    def replace(self, place, port, crowd):
        """Drains one, puts another there, and waits until that is used.

        The crowd behind the proxy's port goes on meanwhile, and a while after.
        """
        old = self.servers[place]
        expect("exit status", 0, old.terminate(60))
        old.__exit__(None)
        self.servers[place] = self.start(self.ports[place])
        expect_that(wait_until(lambda: self.is_used(place, port), START),
                    "clients of the new server", self.servers[place].log)
        before = crowd.echoes
        wait_until(lambda: crowd.echoes > before + 100 or crowd.failures, 60)

    def is_used(self, place, port):
        """Whether somebody comes there; a few more clients try."""
        for _ in range(SIZE):
            peer = client(port, None, "127.0.0.78")
            peer.open().leave()
        return wait_until(
            lambda: self.servers[place].find("Client connected"), 0.1)

    def find(self, pattern):
        """The lines with a pattern in each log."""
        return [server.find(pattern) for server in self.servers]


class Program:
    """A proxy that runs a sample, changed to be tried at home."""

    def __init__(self, sample, changes):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, sample)
        with open(os.path.join(SAMPLES, sample), encoding="ascii") as file:
            text = file.read()
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text)
            expect_that(count, f"{pattern} in {sample}", count)
        with open(self.path, "w", encoding="ascii") as file:
            file.write(text)
        self.log = open(os.path.join(self.folder.name, "log"), "w+b")
        self.process = None

    def run(self, command, ports):
        """Until all ports are open."""
        self.process = subprocess.Popen(
            command, cwd=self.folder.name, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        opened = wait_until(
            lambda: self.process.poll() is not None or
            all(is_open(port) for port in ports), START)
        if not opened or self.process.poll() is not None:
            said = self.said()
            self.__exit__(None)
            raise AssertionError(f"{command[0]} does not start: {said}")

    def said(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")[-2000:]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        self.folder.cleanup()


def is_open(port):
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def bundle(folder):
    """The certificate's chain and its key in one file, as HAProxy wants."""
    path = os.path.join(folder, "all.pem")
    with open(path, "w", encoding="ascii") as file:
        for name in ("server-chain.pem", "server.key"):
            with open(certificates.path(name), encoding="ascii") as part:
                file.write(part.read())
    return path


class Client(Peer):
    """Takes a 101 whose fields a proxy has written in its own way."""

    def check_101(self):
        response = self.receive_response()
        expect_that(response.status == 101 and
                    response.has_token("Connection", "upgrade") and
                    response.get("Sec-WebSocket-Accept") == ACCEPT,
                    "a 101", response)
        return response


def client(port, tls=None, source="127.0.0.1"):
    return Client(("127.0.0.1", port), source=source, tls=tls)


def wait_until_served(port, tls=None):
    """Until the proxy knows of a server that is up."""
    def is_served():
        try:
            peer = client(port, tls)
            peer.open()
            peer.leave()
            return True
        except (OSError, AssertionError, ValueError):
            return False

    expect_that(wait_until(is_served, START), "a way to the servers", port)
