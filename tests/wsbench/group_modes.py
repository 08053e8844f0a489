# SPDX-License-Identifier: MIT
"""Durations, rates, ramps, handshakes and idle connections."""

import os
import socketserver
import tempfile
import threading
import time

from bench import SECTION, expect_counts, expect_sums, run_json, serving, \
    trust, url_of
from checks import Stopwatch, check, expect, expect_between, expect_that, \
    wait_until
from peer import TEXT
from rogue import Guest, Rogue, said
from server import Server, read_status


@check("M1", SECTION, "-d: sends for so long")
def duration(_):
    with serving() as server:
        result = run_json(0, "-d1s", url_of(server))
    expect_between("seconds", 1, 10, result["seconds"])
    expect_that(result["measured"] <= result["messages"]["right"],
                "no more than there were", result)
    expect("each second", result["measured"], sum(result["each_second"]))
    expect_between("rate", 0.99, 1.01, result["per_second"] *
                   result["seconds"] / result["measured"])
    expect_sums(result)


@check("M1", SECTION, "-n: exactly so many, over all connections: {}",
       cases={"fewer than connections": 3, "one": 1, "no multiple": 1001})
def count(_, number):
    with serving() as server:
        result = run_json(0, f"-n{number}", "-m4", url_of(server))
        expect_counts(result, number)


@check("M1", SECTION, "-m: no more in flight than that")
def in_flight(_):
    def serve(guest):
        guest.open()
        first = [guest.receive_frame() for _ in range(3)]
        time.sleep(0.3)
        guest.socket.setblocking(False)
        try:
            guest.data += guest.socket.recv(100)
        except BlockingIOError:
            pass
        guest.socket.settimeout(5)
        expect("bytes of a fourth message", b"", guest.data)
        for message in first:
            guest.send(said(*message))
        for _ in range(3):
            guest.send(said(*guest.receive_frame()))
        guest.leave()

    with Rogue(serve) as rogue:
        expect_counts(run_json(0, "-c1", "-m3", "-n6", rogue.url), 6)


@check("M2", SECTION, "-r: as many as were due")
def rate(_):
    with serving() as server:
        result = run_json(0, "-r500", "-d1s", "-m100", url_of(server))
    expect_counts(result, 500)
    expect("late", 0, result["messages"]["late"])
    expect_between("rate", 1, 501, result["per_second"])


@check("M2", SECTION, "-r: the first is due at once, {}", cases={
    "which is all": (("-r1", "-d500ms"), 1),
    "and others before the end": (("-r4", "-d1100ms"), 5)})
def rate_of_few(_, case):
    arguments, number = case
    with serving() as server:
        expect_counts(run_json(0, *arguments, url_of(server)), number)


@check("M2", SECTION, "-r: 10 s after the time what is not sent is late")
def late(_):
    """However steadily replies come: alone they would take half a minute."""

    def serve(guest):
        guest.open()
        while (message := guest.receive_frame())[0] == TEXT:
            time.sleep(0.3)
            guest.send(said(*message))
        guest.send(said(*message))

    with Stopwatch() as watch, Rogue(serve) as rogue:
        result = run_json(1, "-c1", "-r200", "-d500ms", rogue.url)
    expect_between("seconds", 10.5, 20, watch.seconds)
    expect_sums(result)
    messages = result["messages"]
    expect_between("right", 10, 36, messages["right"])
    expect_between("lost", 0, 1, messages["lost"])
    expect("sent and late", 100, messages["sent"] + messages["late"])


@check("M2", SECTION, "-r: no coordinated omission")
def corrected_latency(_):
    """A second of silence makes half of a hundred messages late."""

    def serve(guest):
        guest.open()
        guest.send(said(*guest.receive_frame()))
        message = guest.receive_frame()
        time.sleep(1)
        guest.send(said(*message))
        for _ in range(98):
            guest.send(said(*guest.receive_frame()))
        guest.leave()

    with Rogue(serve) as rogue:
        result = run_json(0, "-c1", "-r100", "-d1s", rogue.url)
    expect_counts(result, 100)
    expect_that(result["latency_us"]["p50"] > 300000, "p50 over 0.3 s",
                result["latency_us"])


@check("M3", SECTION, "--handshakes: one after the other")
def handshakes(_):
    for scheme in ("ws", "wss"):
        with serving(scheme=scheme) as server:
            more = (trust(),) if scheme == "wss" else ()
            result = run_json(0, "--handshakes", "-c3", "-n40", *more,
                              url_of(server))
        expect("measured", 40, result["measured"])
        expect("ok, failed", {"ok": 40, "failed": 0}, result["handshakes"])
        expect("times", result["handshakes"]["ok"],
               result["handshake_us"]["count"])
        expect_counts(result, 0)


@check("M3", SECTION, "--handshakes: no more are begun than -n: {}", cases={
    "fewer than at the same time": ("-n5",), "one": ("-n1",),
    "one alone": ("-c1", "-n1"), "no multiple": ("-c3", "-n50")})
def number_of_handshakes(_, arguments):
    number = int(arguments[-1][2:])
    with Server(scheme="ws") as server:
        result = run_json(0, "--handshakes", *arguments, url_of(server))
        expect("disconnected", True, wait_until(
            lambda: len(server.find("disconnected")) >= number, 30))
        expect("connected", number, len(server.find("Client connected")))
    expect("ok, failed", {"ok": number, "failed": 0}, result["handshakes"])
    expect("measured", number, result["measured"])


@check("M3", SECTION, "--handshakes: one that fails counts, too")
def failed_handshake(_):
    def serve(guest):
        guest.open()
        guest.leave()

    def refuse(guest):
        guest.receive_request().answer("503 Service Unavailable")

    with Rogue(serve, refuse) as rogue:
        result = run_json(5, "--handshakes", "-c1", "-n2", rogue.url)
    expect("ok, failed", {"ok": 1, "failed": 1}, result["handshakes"])


@check("M3", SECTION, "--handshakes: they end in order")
def closed_handshakes(_):
    def serve(guest):
        guest.open()
        guest.leave()

    with Rogue(*[serve] * 3) as rogue:
        run_json(0, "--handshakes", "-c1", "-n3", rogue.url)


@check("M4", SECTION, "--idle: all are held, and then echo")
def idle(_):
    """A sanitizer may have a thread of its own."""
    with serving() as server:
        most = 2 if server.is_sanitized() else 1
        result = run_json(0, "--idle=300", "-d1s", url_of(server))
        expect("threads afterwards", True, wait_until(
            lambda: read_status(server.pid, "Threads") <= most, 30))
    expect("held", 300, result["held"])
    expect_counts(result, 300)


@check("M4", SECTION, "--idle: from many addresses of the loopback")
def idle_addresses(_):
    with Server(scheme="ws") as server:
        run_json(0, "--idle=20", "-d100ms", url_of(server))
        wait_until(lambda: len(server.find("Client connected")) == 20, 30)
        names = {line.split(" from ")[1].split(":")[0]
                 for line in server.find("Client connected from 127")}
    expect_that(len(names) >= 19, "many addresses", names)


@check("M4", SECTION, "--idle: localhost is 127.0.0.1 if it can be")
def idle_localhost(_):
    with Server("--address=localhost", scheme="ws") as server:
        run_json(0, "--idle=3", "-d100ms",
                 f"ws://localhost:{server.address[1]}/raw")
        expect("from 127.1", True, wait_until(
            lambda: server.find(r"Client connected from 127\.1\."), 30))


@check("M4", SECTION, "--idle: one that is gone is missed")
def idle_lost(_):
    def serve(guest):
        guest.open()

    def stay(guest):
        guest.open()
        guest.send(said(*guest.receive_frame()))
        guest.leave()

    with Rogue(serve, stay) as rogue:
        result = run_json(1, "--idle=2", "-d1s", rogue.url)
    expect("held, lost", (1, 1), (result["held"], result["connections_lost"]))
    expect_counts(result, 1)


@check("M5", SECTION, "--ramp: takes so long, and the load is measured after")
def ramp(_):
    with serving() as server:
        begin = time.monotonic()
        result = run_json(0, "-c5", "--ramp=1s", "-d500ms", url_of(server))
        took = time.monotonic() - begin
    expect_that(took >= 1.5, "ramp and load", took)
    expect_between("seconds", 0.5, 10, result["seconds"])
    expect("handshakes", 5, result["handshakes"]["ok"])
    expect_that(result["latency_us"]["count"] <
                result["messages"]["right"], "some before", result)


@check("M6", SECTION, "--pid: what the server spends")
def processor_time(_):
    with serving() as server:
        result = run_json(0, "-d1s", "--pid", server.pid, url_of(server))
        without = run_json(0, "-n1", url_of(server))
    expect_that(result["server_seconds"] > 0, "time", result)
    expect("without", False, "server_seconds" in without)


@check("M7", SECTION, "a Unix socket")
def unix_socket(_):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with serving("-a", "127.0.0.1", f"--address=unix:{path}"):
            result = run_json(0, "-n200", f"ws+unix:{path}:/raw")
    expect_counts(result, 200)


class Echoing(socketserver.BaseRequestHandler):
    """Of one message."""

    def handle(self):
        guest = Guest(self.request).open()
        guest.send(said(*guest.receive_frame()))
        guest.leave()


class ShortQueue(socketserver.ThreadingUnixStreamServer):
    """Only two can wait."""

    request_queue_size = 1


@check("M7", SECTION, "a Unix socket whose queue is full is tried again")
def full_queue(_):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with ShortQueue(path, Echoing) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                result = run_json(0, "-c50", "-n50", f"ws+unix:{path}:/")
            finally:
                server.shutdown()
                thread.join()
    expect_counts(result, 50)
