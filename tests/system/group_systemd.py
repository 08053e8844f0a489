# SPDX-License-Identifier: MIT
"""Socket activation and sd_notify."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile

import certificates
from activated import Activated, Manager, listening
from checks import Skip, check, expect, expect_that
from peer import Peer
from ports import free_ports
from server import Server, WSSERVER

ONCE = {"options": None, "over": ("ws",)}
NOTHING = {"options": None}


def address_of(listener):
    return listener.getsockname()


@check("", "systemd", "a socket that was passed is served", **NOTHING)
def passed(_):
    with listening() as listener, Activated([listener]) as server:
        expect("port", address_of(listener)[1], server.address[1])
        server.open().echo()
        server.wait_for("Client connected")
        expect("lines", 1, len(server.find("WebSocket server started")))
        server.drop_peers()
        server.stop()
        with socket.create_connection(address_of(listener), 5):
            pass


@check("", "systemd", "sockets named ws and wss are plain and TLS", **ONCE)
def named(_):
    with listening() as plain, listening() as secret:
        with Activated([plain, secret], *certificates.server_options(),
                       names="ws:wss") as server:
            Peer(address_of(plain)).open().echo()
            Peer(address_of(secret),
                 tls=certificates.ordinary_client()).open().echo()
            server.stop()


@check("", "systemd", "the file of a Unix socket stays", **ONCE)
def unix_socket(_):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with socket.socket(socket.AF_UNIX) as other, listening() as listener:
            other.bind(path)
            other.listen()
            with Activated([listener, other]) as server:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                    client.sendall(b"GET /raw HTTP/1.1\r\nHost: a\r\n\r\n")
                    expect("answer", b"HTTP/1.1 426",
                           client.recv(100)[:12])
                server.stop()
            expect_that(os.path.exists(path), "the socket's file", "none")


@check("", "systemd", "what does not listen is refused with 3", **ONCE)
def not_listening(_):
    with socket.socket() as unbound:
        try:
            with Activated([unbound]):
                raise AssertionError("it started")
        except AssertionError as error:
            expect_that("no listening stream socket" in str(error),
                        "a diagnostic", error)


@check("", "systemd", "systemd-socket-activate starts it", **ONCE)
def socket_activate(_):
    program = shutil.which("systemd-socket-activate")
    if program is None:
        raise Skip("no systemd-socket-activate")
    port, = free_ports(1)
    process = subprocess.Popen(
        [program, f"--listen=127.0.0.1:{port}", "--fdname=ws", WSSERVER,
         "--log-format=text"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        line = process.stderr.readline()
        expect_that(b"Listening on" in line, "a line", line)
        Peer(("127.0.0.1", port)).open().echo()
    finally:
        process.terminate()
        said = process.communicate(timeout=20)[1]
    expect("exit status", 0, process.returncode)
    expect_that(b"Client connected" in said, "a connect", said)


@check("", "systemd", "{} is told what goes on",
       cases={"a socket in the file system": False,
              "an abstract socket": True}, **ONCE)
def told(_, abstract):
    with Manager(abstract) as manager, listening() as listener, Activated(
            [listener], environment=manager.environment()) as server:
        expect("message", "READY=1\nSTATUS=Serving: 0 clients, 0 pending\n",
               manager.hear("READY=1"))
        server.open().echo()
        server.process.send_signal(signal.SIGHUP)
        message = manager.hear("RELOADING=1")
        expect_that("\nMONOTONIC_USEC=" in message, "the time", message)
        expect("message", "READY=1\nSTATUS=Serving: 1 clients, 0 pending\n",
               manager.hear("READY=1"))
        server.process.send_signal(signal.SIGTERM)
        expect("message", "STOPPING=1\nSTATUS=Draining: 1 clients, 0 pending\n",
               manager.hear("STOPPING=1"))


@check("", "systemd", "a watchdog sees signs of life, while it drains too",
       **ONCE)
def watchdog(_):
    with Manager() as manager, listening() as listener, Activated(
            [listener], "--grace=60", environment=manager.environment(
                WATCHDOG_USEC="200000")) as server:
        manager.hear("READY=1")
        peer = server.open()
        for _ in range(3):
            manager.hear("WATCHDOG=1")
        server.process.send_signal(signal.SIGTERM)
        manager.hear("STOPPING=1")
        for _ in range(3):
            expect_that("STATUS=Draining" in manager.hear("WATCHDOG=1"),
                        "a status", manager.said[-1])
        peer.close()
        expect("exit status", 0, server.wait(20))


@check("", "systemd", "a reload while it drains does not make it ready",
       **ONCE)
def reload_while_draining(_):
    with Manager() as manager, listening() as listener, Activated(
            [listener], "--grace=60",
            environment=manager.environment()) as server:
        manager.hear("READY=1")
        peer = server.open()
        server.process.send_signal(signal.SIGTERM)
        manager.hear("STOPPING=1")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("Log reopened", 20)
        peer.close()
        expect("exit status", 0, server.wait(20))
        manager.socket.settimeout(0.1)
        try:
            said = manager.socket.recv(4096)
        except socket.timeout:
            said = None
        expect("said after STOPPING=1", None, said)


@check("", "systemd", "another's watchdog and sockets are left alone", **ONCE)
def others(_):
    with Manager() as manager, listening() as listener:
        with Activated([listener], environment=manager.environment(
                WATCHDOG_USEC="1000", WATCHDOG_PID="1")) as server:
            manager.hear("READY=1")
            server.open().echo()
            server.drop_peers()
            server.stop()
        expect_that(not any("WATCHDOG" in each for each in manager.said),
                    "no signs of life", manager.said)
    saved = dict(os.environ)
    os.environ.update(LISTEN_PID="1", LISTEN_FDS="1")
    try:
        with Server() as server:
            server.open().echo()
    finally:
        os.environ.clear()
        os.environ.update(saved)
