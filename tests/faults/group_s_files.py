# SPDX-License-Identifier: MIT
"""Group S, TLS: certificates, keys and authorities."""

import fcntl
import json
import os
import pty
import re
import subprocess
import tempfile
import termios

from certificates import client_context, path, server_options
from checks import check, expect, expect_that
from group_g import expect_one_line, needs_root
from group_s import WSS, fails_by, line_about
from peer import close
from server import Server, WSSERVER


BAD_FILES = {
    "no certificate": (["missing.pem", "server.key"], "missing.pem"),
    "no key": (["server.pem", "missing.key"], "missing.key"),
    "a directory as certificate": ([".", "server.key"], ""),
    "a directory as key": (["server.pem", "."], ""),
    "an empty certificate": (["empty.pem", "server.key"], "empty.pem"),
    "an empty key": (["server.pem", "empty.pem"], "empty.pem"),
    "a certificate of garbage": (["garbage.pem", "server.key"], "garbage.pem"),
    "a key of garbage": (["server.pem", "garbage.pem"], "garbage.pem"),
    "a cut certificate": (["cut.pem", "server.key"], "cut.pem"),
    "a key as certificate": (["server.key", "server.key"], "server.key"),
    "a certificate as key": (["server.pem", "renewed.pem"], "renewed.pem"),
    "an encrypted key": (["server.pem", "encrypted.key"], "encrypted.key"),
    "another's key": (["server.pem", "renewed.key"], "renewed.key"),
    "a key of another kind": (["server.pem", "rsa.key"], "rsa.key"),
    "no key in the certificate's file": (["server.pem"], "server.pem"),
}


@check("S4", "INTERFACE Exit", "{} is one line and 4", options=None, over=WSS,
       cases=BAD_FILES)
def bad_files(_, case):
    names, guilty = case
    options = [option + path(name)
               for option, name in zip(("--cert=", "--key="), names)]
    line = expect_one_line(["-p", "0", *options], 4)
    expect_that(path(guilty) in line, f"a line about {guilty}", line)


@check("S4", "INTERFACE --client-ca", "{} as --client-ca is one line and 4",
       options=None, over=WSS, cases={
           name: name for name in ("missing.pem", "empty.pem", "garbage.pem",
                                   "server.key", ".")})
def bad_authorities(_, name):
    line = expect_one_line(
        ["-p", "0", *server_options(), f"--client-ca={path(name)}"], 4)
    expect_that(path(name) in line, f"a line about {name}", line)


@check("S4", "INTERFACE Exit", "{} is one line and 2", options=None, over=WSS,
       cases={
           "--key without --cert": lambda: ["--key=" + path("server.key")],
           "--client-ca without --cert":
               lambda: ["--client-ca=" + path("authority.pem")],
           "wss:// without --cert": lambda: ["-a", "wss://127.0.0.1"],
           "wss:// beside ws:// without --cert":
               lambda: ["-a", "ws://127.0.0.1", "-a", "wss://127.0.0.1"],
           "an empty --cert": lambda: ["--cert="],
           "an empty --key":
               lambda: ["--cert=" + path("both.pem"), "--key="],
       })
def bad_combination(_, arguments):
    line = expect_one_line(["-p", "0", *arguments()], 2)
    expect_that(re.search("cert|key", line), "a line about --cert", line)


@check("S4", "INTERFACE --key", "no terminal is asked for a password",
       options=None, over=WSS)
def no_prompt(_):
    master, slave = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    try:
        done = subprocess.run(
            [WSSERVER, "-p", "0", "--cert=" + path("server.pem"),
             "--key=" + path("encrypted.key")], stdin=slave,
            capture_output=True, timeout=5, check=False,
            preexec_fn=take_terminal)
        os.set_blocking(master, False)
        asked = read_available(master)
    finally:
        os.close(slave)
        os.close(master)
    expect("asked on the terminal", b"", asked)
    expect("exit status", 4, done.returncode)


def read_available(descriptor):
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:
        return b""


@check("S4", "INTERFACE --cert", "{} serves", options=None, over=WSS, cases={
    "one file with key and chain":
        lambda: ["--cert=" + path("both.pem")],
    "the same file given twice":
        lambda: ["--cert=" + path("both.pem"), "--key=" + path("both.pem")],
    "a key of RSA": lambda: server_options("rsa-chain.pem", "rsa.key"),
})
def good_files(_, options):
    with Server(*options()) as server:
        peer = server.open()
        peer.echo()
        peer.leave()
        server.stop()


@check("S4", "INTERFACE exit 4", "a key that cannot be opened again is 4",
       options=None, over=WSS)
def key_of_another(_):
    needs_root()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        key = os.path.join(folder, "key")
        with open(path("server.key"), "rb") as source, \
                open(key, "wb", opener=lambda name, flags:
                     os.open(name, flags, 0o600)) as copy:
            copy.write(source.read())
        line = expect_one_line(["-p", "0", "-u", "nobody", "--cert=" +
                                path("server-chain.pem"), "--key=" + key], 4)
    expect_that(key in line, "a line about the key", line)


CLIENT_CA = "--client-ca="


def guarded(log_format="text"):
    """A server that asks for certificates, and a bystander without any."""
    return Server(*server_options(), CLIENT_CA + path("authority.pem"),
                  log_format=log_format, scheme="wss")


@check("S4", "INTERFACE --client-ca", "a client {} is refused", options=None,
       over=WSS, cases={
           "without a certificate":
               (None, "alert certificate required"),
           "with a certificate of nobody":
               ("selfsigned", "alert unknown ca"),
           "with an expired certificate":
               ("expired", "alert certificate expired"),
       })
def unknown_client(_, case):
    name, reason = case
    with guarded() as server:
        peer = fails_by(server, client_context(name), reason)
        line_about(server, peer, "refused")
        server.connect(tls=client_context("client")).open().leave()
        server.stop()


@check("S4", "INTERFACE --client-ca", "a client's subject is logged",
       options=None, over=WSS)
def known_client(_):
    with guarded() as server:
        peer = server.connect(tls=client_context("client")).open("/raw")
        line = server.wait_for(f"connected from {peer.name}")
        expect_that(re.search(r', subject "[^"]*CN=alice[^"]*"$', line),
                    "the subject", line)
        peer.leave()
        server.stop()


@check("S4", "INTERFACE Log", "a client's subject is logged in JSON",
       options=None, over=WSS)
def known_client_in_json(_):
    with guarded("json") as server:
        server.connect(tls=client_context("client")).open().leave()
        server.stop()
        events = [json.loads(line) for line in server.log]
    found = [event for event in events if event["event"] == "connect"]
    expect_that(len(found) == 1 and "CN=alice" in found[0]["client_subject"],
                "the subject", found)


@check("S4", "INTERFACE Log", "a client's subject is escaped in the log",
       options=None, over=WSS)
def nasty_client(_):
    with guarded() as server:
        peer = server.connect(tls=client_context("nasty")).open()
        peer.send(close())
        peer.expect_close(1000)
        line = server.wait_for(f"connected from {peer.name}")
        shown = re.search(r', subject "([^"]*)"$', line)
        expect_that(shown and "forged" in shown.group(1), "a subject", line)
        bad = [c for c in line if not c.isprintable()]
        expect("controls in the line", [], bad)
        peer.close()
        server.stop()
