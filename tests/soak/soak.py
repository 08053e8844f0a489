# SPDX-License-Identifier: MIT
"""A mixed soak: soak.py SECONDS [--messages N]

Peers echo over ws and wss, plain and compressed, and one connection in a
hundred is hostile. No echo may be wrong; memory at a fifth of the run and at
its end are less than 1 MiB apart; threads and descriptors are back at the end.
With --messages it ends after so many, if that is later. The environment's
WSSERVER names the program (./wsserver).
"""

import argparse
import multiprocessing
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

from checks import expect, expect_that  # noqa: E402
from guests import KINDS, hostile  # noqa: E402
from server import Server, Usage  # noqa: E402

MEMORY_MAX = 1024  # KiB
TALKS_A_CONNECTION = 20
HOSTILE_EVERY = 100
PROCESSES = 2


class Load:
    """What the processes share: when to end, and what was done."""

    def __init__(self):
        self.is_over = multiprocessing.Event()
        self.messages = multiprocessing.Value("Q", 0)
        self.connections = multiprocessing.Value("Q", 0)
        self.failures = multiprocessing.Queue()

    def count(self, messages):
        with self.messages.get_lock():
            self.messages.value += messages
        with self.connections.get_lock():
            self.connections.value += 1


def serve_guests(server, seed, load):
    """One process's connections, one after the other."""
    generator = random.Random(seed)
    turn = 0
    while not load.is_over.is_set():
        turn += 1
        try:
            if turn % HOSTILE_EVERY == 0:
                hostile(server, generator)
                load.count(0)
            else:
                load.count(generator.choice(KINDS)(
                    server, generator, TALKS_A_CONNECTION))
        except Exception as error:  # of any kind: it is a failure
            load.failures.put(f"{server.scheme}, seed {seed}, connection "
                              f"{turn}: {error!r}")
            return


class Soak:
    """Servers of ws and wss, and processes that talk to both."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.load = Load()

    def start(self):
        self.servers = [Server("-q", "--max-message=1M", scheme=scheme)
                        for scheme in ("ws", "wss")]
        self.usages = [Usage(server.pid) for server in self.servers]
        self.processes = [
            multiprocessing.Process(
                target=serve_guests, daemon=True,
                args=(server, self.arguments.seed + number, self.load))
            for server in self.servers for number in range(PROCESSES)]
        for process in self.processes:
            process.start()

    def is_done(self, end):
        return not self.load.failures.empty() or (
            time.monotonic() > end and
            self.load.messages.value >= self.arguments.messages)

    def wait(self):
        """Returns the usages at a fifth of the run."""
        start = time.monotonic()
        early = None
        while not self.is_done(start + self.arguments.seconds):
            time.sleep(0.1)
            share = min(
                (time.monotonic() - start) / self.arguments.seconds,
                self.load.messages.value / max(1, self.arguments.messages))
            if early is None and share >= 0.2:
                early = [Usage(server.pid) for server in self.servers]
        return early

    def stop(self):
        self.load.is_over.set()
        for process in self.processes:
            process.join(60)
        if not self.load.failures.empty():
            raise AssertionError(self.load.failures.get())
        expect("exit statuses of the peers", [0] * len(self.processes),
               [process.exitcode for process in self.processes])

    def judge(self, early):
        for server, usage, then in zip(self.servers, self.usages, early):
            usage.memory = then.memory
            server.expect_back_at(usage, 10)
            if not server.is_sanitized():
                grown = Usage(server.pid).memory - then.memory
                expect_that(abs(grown) < MEMORY_MAX,
                            f"less than {MEMORY_MAX} KiB more, {server.scheme}",
                            grown)
            print(f"{server.scheme}: memory {then.memory} KiB at a fifth, "
                  f"{Usage(server.pid).memory} KiB at the end")

    def run(self):
        self.start()
        try:
            early = self.wait()
            self.stop()
            self.judge(early)
            for server in self.servers:
                server.stop()
        finally:
            self.load.is_over.set()
            for server in self.servers:
                server.__exit__(None)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, metavar="SECONDS")
    parser.add_argument("--messages", type=int, default=1)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1 << 32))
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    print(f"seed {arguments.seed}", flush=True)
    soak = Soak(arguments)
    start = time.monotonic()
    try:
        soak.run()
    except AssertionError as failure:
        print(f"FAIL {failure}")
        return 1
    print(f"ok {soak.load.messages.value} messages, "
          f"{soak.load.connections.value} connections, "
          f"{time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
