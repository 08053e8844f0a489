# SPDX-License-Identifier: MIT
"""wsclient and servers that others have written."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time

from checks import Skip, check, expect, expect_that
from group_terminal import BANNER, PROMPT, SANE
from ports import free_ports
from program import expect_run, run
from screen import Screen
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
SECTION = "RFC 6455, RFC 7692"
SIZES = (0, 1, 125, 126, 65535, 65536, 1 << 20, 16 << 20)


def python_with(module):
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", f"import {module}"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise Skip(f"no Python with the module {module}")


@contextlib.contextmanager
def started(*command):
    """A server that writes its URL first."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    try:
        url = process.stdout.readline().decode().strip()
        if not url:
            raise Skip(f"{command[0]} does not start")
        yield url
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def python_server():
    return started(python_with("websockets"), os.path.join(HERE, "greeter.py"))


def node_server():
    if shutil.which("node") is None or subprocess.run(
            ["node", "-e", "require('ws')"], check=False,
            stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no node with the module ws (set NODE_PATH)")
    return started("node", os.path.join(HERE, "greeter.js"))


@contextlib.contextmanager
def our_server():
    with Server() as server:
        yield "ws://%s:%d" % server.address


PEERS = {"Python websockets": python_server, "node ws": node_server,
         "wsserver": our_server}
BOTH = {f"{name}, {how}": (PEERS[name], options)
        for name in PEERS
        for how, options in (("compressed", []), ("plain", ["--no-deflate"]))}


@check("R", SECTION, "{}: lines", cases=BOTH)
def lines(_, case):
    serve, options = case
    data = b"".join(b"line %d \xe2\x82\xac\n" % each for each in range(5000))
    with serve() as url:
        expect_run(
            0, data.replace(b"line", b"Server received: line"), *options, url,
            data=data)


@check("R", SECTION, "{}: up to 16 MiB in one message", cases=BOTH)
def sizes(_, case):
    serve, options = case
    noise = random.Random(4).randbytes(SIZES[-1])
    with serve() as url:
        for size in SIZES:
            result = run("-b", "-w", "30", *options, url, data=noise[:size])
            expect("status", 0, result.status)
            expect_that(result.output == noise[:size], f"{size} bytes",
                        len(result.output))


# Python's websockets sends nothing any more once a Close has come.
@check("R", SECTION, "{}: one-shots that do not wait", cases={
    name: PEERS[name] for name in ("node ws", "wsserver")})
def one_shots(_, serve):
    with serve() as url:
        for _ in range(5):
            expect_run(0, b"Server received: a\nServer received: b\n",
                       "-w", "0", "-x", "a", "-x", "b", url)


@check("R", "INTERFACE wsclient", "{}: at a terminal", cases=PEERS)
def at_terminal(_, serve):
    with serve() as url, Screen(url) as screen:
        screen.expect(BANNER, PROMPT)
        screen.enter("hi there")
        screen.expect(BANNER, PROMPT + "hi there",
                      "Received: Server received: hi there", PROMPT)
        screen.enter("quit")
        screen.expect(BANNER, PROMPT + "hi there",
                      "Received: Server received: hi there", PROMPT + "quit",
                      "status 0", SANE)


@contextlib.contextmanager
def websocketd(*command):
    if shutil.which("websocketd") is None:
        raise Skip("no websocketd")
    port, = free_ports(1)
    process = subprocess.Popen(
        ["websocketd", "--address=127.0.0.1", f"--port={port}", *command],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"ws://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port):
    for _ in range(500):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    raise Skip("websocketd does not start")


@check("R", SECTION, "websocketd: lines, which it echoes by cat")
def websocketd_lines(_):
    data = b"".join(b"line %d\n" % number for number in range(2000))
    with websocketd("cat") as url:
        expect_run(0, data, url, data=data)


@check("R", SECTION, "websocketd: a program that ends, without a Close")
def websocketd_ends(_):
    with websocketd("seq", "3") as url:
        expect_run(6, b"1\n2\n3\n", "-w", "-1", url)
