# SPDX-License-Identifier: MIT
"""Group G: signals, exit statuses and bad options."""

import grp
import os
import pwd
import signal
import socket
import subprocess
import tempfile
import threading
import time

from checks import (Skip, Stopwatch, check, expect, expect_seconds,
                    expect_that, wait_until)
from peer import (CLOSE, NO_KEY, close, frame, request, text)
from server import Bystander, Server, WSSERVER, raise_descriptor_limit

THIRD = 333
GRACE = 2


def crowd(server):
    """Idle peers, deaf ones with unread echoes, and ones in mid-handshake."""
    idle = [server.open() for _ in range(THIRD + 1)]
    deaf = [server.open() for _ in range(THIRD)]
    for peer in deaf:
        peer.send(text("never read"))
    opening = [server.connect() for _ in range(THIRD)]
    for peer in opening[::2]:
        peer.send(request()[:-2])
    return idle, opening


def expect_going_away(peers):
    """Each gets exactly one Close 1001, and the end."""
    for peer in peers:
        received = peer.receive_frame()
        expect("frame", (CLOSE, 1001),
               received and (received.opcode, received.code))
        peer.send(close(1001))
    for peer in peers:
        peer.expect_end()


@check("G1", "FAULTS G1", "TERM ends a thousand connections in time",
       options=None)
def term_with_a_thousand(_):
    if raise_descriptor_limit() < 1200:
        raise Skip("needs 1200 descriptors")
    with Server(f"--grace={GRACE}") as server:
        idle, _opening = crowd(server)
        with Stopwatch() as watch:
            server.process.send_signal(signal.SIGTERM)
            expect_going_away(idle)
            slow = server.is_sanitized()
            expect("exit status", 0, server.wait(GRACE + 10))
        if not slow:
            expect_seconds("until exit", 0, GRACE + 1, watch)
        expect("malformed or missing ends", THIRD + 1, count_ends(server, idle))


def count_ends(server, peers):
    server.reader.join(5)
    names = {peer.name for peer in peers}
    lines = server.find(r'disconnected \(1001 by server, "going away", ')
    return len([line for line in lines if line.split(" ")[4] in names])


@check("G1", "FAULTS G1", "TERM with {} exits at once", options=None, cases={
    "nobody": 0, "idle peers that answer": 20})
def term_and_nobody_deaf(_, count):
    with Server("--grace=5") as server:
        peers = [server.open() for _ in range(count)]
        with Stopwatch() as watch:
            server.process.send_signal(signal.SIGTERM)
            expect_going_away(peers)
            expect("exit status", 0, server.wait())
        expect_seconds("until exit", 0, 1, watch)


@check("G3", "INTERFACE Signals", "USR1 logs the statistics, HUP reopens")
def statistics_and_reopening(server):
    peer = server.open()
    for _ in range(3):
        server.process.send_signal(signal.SIGUSR1)
        expect_that(server.wait_for("Statistics: clients [12], pending 0, "),
                    "the statistics", server.log)
        server.process.send_signal(signal.SIGHUP)
        expect_that(server.wait_for("Log reopened"), "a line", server.log)
        peer.echo()


@check("G1", "FAULTS G1", "INT is as TERM", options=None)
def interrupt(_):
    with Server("--grace=5") as server:
        peer = server.open()
        server.process.send_signal(signal.SIGINT)
        expect_going_away([peer])
        expect("exit status", 0, server.wait())


@check("G1", "FAULTS G1", "TERM closes the listener while it drains",
       options=None)
def listener_is_closed(_):
    with Server("--grace=2") as server:
        peer = server.open()
        server.process.send_signal(signal.SIGTERM)
        peer.expect_close(1001)
        expect_refused(server)
        expect("exit status", None, server.process.poll())
        peer.send(close(1001))
        peer.expect_end()
        expect("exit status", 0, server.wait())


def expect_refused(server):
    with socket.socket() as attempt:
        attempt.settimeout(2)
        expect("connecting", True, attempt.connect_ex(server.address) != 0)


@check("G1", "FAULTS G1", "TERM frees {} within the grace period",
       options=None, cases={
           "a peer in mid-frame": lambda peer: peer.send(b"\x82\xfe\x10"),
           "a peer in mid-message":
               lambda peer: peer.send(text("a", fin=False)),
           "a peer that the server blocks on": lambda peer: peer.stuff(
               text(b"x" * 60000, key=NO_KEY)),
           "a peer that failed": lambda peer: peer.send(frame(3)),
       })
def term_in_state(_, prepare):
    with Server("--grace=1") as server:
        peer = server.connect(receive_buffer=4096).open()
        prepare(peer)
        time.sleep(0.05)
        with Stopwatch() as watch:
            expect("exit status", 0, server.terminate())
        expect_seconds("until exit", 0, 2, watch)


@check("G1", "FAULTS G1", "echoes under way at TERM are whole", options=None)
def whole_frames_at_term(_):
    with Server("--grace=3") as server:
        peers = [server.open() for _ in range(4)]
        senders = [threading.Thread(target=pour, args=[peer], daemon=True)
                   for peer in peers]
        for sender in senders:
            sender.start()
        time.sleep(0.1)
        server.process.send_signal(signal.SIGTERM)
        for peer in peers:
            read_until_close(peer)
        expect("exit status", 0, server.wait())
        for sender in senders:
            sender.join(5)


def pour(peer):
    data = text(b"x" * 50000, key=NO_KEY)
    try:
        while not getattr(peer, "is_done", False):
            peer.send(data)
        peer.send(close(1001))
        peer.finish()
    except OSError:
        pass


def read_until_close(peer):
    while True:
        received = peer.receive_message()
        expect_that(received is not None, "a Close", received)
        if received.opcode == CLOSE:
            break
        expect("length of an echo", 50000, len(received.payload))
    expect("code", 1001, received.code)
    peer.is_done = True
    peer.expect_end()


@check("G2", "FAULTS G2", "a second {} exits at once, with 1", options=None,
       cases={"TERM": signal.SIGTERM, "INT": signal.SIGINT})
def second_signal(_, second):
    with Server("--grace=30") as server:
        deaf = server.open()
        blocked = server.connect(receive_buffer=4096).open()
        blocked.stuff(text(b"x" * 60000, key=NO_KEY))
        server.process.send_signal(signal.SIGTERM)
        deaf.expect_close(1001)
        with Stopwatch() as watch:
            server.process.send_signal(second)
            expect("exit status", 1, server.wait())
        expect_seconds("until exit", 0, 1.3, watch)


def run_wsserver(*arguments):
    """Runs what must end by itself; returns status, stdout and stderr."""
    process = subprocess.Popen(
        [WSSERVER, *arguments], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        output, errors = process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError(f"{arguments} started a server") from None
    return process.returncode, output, errors.decode("utf-8", "replace")


def expect_one_line(arguments, status):
    code, output, errors = run_wsserver(*arguments)
    expect("exit status", status, code)
    expect("stdout", b"", output)
    expect("lines on stderr", 1, len(errors.splitlines()))
    expect_that(errors.startswith("wsserver: ") and errors.endswith("\n"),
                "wsserver: and what is wrong", errors)
    return errors


@check("G4", "FAULTS G4", "a port in use is a clear error and 3",
       over=["ws"])
def port_in_use(server):
    port = str(server.address[1])
    line = expect_one_line(["-p", port, "-a", "127.0.0.1"], 3)
    expect_that(port in line and "in use" in line, "the port and why", line)


@check("G4", "FAULTS G4", "an address that is not ours is a clear error and 3",
       options=None, over=["ws"])
def foreign_address(_):
    expect_one_line(["-p", "0", "-a", "192.0.2.1"], 3)


@check("G4", "FAULTS G4", "a port in use on one of two addresses is 3",
       options=None, over=["ws"])
def port_half_in_use(_):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        expect_one_line(["-p", str(port)], 3)


@check("G4", "FAULTS G4", "after kill -9 the port is bound again at once",
       options=None)
def rebind_after_kill(_):
    with Server() as first:
        port = first.address[1]
        peers = [first.open() for _ in range(5)]
        peers[0].leave()
        first.process.kill()
        first.process.wait()
        with Server(port=port) as second:
            Bystander(second).leave()
            second.stop()


@check("G4", "FAULTS G4", "after kill -9 a Unix socket is bound again",
       options=None, over=["ws"])
def rebind_unix_socket(_):
    with tempfile.TemporaryDirectory() as folder:
        options = ["-a", f"unix:{folder}/socket"]
        first = start_quietly(options)
        line = expect_one_line(options, 3)
        expect_that("in use" in line, "why", line)
        first.kill()
        first.communicate()
        second = start_quietly(options)
        second.terminate()
        second.communicate()
        expect("exit status", 0, second.returncode)
        expect("files left", [], os.listdir(folder))


def start_quietly(options):
    """A server that is listening; its URL is read."""
    process = subprocess.Popen(
        [WSSERVER, *options], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    expect_that(process.stdout.readline().startswith(b"ws"), "a URL", None)
    return process


@check("G4", "INTERFACE Exit", "a log that cannot be opened is 4",
       options=None, over=["ws"])
def no_log(_):
    line = expect_one_line(["-p", "0", "--log=/nonexistent/log"], 4)
    expect_that("/nonexistent/log" in line, "the file's name", line)


NUMBERS = ("", "x", "-1", "+1", " 1", "1 ", "1x", "0x10", "1.5", "1e3",
           "\u0661", "99999999999999999999", "9223372036854775808")
SECONDS = ("", "x", "-1", "1x", "1s", " 1", "0x1", "nan", "inf", "1e3",
           "99999999999999999999")
BAD_VALUES = {
    "--port": NUMBERS + ("65536", "4294967297"),
    "-p": ("65536", "x", ""),
    "--address": ("", "nosuchhost.invalid", "256.0.0.1", "1.2.3", "[::1",
                  "::1]", "[::1]x", "127.0.0.1:", "127.0.0.1:65536",
                  "127.0.0.1:x", "unix:", "unix:/" + "x" * 200, "http://*",
                  "localhost:x", "*:65536", "127.0.0.1:-1", "ws://"),
    "-a": ("256.0.0.1",),
    "--echo-prefix": (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"cut \xe2\x82"),
    "--origin": ("", "http://a b", "http://a\nb"),
    "--subprotocol": ("", "a b", "a,b", "a;b", "\u00e9", "a\nb", "(x)"),
    "-s": ("",),
    "--trusted-proxy": ("", "localhost", "10.0.0.1/8", "10.0.0.0/33",
                        "::/129", "192.0.2.1:80", "[::1]", "10.0.0.0/"),
    "--config": ("",),
    "--max-clients": NUMBERS + ("0",),
    "-m": ("0", "x"),
    "--max-pending": NUMBERS + ("0",),
    "--max-clients-per-ip": NUMBERS,
    "--max-message": ("", "x", "-1", "0", "16X", "16MB", "K", "1.5M", " 1",
                      "99999999999999999999", "9999999999G", "0x10"),
    "--handshake-timeout": SECONDS + ("0",),
    "--ping-interval": SECONDS,
    "--ping-timeout": SECONDS,
    "--send-timeout": SECONDS,
    "--grace": SECONDS,
    "--user": ("", "no-such-user"),
    "-u": ("no-such-user",),
    "--group": ("", "no-such-group"),
    "-g": ("no-such-group",),
    "--log": ("",),
    "--log-format": ("", "xml", "TEXT", "te"),
}


def with_value(option, value):
    """Both as arguments: --option=value or -o value."""
    option, value = os.fsencode(option), os.fsencode(value)
    if option.startswith(b"--"):
        return [option + b"=" + value]
    return [option, value]


@check("G5", "FAULTS G5", "a bad value of {} is one line and 2",
       options=None, over=["ws"],
       cases={option: option for option in BAD_VALUES})
def bad_values(_, option):
    for value in BAD_VALUES[option]:
        try:
            line = expect_one_line(
                ["-p", "0", *with_value(option, value)], 2)
        except AssertionError as error:
            raise AssertionError(f"{option} {value!r}: {error}") from None
        expect_clean_line(line, option, value)


def expect_clean_line(line, option, value):
    """The line names the option, and is no way into the terminal."""
    names = {"-p": "port", "-a": "address", "-s": "subprotocol",
             "-m": "max-clients", "-u": "user", "-g": "group"}
    name = names.get(option, option.lstrip("-"))
    expect_that(name in line, f"a line about {option} {value!r}", line)
    bad = [c for c in line[:-1] if not c.isprintable()]
    expect(f"controls in the line about {option} {value!r}", [], bad)


@check("G5", "FAULTS G5", "{} is one line and 2",
       options=None, over=["ws"], cases={
    "an unknown long option": ["--frob"],
    "an unknown letter": ["-Z"],
    "an unknown letter among known ones": ["-vZ"],
    "an unknown long option with ESC": ["--\x1b[31m"],
    "an ambiguous abbreviation": ["--max=1"],
    "a file of options that is not there": ["--config=/no/such/file"],
    "a directory for a file of options": ["--config=/"],
    "--proxy-protocol alone": ["--proxy-protocol"],
    "an operand": ["12345"],
    "an operand behind --": ["--", "-p"],
    "a value for --verbose": ["--verbose=1"],
    "a value for --quiet": ["--quiet=yes"],
    "a missing value of -p": ["-p"],
    "a missing value of --port": ["--port"],
    "a missing value of --max-message": ["--max-message"],
    "a bad value behind good ones": ["-p", "0", "-v", "--grace=x"],
    "a bad value before --version": ["--port=x", "--version"],
})
def bad_usage(_, arguments):
    line = expect_one_line(arguments, 2)
    bad = [c for c in line[:-1] if not c.isprintable()]
    expect("controls in the line", [], bad)


@check("G5", "INTERFACE GNU habits", "an unknown option points to --help",
       options=None, over=["ws"])
def pointer_to_help(_):
    line = expect_one_line(["--frob"], 2)
    expect_that("ry 'wsserver --help'" in line, "Try 'wsserver --help'", line)


@check("G5", "INTERFACE GNU habits", "{} is answered on stdout with 0",
       options=None, over=["ws"], cases={
           "--help": ("--help", b"Usage: wsserver"),
           "-h": ("-h", b"Usage: wsserver"),
           "--version": ("--version", b"wsserver (wsserver) "),
           "-V": ("-V", b"wsserver (wsserver) ")})
def help_and_version(_, case):
    option, start = case
    code, output, errors = run_wsserver(option)
    expect("status and stderr", (0, ""), (code, errors))
    expect("stdout", start, output[:len(start)])


@check("G5", "INTERFACE GNU habits", "an unambiguous abbreviation is enough",
       options=None, over=["ws"])
def abbreviation(_):
    with Server("--max-m=10", "--gra", "1", "--echo-p=> ") as server:
        peer = server.open("/")
        peer.send(text("hi"))
        expect("echo", b"> hi", peer.receive_frame().payload)
        peer.leave()
        server.stop()


def ids_of(pid):
    """The ids and privileges of a process, by their name in its status."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        lines = (line.split(":", 1) for line in status)
        return {name: value.split() for name, value in lines}


def needs_root():
    if os.getuid() != 0:
        raise Skip("only root can become somebody else")


@check("G7", "INTERFACE -u", "-u and -g drop privileges for good",
       options=None)
def privileges_are_dropped(_):
    needs_root()
    nobody, group = pwd.getpwnam("nobody"), grp.getgrnam("daemon").gr_gid
    for options, user, owner in (
            (["-u", "nobody"], nobody.pw_uid, nobody.pw_gid),
            (["-u", "nobody", "-g", "daemon"], nobody.pw_uid, group),
            (["-g", "daemon"], 0, group)):
        with Server(*options) as server:
            ids = ids_of(server.pid)
            expect("user ids", [str(user)] * 4, ids["Uid"])
            expect("group ids", [str(owner)] * 4, ids["Gid"])
            expect("no new privileges", ["1"], ids["NoNewPrivs"])
            server.open().leave()
            server.stop()


@check("G7", "INTERFACE exit 4", "a log that cannot be reopened ends it",
       options=None, over=["ws"])
def log_of_another(_):
    needs_root()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [WSSERVER, "-p", "0", "-u", "nobody", f"--log={folder}/log"],
            capture_output=True, timeout=5, check=False)
        expect("files", [], os.listdir(folder))
    expect("exit status", 4, done.returncode)
    expect("lines", 1, done.stderr.count(b"\n"))
    expect("URLs", b"", done.stdout)


@check("G7", "FAULTS G7", "a log that is missing is made for the user",
       options=None, over=["ws"])
def log_is_made(_):
    needs_root()
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        name = os.path.join(folder, "log")
        with Server("-u", "nobody", "--log=" + name) as server:
            os.rename(name, name + ".1")
            server.process.send_signal(signal.SIGHUP)
            expect("the log is opened anew", True,
                   wait_until(lambda: os.path.exists(name), 2))
            server.stop()
        for each in (name, name + ".1"):
            made = os.stat(each)
            expect("owners", (nobody.pw_uid, nobody.pw_gid),
                   (made.st_uid, made.st_gid))
