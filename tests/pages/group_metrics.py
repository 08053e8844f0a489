# SPDX-License-Identifier: MIT
"""The page /metrics: its form, what it counts, and who may see it."""

import os
import socket
import tempfile

from checks import Skip, check, expect, expect_that, wait_until
from page import ask, check_refusal
from peer import BINARY, PING, TEXT, close, frame, request, text
from prometheus import Metrics
from server import Server

TYPE = "text/plain; version=0.0.4; charset=utf-8"
ALWAYS = {
    "wsserver_build_info", "wsserver_connections",
    "wsserver_handshakes_pending", "wsserver_connections_accepted_total",
    "wsserver_refused_total", "wsserver_messages_total",
    "wsserver_payload_bytes_total", "wsserver_closed_total",
    "wsserver_handshake_seconds", "wsserver_faults_total",
    "wsserver_log_dropped_total",
    "process_cpu_seconds_total", "process_resident_memory_bytes",
    "process_virtual_memory_bytes", "process_start_time_seconds",
    "process_open_fds", "process_max_fds",
}


def scrape(server):
    response = ask(server, "/metrics")
    expect("status", 200, response.status)
    expect("type", TYPE, response.get("Content-Type"))
    return Metrics(response.body.decode())


def scrape_until(server, condition):
    """Scrapes until the condition of the metrics is true."""
    found = []

    def look():
        found.append(scrape(server))
        return condition(found[-1])

    wait_until(look, 5)
    return found[-1]


def is_alone(metrics):
    """Only who asks is there: all others have been counted out."""
    return (metrics.get("wsserver_connections") == 0 and
            metrics.get("wsserver_handshakes_pending") == 1)


@check("M1", "INTERFACE /metrics", "the metrics are well-formed")
def form(server):
    metrics = scrape(server)
    missing = ALWAYS - set(metrics.families)
    expect("missing", set(), missing)
    used = {(name, value) for name, value in metrics.counters().items()
            if value > 0 and name[0].startswith("wsserver_")}
    expect("counters above 0 at first", {(
        ("wsserver_connections_accepted_total", ()), 1.0)}, used)


def make_a_mess(server):
    """All that a stranger can do to what is counted."""
    for code in (1000, 1001, 3000, 4999):
        peer = server.open("/some/path?%d" % code)
        peer.send(close(code))
        peer.expect_close(code)
        peer.expect_end()
    peer = server.open()
    peer.send(text("not masked", key=None))
    peer.expect_failure(1002)
    server.ask(request("/a\"b\\", method="BREW"))
    server.ask(b"nonsense\r\n\r\n")
    server.ask(request("/", Sec_WebSocket_Version="7"))


@check("M1", "INTERFACE /metrics", "no peer can add a series, counters rise")
def bounded(server):
    before = scrape(server)
    make_a_mess(server)
    after = scrape_until(server, is_alone)
    expect("new series", set(), after.series() - before.series())
    expect("lost series", set(), before.series() - after.series())
    fallen = [key for key, value in before.counters().items()
              if after.counters()[key] < value]
    expect("counters that fell", [], fallen)


@check("M2", "INTERFACE /metrics", "how connections ended is counted")
def ends(server):
    make_a_mess(server)
    metrics = scrape_until(server, is_alone)
    closed = "wsserver_closed_total"
    for code in ("1000", "1001", "3000-3999", "4000-4999"):
        expect(code, 1, metrics.get(closed, code=code, by="client"))
    expect("1002", 1, metrics.get(closed, code="1002", by="server"))
    expect("all ends", 5, metrics.sum(closed))
    refused = "wsserver_refused_total"
    expect("refusals", 3, metrics.sum(refused))
    expect("malformed", 1, metrics.get(refused, reason="malformed"))
    expect("method", 1, metrics.get(refused, reason="method"))
    expect("version", 1, metrics.get(refused, reason="upgrade_required"))
    expect("handshakes", 5, metrics.get("wsserver_handshake_seconds_count"))


@check("M2", "INTERFACE /metrics", "a peer that is lost is counted as 1006")
def lost(server):
    server.open().reset()
    metrics = scrape_until(server, is_alone)
    expect("1006", 1, metrics.get(
        "wsserver_closed_total", code="1006", by="nobody"))


def talk(peer):
    """Three texts, two binary messages, and what is no message."""
    for payload in ("one", "two!", ""):
        peer.send(text(payload))
        peer.expect_message(TEXT, "Server received: " + payload)
    for payload in (bytes(1000), b"\xff"):
        peer.send(frame(BINARY, payload))
        peer.expect_message(BINARY, payload)
    peer.send(frame(PING, b"ping"))
    peer.receive_frame()


def expect_talk(metrics):
    for direction, opcode, messages, size in (
            ("in", "text", 3, 7), ("out", "text", 3, 7 + 3 * 17),
            ("in", "binary", 2, 1001), ("out", "binary", 2, 1001)):
        labels = {"direction": direction, "opcode": opcode}
        expect(f"messages {labels}", messages,
               metrics.get("wsserver_messages_total", **labels))
        expect(f"bytes {labels}", size,
               metrics.get("wsserver_payload_bytes_total", **labels))


@check("M2", "INTERFACE /metrics", "messages count while the peer is there")
def messages(server):
    peer = server.open("/")
    talk(peer)
    metrics = scrape(server)
    expect_talk(metrics)
    expect("connections", 1, metrics.get("wsserver_connections"))
    peer.leave()
    metrics = scrape_until(server, is_alone)
    expect_talk(metrics)
    expect("connections", 0, metrics.get("wsserver_connections"))


@check("M2", "INTERFACE /metrics", "who is full says so",
       options=["--max-clients=1", "--max-pending=2"])
def full(server):
    peer = server.open()
    peer.echo()
    server.ask(request("/"))
    metrics = scrape(server)
    expect("refused", 1, metrics.get(
        "wsserver_refused_total", reason="max_clients"))


@check("M2", "INTERFACE /metrics", "process_* are those of the process")
def process(server):
    held = [server.open() for _ in range(5)]
    for peer in held:
        peer.echo()
    metrics = scrape(server)
    now = len(os.listdir(f"/proc/{server.pid}/fd"))
    expect_that(abs(metrics.get("process_open_fds") - now) <= 3,
                f"about {now} descriptors", metrics.get("process_open_fds"))
    expect_that(metrics.get("process_resident_memory_bytes") > 1 << 20,
                "some memory", metrics.get("process_resident_memory_bytes"))


@check("M3", "INTERFACE --metrics", "a stranger gets 404 for {}", cases={
    "another Host": {"Host": "example.org"},
    "X-Forwarded-For": {"X_Forwarded_For": "192.0.2.1"},
    "Forwarded": {"Forwarded": "for=192.0.2.1"},
})
def strangers(server, changed):
    check_refusal(ask(server, "/metrics", **changed), 404)
    check_refusal(server.ask(request("/metrics", **changed)), 404)
    expect("status", 200, ask(server, "/metrics", Host="127.0.0.1:80").status)


@check("M3", "INTERFACE --metrics", "off shows them to nobody",
       options=["--metrics=off"])
def off(server):
    check_refusal(ask(server, "/metrics"), 404)


@check("M3", "INTERFACE --metrics", "on shows them to everybody",
       options=["--metrics=on"])
def everybody(server):
    for changed in ({"Host": "example.org"}, {"Via": "1.1 proxy"}):
        response = ask(server, "/metrics", **changed)
        expect("status", 200, response.status)
        Metrics(response.body.decode())


def own_address():
    """An address of this machine that is not a loopback one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise Skip("no address but the loopback") from None
        return probe.getsockname()[0]


@check("M3", "INTERFACE --metrics", "who comes from elsewhere gets 404",
       options=["--address=0.0.0.0"])
def elsewhere(server):
    address = own_address()
    server.address = (address, server.address[1])
    peer = server.connect(source=address)
    peer.send(request("/metrics", Upgrade=None))
    expect("status", 404, peer.receive_response().status)


@check("M3", "INTERFACE --metrics", "a Unix socket is this machine",
       over=("ws",))
def unix(server):
    del server
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with Server("--address=127.0.0.1", f"--address=unix:{path}"), \
                socket.socket(socket.AF_UNIX) as peer:
            peer.connect(path)
            peer.sendall(request("/metrics", Upgrade=None))
            answer = peer.makefile("rb").read()
    expect("answer", b"HTTP/1.1 200 OK", answer.split(b"\r\n")[0])
