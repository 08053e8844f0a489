# SPDX-License-Identifier: MIT
"""A server started as systemd would, with sockets and a place to report to."""

import fcntl
import os
import socket
import subprocess
import sys
import tempfile

from server import Server

HIGH = 100
LAUNCHER = """
import os, sys
for place, descriptor in enumerate(sys.argv[1].split(",")):
    os.dup2(int(descriptor), 3 + place)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Activated(Server):
    """Gets listening sockets, which stay the caller's, and their names."""

    default_address = None

    def __init__(self, sockets, *options, names=None, environment=None,
                 **rest):
        self.sockets = sockets
        self.environment = dict(environment or {})
        if names is not None:
            self.environment["LISTEN_FDNAMES"] = names
        super().__init__(*options, **rest)

    def start(self, command, **rest):
        """Descriptors above those that are given, so that none is hit."""
        high = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, HIGH)
                for each in self.sockets]
        rest["env"] = {**os.environ, **self.environment,
                       "LISTEN_FDS": str(len(high))}
        launcher = [sys.executable, "-c", LAUNCHER, ",".join(map(str, high))]
        try:
            return subprocess.Popen(
                launcher + command, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                pass_fds=high, **rest)
        finally:
            for each in high:
                os.close(each)


def listening():
    """A socket that a service manager would keep."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(socket.SOMAXCONN)
    return listener


class Manager:
    """Receives what servers report; a socket in a directory, or abstract."""

    def __init__(self, abstract=False):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(20)
        if abstract:
            self.path = f"@wsserver-test-{os.getpid()}"
            self.socket.bind(self.path.replace("@", "\0"))
        else:
            self.socket.bind(self.path)
            os.chmod(self.folder.name, 0o755)
            os.chmod(self.path, 0o777)
        self.said = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()
        self.folder.cleanup()

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.path, **more}

    def hear(self, wanted):
        """Waits for a message with a line that begins so."""
        while True:
            try:
                message = self.socket.recv(4096).decode()
            except socket.timeout:
                raise AssertionError(
                    f"expected {wanted}, heard {self.said}") from None
            self.said.append(message)
            if any(line.startswith(wanted) for line in message.split("\n")):
                return message
