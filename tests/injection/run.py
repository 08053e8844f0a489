# SPDX-License-Identifier: MIT
"""Injects faults into wsserver and wsclient: run.py [OPTION] [SCENARIO ...]

Each call of each function in a scenario fails once in each way that it can,
and, where that makes sense, from there on for ever; then random pairs do. Of
calls that are very many some are chosen, unless --all is given. --sample N
runs N of all these, --seed repeats a random choice, --list shows the
scenarios. A scenario is a part of its name. The environment's WSSERVER and
WSCLIENT name the programs.
"""

import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

from checks import Skip  # noqa: E402
from faults import every, random_pair  # noqa: E402
from programs import CLIENTS, STARTS  # noqa: E402
from scenarios import TALKS  # noqa: E402
from serving import Serving  # noqa: E402
from signalled import SIGNALLED  # noqa: E402

PAIRS = 150
CALLS_MAX = 1000
FAILURES_MAX = 20


def scenarios():
    return [*map(Serving, TALKS), *SIGNALLED, *STARTS, *CLIENTS]


class Tally:
    """What was injected, and what was wrong then."""

    def __init__(self):
        self.injected = 0
        self.calls = 0
        self.failures = 0

    def add(self, scenario, injections):
        what = " with ".join(map(str, injections))
        try:
            self.calls += scenario.inject(injections)
        except AssertionError as failure:
            self.fail(f"{scenario.name}: {what}: {failure}")
        except Exception as error:  # a broken answer can break anything
            self.fail(f"{scenario.name}: {what}: {error!r}")
        self.injected += 1

    def fail(self, what):
        self.failures += 1
        print(f"FAIL {what}", flush=True)
        if self.failures >= FAILURES_MAX:
            raise SystemExit("too many failures")


def chosen(scenario, generator, arguments, share):
    """The injections for a scenario: all and some pairs, or a share."""
    counts = scenario.count()
    most = sum(counts.values()) if arguments.all else CALLS_MAX
    singles = list(every(counts, generator, most))
    pairs = [random_pair(counts, generator) for _ in range(PAIRS)]
    if arguments.sample is None:
        return singles + pairs
    everything = singles + pairs
    return generator.sample(everything, min(share, len(everything)))


def run_scenario(scenario, tally, generator, arguments, share):
    before = tally.injected
    start = time.monotonic()
    with scenario:
        for injections in chosen(scenario, generator, arguments, share):
            tally.add(scenario, injections)
    print(f"ok {scenario.name}: {tally.injected - before} injections, "
          f"{time.monotonic() - start:.1f} s", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, metavar="N",
                        default=random.SystemRandom().randrange(1 << 32))
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    wanted = [each for each in scenarios() if not arguments.scenarios or
              any(part in each.name for part in arguments.scenarios)]
    if arguments.list:
        for each in wanted:
            print(each.name)
        return 0
    print(f"seed {arguments.seed}", flush=True)
    generator = random.Random(arguments.seed)
    tally = Tally()
    for scenario in wanted:
        share = (arguments.sample or 0) // len(wanted)
        try:
            run_scenario(scenario, tally, generator, arguments, share)
        except Skip as skip:
            print(f"skip {scenario.name}: {skip}")
    print(f"{tally.injected} injections, {tally.calls} calls failed, "
          f"{tally.failures} wrong")
    if not tally.injected:
        return 77  # as make check has it for what was skipped
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
