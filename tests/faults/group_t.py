# SPDX-License-Identifier: MIT
"""Group T: threads and TCP."""

import ctypes
import errno
import os
import re
import resource
import signal
import socket
import time

from checks import (Skip, Stopwatch, check, expect, expect_between,
                    expect_seconds, expect_that)
from checks import wait_until
from failing import EVER
from group_r import expect_turned_away
from peer import (CLOSE, NO_KEY, PING, PONG, TEXT, Peer, close, frame,
                  request, text)
from server import LINE, Bystander, Server, Usage

KEEPALIVE = ["--ping-interval=1", "--ping-timeout=1"]
PIDFD_OPEN, PIDFD_GETFD = 434, 438
TCP_USER_TIMEOUT = 18
LONG = text(b"x" * 60000, key=NO_KEY)


def set_soft_limit(server, kind, value=None):
    """Sets a limit of a running server, as its own user may; None: all."""
    child = os.fork()
    if child == 0:
        try:
            become(os.stat(f"/proc/{server.pid}").st_uid)
            hard = resource.prlimit(server.pid, kind)[1]
            soft = hard if value is None else value
            resource.prlimit(server.pid, kind, (soft, hard))
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        raise Skip("cannot set the limits of another process")


def become(user):
    if user != os.getuid():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


@check("T1", "FAULTS T1", "no descriptors left: no exit, no spin, no storm",
       slow=True)
def no_descriptors(server):
    used = Usage(server.pid).descriptors
    set_soft_limit(server, resource.RLIMIT_NOFILE, used + 2)
    lucky = [server.open() for _ in range(2)]
    waiting = [server.connect() for _ in range(5)]
    before = server.processor_seconds()
    time.sleep(4)
    used = server.processor_seconds() - before
    expect_between("processor seconds in 4 s, bystander included", 0, 0.4,
                   used)
    about = [line for line in server.log
             if LINE.fullmatch(line).group(1) in ("error", "warning")]
    expect_between("lines about it in 4 s", 1, 2, len(about))
    for peer in lucky:
        peer.echo()
        peer.close()
    with Stopwatch() as watch:
        waiting[0].open()
        waiting[1].open()
    expect_seconds("until it recovers", 0, 1, watch)
    set_soft_limit(server, resource.RLIMIT_NOFILE)
    for peer in waiting[2:]:
        peer.open().echo()


@check("T2", "accept(2)", "accept: {} is tried again at once", fails=True,
       cases={name: getattr(errno, name) for name in (
           "ECONNABORTED", "EINTR", "EPROTO", "EPERM", "ENETDOWN",
           "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "ENONET",
           "ENOPROTOOPT", "EOPNOTSUPP")})
def accept_again_at_once(server, error):
    rule = server.failing.let("accept4", last=16, error=error)
    with Stopwatch() as watch:
        server.open().echo()
    expect("calls that failed", 16, server.failing.failed(rule))
    expect_seconds("taken", 0, 1, watch)
    expect("lines about it", [], server.find("Cannot accept"))


@check("T2", "FAULTS T2", "accept: {} is tried again later", fails=True,
       cases={name: getattr(errno, name) for name in (
           "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EINVAL")})
def accept_again_later(server, error):
    """After 10, 20, 40, 80, 160 ms; the next time from 10 ms again."""
    for _ in range(2):
        rule = server.failing.let("accept4", last=5, error=error)
        with Stopwatch() as watch:
            server.open().echo()
        expect("calls that failed", 5, server.failing.failed(rule))
        expect_seconds("taken", 0.3, 1.5, watch)
        server.failing.forget()
    remedy = {errno.EMFILE: " (ulimit -n)",
              errno.ENFILE: " (sysctl fs.file-max)"}.get(error, "")
    lines = server.find(re.escape(
        f"error - Cannot accept: {os.strerror(error)}{remedy}") + "$")
    expect("lines about it", 1, len(lines))
    expect_that(lines == server.find("Cannot accept"), "no other", server.log)


@check("T2", "FAULTS T2", "accept fails once, when nobody waits: no spin",
       fails=True)
def accept_fails_behind_the_last(server):
    """The second call would have found nobody, as does the one after it."""
    rule = server.failing.let("accept4", first=2, error=errno.ENFILE)
    peer = server.open()
    expect("calls that failed", True, wait_until(
        lambda: server.failing.failed(rule) == 1, 2))
    before = server.processor_seconds()
    time.sleep(1)
    used = server.processor_seconds() - before
    expect_between("processor seconds in 1 s, bystander included", 0, 0.3,
                   used)
    peer.echo()


@check("T2", "FAULTS T2", "accept fails for 7 s: no spin, no storm",
       fails=True, slow=True)
def accept_fails_for_long(server):
    """13 calls are due: 7 up to 640 ms apart, then one a second."""
    rule = server.failing.let("accept4", last=EVER, error=errno.ENOMEM)
    waiting = [server.connect() for _ in range(3)]
    before = server.processor_seconds()
    time.sleep(7)
    used = server.processor_seconds() - before
    expect_between("calls", 8, 15, server.failing.calls(rule))
    expect_between("processor seconds, bystander included", 0, 0.7, used)
    expect("lines about it", 2, len(server.find("Cannot accept")))
    server.failing.forget()
    with Stopwatch() as watch:
        for peer in waiting:
            peer.open().echo()
    expect_seconds("until it recovers", 0, 1.2, watch)


@check("T2", "FAULTS T2", "TERM ends a server that cannot accept",
       options=None)
def term_while_accept_fails(_):
    with Server("--grace=3", fails=True) as server:
        rule = server.failing.let("accept4", last=EVER, error=errno.ENFILE)
        server.connect()
        wait_until(lambda: server.failing.calls(rule) > 7, 5)
        with Stopwatch() as watch:
            server.stop()
        expect_seconds("taken", 0, 1, watch)


@check("T3", "FAULTS T3", "a thread cannot be made: 503, and the next can",
       fails=True)
def no_thread(server):
    rule = server.failing.let("pthread_create", last=2, error=errno.EAGAIN)
    for _ in range(2):
        expect_turned_away(server)
    server.open().leave()
    expect("calls", 3, server.failing.calls(rule))
    server.process.send_signal(signal.SIGUSR1)
    server.wait_for("Statistics: clients [12], pending 0, .*, refused 2,")
    expect("lines about it", 2, len(server.find("thread")))
    expect("lines about the limit", 1, len(server.find(
        r'error - Client \S+ refused \((503, )?"no thread to be had: '
        r'the lowest limit is that of .+ \(.+\)"\)')))


def become_stranger():
    """A user of its own, whose threads can be limited."""
    become(100000 + os.getpid())


def start_as_stranger():
    if os.getuid() != 0:
        raise Skip("only root can make a user whose threads are counted")
    try:
        return Server(prepare=become_stranger)
    except OSError as error:
        raise Skip(f"cannot become another user: {error}") from None


@check("T3", "FAULTS T3", "no threads left: 503 with Retry-After", options=None)
def no_threads(_):
    with start_as_stranger() as server:
        bystander = Bystander(server)
        used = Usage(server.pid).threads
        set_soft_limit(server, resource.RLIMIT_NPROC, used + 1)
        last = server.open()
        for _ in range(3):
            expect_turned_away(server)
        last.leave()
        wait_until(lambda: Usage(server.pid).threads == 2, 2)
        server.open().leave()
        set_soft_limit(server, resource.RLIMIT_NPROC)
        server.open().leave()
        bystander.leave()
        server.stop()


def wait_one_end(server, peer, code=1006):
    """One line, with this code; the connection's all is gone in 1 s."""
    with Stopwatch() as watch:
        end = server.end_of(peer)
    expect("code", code, end.code)
    expect_seconds("taken", 0, 1, watch)
    return end


@check("T6", "FAULTS T6", "a peer that is gone in mid-echo ends alone")
def gone_in_echo(server):
    for _ in range(10):
        peer = server.open()
        peer.send(LONG * 10)
        peer.reset()
        wait_one_end(server, peer)


@check("T6", "FAULTS T6", "EPIPE is 1006, not the end of the server")
def broken_pipe(server):
    peer = server.connect(receive_buffer=4096).open()
    peer.stuff(LONG)
    peer.socket.shutdown(socket.SHUT_RD)
    peer.reset()
    expect("by", "nobody", wait_one_end(server, peer).by)


def reset_after(*data):
    """Sends bytes, waits for what must come back, and resets."""
    def run(server):
        peer = server.connect()
        for each in data:
            peer.send(each)
            time.sleep(0.02)
        peer.reset()
    return run


def reset_while_blocked(server):
    peer = server.connect(receive_buffer=4096).open()
    peer.stuff(LONG)
    peer.reset()


@check("T7", "FAULTS T7", "RST {} frees all within 1 s", cases={
    "after connect": reset_after(),
    "in the request line": reset_after(b"GET / HT"),
    "in the fields": reset_after(request()[:-2]),
    "after the request": reset_after(request()),
    "after a bad request": reset_after(b"\n\n"),
    "when open": reset_after(request(), text("hi")),
    "in a frame's header": reset_after(request(), LONG[:3]),
    "in a payload": reset_after(request(), LONG[:3000]),
    "in a message": reset_after(request(), text("a", fin=False)),
    "after a ping": reset_after(request(), frame(PING)),
    "after Close": reset_after(request(), close()),
    "after the server's Close": reset_after(request(), frame(3)),
    "while the server sends": reset_while_blocked,
})
def reset_in_every_state(server, run):
    usage = Usage(server.pid)
    for _ in range(3):
        run(server)
    server.expect_back_at(usage, 1)


@check("T7", "FAULTS T7", "RST of an open connection is one line, 1006")
def reset_is_logged(server):
    peer = server.open()
    peer.echo()
    peer.reset()
    expect("by", "nobody", wait_one_end(server, peer).by)


@check("T8", "INTERFACE --ping-timeout", "a silent peer is pinged and dropped",
       options=KEEPALIVE)
def silent(server):
    peer = server.open()
    with Stopwatch() as until_ping:
        received = peer.receive_frame()
    expect("frame", PING, received and received.opcode)
    with Stopwatch() as until_end:
        expect("bytes before the end", b"", peer.receive_rest())
    expect_seconds("until the ping", 0.9, 1.6, until_ping)
    expect_seconds("until dropped", 0.7, 1.6, until_end)
    end = server.expect_end(peer, 1006, "server")
    expect("reason", "ping timeout", end.reason)


@check("T8", "RFC 6455 5.5.3", "a peer that {} stays",
       options=KEEPALIVE, slow=True, cases={
           "answers pings": lambda ping: frame(PONG, ping.payload),
           "sends other bytes": lambda ping: frame(PONG, "unasked")})
def answers_pings(server, answer):
    peer = server.open()
    for _ in range(3):
        ping = peer.receive_frame()
        expect("frame", PING, ping and ping.opcode)
        peer.send(answer(ping))
    peer.leave()


@check("T8", "FAULTS T8", "any byte counts as life", options=KEEPALIVE,
       slow=True)
def drips_a_frame(server):
    peer = server.open()
    data = frame(TEXT, "slow")
    for byte in data:
        peer.send(bytes([byte]))
        time.sleep(0.6)
    peer.expect_message(TEXT, "slow")
    peer.leave()


@check("T8", "INTERFACE --ping-interval", "0 is never", options=[
    "--ping-interval=0", "--ping-timeout=1"], slow=True)
def never_pinged(server):
    peer = server.open()
    time.sleep(3)
    peer.send(text("hi"))
    received = peer.receive_frame()
    expect("payload", b"hi", received.payload)


def borrow_sockets(pid):
    """The sockets of another process, duplicated."""
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    process = syscall(PIDFD_OPEN, pid, 0)
    for name in os.listdir(f"/proc/{pid}/fd"):
        if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
            continue
        descriptor = syscall(PIDFD_GETFD, process, int(name), 0)
        if descriptor < 0:
            raise Skip(os.strerror(ctypes.get_errno()))
        yield socket.socket(fileno=descriptor)
    os.close(process)


@check("T8", "FAULTS T8", "TCP_USER_TIMEOUT is set")
def user_timeout(server):
    peer = server.open()
    for each in borrow_sockets(server.pid):
        with each:
            if is_other_end(each, peer):
                timeout = each.getsockopt(
                    socket.IPPROTO_TCP, TCP_USER_TIMEOUT)
                expect_between("milliseconds", 1, 60000, timeout)
                return
    raise AssertionError("the server has no such socket")


def is_other_end(each, peer):
    try:
        return each.getpeername() == peer.socket.getsockname()
    except OSError:
        return False


@check("T9", "RFC 6455 7.1.5", "FIN {} is 1006 and ends the thread", cases={
    "in a header": text("hello")[:1],
    "in a payload": text("hello")[:8],
    "between fragments": text("hello", fin=False),
    "without Close": b"",
    "in Close": close()[:5],
})
def fin_in_message(server, data):
    usage = Usage(server.pid)
    peer = server.open()
    peer.send(data)
    peer.finish()
    peer.expect_end()
    expect("by", "nobody", wait_one_end(server, peer).by)
    peer.close()
    server.expect_back_at(usage, 1)


@check("T9", "FAULTS T9", "FIN {} ends the thread", cases={
    "before the opening handshake": (b"", {"tls": None}),
    "in the opening handshake": (b"GET / HTTP/1.1\r\nHost:", {})})
def fin_in_handshake(server, case):
    data, rest = case
    usage = Usage(server.pid)
    peer = server.connect(**rest)
    peer.send(data)
    peer.finish()
    peer.receive_rest()
    server.expect_back_at(usage, 1)


@check("T9", "FAULTS T9", "FIN after a whole message still gets its echo",
       cases={"hi": "hi", "3 MB": "x" * 3000000})
def fin_after_message(server, payload):
    peer = server.open()
    peer.send(text(payload))
    peer.finish()
    peer.expect_message(TEXT, payload)
    peer.expect_end()
    wait_one_end(server, peer)


@check("T9", "FAULTS T9", "FIN after Close still gets its answer")
def fin_after_close(server):
    peer = server.open()
    peer.send(text("hi") + close())
    peer.finish()
    peer.expect_message(TEXT, "hi")
    expect("opcode", CLOSE, peer.receive_frame().opcode)
    peer.expect_end()
    server.expect_end(peer, 1000, "client")


CYCLE = request() + text(b"hello", key=NO_KEY) + close()


def cycle(server):
    """A connection's whole life: connect, upgrade, echo, close."""
    peer = Peer(server.address, tls=server.tls)
    peer.send(CYCLE)
    received = peer.receive_rest()
    peer.close()
    expect("echo and Close", b"\x81\x05hello\x88\x02\x03\xe8", received[-11:])


def cycle_often(server, count):
    for _ in range(count):
        cycle(server)


def cycles(server, count, repeat=cycle_often):
    """Memory is compared once a fifth of them has warmed the allocator up."""
    usage = Usage(server.pid)
    repeat(server, count // 5)
    server.expect_back_at(usage)
    usage = Usage(server.pid)
    repeat(server, count - count // 5)
    server.expect_back_at(usage)
    server.expect_memory_near(usage, 1024)


@check("T10", "FAULTS T10", "1000 connections come and go")
def thousand_cycles(server):
    cycles(server, 1000)


def cycle_in_children(server, count):
    """Two processes do it faster than one."""
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            try:
                for _ in range(count // 2):
                    cycle(server)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    for child in children:
        expect("exit status of a child", 0, os.waitpid(child, 0)[1])


@check("T10", "FAULTS T10", "a million connections, of TLS 50,000, come and go",
       options=("-q",), slow=True)
def million_cycles(server):
    cycles(server, 1000000 if server.tls is None else 50000,
           cycle_in_children)
