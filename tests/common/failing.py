# SPDX-License-Identifier: MIT
"""Makes a server's calls of the system fail, by the library of failing.c."""

import mmap
import os
import re
import struct
import subprocess
import tempfile

from checks import Skip

EVER = (1 << 64) - 1
RULES_MAX = 32
HEAD = struct.Struct("=Qq")
RULE = struct.Struct("=24sQQQQQQQ")
NO_RULE = bytes(RULE.size)


def find_sanitizer(program):
    """A sanitizer's library wants to be loaded first, and hides allocations.

    One that is part of the program does so too.
    """
    done = subprocess.run(["ldd", program], capture_output=True, text=True,
                          check=False)
    return re.findall(r"=> (\S+/lib[at]san\.\S+)", done.stdout)


class Failing:
    """The rules of one run of a program; they may change meanwhile."""

    def __init__(self, program):
        library = os.path.join(os.path.dirname(program), "tests/failing.so")
        if not os.path.exists(library):
            raise Skip(f"{library} is not built")
        self.preloaded = ":".join(find_sanitizer(program) + [library])
        self.size = HEAD.size + RULES_MAX * RULE.size
        self.file = tempfile.NamedTemporaryFile(prefix="failing.")
        self.file.truncate(self.size)
        self.map = mmap.mmap(self.file.fileno(), self.size)

    def environment(self):
        """For the program whose calls shall fail."""
        return {**os.environ, "LD_PRELOAD": self.preloaded,
                "FAILING": self.file.name}

    def let(self, function, first=1, last=None, *, error=0, room=0,
            since=None):
        """Calls first to last (EVER) from now on fail; returns the rule.

        Or they are left room for some bytes, and go on with so many. since=0
        means threads that are there already too.

        The calls of threads that are there already are not meant, but those
        of the main one are. To allocate is one function.
        """
        rule = HEAD.size
        while self.map[rule] != 0:
            rule += RULE.size
        threads = HEAD.unpack_from(self.map)[0] if since is None else since
        last = first if last is None else last
        name = function.encode()
        RULE.pack_into(self.map, rule, b"", threads, first, last, error,
                       room, 0, 0)
        self.map[rule + 1:rule + len(name)] = name[1:]
        self.map[rule] = name[0]
        return rule

    def forget(self):
        """No rule is left."""
        for rule in range(HEAD.size, self.size, RULE.size):
            self.map[rule] = 0
            self.map[rule:rule + RULE.size] = NO_RULE

    def calls(self, rule):
        """How many calls a rule has counted."""
        return RULE.unpack_from(self.map, rule)[6]

    def failed(self, rule):
        """How many of them have failed."""
        return RULE.unpack_from(self.map, rule)[7]

    def blocks(self):
        """How many blocks of memory are allocated."""
        return HEAD.unpack_from(self.map)[1]
