#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares wsserver with what does nothing but the unavoidable, and others.

Beside wsserver stands rawecho: a plain TCP or TLS echo of the same shape, one
blocking thread for each connection, which gets the same bytes from the same
load. All are measured in interleaved rounds, rawecho twice a round (A and B),
so that the noise stands beside each ratio. What others are installed,
libraries of other languages, are measured with them. With compression rawecho
gets as many bytes as the compressed messages have, and calls zlib for each
message, with the same settings. Of quiet connections what counts is the memory
of each. Exits with 1 when a ratio misses its target.
"""
import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile

import cases
import idle
import page
from servers import Bench, Failed

IDLE_ROUNDS = 3
LAYOUT = '{:16} {:22} {:26} {:24} {:20} {:20} {}'
HEADINGS = ('case', 'server', '{}', 'CPU us each', 'ratio', 'CPU ratio', '')


def parse_arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='CASE',
                        help='cases or groups: ' + ', '.join(cases.groups()))
    parser.add_argument('--list', action='store_true', help='show the cases')
    parser.add_argument('--programs', default=here, metavar='DIR',
                        help='where rawecho and rawload are')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--peers', type=lambda names: names.split(','),
                        help='which others, by names with commas, and then in '
                        'each case; "": none')
    parser.add_argument('--html', metavar='FILE', help='write a report there')
    options = parser.parse_args()
    unknown = cases.unknown(options.names)
    if unknown:
        parser.error(f'no such case: {", ".join(unknown)}')
    return options


def rounded(value):
    return f'{value:.0f}' if value >= 100 else f'{value:.3g}'


class Spread:
    """The median, and all between least and most."""

    def __init__(self, values):
        self.median = statistics.median(values)
        self.least, self.most = min(values), max(values)

    def __str__(self):
        return (f'{rounded(self.median)} '
                f'({rounded(self.least)}..{rounded(self.most)})')


class Line:
    """A server in a case; ratios are against the yardstick, each round's."""

    def __init__(self, case, server, figures, costs, **rest):
        self.case = case
        self.server = server
        self.figures = Spread(figures) if figures else None
        self.costs = Spread(costs) if costs else None
        self.ratios = rest.get('ratios') and Spread(rest['ratios'])
        self.cost_ratios = (rest.get('cost_ratios') and
                            Spread(rest['cost_ratios']))
        self.verdict = rest.get('verdict', '')

    def columns(self):
        return [str(value or '') for value in (
            self.case, self.server, self.figures, self.costs, self.ratios,
            self.cost_ratios, self.verdict)]


class Report:
    """Shows lines as they come, and keeps them."""

    def __init__(self):
        self.lines = []
        self.missed = []

    @staticmethod
    def show(*columns):
        print(LAYOUT.format(*columns).rstrip(), flush=True)

    def head(self, unit):
        self.show(*(heading.format(unit) for heading in HEADINGS))

    def add(self, line):
        self.lines.append(line)
        self.show(*line.columns())
        if line.verdict.startswith('misses'):
            self.missed.append(line.case)


def ratios(results, name, yardstick, measure):
    """A server against the mean of the yardstick, round by round."""
    bases = zip(*([getattr(run, measure) for run in results[other]]
                  for other in yardstick))
    return [getattr(run, measure) / max(statistics.mean(base), 1e-9)
            for run, base in zip(results[name], bases)]


def judge(case, figures, costs):
    """What of the targets is missed; those of noise are not judged."""
    median, cost = statistics.median(figures), statistics.median(costs)
    if median > case.target if case.is_time else median < case.target:
        return f'misses {case.target}'
    if 0 < case.cpu < cost:
        return f'misses {case.cpu} of CPU'
    return f'target {case.target}'


def measure(bench, case, servers):
    """Lists of results, by name; each second round goes backwards.

    Who of the others fails is left out.
    """
    results = {server.name: [] for server in servers}
    for number in range(bench.options.rounds):
        for server in servers[::-1] if number % 2 else servers:
            if server.name not in results:
                continue
            try:
                results[server.name].append(bench.run(server, case.load))
            except Failed as failure:
                if not server.is_peer:
                    raise
                print(failure, flush=True)
                del results[server.name]
    return results


def compare(bench, report, case, servers, yardstick):
    results = measure(bench, case, servers)
    for server in servers:
        if server.name not in results:
            continue
        runs = results[server.name]
        bases = [name for name in yardstick if name != server.name]
        if server.name == yardstick[0]:
            bases = []
        figures, costs = (
            ratios(results, server.name, bases, which) if bases else None
            for which in (case.measure, 'cpu'))
        judged = server.name.startswith('wsserver') and bases
        report.add(Line(
            case.name, server.name, [getattr(run, case.measure)
                                     for run in runs],
            [run.cpu for run in runs], ratios=figures, cost_ratios=costs,
            verdict=judge(case, figures, costs) if judged else ''))


def compare_with_rawecho(bench, report, chosen):
    """A, wsserver, the others where they can, and B: A once more."""
    yardstick = ('rawecho A', 'rawecho B')
    wanted = [case for case in chosen if not case.defaults]
    for tls, deflate in dict.fromkeys(case.setting for case in wanted):
        both = [bench.rawecho(name, tls, deflate) for name in yardstick]
        ours = bench.quiet_wsserver(tls, deflate)
        peers = [] if tls or deflate else bench.peers()
        for case in wanted:
            if case.setting != (tls, deflate):
                continue
            others = peers if case.has_peers or bench.options.peers else []
            compare(bench, report, case,
                    [both[0], ours, *others, both[1]], yardstick)


def compare_defaults(bench, report, chosen):
    """wsserver as it comes, beside itself echoing verbatim, in silence."""
    wanted = [case for case in chosen if case.defaults]
    if not wanted:
        return
    verbatim = [bench.quiet_wsserver() for _ in 'AB']
    for server, name in zip(verbatim, ('verbatim A', 'verbatim B')):
        server.name = name
    usual = bench.usual_wsserver()
    for case in wanted:
        compare(bench, report, case, [verbatim[0], usual, verbatim[1]],
                [server.name for server in verbatim])


def measure_idle(bench, report, chosen):
    """KiB and mappings of a quiet connection; a fresh server each time."""
    for name, count, tls, most, most_maps in chosen:
        count = min(count, idle.most_connections())
        runs = [idle.measure(bench.wsserver(
            'wsserver', '-q', '--log=/dev/null', f'--max-clients={2 * count}',
            tls=tls), count) for _ in range(min(bench.options.rounds, IDLE_ROUNDS))]
        for title, target, values in zip(
                (f'KiB of each of {count}', 'mappings of each'),
                (most, most_maps), zip(*runs)):
            missed = statistics.median(values) > target
            report.add(Line(
                name, title, values, None,
                verdict=f'{"misses" if missed else "target"} {target}'))


def run(options):
    report = Report()
    with contextlib.ExitStack() as ends:
        folder = ends.enter_context(tempfile.TemporaryDirectory())
        bench = Bench(options, ends, folder)
        chosen = cases.chosen(options.names)
        report.head('messages/s or us')
        compare_with_rawecho(bench, report, chosen)
        compare_defaults(bench, report, chosen)
        measure_idle(bench, report, cases.chosen_idle(options.names))
    return report


def main():
    options = parse_arguments()
    if options.list:
        print('\n'.join(cases.all_names()))
        return 0
    try:
        report = run(options)
    except Failed as failure:
        sys.exit(str(failure))
    if options.html:
        page.write(options, report)
    if report.missed:
        print(f'missed: {", ".join(report.missed)}')
    return 1 if report.missed else 0


if __name__ == '__main__':
    sys.exit(main())
