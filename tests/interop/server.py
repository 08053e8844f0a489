# SPDX-License-Identifier: MIT
"""The server under test, on a free port and with its log kept."""
import os
import select
import subprocess
import tempfile
import time

PROGRAM = os.environ.get('WSSERVER', './wsserver')

# Generous: under valgrind everything takes its time.
TIMEOUT = 30


def wait_until(condition):
    """The first true value of the condition, or its last one."""
    deadline = time.monotonic() + TIMEOUT
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return value


class Server:
    """Runs in a with statement, at whose end nothing is left of it."""

    def __init__(self, *options):
        self.log_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [PROGRAM, '-p', '0', *options], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.log_file)

    def __enter__(self):
        try:
            self.url = self._read_url()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log_file.close()

    def _read_url(self):
        if not select.select([self.process.stdout], [], [], TIMEOUT)[0]:
            raise RuntimeError('no URL in time\n' + self.log())
        url = self.process.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError('no URL\n' + self.log())
        return url

    def log(self):
        size = os.fstat(self.log_file.fileno()).st_size
        return os.pread(self.log_file.fileno(), size, 0).decode()

    def wait_for_log(self, text, count):
        """Waits until the log says the text so many times: whether it does."""
        return wait_until(lambda: self.log().count(text) >= count)

    def stop(self):
        """Ends the server as an administrator does: its exit status."""
        self.process.terminate()
        return self.process.wait(TIMEOUT)
