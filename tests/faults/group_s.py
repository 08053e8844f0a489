# SPDX-License-Identifier: MIT
"""Group S, TLS: handshakes, and who speaks what."""

import re
import ssl
import subprocess
import time

from certificates import client_context, path, server_options
from checks import (Stopwatch, check, expect, expect_seconds, expect_that,
                    wait_until)
from group_h import check_refusal
from peer import Peer, request
from server import Server, Usage, WSSERVER
from stream import TlsStream

WSS = ["wss"]
QUICK_TIMEOUT = ["--handshake-timeout=1"]


def line_about(server, peer, pattern):
    """The only line of the log about a peer, which has a pattern."""
    name = re.escape(peer.name) + r"\b"
    line = server.wait_for(name)
    expect("lines about the peer", [line], server.find(name))
    expect_that(re.search(pattern, line), f"a line with {pattern}", line)
    return line


def bytes_to_end(peer):
    """What comes before the end, be it a reset."""
    try:
        return peer.receive_rest()
    except ConnectionError:
        return peer.take(len(peer.data))


def client_hello():
    stream = TlsStream(None, client_context())
    try:
        stream.tls.do_handshake()
    except ssl.SSLWantReadError:
        return stream.outgoing.read()


def fails_by(server, context, reason):
    """A client with this context fails by an alert."""
    peer = server.connect(tls=context)
    try:
        peer.open()
    except ssl.SSLError as error:
        expect_that(reason in str(error), f"the alert {reason!r}", error)
    else:
        raise AssertionError("the handshake succeeded")
    peer.close()
    return peer


@check("S1", "RFC 9110 15.5.1", "{} to the TLS port gets 400 and a line",
       over=WSS, cases={
           "GET": request("/", Upgrade=None, Connection=None),
           "GET of HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
           "an upgrade": request("/raw"),
           "POST with a body":
               request(method="POST", more=[("Content-Length", "3")]) + b"abc",
           "OPTIONS": request("*", method="OPTIONS"),
           "a first line alone": b"GET / HTTP/1.1\r\n",
       })
def http_to_tls(server, data):
    peer = server.connect(tls=None)
    peer.send(data)
    expect_plain_400(server, peer)


@check("S1", "RFC 9110 15.5.1", "GET byte by byte to the TLS port gets 400",
       over=WSS)
def slow_http_to_tls(server):
    peer = server.connect(tls=None)
    for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n":
        if peer.is_readable():
            break
        peer.send(bytes([byte]))
        time.sleep(0.002)
    expect_plain_400(server, peer)


def expect_plain_400(server, peer):
    with Stopwatch() as watch:
        response = peer.receive_response()
    expect_seconds("until the end", 0, 1, watch)
    check_refusal(response, 400)
    expect_that(b"TLS" in response.body, "a body about TLS", response.body)
    line_about(server, peer, r'refused \(400, ".*TLS')


@check("S1", "FAULTS S1", "{} to the TLS port is the end, and a line",
       over=WSS, cases={
           "every byte": bytes(range(256)),
           "zeros": bytes(64),
           "0xff": b"\xff" * 64,
           "line feeds": b"\n" * 64,
           "a greeting of SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
           "a greeting of SMTP": b"EHLO localhost\r\n",
           "small letters": b"get / http/1.1\r\n\r\n",
           "a hello of SSLv2":
               b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37),
           "a record of no handshake": b"\x16\x03\x01\x00\x10" + b"\xff" * 16,
           "a record too long": b"\x16\x03\x01\xff\xff" + bytes(20000),
           "empty records": b"\x16\x03\x01\x00\x00" * 64,
           "an alert": b"\x15\x03\x01\x00\x02\x02\x28",
           "data before the handshake": b"\x17\x03\x03\x00\x05hello",
           "a hello with lengths that lie":
               b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" + bytes(32) +
               b"\xff\x00\x02\x13\x01\x01\x00",
       })
def garbage_to_tls(server, data):
    peer = server.connect(tls=None)
    with Stopwatch() as watch:
        peer.send(data)
        bytes_to_end(peer)
    expect_seconds("until the end", 0, 1, watch)
    line_about(server, peer, "refused")


@check("S1", "FAULTS S1", "TLS to the plain port is the end, and a line",
       over=["ws"])
def tls_to_plain(server):
    peer = server.connect()
    with Stopwatch() as watch:
        peer.send(client_hello())
        bytes_to_end(peer)
    expect_seconds("until the end", 0, 1, watch)
    line_about(server, peer, "refused .*TLS")


@check("S1", "INTERFACE -a", "ws:// and wss:// live in one process",
       options=None, over=WSS)
def both_schemes(_):
    arguments = ["-a", "ws://127.0.0.1:0", "-a", "wss://127.0.0.1:0"]
    process = subprocess.Popen(
        [WSSERVER, *arguments, *server_options()], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for scheme, tls in (("ws", None), ("wss", client_context())):
            url = process.stdout.readline().decode()
            match = re.fullmatch(scheme + r"://127\.0\.0\.1:(\d+)\n", url)
            expect_that(match, f"a URL of {scheme}", url)
            peer = Peer(("127.0.0.1", int(match.group(1))), tls=tls).open()
            peer.echo()
            peer.leave()
        process.terminate()
        expect("exit status", 0, process.wait(5))
    finally:
        process.kill()
        process.communicate()


def drip(peer, data, pause):
    """Sends byte by byte until all is sent or something comes."""
    try:
        for byte in data:
            if peer.is_readable():
                return
            peer.socket.sendall(bytes([byte]))
            time.sleep(pause)
    except OSError:
        pass


def hold_finished(peer):
    """Sends its hello only; the answer is read, but not answered."""
    peer.send(client_hello())
    time.sleep(0.1)
    peer.socket.recv(1 << 16)


@check("S2", "INTERFACE --handshake-timeout",
       "{} is the end at the absolute deadline, and a line",
       options=QUICK_TIMEOUT, over=WSS, cases={
           "silence": lambda peer: None,
           "a byte": lambda peer: peer.send(b"\x16"),
           "a hello byte by byte":
               lambda peer: drip(peer, client_hello(), 0.09),
           "half a hello": lambda peer: peer.send(client_hello()[:100]),
           "a handshake not finished": hold_finished,
       })
def stalled_handshake(server, stall):
    peer = server.connect(tls=None)
    with Stopwatch() as watch:
        stall(peer)
        bytes_to_end(peer)
    expect_seconds("until the end", 0.9, 1.6, watch)
    line_about(server, peer, r'refused \("the handshake took too long"')


@check("S2", "INTERFACE Signals", "TERM in TLS's handshake: a line, no status",
       options=None, over=WSS)
def term_in_handshake(_):
    with Server() as server:
        peer = server.connect(tls=None)
        peer.send(client_hello()[:100])
        wait_until(lambda: Usage(server.pid).threads == 2, 2)
        expect("exit status", 0, server.terminate())
        peer.receive_rest()
        line_about(server, peer, r'refused \("going away"\)')


def drip_plainly(peer):
    peer.stream.open()
    peer.send(b"GET")
    for _ in range(40):
        if peer.is_readable():
            return
        peer.send(b"x")
        time.sleep(0.05)


def drip_records(peer):
    peer.stream.open()
    drip(peer, peer.stream.encrypt(request()), 0.02)


def come_late(peer):
    time.sleep(0.6)
    drip_plainly(peer)


@check("S2", "INTERFACE --handshake-timeout",
       "TLS and {} have one deadline, then 408",
       options=QUICK_TIMEOUT, over=WSS, cases={
           "silence": lambda peer: peer.stream.open(),
           "a head byte by byte": drip_plainly,
           "a record byte by byte": drip_records,
           "a head byte by byte, late": come_late,
       })
def one_deadline(server, stall):
    peer = server.connect()
    with Stopwatch() as watch:
        stall(peer)
        response = peer.receive_response()
    expect_seconds("until 408", 0.9, 1.6, watch)
    check_refusal(response, 408)
    line_about(server, peer, r"refused \(408")


@check("S2", "INTERFACE --handshake-timeout", "a slow handshake in time opens",
       options=["--handshake-timeout=3"], over=WSS)
def slow_but_in_time(server):
    peer = server.connect()
    stream = peer.stream
    try:
        stream.tls.do_handshake()
    except ssl.SSLWantReadError:
        drip(peer, stream.outgoing.read(), 0.0005)
    peer.open()
    time.sleep(3.2)
    peer.echo()
    peer.leave()


@check("S3", "RFC 8996", "{} is refused by an alert", over=WSS, cases={
    "TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1})
def old_versions(server, version):
    context = client_context(version=version, ciphers="ALL:@SECLEVEL=0")
    peer = fails_by(server, context, "alert protocol version")
    line_about(server, peer, "refused .*TLS")


@check("S3", "RFC 9325 3.1", "{} is spoken", over=WSS, cases={
    "TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3})
def good_versions(server, version):
    peer = server.connect(tls=client_context(version=version)).open()
    spoken = peer.stream.tls.version()
    expect("version", version.name, spoken.replace(".", "_"))
    peer.echo("x" * 100000)
    peer.leave()


@check("S3", "RFC 9325 4.1", "TLS 1.2 with {} is refused", options=None,
       over=WSS, cases={
           "no encryption": "eNULL", "no authentication": "aNULL",
           "keys that are not forgotten": "kRSA"})
def bad_ciphers(_, ciphers):
    context = client_context(
        version=ssl.TLSVersion.TLSv1_2, ciphers=ciphers + ":@SECLEVEL=0")
    with Server(*server_options("rsa-chain.pem", "rsa.key")) as server:
        fails_by(server, context, "alert handshake failure")
        server.open().leave()
        server.stop()


def start_s_client(server, *options):
    """openssl s_client, which trusts the server."""
    return subprocess.Popen(
        ["openssl", "s_client", "-connect", "localhost:%d" % server.address[1],
         "-4", "-CAfile", path("authority.pem"), *options],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


@check("S3", "RFC 8446 4.2.1", "openssl s_client shows TLS 1.3 and a chain",
       over=WSS)
def s_client(server):
    output = start_s_client(server).communicate(timeout=5)[0]
    for shown in (b"New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384",
                  b"Verify return code: 0 (ok)", b"Compression: NONE",
                  b"No ALPN negotiated"):
        expect_that(shown in output, shown, output[-300:])


@check("S3", "RFC 8996", "openssl s_client cannot have {}", over=WSS, cases={
    "TLS 1.0": "-tls1", "TLS 1.1": "-tls1_1"})
def s_client_refused(server, version):
    process = start_s_client(server, version, "-cipher", "ALL:@SECLEVEL=0")
    output = process.communicate(timeout=5)[0]
    expect("exit status", 1, process.returncode)
    expect_that(b"alert protocol version" in output, "an alert",
                output[-300:])


@check("S3", "RFC 9325 3.5", "renegotiation is refused", over=WSS)
def renegotiation(server):
    process = start_s_client(server, "-tls1_2")
    try:
        while (line := process.stdout.readline()) != b"---\n":
            expect_that(line, "a handshake", line)
        time.sleep(0.2)
        output = process.communicate(b"R\n", timeout=5)[0]
    finally:
        process.kill()
        process.wait()
    expect_that(b"RENEGOTIATING" in output and b"no renegotiation" in output,
                "a refusal", output[-300:])
    expect("exit status", 1, process.returncode)


@check("S3", "RFC 7301 3.2", "of {} http/1.1 is chosen", over=WSS, cases={
    "http/1.1": ["http/1.1"], "h2 and http/1.1": ["h2", "http/1.1"]})
def alpn_chosen(server, offered):
    peer = server.connect(tls=client_context(alpn=offered)).open()
    expect("protocol", "http/1.1", peer.stream.tls.selected_alpn_protocol())
    peer.echo()
    peer.leave()


@check("S3", "RFC 7301 3.2", "no ALPN is fine", over=WSS)
def alpn_none(server):
    peer = server.open()
    expect("protocol", None, peer.stream.tls.selected_alpn_protocol())
    peer.leave()


@check("S3", "RFC 7301 3.2", "only {} is refused by an alert", over=WSS,
       cases={"h2": ["h2"], "http/1.0": ["http/1.0"]})
def alpn_refused(server, offered):
    peer = fails_by(server, client_context(alpn=offered),
                      "no application protocol")
    line_about(server, peer, "refused")
