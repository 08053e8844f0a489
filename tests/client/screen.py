# SPDX-License-Identifier: MIT
"""wsclient on a terminal, with key strokes and what the screen shows."""

import os
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

from checks import Skip, expect_that
from program import WSCLIENT, environment

PATIENCE = 30
HANGUP_PATIENCE = 5
AFTERWARDS = '; echo "status $?"; stty -a | tr " ;" "\\n\\n" | ' \
             'grep -E "^-?(echo|icanon)$" | tr "\\n" " "; cat'


def descendants(pid):
    """Descriptors of the processes that a process has started, and they."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
    except OSError:
        return []
    found = [each for child in children for each in descendants(child)]
    for child in children:
        try:
            found.append(os.pidfd_open(int(child)))
        except ProcessLookupError:
            pass
    return found


def see_off(process):
    """Tools that watch a program have been seen to hang at a hangup."""
    if not select.select([process], [], [], HANGUP_PATIENCE)[0]:
        signal.pidfd_send_signal(process, signal.SIGKILL)
    os.close(process)


class Screen:
    """A terminal of tmux in which wsclient runs, as wide as is said."""

    def __init__(self, *arguments, columns=70, rows=20, **variables):
        if shutil.which("tmux") is None:
            raise Skip("no tmux")
        self.folder = tempfile.mkdtemp()
        self.environment = environment(
            TMUX_TMPDIR=self.folder, LANG="C.UTF-8", **variables)
        self.environment.pop("TMUX", None)
        self.environment.pop("LC_ALL", None)
        self.program = shlex.join([WSCLIENT, *arguments])
        self.command = self.program + AFTERWARDS
        self.size = ["-x", str(columns), "-y", str(rows)]

    def __enter__(self):
        self.tmux("-f", "/dev/null", "new-session", "-d", *self.size,
                  self.command)
        return self

    def __exit__(self, *_):
        server = self.tmux("display-message", "-p", "#{pid}").strip()
        left = descendants(server)
        subprocess.run(["tmux", "-u", "kill-server"], env=self.environment,
                       stderr=subprocess.DEVNULL, check=False)
        for process in left:
            see_off(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tmux(self, *arguments):
        return subprocess.run(
            ["tmux", "-u", *arguments], env=self.environment, check=True,
            stdout=subprocess.PIPE).stdout.decode()

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def press(self, *keys):
        """Keys by tmux's names: Enter, Up, C-c."""
        self.tmux("send-keys", *keys)

    def enter(self, text):
        self.type(text)
        self.press("Enter")

    def resize(self, columns, rows=20):
        """Also waits until tmux tells the program, which takes a while."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
        time.sleep(1)

    def shown(self, *options):
        """What is to be seen, without what is empty at the ends."""
        rows = self.tmux("capture-pane", "-p", *options).splitlines()
        return "\n".join(row.rstrip() for row in rows).rstrip("\n")

    def cursor(self):
        """Row and column, from 0 on."""
        shown = self.tmux("display-message", "-p", "#{cursor_y} #{cursor_x}")
        return tuple(map(int, shown.split()))

    def expect(self, *lines):
        """Waits until the screen is exactly this."""
        self.expect_so(lambda shown, wanted: shown == wanted, lines)

    def expect_end(self, *lines):
        """Waits until the screen ends so, whatever stands above."""
        self.expect_so(lambda shown, wanted: shown.endswith(wanted), lines)

    def expect_so(self, compare, lines):
        wanted = "\n".join(line.rstrip() for line in lines).rstrip("\n")
        deadline = time.monotonic() + PATIENCE
        while not compare(shown := self.shown(), wanted):
            if time.monotonic() > deadline:
                raise AssertionError(f"expected {wanted!r}, got {shown!r}")
            time.sleep(0.02)

    def expect_cursor(self, row, column):
        deadline = time.monotonic() + PATIENCE
        while self.cursor() != (row, column):
            expect_that(time.monotonic() < deadline,
                        f"cursor at {row}, {column}", self.cursor())
            time.sleep(0.02)


def read_file(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def mode_of(name):
    return os.stat(name).st_mode & 0o777
