# SPDX-License-Identifier: MIT
"""Group U: Unix sockets, and surroundings that nobody would choose."""

import contextlib
import os
import pty
import signal
import socket
import subprocess
import tempfile

from checks import check, expect, expect_that, wait_until
from peer import NO_KEY, close, request, text
from server import WSSERVER

PATIENCE = 5


def connect(path, name=None):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(PATIENCE)
    if name is not None:
        peer.bind(name)
    peer.connect(path)
    return peer


def is_listening(path):
    try:
        connect(path).close()
    except OSError:
        return False
    return True


def echo_and_close(peer):
    """The whole life of a connection."""
    peer.sendall(request() + text(b"hello", key=NO_KEY) + close())
    received = b""
    while piece := peer.recv(4096):
        received += piece
    expect("echo and Close", b"\x81\x05hello\x88\x02\x03\xe8", received[-11:])
    peer.close()


@contextlib.contextmanager
def server_at(path, **surroundings):
    """A server at a Unix socket, which ends well at TERM."""
    process = subprocess.Popen(
        [WSSERVER, "--address=unix:" + path, "--grace=1", "-v"],
        stdin=subprocess.DEVNULL, **surroundings)
    try:
        expect_that(wait_until(lambda: is_listening(path), PATIENCE),
                    "a listener", os.listdir(os.path.dirname(path)))
        yield process
        process.send_signal(signal.SIGTERM)
        expect("exit status", 0, process.wait(PATIENCE))
        expect("the socket's file is left", False, os.path.exists(path))
    finally:
        process.kill()
        process.wait()


@check("U1", "FAULTS L1", "a Unix peer's own name is escaped",
       options=None, over=["ws"])
def name_of_a_peer(_):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        with open(log, "wb") as stderr, \
                server_at(folder + "/s", stdout=subprocess.DEVNULL,
                          stderr=stderr):
            echo_and_close(connect(folder + "/s", folder + "/a\n\x1b[31m"))
        with open(log, encoding="utf-8") as lines:
            seen = lines.read()
    expect_that("/a\\x0a\\x1b[31m" in seen and "\x1b" not in seen,
                "an escaped name", seen)


def close_output():
    os.close(1)
    os.close(2)


@check("U2", "FAULTS L3", "without stdout and stderr it serves",
       options=None, over=["ws"])
def without_output(_):
    with tempfile.TemporaryDirectory() as folder, \
            server_at(folder + "/s", preexec_fn=close_output):
        for _ in range(3):
            echo_and_close(connect(folder + "/s"))


@check("U3", "FAULTS L2", "a terminal that nobody reads stops no connection",
       options=None, over=["ws"])
def stopped_terminal(_):
    master, slave = pty.openpty()
    try:
        with tempfile.TemporaryDirectory() as folder, \
                server_at(folder + "/s", stdout=slave, stderr=slave):
            for _ in range(200):
                echo_and_close(connect(folder + "/s"))
    finally:
        os.close(master)
        os.close(slave)


@check("U4", "FAULTS, others", "the socket of a live server is not taken",
       options=None, over=["ws"])
def live_socket(_):
    with tempfile.TemporaryDirectory() as folder, \
            server_at(folder + "/s", stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL):
        second = subprocess.run(
            [WSSERVER, f"--address=unix:{folder}/s"], capture_output=True,
            timeout=PATIENCE, check=False)
        expect("exit status of a second server", 3, second.returncode)
        echo_and_close(connect(folder + "/s"))


@check("U5", "FAULTS, others", "the socket of a dead server is replaced",
       options=None, over=["ws"])
def dead_socket(_):
    with tempfile.TemporaryDirectory() as folder:
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(folder + "/s")
        dead.close()
        with server_at(folder + "/s", stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL):
            echo_and_close(connect(folder + "/s"))


@check("U7", "FAULTS, others", "the socket of a successor is left alone",
       options=None, over=["ws"])
def successor(_):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory() as folder:
        first = subprocess.Popen(
            [WSSERVER, f"--address=unix:{folder}/s"], **quiet)
        try:
            expect("a first server", True, wait_until(
                lambda: is_listening(folder + "/s"), PATIENCE))
            os.unlink(folder + "/s")
            with server_at(folder + "/s", **quiet):
                first.terminate()
                expect("exit status of the first", 0, first.wait(PATIENCE))
                echo_and_close(connect(folder + "/s"))
        finally:
            first.kill()
            first.wait()


@check("U6", "FAULTS, others", "a file that is no socket is left alone",
       options=None, over=["ws"])
def other_file(_):
    with tempfile.NamedTemporaryFile() as file:
        server = subprocess.run(
            [WSSERVER, f"--address=unix:{file.name}"], capture_output=True,
            timeout=PATIENCE, check=False)
        expect("exit status", 3, server.returncode)
        expect("the file is there", True, os.path.exists(file.name))
