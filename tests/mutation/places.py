#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks conditions and constants, one at a time, and runs the tests.

places.py [--seed N] [--count N] [--units] [FILE ...]: of src/protocol and
src/websocket, or of the files given, in a copy of the tree, which must be
bootstrapped. What turns no test red is said to have survived; with --units
only the unit tests are run. Needs what make check needs.
"""

import argparse
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

from tree import PROGRAMS, ROOT, Tree, adopt_orphans, end_children

FOLDERS = ("src/protocol", "src/websocket")
PATIENCE = 120

# Tests of the mutated code beside those that are named after a file.
MORE_TESTS = """inflate deflate_combinations closing losses keepalive polled
    shortage client_role interruption check_frames check_handshake
    assembler_memory handshake_client http_scan""".split()
SCRIPTS = (("conformance/run.py",), ("endpoints/run.py",),
           ("faults/run.py", "--quick", "--plain", "F", "M", "C", "Z", "H"),
           ("faults/run.py", "--quick", "--plain", "T", "R", "G1", "L1"),
           ("client/run.py", "P", "K1", "K2", "K3", "K5"))

SWAPS = [(r"(?<![<>=\-])<(?![<=])", "<="), (r"<=", "<"),
         (r"(?<![<>=\-])>(?![>=])", ">="), (r">=", ">"),
         (r"==", "!="), (r"!=", "=="), (r"&&", "||"), (r"\|\|", "&&")]
NUMBER = r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)(?![\w.])"
# That there is room for one more in an array is not wrong.
ROOM = r"^\s*(?!return )(?:\w+ )+\**\w+\[\d+\]"
CONDITION = r"\b(if|while) (\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))( \{)?$"


class Mutant:
    """One place of a file changed."""

    def __init__(self, name, line, start, end, new):
        self.name = name
        self.line = line
        self.start = start
        self.end = end
        self.new = new

    def apply(self, lines):
        """Returns the content of the file."""
        changed = list(lines)
        text = lines[self.line]
        changed[self.line] = text[:self.start] + self.new + text[self.end:]
        return "".join(changed)

    def show(self, lines):
        text = lines[self.line]
        return (f"{self.name}:{self.line + 1}: "
                f"{text.strip()} -> ...{self.new} at column {self.start + 1}")


def blank(match):
    return " " * len(match.group(0))


def code_lines(lines):
    """The lines without comments and strings, as long as they were."""
    text = "".join(lines)
    text = re.sub(r"/\*.*?\*/", lambda match: re.sub(
        r"[^\n]", " ", match.group(0)), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"' + r"|'(\\.|[^'\\\n])*'", blank, text)
    return text.splitlines(keepends=True)


def is_code(line):
    """Whether it does anything that could be wrong; that calloc gives room
    for two is not."""
    return not re.match(r"\s*#(include|ifndef|if|endif|define \w+_H\b)",
                        line) and not re.search(r"assert\(|calloc\(1,", line)


def mutants_of(name, lines):
    """Everything that can be broken in a file."""
    for number, line in enumerate(code_lines(lines)):
        if not is_code(line):
            continue
        for pattern, new in SWAPS:
            for match in re.finditer(pattern, line):
                yield Mutant(name, number, *match.span(), new)
        for match in re.finditer(NUMBER, re.sub(ROOM, blank, line)):
            value = int(match.group(1), 0)
            yield Mutant(name, number, *match.span(), str(value + 1))
        for match in re.finditer(CONDITION, line):
            yield Mutant(name, number, *match.span(2), f"(!{match.group(2)})")


class Suite:
    """The tests that a mutant of a tree has to pass."""

    def __init__(self, tree, scripts):
        self.tree = tree
        self.scripts = scripts
        self.programs = [f"tests/test_{name}" for name in self.test_names()]
        self.programs += sorted(
            "tests/fuzz/" + stem(name) for name in glob.glob(
                tree.script("fuzz/fuzz_*.c")))

    def test_names(self):
        names = [stem(name) for name in source_files()
                 if name.endswith(".c")] + MORE_TESTS
        return [name for name in names
                if os.path.exists(self.tree.script(f"test_{name}.c"))]

    def passes(self, command):
        try:
            return subprocess.run(
                command, cwd=self.tree.build, env=self.tree.environment,
                check=False, timeout=PATIENCE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            end_children()

    def find_red_program(self, name):
        # Those that are named after the file come first.
        for program in sorted(self.programs,
                              key=lambda each: stem(name) not in each):
            if not self.tree.make(program):
                raise SystemExit(f"{program} cannot be linked")
            if not self.passes([os.path.join(self.tree.build, program)]):
                return os.path.basename(program)
        return None

    def find_red(self, name=""):
        """The first test that fails; None if all pass."""
        red = self.find_red_program(name)
        if red is not None or not self.scripts:
            return red
        if not self.tree.make(*PROGRAMS):
            raise SystemExit("the programs cannot be linked")
        for script, *arguments in self.scripts:
            if not self.passes(
                    [sys.executable, self.tree.script(script), *arguments]):
                return " ".join([script, *arguments])
        return None

    def objects(self):
        """What the library is made of, to see whether anything changed."""
        contents = {}
        for name in glob.glob(os.path.join(self.tree.build, "src/*/*.o")):
            with open(name, "rb") as file:
                contents[name] = file.read()
        return contents

    def try_out(self, mutant, lines, whole):
        """Returns what is red; None is a survivor, False no mutant at all."""
        try:
            self.tree.write(mutant.name, mutant.apply(lines))
            if not self.tree.make("libwsserver.a") or self.objects() == whole:
                return False
            return self.find_red(mutant.name)
        finally:
            self.tree.write(mutant.name, "".join(lines))


def stem(name):
    """Of a file."""
    return os.path.splitext(os.path.basename(name))[0]


def read_lines(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.readlines()


def source_files():
    return sorted(os.path.relpath(name, ROOT) for folder in FOLDERS
                  for name in glob.glob(os.path.join(ROOT, folder, "*.[ch]")))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--units", action="store_true")
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1 << 32))
    return parser.parse_args()


def run(suite, arguments):
    """Tries mutants out until enough were any; returns the survivors."""
    contents = {name: read_lines(name)
                for name in arguments.files or source_files()}
    mutants = [mutant for name, lines in contents.items()
               for mutant in mutants_of(name, lines)]
    random.Random(arguments.seed).shuffle(mutants)
    print(f"seed {arguments.seed}, {len(mutants)} mutants to choose from",
          flush=True)
    red = suite.find_red()
    if red is not None:
        raise SystemExit(f"red without a mutant: {red}")
    whole = suite.objects()
    survivors, tried = [], 0
    for mutant in mutants:
        if tried == arguments.count:
            break
        lines = contents[mutant.name]
        red = suite.try_out(mutant, lines, whole)
        if red is False:
            continue
        tried += 1
        print(f"{'killed' if red else 'SURVIVED'} {mutant.show(lines)}"
              f"{' by ' + red if red else ''}", flush=True)
        if red is None:
            survivors.append(mutant)
    print(f"{tried} mutants, {len(survivors)} survived")
    return survivors


def main():
    arguments = parse_arguments()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="mutate.") as folder:
        scripts = () if arguments.units else SCRIPTS
        survivors = run(Suite(Tree(folder), scripts), arguments)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
