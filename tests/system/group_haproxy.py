# SPDX-License-Identifier: MIT
"""The sample for HAProxy: contrib/haproxy.cfg."""

import contextlib
import os
import shutil
import socket
import threading

import certificates
from checks import check, expect, expect_that, wait_until
from faithful import Crowd
from fleet import SIZE, Fleet, Program, bundle, client, wait_until_served
from peer import BINARY, frame
from ports import free_ports
from server import Server

OPTIONS = ("--trusted-proxy=127.0.0.1", "--proxy-protocol")
ONCE = {"options": None, "over": ("ws",)}
BOTH = {"options": None}
CLIENT = "127.0.0.77"
CROWD = 12
ECHOES = int(os.environ.get("ECHOES", "3000"))


class Haproxy(Program):
    """In front of plain servers, and of some with TLS if there are any."""

    def __init__(self, fleet, secret=None):
        plain = [str(port) for port in fleet.ports]
        self.ports = free_ports(3)
        self.plain, self.secret, self.through = self.ports
        # Its certificate is written before the sample is read.
        super().__init__("haproxy.cfg", [
            (r"bind :80\n", f"bind 127.0.0.1:{self.plain}\n"),
            (r"bind :443 ssl crt \S+",
             f"bind 127.0.0.1:{self.secret} ssl crt "
             + bundle(os.path.dirname(certificates.path("server.key")))),
            (r"bind :8443\n", f"bind 127.0.0.1:{self.through}\n"),
            *[(rf"192\.0\.2\.{i + 1}:12345", f"127.0.0.1:{plain[i]}")
              for i in range(SIZE)],
            *([(rf"192\.0\.2\.{i + 1}:12346", f"127.0.0.1:{port}")
               for i, port in enumerate(secret.ports)] if secret else
              [(r"\tserver \w+ \S+:12346\n", "")]),
            (r"maxconn 20000", "maxconn 500"),
            (r"\tlog global\n|\toption \w+log\n", "")])
        self.run([shutil.which("haproxy"), "-db", "-f", self.path],
                 self.ports)
        wait_until_served(self.plain)

    def port(self):
        """Where the scheme of the check at hand is spoken."""
        return self.plain if Server.scheme == "ws" else self.secret


def tls_of_check():
    return None if Server.scheme == "ws" else certificates.ordinary_client()


@check("", "haproxy", "HAProxy: clients are spread and logged as they are",
       **BOTH)
def balanced(_):
    tls = tls_of_check()
    with Fleet(*OPTIONS) as fleet, Haproxy(fleet) as proxy:
        peers = [client(proxy.port(), tls, CLIENT).open()
                 for _ in range(4 * SIZE)]
        for peer in peers:
            peer.echo()
            peer.send(frame(BINARY, b"\0" * 100000))
            peer.expect_message(BINARY, b"\0" * 100000)
        pattern = rf"connected from {CLIENT}:\d+, path /raw"
        expect_that(wait_until(lambda: sum(
            map(len, fleet.find(pattern))) == len(peers), 10),
            "a line for each", fleet.find(pattern))
        expect("clients of each", [4] * SIZE,
               [len(lines) for lines in fleet.find(pattern)])
        for peer in peers:
            expect("lines", 1, sum(map(len, fleet.find(
                rf"connected from {peer.name}, "))))
            peer.leave()


@check("", "haproxy", "HAProxy: through to servers with TLS", **ONCE)
def passed_through(_):
    with Fleet(*OPTIONS) as fleet, \
            Fleet(*OPTIONS, scheme="wss") as secret, \
            Haproxy(fleet, secret) as proxy:
        tls = certificates.ordinary_client()
        wait_until_served(proxy.through, tls)
        for _ in range(SIZE):
            peer = client(proxy.through, tls, CLIENT).open()
            peer.echo()
            expect_that(wait_until(lambda name=peer.name: any(
                secret.find(f"connected from {name}, ")), 10),
                "the client's address", secret.find("connected"))
            peer.close()


class Sick(threading.Thread):
    """Listens in the place of a server, but all that it says is 404."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        self.checks = 0
        self.others = 0

    def run(self):
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            with accepted, contextlib.suppress(OSError):
                self.answer(accepted)

    def answer(self, accepted):
        accepted.settimeout(5)
        data = b""
        while b"HTTP/1.1\r\n" not in data:
            received = accepted.recv(4096)
            if not received:
                return
            data += received
        if b"GET /healthz " in data:
            self.checks += 1
        else:
            self.others += 1
        accepted.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
                         b"Connection: close\r\n\r\n")


@check("", "haproxy", "HAProxy: checks on /healthz see who is ill", **ONCE)
def health(_):
    with Fleet(*OPTIONS) as fleet:
        expect("exit status", 0, fleet.servers[1].terminate(60))
        sick = Sick(fleet.ports[1])
        sick.start()
        with sick.listener, Haproxy(fleet) as proxy:
            wait_until(lambda: sick.checks > 3, 30)
            before = sick.others
            for _ in range(4 * SIZE):
                peer = client(proxy.plain).open()
                peer.echo()
                peer.leave()
            expect("clients that met the one who is ill", before, sick.others)
            expect("lines of refusals", [],
                   fleet.servers[0].find("refused"))
            sick.listener.shutdown(socket.SHUT_RDWR)


@check("", "haproxy", "HAProxy: a rolling restart loses no echo", **BOTH)
def rolling_restart(_):
    tls = tls_of_check()
    with Fleet(*OPTIONS) as fleet, Haproxy(fleet) as proxy:
        port = proxy.port()
        with Crowd(lambda: client(port, tls, CLIENT), CROWD) as crowd:
            restarts = 0
            while not crowd.failures and (
                    restarts < SIZE or crowd.echoes < ECHOES):
                fleet.replace(restarts % SIZE, proxy.plain, crowd)
                restarts += 1
            crowd.is_over = True
            crowd.join()
        print(f"  {crowd.echoes} echoes, {restarts} restarts, "
              f"{crowd.returns} returns, {len(crowd.failures)} failures")
        expect("failures", [], crowd.failures)
        expect_that(crowd.echoes >= ECHOES, f"{ECHOES} echoes", crowd.echoes)
        expect_that(crowd.returns > 0, "clients that came back", 0)
