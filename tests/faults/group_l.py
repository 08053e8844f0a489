# SPDX-License-Identifier: MIT
"""Group L: the log (INTERFACE.md, Log)."""

import errno
import fcntl
import json
import os
import pty
import re
import signal
import tempfile
import time
import unicodedata

from checks import (Stopwatch, check, expect, expect_between, expect_seconds,
                    expect_that)
from checks import wait_until
from peer import BINARY, TEXT, close, frame, request, text
from server import LINE, Bystander, Server

F_SETPIPE_SZ = 1031
LOST = 3
NASTY = ('a\n2026-11-22T16:28:01.123Z info 7 forged\r\x1b[31m\x07\x7f'
         '\u009b\u0085\u202e\u2066\u200b"\\b')
ESCAPED = (r"a\x0a2026-11-22T16:28:01.123Z info 7 forged\x0d\x1b[31m\x07\x7f"
           r"\xc2\x9b\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b\x22\x5cb")


def expect_clean(lines):
    """No control, no format character, nothing that is no UTF-8."""
    for line in lines:
        bad = [c for c in line if unicodedata.category(c)[0] == "C"]
        expect(f"characters that should be escaped in {line!r}", [], bad)


@check("L1", "INTERFACE Log", "a reason is escaped")
def escaped_reason(server):
    peer = server.open()
    peer.send(close(1000, NASTY[:60]))
    peer.expect_close(1000)
    peer.expect_end()
    end = server.end_of(peer)
    expect_that(ESCAPED.startswith(end.reason) and len(end.reason) > 60,
                "the reason escaped", end.reason)
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "the end of {} is escaped in a reason", cases={
    "NASTY": NASTY[46:], "a forged end": 'x", messages 9/9, bytes 9/9, 9.9 s)'})
def escaped_rest_of_reason(server, reason):
    peer = server.open()
    peer.send(close(1000, reason))
    peer.expect_close(1000)
    peer.expect_end()
    end = server.end_of(peer)
    expect("messages", (0, 0), end.messages)
    expect_that(r"\x22" in end.reason, "an escaped quote", end.reason)
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "a message is escaped with -v", options=["-v"])
def escaped_message(server):
    peer = server.open()
    peer.echo(NASTY)
    line = server.wait_for(r"Received from client: a\\x0a")
    expect("the message", "Received from client: " + ESCAPED,
           line.split(" ", 3)[3])
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "plain text is not escaped with -v",
       options=["-v"])
def unescaped_message(server):
    server.open().echo("hi there, 'na\u00efve' 100% \u65e5\u672c")
    line = server.wait_for("Received from client: hi there")
    expect("the message", "Received from client: "
           "hi there, 'na\u00efve' 100% \u65e5\u672c", line.split(" ", 3)[3])


@check("L1", "INTERFACE Log", "a path is escaped")
def escaped_path(server):
    target = '/a"b\\c%0a%1b'
    peer = server.open(target)
    line = server.wait_for(f"connected from {peer.name}, path")
    expect_that(line.endswith(r", path /a\x22b\x5cc%0a%1b"),
                "the path escaped", line)
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "bytes over 127 in a path are escaped")
def high_bytes_in_path(server):
    target = b"/\xff\xc2\x9b\xe2\x80\xae"
    peer = server.connect()
    peer.send(request(target) + close())
    peer.receive_rest()
    server.wait_for(re.escape(peer.name))
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "{} make one line, and clean", cases={
    "a control character in a path": request(b"/\x1b[31m"),
    "a control character in a field": request(more=[("X", b"\x1b]0;x\x07")]),
    "a bare LF in a field":
        request(more=[("X", b"a\n2026-11-22T16:28:01.123Z info 7 x")]),
    "bytes over 127 in the method": request(method=b"G\x9b\xff\n"),
    "bytes without any sense": bytes(range(256)) * 10,
})
def refused_with_nasty_bytes(server, data):
    response = server.ask(data)
    line = server.wait_for(f"Client {response.name} refused")
    expect("lines about the peer", [line], server.find(response.name))
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "{} is cut to 256 bytes", options=[
    "-v", "--origin=http://x"], cases={
        "a message": text("x" * 5000),
        "a message of controls": text("\x1b" * 5000),
        "a message of accents": text("\u00e9" * 5000)})
def long_message(server, data):
    peer = server.open()
    peer.send(data)
    line = server.wait_for(r"Received from client: [x\\\u00e9]")
    shown = line.split("client: ", 1)[1]
    expect_between("bytes shown", 200, 256, len(shown.encode()))
    expect_clean(server.log)


@check("L1", "INTERFACE Log", "a path of 8000 bytes is cut to 256")
def long_path(server):
    peer = server.open("/" + '"' * 8000)
    line = server.wait_for(f"connected from {peer.name}, path")
    expect_between("bytes shown", 200, 256, len(line.split(", path ")[1]))
    peer.leave()
    server.end_of(peer)


@check("L1", "INTERFACE Log", "an Origin of 5000 bytes is cut to 256",
       options=["--origin=http://good.example"])
def long_origin(server):
    response = server.ask(request(Origin="http://" + "x" * 5000))
    line = server.wait_for(f"{response.name} refused")
    expect_between("bytes of the line", 200, 450, len(line))


@check("L1", "INTERFACE Log", "the lines of a connection are as specified")
def lines_of_a_connection(server):
    peer = server.open("/")
    peer.send(text("hi there") + text("this works"))
    peer.receive_frame()
    peer.receive_frame()
    peer.leave()
    line = server.wait_for(f"{peer.name} disconnected")
    number = line.split(" ")[2]
    expect_that(re.search(
        r" info \d+ Client %s disconnected \(1000 by client, "
        r"messages 2/2, bytes 18/52, 0\.\d s\)$" % re.escape(peer.name),
        line), "the line of INTERFACE.md", line)
    line = server.wait_for(f"connected from {peer.name}")
    expect_that(line.endswith(
        f" info {number} Client connected from {peer.name}"),
        "the line of INTERFACE.md", line)


@check("L1", "INTERFACE Log", "json is an object a line, and escaped",
       options=None)
def json_lines(_):
    with Server("-v", log_format="json") as server:
        talk_nastily(server)
        server.stop()
        events = [json.loads(line) for line in server.log]
    by_name = {event["event"]: event for event in events}
    for name in ("start", "connect", "message", "disconnect", "refuse",
                 "stop"):
        expect_that(name in by_name, f"the event {name}", sorted(by_name))
    check_json_disconnect(by_name["disconnect"])
    expect("data", ESCAPED, by_name["message"]["data"])
    expect_clean([json.dumps(event, ensure_ascii=False) for event in events])


def talk_nastily(server):
    peer = server.open('/p"q')
    peer.send(text(NASTY))
    peer.expect_message(TEXT, "Server received: " + NASTY)
    peer.send(close(4000, 'so "long"\n'))
    peer.expect_close(4000)
    peer.expect_end()
    server.wait_for("disconnect")
    server.ask(b"G\x1bT / HTTP/1.1\r\n\r\n")


def check_json_disconnect(event):
    seconds = event.pop("seconds")
    expect_that(isinstance(seconds, float) and 0 <= seconds < 3,
                "seconds as a number", seconds)
    expect_that(re.fullmatch(r"127\.0\.0\.1:\d+", event.pop("peer")),
                "a peer", event)
    expect_that(isinstance(event.pop("connection"), int), "a number", event)
    expect_that(event.pop("time").endswith("Z"), "a time", event)
    size = len(NASTY.encode())
    reply = size + len("Server received: ")
    expect("the rest", {
        "level": "info", "event": "disconnect", "path": r"/p\x22q",
        "code": 4000, "reason": r"so \x22long\x22\x0a",
        "closed_by": "client", "messages_in": 1, "messages_out": 1,
        "bytes_in": size, "bytes_out": reply}, event)


def small_pipe():
    """A pipe of one page, which few lines fill."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    return reader, writer


@check("L2", "FAULTS L2", "a pipe that nobody reads stops no connection",
       options=None)
def blocked_pipe(_):
    reader, writer = small_pipe()
    with Server("-v", stderr=writer) as server:
        os.close(writer)
        with Stopwatch() as watch:
            for _ in range(100):
                server.open().echo()
        expect_seconds("for 100 connections", 0, 2, watch)
        server.drop_peers()
        drained = drain(reader, server)
        expect("exit status", 0, server.terminate())
    os.close(reader)
    expect_that(re.search(r"warning - \d+ log lines", drained),
                "lines lost told of", drained[-200:])
    torn = [line for line in drained.splitlines()
            if not LINE.fullmatch(line)]
    expect("torn lines", [], torn[:3])


def drain(reader, server):
    """Reads the pipe, has something logged, and reads that too."""
    first = os.read(reader, 1 << 16)
    server.open().leave()
    time.sleep(0.1)
    return (first + os.read(reader, 1 << 16)).decode()


@check("L2", "FAULTS L2", "TERM ends a server whose pipe nobody reads",
       options=None)
def blocked_pipe_and_term(_):
    reader, writer = small_pipe()
    with Server("-v", stderr=writer) as server:
        os.close(writer)
        for _ in range(100):
            server.open().echo()
        with Stopwatch() as watch:
            server.process.send_signal(signal.SIGTERM)
            server.drop_peers()
            expect("exit status", 0, server.wait())
        expect_seconds("taken", 0, 2, watch)
    os.close(reader)


def serves_and_ends(server):
    bystander = Bystander(server)
    for _ in range(5):
        peer = server.open()
        peer.echo()
        peer.leave()
    bystander.leave()
    expect("exit status", 0, server.terminate())


@check("L3", "FAULTS L3", "a full device as log is served on", options=None)
def full_device(_):
    with Server("--log=/dev/full") as server:
        serves_and_ends(server)
        expect("log on stderr", [], server.log)


@check("L3", "FAULTS L3", "EPIPE of the log is served on", options=None)
def closed_pipe(_):
    reader, writer = os.pipe()
    with Server(stderr=writer) as server:
        os.close(writer)
        os.close(reader)
        serves_and_ends(server)


@check("L3", "FAULTS L3", "EIO of the log is served on", options=None)
def closed_terminal(_):
    terminal, end = pty.openpty()
    with Server(stderr=end) as server:
        os.close(end)
        os.close(terminal)
        serves_and_ends(server)


@check("L3", "FAULTS L3", "lines that met {} are told of later", fails=True,
       cases={name: getattr(errno, name) for name in ("ENOSPC", "EIO")})
def told_later(server, error):
    server.failing.let("write", last=LOST, error=error)
    for _ in range(LOST):
        server.open().leave()
    server.wait_for(f" - {LOST} log lines not written$")


def shown_and_hidden(server, peer):
    """How many messages of a storm the log shows, and tells it hides."""
    lines = server.lines_of(peer)
    hidden = re.findall(r"(\d+) messages not shown", "\n".join(lines))
    return (len([line for line in lines if line.endswith(" storm")]),
            sum(map(int, hidden)))


@check("L4", "FAULTS L4", "messages beyond 20 a second are counted",
       options=["-v"])
def message_storm(server):
    peer = server.open()
    with Stopwatch() as watch:
        for _ in range(1000):
            peer.send(text("storm"))
        for _ in range(1000):
            peer.receive_frame()
    wait_until(lambda: sum(shown_and_hidden(server, peer)) == 1000, 5)
    shown, hidden = shown_and_hidden(server, peer)
    expect("messages shown and not shown", 1000, shown + hidden)
    expect_between("lines of the storm", 20, 20 * (2 + int(watch.seconds)),
                   shown)


@check("L4", "FAULTS L4", "refusals of one peer are limited and counted",
       options=None)
def refusal_storm(_):
    with Server() as server:
        bystander = Bystander(server)
        with Stopwatch() as watch:
            for _ in range(1500):
                peer = server.connect()
                peer.send(b"\n\n")
                peer.receive_rest()
                peer.close()
        bystander.leave()
        server.stop()
    lines = len(server.find("refused"))
    expect_between("lines about refusals", 10, 1000, lines)
    suppressed = [int(re.search(r" - (\d+) lines", line).group(1))
                  for line in server.find("suppressed.* 127.0.0.1")]
    expect("lines written and suppressed", 1500, lines + sum(suppressed))
    expect_between("lines about those suppressed", 1, 2 + int(watch.seconds),
                   len(suppressed))


@check("L5", "FAULTS L5", "rotation under load loses and tears no line",
       options=None)
def rotation(_):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "log")
        with Server("--log=" + name) as server:
            for turn in range(20):
                rotate(server, name, turn)
            expect("exit status", 0, server.terminate())
        lines = read_lines(folder)
    bad = [line for line in lines if not LINE.fullmatch(line)]
    expect("torn lines", [], bad)
    for word in ("Client connected", " disconnected "):
        expect(f"lines with {word}", 200,
               len([line for line in lines if word in line]))


def rotate(server, name, turn):
    for _ in range(5):
        server.open().leave()
    os.rename(name, f"{name}.{turn}")
    server.process.send_signal(signal.SIGHUP)
    for _ in range(5):
        server.open().leave()
    expect("the log is opened anew", True,
           wait_until(lambda: os.path.exists(name), 2))


@check("L5", "INTERFACE Signals", "a log that cannot be reopened stays",
       options=None)
def log_that_stays(_):
    with tempfile.TemporaryDirectory() as folder:
        old, new = folder + "/old", folder + "/new"
        os.mkdir(old)
        with Server(f"--log={old}/log") as server:
            os.rename(old, new)
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "reopened" in str(read_lines(new)), 2)
            server.open().leave()
            expect("exit status", 0, server.terminate())
        lines = read_lines(new)
    sentences = [LINE.fullmatch(line).group(3) for line in lines]
    told = ["Log cannot be reopened: No such file or directory"]
    if server.tls is not None:
        told.insert(0, "Certificate reloaded")
    expect("about it", told, sentences[1:1 + len(told)])
    expect("lines", 4 + len(told), len(lines))


def read_lines(folder):
    lines = []
    for each in os.listdir(folder):
        with open(os.path.join(folder, each), encoding="utf-8") as file:
            lines += file.read().splitlines()
    return lines


SECRETS = [("Cookie", "id=sesame"), ("Authorization", "Basic sesame"),
           ("Proxy-Authorization", "Bearer sesame")]


@check("L6", "FAULTS L6", "payloads are not logged without -v")
def no_payloads(server):
    peer = server.open()
    peer.echo("sesame")
    peer.send(frame(BINARY, "sesame") + frame(9, "sesame"))
    peer.receive_frame()
    peer.receive_frame()
    peer.leave()
    server.end_of(peer)
    expect("lines with the payload", [], server.find("sesame|Received"))


@check("L6", "FAULTS L6", "payloads are logged with -v", options=["-v"])
def payloads(server):
    peer = server.open()
    peer.echo("sesame")
    line = server.wait_for("Received from client: sesame")
    expect_that(line.endswith("Received from client: sesame"), "it", line)


@check("L6", "FAULTS L6", "-q logs errors only", options=["-q"])
def quiet(server):
    server.open().leave()
    server.ask(b"\n\n")
    time.sleep(0.1)
    expect("lines", [], server.log)


@check("L6", "FAULTS L6", "secrets in fields are not in /info")
def secrets_in_info(server):
    peer = server.open("/info", more=SECRETS)
    received = peer.receive_message()
    expect("secrets", 0, received.payload.count(b"sesame"))
    expect("their fields", len(SECRETS), received.payload.count(b"(hidden)"))
    peer.leave()


@check("L6", "FAULTS L6", "secrets in fields are never logged {}",
       options=None, cases={
           f"as {form} with {option}": (form, option)
           for form in ("text", "json", "plain")
           for option in ("-v", "--grace=5")})
def secrets(_, case):
    form, option = case
    with Server(option, "--origin=http://x", log_format=form) as server:
        server.open(more=SECRETS).leave()
        for wrong in ({"Sec_WebSocket_Key": "x"}, {"Upgrade": None},
                      {"Host": None}, {"Origin": "http://y"},
                      {"method": "POST"}):
            server.ask(request(more=SECRETS, **wrong))
        server.ask(request(more=SECRETS + [("Cookie", b"sesame\x1b")]))
        server.stop()
        expect("lines with secrets", [], server.find("sesame"))
        expect_that(len(server.log) > 5, "lines", server.log)
