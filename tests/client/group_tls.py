# SPDX-License-Identifier: MIT
"""wss:// (FAULTS.md K8): certificates good and bad, from a raw server."""

import contextlib
import os
import random
import shutil
import ssl
import subprocess
import tempfile

from checks import Skip, check, expect, expect_that
from peer import BINARY, TEXT
from program import expect_run, run
from rogue import Rogue, said, said_close


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=False,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def make_certificate(folder, name):
    """A key and a certificate for localhost, signed by themselves."""
    file = os.path.join(folder, name)
    made = openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file + ".key",
        "-out", file + ".pem", "-subj", "/CN=" + name, "-addext",
        f"subjectAltName=DNS:{name},IP:127.0.0.1")
    if not made:
        raise Skip("openssl makes no such certificate")
    return file


AUTHORITY = """
[ca]
default_ca = one
[one]
database = {0}/index
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
"""


def expire(folder, file):
    """Puts a certificate of long ago in the place of a fresh one."""
    with open(os.path.join(folder, "config"), "w", encoding="ascii") as config:
        config.write(AUTHORITY.format(folder))
    with open(os.path.join(folder, "index"), "w", encoding="ascii"):
        pass
    made = openssl("req", "-new", "-key", file + ".key", "-subj",
                   "/CN=localhost", "-out", file + ".csr") and openssl(
        "ca", "-batch", "-notext", "-selfsign", "-config",
        os.path.join(folder, "config"), "-keyfile", file + ".key", "-in",
        file + ".csr", "-out", file + ".pem", "-startdate", "20200101000000Z",
        "-enddate", "20200102000000Z")
    if not made:
        raise Skip("openssl makes no such certificate")


@contextlib.contextmanager
def certificate(name="localhost", is_old=False):
    if shutil.which("openssl") is None:
        raise Skip("no openssl")
    with tempfile.TemporaryDirectory() as folder:
        file = make_certificate(folder, name)
        if is_old:
            expire(folder, file)
        yield file


def secured(file, script):
    """The script of a guest, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file + ".pem", file + ".key")

    def serve(guest):
        plain = guest.socket
        try:
            guest.socket = context.wrap_socket(plain, server_side=True)
        except (ssl.SSLError, OSError):
            return
        try:
            script(guest)
        finally:
            guest.socket.close()

    return serve


def echo_once(guest):
    guest.open()
    opcode, payload = guest.receive_frame()
    guest.send(said(opcode, payload))
    guest.expect_close(1000)
    guest.send(said_close())


def secure_url(rogue, host="127.0.0.1"):
    return f"wss://{host}:{rogue.port}"


@check("K8", "RFC 6125", "a certificate that --ca knows: {}", cases={
    "by address": "127.0.0.1", "by name": "localhost"})
def known(_, host):
    with certificate() as file, Rogue(secured(file, echo_once)) as rogue:
        expect_run(0, b"hello\n", "-x", "hello", secure_url(rogue, host),
                   "--ca=" + file + ".pem")


@check("K8", "RFC 6125", "a certificate that nobody knows: 4")
def self_signed(_):
    with certificate() as file, Rogue(secured(file, echo_once)) as rogue:
        result = expect_run(4, b"", "-x", "hello", secure_url(rogue))
    expect_that("certificate" in result.errors, "why", result.errors)


@check("K8", "RFC 6125", "a certificate for another name: 4")
def wrong_name(_):
    with certificate("elsewhere.test") as file, \
            Rogue(secured(file, echo_once)) as rogue:
        result = expect_run(4, b"", "-x", "hello",
                            secure_url(rogue, "localhost"),
                            "--ca=" + file + ".pem")
    expect_that("hostname mismatch" in result.errors, "why", result.errors)


@check("K8", "RFC 5280 4.1.2.5", "a certificate that has expired: 4")
def expired(_):
    with certificate(is_old=True) as file, \
            Rogue(secured(file, echo_once)) as rogue:
        result = expect_run(4, b"", "-x", "hello", secure_url(rogue),
                            "--ca=" + file + ".pem")
    expect_that("expired" in result.errors, "why", result.errors)


@check("K8", "FAULTS", "--insecure takes any, and warns")
def insecure(_):
    with certificate("elsewhere.test") as file, \
            Rogue(secured(file, echo_once)) as rogue:
        result = expect_run(0, b"hello\n", "-k", "-x", "hello",
                            secure_url(rogue))
    expect_that("not verified" in result.errors, "a warning", result.errors)


@check("K8", "FAULTS", "{}: 4, and the file is named", cases={
    "--ca": ["--ca=/no/such/file"], "--cert": ["--cert=/no/such/file"]})
def no_file(_, options):
    with certificate() as file, Rogue(secured(file, echo_once)) as rogue:
        result = expect_run(4, b"", secure_url(rogue), *options)
    expect_that("/no/such/file" in result.errors, "the file", result.errors)


@check("K8", "FAULTS", "a server that speaks no TLS: 4")
def no_tls(_):
    def serve(guest):
        guest.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Rogue(serve) as rogue:
        result = expect_run(4, b"", secure_url(rogue))
    expect("lines of errors", 1, result.errors.count("\n"))


@check("K8", "FAULTS", "a TLS handshake that stalls: 7")
def stalled(_):
    def serve(guest):
        guest.need(1)
        with contextlib.suppress(OSError, AssertionError):
            guest.need(1 << 20)

    with Rogue(serve) as rogue:
        expect_run(7, b"", "--connect-timeout=1", secure_url(rogue))


@check("K8", "FAULTS", "the end without close_notify is no Close: 6")
def truncated(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "one"))
        guest.expect_frame(TEXT)

    with certificate() as file, Rogue(secured(file, serve)) as rogue:
        result = run("-k", "-x", "hello", "-w", "-1", secure_url(rogue))
    expect("status, output", (6, b"one\n"), (result.status, result.output))


@check("K8", "RFC 6455", "much over TLS, both ways at once, in many records")
def much(_):
    lines = [b"%0999d" % number for number in range(10000)]

    def serve(guest):
        guest.open()
        for line in lines:
            guest.send(said(BINARY, guest.expect_frame(TEXT, line)))
        guest.leave()

    with certificate() as file, Rogue(secured(file, serve)) as rogue:
        result = run("-k", secure_url(rogue), data=b"\n".join(lines))
    expect("status", 0, result.status)
    expect_that(result.output == b"\n".join(lines) + b"\n", "all lines",
                len(result.output))


@check("K8", "RFC 6455", "16 MiB over TLS in one message")
def large(_):
    data = random.Random(5).randbytes(16 << 20)
    with certificate() as file, Rogue(secured(file, echo_once)) as rogue:
        result = run("-k", "-b", "-w", "30", secure_url(rogue), data=data)
    expect("status", 0, result.status)
    expect_that(result.output == data, "all bytes", len(result.output))
