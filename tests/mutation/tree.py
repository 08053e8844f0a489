# SPDX-License-Identifier: MIT
"""A copy of the tree, to break it and to build and test what comes of it."""

import ctypes
import os
import shutil
import signal
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
JOBS = "-j2"
PR_SET_CHILD_SUBREAPER = 36
PROGRAMS = ("wsserver", "wsclient", "tests/failing.so")


class Tree:
    """The copy, which is built beside its source."""

    def __init__(self, folder):
        self.source = os.path.join(folder, "source")
        self.build = os.path.join(folder, "build")
        shutil.copytree(ROOT, self.source, ignore=shutil.ignore_patterns(
            ".git", "autom4te.cache", "__pycache__"))
        os.mkdir(self.build)
        subprocess.run([os.path.join(self.source, "configure"),
                        "CFLAGS=-O1 -g0", "--quiet"], cwd=self.build,
                       check=True, stdout=subprocess.DEVNULL)
        self.environment = {
            **os.environ, "top_srcdir": self.source,
            "WSSERVER": os.path.join(self.build, "wsserver"),
            "WSCLIENT": os.path.join(self.build, "wsclient"),
            "PYTHONDONTWRITEBYTECODE": "1"}

    def make(self, *targets):
        """Returns whether they can be made."""
        return subprocess.run(
            ["make", "-s", JOBS, *targets], cwd=self.build, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode == 0

    def script(self, name):
        return os.path.join(self.source, "tests", name)

    def read(self, name):
        with open(os.path.join(self.source, name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, content):
        with open(os.path.join(self.source, name), "w",
                  encoding="utf-8") as file:
            file.write(content)


def adopt_orphans():
    """What a test leaves behind, perhaps in an endless loop, becomes ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_children():
    """Also those that they leave behind in turn."""
    while True:
        with open("/proc/thread-self/children", encoding="ascii") as file:
            children = [int(child) for child in file.read().split()]
        if not children:
            return
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
