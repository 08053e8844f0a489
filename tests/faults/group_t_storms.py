# SPDX-License-Identifier: MIT
"""Group T: signals while calls block, and descriptors used again."""

import contextlib
import os
import random
import signal
import threading
import time

from checks import check, expect
from peer import BINARY, CLOSE, PING, PONG, TEXT, close, frame, text
from server import Server, Usage

BIG = bytes(range(256)) * 2000


@check("T4", "FAULTS T4", "signals at every moment cost no byte")
def signals_while_blocking(server):
    """Handled by a worker or the main thread, whoever gets them."""
    done = threading.Event()

    def bombard():
        while not done.is_set():
            os.kill(server.pid, signal.SIGURG)
            time.sleep(0.0002)

    bomber = threading.Thread(target=bombard)
    bomber.start()
    try:
        for _ in range(20):
            peer = server.open()
            peer.send(frame(BINARY, BIG) + frame(PING, "p") + text("t"))
            peer.expect_message(BINARY, BIG)
            expect("pong", PONG, peer.receive_frame().opcode)
            peer.expect_message(TEXT, "t")
            peer.leave()
            server.expect_end(peer, 1000, "client")
    finally:
        done.set()
        bomber.join()


def churn(server, end, number, errors):
    """Talks of its own number only, and leaves in every way."""
    generator = random.Random(number)
    turn = 0
    while time.monotonic() < end:
        turn += 1
        payload = f"client {number} in turn {turn} "
        try:
            with contextlib.closing(server.connect()) as peer:
                talk(peer, payload, generator)
        except (AssertionError, OSError) as error:
            errors.append(error)


def talk(peer, payload, generator):
    peer.open()
    for repeat in range(generator.randrange(4)):
        peer.echo(payload * (1 + 500 * repeat))
    if generator.random() < 0.5:
        peer.send(text(payload) + close())
        peer.expect_message(TEXT, payload)
        expect("Close", CLOSE, peer.receive_frame().opcode)
    if generator.random() < 0.3:
        peer.reset()


def churn_with_many(server, seconds, errors):
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=churn,
                                args=[server, end, number, errors])
               for number in range(6)]
    for thread in threads:
        thread.start()
    return threads


@check("T11", "FAULTS T11", "nobody gets what is meant for a descriptor before",
       options=["-q"])
def descriptors_used_again(server):
    usage = Usage(server.pid)
    errors = []
    for thread in churn_with_many(server, 1.5, errors):
        thread.join()
    expect("errors", [], errors)
    server.drop_peers()
    server.expect_back_at(usage)


@check("T11", "FAULTS T11", "TERM while descriptors come and go", options=None)
def term_while_descriptors_go(_):
    """Interrupting touches none but those of workers that are there."""
    for _ in range(3):
        with Server("-q", "--grace=1") as server:
            errors = []
            threads = churn_with_many(server, 0.4, errors)
            time.sleep(0.2)
            status = server.terminate()
            for thread in threads:
                thread.join()
            expect("exit status", 0, status)


@check("O1", "ttyd#162", "no descriptor is inherited by children")
def closed_on_exec(server):
    server.open()
    server.connect()
    for name in os.listdir(f"/proc/{server.pid}/fd"):
        with open(f"/proc/{server.pid}/fdinfo/{name}",
                  encoding="ascii") as info:
            flags = int(info.read().split("flags:")[1].split()[0], 8)
        if int(name) > 2:
            expect(f"O_CLOEXEC of descriptor {name}", os.O_CLOEXEC,
                   flags & os.O_CLOEXEC)
