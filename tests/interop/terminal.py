# SPDX-License-Identifier: MIT
"""A program on a pseudo-terminal, as somebody sees it who sits there."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time


class Terminal:
    """Runs in a with statement, at whose end the program is gone."""

    def __init__(self, *command):
        self.output = b''
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            self._become(command)
        size = struct.pack('HHHH', 24, 80, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    @staticmethod
    def _become(command):
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)

    def type(self, text):
        os.write(self.master, text.encode())

    def screen(self):
        """The text shown; this knows lines, and lines being cleared."""
        text = self.output.decode(errors='replace')
        text = re.sub(r'[^\n]*\x1b\[2K', '', text)
        return re.sub(r'\x1b\[[\d;]*[A-Za-z]|\r', '', text)

    def wait_for(self, pattern, seconds):
        """Reads until the screen matches; tells whether it does."""
        deadline = time.monotonic() + seconds
        while not (match := re.search(pattern, self.screen())):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                return False
        return match is not None

    def settle(self):
        """Reads what comes until nothing comes for a moment."""
        while self._read(0.3):
            pass

    def exit_status(self, seconds):
        """Waits for the end of the program, which must come in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                return os.waitstatus_to_exitcode(status)
        return None

    def _read(self, seconds):
        """Reads once. False: the end, or nothing came in time."""
        try:
            if not select.select([self.master], [], [], seconds)[0]:
                return False
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)
