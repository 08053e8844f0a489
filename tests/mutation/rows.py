#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the code as breaks.py has it, and runs the checks of the row.

rows.py [--fit] [ROW ...]: in a copy of the tree, which must be bootstrapped.
Each break must turn a check of its row red, over ws and over wss where the row
has checks over both. Needs what make check needs. With --fit nothing is run:
it only tells whether the code is still what breaks.py takes it for.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading

from breaks import BREAKS
from tree import PROGRAMS, ROOT, Tree, adopt_orphans, end_children

# Seconds that the checks of a row may take until one of them is red.
PATIENCE = 400
ONLY = {"ws": "--plain", "wss": "--tls"}


def is_clients(row):
    return row.startswith("K")


def suite_of(tree, row):
    """The command that runs checks."""
    name = "client/run.py" if is_clients(row) else "faults/run.py"
    return [sys.executable, tree.script(name)]


def schemes_of(tree, each):
    """The schemes over which a break's row has checks; the client's none."""
    if is_clients(each.row):
        return [""]
    done = subprocess.run(
        [*suite_of(tree, each.row), "--list", *each.words], check=True,
        capture_output=True, text=True, env=tree.environment)
    found = {line.split()[1] for line in done.stdout.splitlines()
             if line.split()[0] == each.row}
    return [scheme for scheme in each.over if scheme in found]


def pattern_of(each):
    """What matches the place that is broken, whatever space is within."""
    return r"\s+".join(map(re.escape, each.old.split()))


def fits(each):
    """Whether it stands once in its file."""
    with open(os.path.join(ROOT, "src", each.name), encoding="utf-8") as file:
        count = len(re.findall(pattern_of(each), file.read()))
    if count != 1:
        print(f"{each.row}: {count} times in {each.name}: {each.old}")
    return count == 1


def first_red(process, row):
    """Reads until a check of the row fails; returns its line, or None."""
    for line in process.stdout:
        if line.startswith(f"FAIL {row} "):
            return line.strip()
    return None


def find_red(tree, each, scheme):
    """The first check of the row that fails over a scheme."""
    command = [*suite_of(tree, each.row), *each.words]
    if scheme:
        command.append(ONLY[scheme])
    with subprocess.Popen(command, cwd=tree.build, env=tree.environment,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, errors="replace") as process:
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        red = first_red(process, each.row)
        timer.cancel()
        process.kill()
    end_children()
    return red


def try_out(tree, each):
    """Returns whether its row is red over each scheme that it has."""
    name = "src/" + each.name
    content = tree.read(name)
    try:
        tree.write(name, re.sub(pattern_of(each), lambda _: each.new, content))
        if not tree.make(*PROGRAMS):
            raise SystemExit(f"{each.row}: cannot be built: {each.new}")
        reds = [find_red(tree, each, scheme)
                for scheme in schemes_of(tree, each)]
    finally:
        tree.write(name, content)
    verdict = "red" if reds and all(reds) else "GREEN"
    print(f"{verdict} {each.row} {each.name}: {each.old} -> {each.new}",
          flush=True)
    for red in reds:
        print(f"    {red or 'no check'}"[:150], flush=True)
    return verdict == "red"


def status_of(verdicts):
    return 0 if verdicts and all(verdicts) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    chosen = [each for each in BREAKS
              if not arguments.rows or each.row in arguments.rows]
    if arguments.fit:
        return status_of([fits(each) for each in chosen])
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="mutation.") as folder:
        tree = Tree(folder)
        verdicts = [try_out(tree, each) for each in chosen]
    print(f"{len(verdicts)} breaks, {verdicts.count(False)} not seen")
    return status_of(verdicts)


if __name__ == "__main__":
    sys.exit(main())
