# SPDX-License-Identifier: MIT
"""A wsserver under test, its log, and a bystander who must not notice."""

import os
import re
import resource
import signal
import subprocess
import threading
import time

import certificates
from checks import expect, expect_that, wait_until
from failing import Failing
from peer import PATIENCE, Peer, TEXT, text

WSSERVER = os.path.abspath(os.environ.get("WSSERVER", "./wsserver"))
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
    r"(error|warning|info|debug) (\d+|-) (\S.*)")
END = re.compile(
    r"Client (\S+) disconnected \((\d+) by (client|server|nobody), "
    r'(?:"(.*)", )?messages (\d+)/(\d+), bytes (\d+)/(\d+), \d+\.\d s\)')
MEMORY_MARGIN = 8192
MEMORY_SLACK = int(os.environ.get("TEST_MEMORY_SLACK", "0"))  # KiB
BYSTANDER = "127.0.0.9"


class End:
    """What a line about a disconnection says."""

    def __init__(self, match):
        self.code = int(match.group(2))
        self.by = match.group(3)
        self.reason = match.group(4) or ""
        self.messages = (int(match.group(5)), int(match.group(6)))
        self.bytes = (int(match.group(7)), int(match.group(8)))


class Usage:
    """Threads, descriptors and KiB of memory of a process."""

    def __init__(self, pid):
        self.threads = read_status(pid, "Threads")
        self.memory = read_status(pid, "VmRSS")
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))


def read_status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    raise AssertionError(f"the server is gone: no {name}")


class Server:
    """Started on a free port; log is what it said on stderr so far.

    Its scheme is ws or wss, with the certificate that options have or the
    ordinary one.
    """

    scheme = "ws"
    default_address = "127.0.0.1"

    def __init__(self, *options, port=0, log_format="text", prepare=None,
                 stderr=subprocess.PIPE, fails=False, scheme=None):
        self.scheme = scheme or Server.scheme
        self.tls = None
        if self.scheme == "wss":
            self.tls = certificates.ordinary_client()
            if not any(option.startswith("--cert=") for option in options):
                options = (*certificates.server_options(), *options)
        command = [WSSERVER, f"--port={port}", f"--log-format={log_format}"]
        if self.default_address is not None and not any(
                option.startswith(("-a", "--address")) for option in options):
            command.append(f"--address={self.default_address}")
        self.log = []
        self.peers = []
        self.format = log_format
        self.failing = Failing(WSSERVER) if fails else None
        self.process = self.start(
            command + list(options), preexec_fn=prepare, stderr=stderr,
            env=self.failing.environment() if fails else None)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        if stderr == subprocess.PIPE:
            self.reader.start()
        self.address = self.read_address()

    def start(self, command, **rest):
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **rest)

    def __enter__(self):
        return self

    def __exit__(self, kind, *error):
        self.drop_peers()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if self.reader.is_alive():
            self.reader.join(PATIENCE)
        if self.process.stderr is not None:
            self.process.stderr.close()

    def read_address(self):
        url = self.process.stdout.readline().decode()
        match = re.fullmatch(self.scheme + r"://([^:/]+):(\d+)\n", url)
        if match is None:
            self.process.kill()
            self.process.wait()
            if self.process.stderr is not None:
                self.reader.join(PATIENCE)
            raise AssertionError(f"no URL but {url!r}, log {self.log}")
        return "127.0.0.1", int(match.group(2))

    def read_log(self):
        for line in self.process.stderr:
            self.log.append(line.decode("utf-8", "surrogateescape")[:-1])

    def connect(self, kind=Peer, **rest):
        begin = len(self.log)
        peer = kind(self.address, **{"tls": self.tls, **rest})
        peer.log_begin = begin
        self.peers.append(peer)
        return peer

    def open(self, *args, **changed):
        """A peer behind its opening handshake."""
        return self.connect().open(*args, **changed)

    def ask(self, data):
        """Sends bytes, and returns the response that ends the stream."""
        peer = self.connect()
        peer.send(data)
        response = peer.receive_response()
        response.name = peer.name
        peer.close()
        return response

    def find(self, pattern, begin=0):
        """The lines of the log that hold a pattern, from one of them on."""
        return [line for line in self.log[begin:] if re.search(pattern, line)]

    def lines_of(self, peer):
        """The lines with the number of a peer that is logged."""
        line = self.wait_for(re.escape(peer.name))
        number = line.split(" ")[2]
        return [each for each in list(self.log)
                if each.split(" ")[2] == number]

    def wait_for(self, pattern, seconds=2, begin=0):
        wait_until(lambda: self.find(pattern, begin), seconds)
        lines = self.find(pattern, begin)
        expect_that(lines, f"a line like {pattern}", self.log[-5:])
        return lines[0]

    def end_of(self, peer, seconds=2):
        """What the log says, in one line, of the end of a peer.

        Another one may have had the same port before.
        """
        pattern = f"Client {re.escape(peer.name)} disconnected "
        self.wait_for(pattern, seconds, peer.log_begin)
        lines = self.find(pattern, peer.log_begin)
        expect("lines about the end", 1, len(lines))
        match = END.search(lines[0])
        expect_that(match and lines[0].endswith(match.group(0)),
                    "a line about the end as specified", lines[0])
        return End(match)

    def expect_end(self, peer, code, by, seconds=2):
        end = self.end_of(peer, seconds)
        expect("the end logged", (code, by), (end.code, end.by))
        return end

    def expect_back_at(self, usage, seconds=3):
        """Threads, descriptors and memory are what they were.

        One look counts: at the next one the server may be at work again.
        """
        def look():
            now = Usage(self.pid)
            looks.append((now.threads, now.descriptors))
            return looks[-1] == before

        before = (usage.threads, usage.descriptors)
        looks = []
        wait_until(look, seconds)
        expect("threads and descriptors afterwards", before, looks[-1])
        self.expect_memory_near(usage)

    def is_sanitized(self):
        """Sanitizers keep what is freed, and map terabytes."""
        return read_status(self.pid, "VmSize") > 1 << 30

    def expect_memory_near(self, usage, margin=MEMORY_MARGIN, name="VmRSS"):
        if not self.is_sanitized():
            grown = read_status(self.pid, name) - usage.memory
            expect_that(grown <= margin + MEMORY_SLACK,
                        f"at most {margin} KiB more", grown)

    def processor_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def drop_peers(self):
        for peer in self.peers:
            peer.close()
        self.peers = []

    def terminate(self, seconds=PATIENCE):
        """Sends TERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=PATIENCE):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return "no exit"

    def stop(self):
        """Ends the server in order and judges the form of its log."""
        expect("exit status after TERM", 0, self.terminate())
        if self.reader.is_alive():
            self.reader.join(PATIENCE)
        if self.format == "text":
            bad = [line for line in self.log if not LINE.fullmatch(line)]
            expect("malformed lines of the log", [], bad)


class Bystander:
    """Echoes all the time and remembers the first error."""

    def __init__(self, server):
        self.peer = Peer(server.address, source=BYSTANDER,
                         tls=server.tls).open("/")
        self.error = None
        self.echoes = 0
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.echo()
        self.thread.start()

    def echo(self):
        self.peer.send(text(f"still here {self.echoes}"))
        self.peer.expect_message(
            TEXT, f"Server received: still here {self.echoes}")
        self.echoes += 1

    def run(self):
        try:
            while not self.leaving.is_set():
                self.echo()
                time.sleep(0.01)
            self.peer.leave()
        except (AssertionError, OSError) as error:
            self.error = error
        finally:
            self.peer.close()

    def leave(self):
        self.leaving.set()
        self.thread.join(2 * PATIENCE)
        expect("the bystander's error", None, self.error)


def raise_descriptor_limit():
    """For who holds a thousand connections; returns what there are."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return limit
