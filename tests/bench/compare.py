#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares wsserver's echo with a plain TCP echo of the same bytes.

Runs both in interleaved rounds, the plain one twice a round (A and B) so that
the noise is known. Exits with 1 when a ratio is below the target.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
from urllib.parse import urlsplit

CASES = (('20 B on 16', 20, 16), ('64 KiB on 8', 1 << 16, 8),
         ('1 MiB on 8', 1 << 20, 8))
ROUNDS = (('A', 'ws', 'B'), ('B', 'ws', 'A'))
LINES = (('A', 'rawecho A', ''), ('B', 'rawecho B, to A', 'A'),
         ('ws', 'wsserver, to A and B', 'AB'))
LAYOUT = '{:12} {:21} {:24} {:19} {:19} {}'
HEADINGS = ('case', 'server', 'messages/s', 'CPU us a message', 'ratio of rate',
            'ratio of CPU')
RESULT = re.compile(r'([\d.]+) messages/s, ([\d.]+) MB/s, '
                    r'server ([\d.]+) s of ([\d.]+) s')


def parse_arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--programs', default=here, metavar='DIR',
                        help='where rawecho and echoload are')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--in-flight', type=int, default=1,
                        help='messages under way on each connection')
    parser.add_argument('--target', type=float, default=0.9)
    return parser.parse_args()


def start(command):
    """Starts a server; returns it and the first line it prints."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline().strip()
    if not line:
        sys.exit(f'{command[0]} does not start')
    return server, line


def start_both(programs):
    wsserver = os.environ.get('WSSERVER', 'wsserver')
    plain, port = start([os.path.join(programs, 'rawecho')])
    try:
        websocket, url = start([wsserver, '-a', '127.0.0.1', '-p', '0', '-q',
                                '--log=/dev/null'])
    except BaseException:
        plain.kill()
        raise
    return {'A': ('--raw', plain, port), 'B': ('--raw', plain, port),
            'ws': ('--ws', websocket, str(urlsplit(url).port))}


def measure(options, target, size, connections):
    """Returns messages/s and the server's microseconds a message."""
    mode, server, port = target
    command = [os.path.join(options.programs, 'echoload'), mode,
               '-c', str(connections), '-s', str(size),
               '-d', str(options.seconds), '-m', str(options.in_flight),
               '--pid', str(server.pid), '127.0.0.1', port]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          timeout=options.seconds + 30, check=True)
    rate, _, spent, seconds = map(float, RESULT.match(done.stdout).groups())
    return rate, spent * 1e6 / max(rate * seconds, 1)


def run_case(options, targets, size, connections):
    results = {name: [] for name in targets}
    for number in range(options.rounds):
        for name in ROUNDS[number % 2]:
            results[name].append(
                measure(options, targets[name], size, connections))
    return results


def rounded(value):
    return f'{value:.0f}' if value >= 100 else f'{value:.3g}'


def spread(values):
    """The median, and all between least and most."""
    return (f'{rounded(statistics.median(values))} '
            f'({rounded(min(values))}..{rounded(max(values))})')


def ratios(results, name, others, index):
    """A server against the mean of others, round by round."""
    bases = zip(*([run[index] for run in results[other]] for other in others))
    return [run[index] / statistics.mean(base)
            for run, base in zip(results[name], bases)]


def report(case, results):
    """Prints a case's lines; returns the ratio that counts."""
    for name, title, others in LINES:
        rates, costs = zip(*results[name])
        columns = [case, title, spread(rates), spread(costs)]
        if others:
            columns += [spread(ratios(results, name, others, index))
                        for index in (0, 1)]
        print(LAYOUT.format(*columns, *[''] * (6 - len(columns))).rstrip(),
              flush=True)
    return statistics.median(ratios(results, 'ws', 'AB', 0))


def main():
    options = parse_arguments()
    targets = start_both(options.programs)
    missed = []
    print(LAYOUT.format(*HEADINGS))
    try:
        for case, size, connections in CASES:
            results = run_case(options, targets, size, connections)
            if report(case, results) < options.target:
                missed.append(case)
    finally:
        for _, server, _ in (targets['A'], targets['ws']):
            server.kill()
            server.wait()
    if missed:
        print(f'below {options.target}: {", ".join(missed)}')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
