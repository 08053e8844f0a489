# SPDX-License-Identifier: MIT
"""Configuration files, and --check-config."""

import os
import pwd
import shutil
import subprocess
import tempfile

import certificates
from checks import Skip, check, expect, expect_that
from peer import TEXT, text
from server import Server, WSSERVER

ONCE = {"options": None, "over": ("ws",)}


class File:
    """A file of options, as long as a with statement."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        descriptor, self.path = tempfile.mkstemp()
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.text)
        return self.path

    def __exit__(self, *error):
        os.unlink(self.path)


def run(*options):
    """The exit status, and what the server says."""
    done = subprocess.run(
        [WSSERVER, *options], capture_output=True, check=False, timeout=20,
        text=True)
    return done.returncode, done.stdout + done.stderr


def judge(*options):
    """What the server says of options, and its exit status."""
    return run(*options, "--check-config")


def expect_unfit(*options):
    """The start fails with 4, and the check says the same of it."""
    told = run("--port=0", *options)
    expect("exit status", 4, told[0])
    expect("verdict", told, judge("--port=0", *options))


def needs_root():
    if os.getuid() != 0:
        raise Skip("only root can become somebody else")


@check("", "INTERFACE --config", "a file sets options, the command line wins",
       **ONCE)
def precedence(_):
    lines = "echo-prefix=\"file: \"\nmax-message=5\naddress=127.0.0.2\n"
    with File(lines) as path, Server(
            f"--config={path}", "--max-message=6") as server:
        peer = server.open("/")
        peer.send(text("123456"))
        peer.expect_message(TEXT, "file: 123456")
        peer.send(text("1234567"))
        peer.expect_failure(1009)


@check("", "INTERFACE --config", "a wrong line is told with file and line",
       **ONCE)
def wrong_line(_):
    with File("port=0\n\nbogus\n") as path:
        expect("verdict",
               (2, f"wsserver: {path}:3: unknown option 'bogus'\n"),
               judge(f"--config={path}"))
    with File("port=65536\n") as path:
        expect("verdict", (2, f"wsserver: {path}:1: port: '65536' is not a "
                           "number from 0 to 65535\n"),
               judge(f"--config={path}"))


@check("", "INTERFACE --check-config", "what is right is told by silence",
       **ONCE)
def right(_):
    expect("verdict", (0, ""), judge())
    with File("port=80\naddress=192.0.2.1\n") as path:
        expect("verdict", (0, ""), judge(f"--config={path}"))


@check("", "INTERFACE --check-config", "the certificate is looked at", **ONCE)
def certificate(_):
    status, said = judge("--cert=/nonexistent")
    expect("exit status", 4, status)
    expect_that("/nonexistent" in said, "the file's name", said)
    expect("verdict", (0, ""), judge(*certificates.server_options()))


@check("", "INTERFACE --check-config", "a key that is not the user's is told",
       **ONCE)
def key_of_another(_):
    needs_root()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        key = os.path.join(folder, "key")
        shutil.copyfile(certificates.path("server.key"), key)
        os.chmod(key, 0o600)
        options = ["--cert=" + certificates.path("server-chain.pem"),
                   "--key=" + key]
        expect("verdict", (0, ""), judge(*options))
        expect_unfit("--user=nobody", *options)


@check("", "INTERFACE --check-config", "a log that cannot be opened is told",
       **ONCE)
def log_of_another(_):
    expect_unfit("--log=/nonexistent/log")
    expect_unfit("--log=/")
    needs_root()
    nobody = pwd.getpwnam("nobody").pw_uid
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        options = ["--user=nobody", f"--log={folder}/log"]
        expect_unfit(*options)
        os.chown(folder, nobody, -1)
        expect("verdict", (0, ""), judge(*options))
        expect("files", [], os.listdir(folder))
        with open(f"{folder}/log", "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            expect_unfit(*options)


@check("", "INTERFACE --check-config", "a log is not made", **ONCE)
def log(_):
    with tempfile.TemporaryDirectory() as folder:
        expect("verdict", (0, ""), judge(f"--log={folder}/log"))
        expect("files", [], os.listdir(folder))
