#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares wsserver's echo with what does nothing but the unavoidable.

Plain and over TLS that is a server of the same shape which sends back the same
bytes, measured in interleaved rounds and twice a round (A and B), so that the
noise is known. With compression it is zlib: the server's processor time a
message is compared with zlib's for the same messages by the same settings,
together with wsserver's own for a plain message as long as a compressed one.
Exits with 1 when a ratio misses its target.
"""
import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

KIB, MIB = 1 << 10, 1 << 20
CASES = {
    'plain': (('20 B on 16', 20, 16), ('64 KiB on 8', 64 * KIB, 8),
              ('1 MiB on 8', MIB, 8)),
    'tls': (('1 KiB on 16, TLS', KIB, 16), ('64 KiB on 8, TLS', 64 * KIB, 8)),
    'deflate': (('1 KiB on 16, zlib', KIB, 16),
                ('64 KiB on 8, zlib', 64 * KIB, 8)),
}
ROUNDS = (('A', 'ws', 'B'), ('B', 'ws', 'A'))
LINES = (('A', 'rawecho A', ''), ('B', 'rawecho B, to A', 'A'),
         ('ws', 'wsserver, to A and B', 'AB'))

# wsserver's defaults, and what then is left for zlib's memLevel.
WINDOW, LEVEL, MEMORY = '12', '6', '5'
LAYOUT = '{:18} {:25} {:22} {:20} {:19} {}'
HEADINGS = ('case', 'server', 'messages/s', 'CPU us a message',
            'ratio of rate', 'ratio of CPU')
RESULT = re.compile(r'([\d.]+) messages/s, ([\d.]+) MB/s, '
                    r'server ([\d.]+) s of ([\d.]+) s(?:, (\d+) bytes)?')


def parse_arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('cases', nargs='*', metavar='CASE',
                        help=', '.join(CASES))
    parser.add_argument('--programs', default=here, metavar='DIR',
                        help='where rawecho, echoload and zlibecho are')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--in-flight', type=int, default=1,
                        help='messages under way on each connection')
    parser.add_argument('--target', type=float, default=0.9,
                        help='of rates; those of CPU are its reverse')
    return parser.parse_args()


class Bench:
    """Starts servers and measures them."""

    def __init__(self, options, ends):
        self.options = options
        self.ends = ends

    def program(self, name):
        return os.path.join(self.options.programs, name)

    def start(self, *command):
        """Starts a server; returns it and the first line it prints."""
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.ends.callback(server.wait)
        self.ends.callback(server.kill)
        line = server.stdout.readline().strip()
        if not line:
            sys.exit(f'{command[0]} does not start')
        return server.pid, line

    def start_wsserver(self, *arguments):
        """Returns its process id and its port."""
        pid, url = self.start(
            os.environ.get('WSSERVER', 'wsserver'), '-a', '127.0.0.1',
            '-p', '0', '-q', '--log=/dev/null', *arguments)
        return pid, str(urlsplit(url).port)

    def start_both(self, security, flags):
        plain = (('--raw', *flags),
                 *self.start(self.program('rawecho'), *security))
        return {'A': plain, 'B': plain,
                'ws': (('--ws', *flags), *self.start_wsserver(*security))}

    def run(self, name, size, connections, *arguments):
        """Returns messages/s, CPU microseconds a message and its bytes."""
        seconds = self.options.seconds
        done = subprocess.run(
            [self.program(name), '-c', str(connections), '-s', str(size),
             '-d', str(seconds), *arguments], stdout=subprocess.PIPE,
            text=True, timeout=seconds + 30, check=True)
        rate, _, spent, took, length = map(
            float, RESULT.match(done.stdout).groups(0))
        return rate, spent * 1e6 / max(rate * took, 1), length

    def load(self, target, size, connections):
        flags, pid, port = target
        return self.run(
            'echoload', size, connections, *flags, '-m',
            str(self.options.in_flight), '--pid', str(pid), '127.0.0.1', port)


def make_certificate(folder):
    """Returns what makes a server use it."""
    certificate, key = (os.path.join(folder, name)
                        for name in ('certificate.pem', 'key.pem'))
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
         '-out', certificate, '-keyout', key],
        check=True, stderr=subprocess.DEVNULL)
    return f'--cert={certificate}', f'--key={key}'


def rounded(value):
    return f'{value:.0f}' if value >= 100 else f'{value:.3g}'


def spread(values):
    """The median, and all between least and most."""
    return (f'{rounded(statistics.median(values))} '
            f'({rounded(min(values))}..{rounded(max(values))})')


def show(*columns):
    print(LAYOUT.format(*columns, *[''] * (6 - len(columns))).rstrip(),
          flush=True)


def ratios(results, name, others, index):
    """A server against the mean of others, round by round."""
    bases = zip(*([run[index] for run in results[other]] for other in others))
    return [run[index] / statistics.mean(base)
            for run, base in zip(results[name], bases)]


def compare_echoes(bench, targets, cases):
    """Yields each case whose rate is below the target."""
    for case, size, connections in cases:
        results = {name: [] for name in targets}
        for number in range(bench.options.rounds):
            for name in ROUNDS[number % 2]:
                results[name].append(
                    bench.load(targets[name], size, connections))
        for name, title, others in LINES:
            rates, costs, _ = zip(*results[name])
            show(case, title, spread(rates), spread(costs),
                 *([spread(ratios(results, name, others, index))
                    for index in (0, 1)] if others else ()))
        if (statistics.median(ratios(results, 'ws', 'AB', 0)) <
                bench.options.target):
            yield case


def compare_with_zlib(bench, cases):
    """Yields each case whose processor time is over the target.

    zlib's part is what compression cannot cost less than; what a message
    costs besides, reading, writing and looking at it, the plain echo of as
    many bytes tells. Only the first may be exceeded.
    """
    pid, port = bench.start_wsserver(
        f'--deflate-window={WINDOW}', f'--deflate-level={LEVEL}')
    settings = ('--window', WINDOW, '--level', LEVEL, '--memory', MEMORY)
    for case, size, connections in cases:
        zlib, plain, deflate, excess = [], [], [], []
        for _ in range(bench.options.rounds):
            zlib.append(bench.run('zlibecho', size, connections, *settings))
            deflate.append(bench.load(
                (('--ws', '--deflate'), pid, port), size, connections))
            plain.append(bench.load(
                (('--ws',), pid, port), int(zlib[-1][2]), connections))
            excess.append((deflate[-1][1] - plain[-1][1]) / zlib[-1][1])
        for title, results in (('zlib alone', zlib),
                               ('wsserver, plain, as long', plain),
                               ('wsserver, compressed', deflate)):
            rates, costs, _ = zip(*results)
            show(case, title, spread(rates), spread(costs))
        total = [mine[1] / its[1] for mine, its in zip(deflate, zlib)]
        show(case, ' to zlib', '', '', '', spread(total))
        show(case, ' less plain, to zlib', '', '', '', spread(excess))
        if statistics.median(excess) > 1 / bench.options.target:
            yield case


def main():
    options = parse_arguments()
    chosen = options.cases or list(CASES)
    missed = []
    with contextlib.ExitStack() as ends:
        bench = Bench(options, ends)
        show(*HEADINGS)
        if 'plain' in chosen:
            missed += compare_echoes(
                bench, bench.start_both((), ()), CASES['plain'])
        if 'tls' in chosen:
            folder = ends.enter_context(tempfile.TemporaryDirectory())
            missed += compare_echoes(
                bench, bench.start_both(make_certificate(folder), ('--tls',)),
                CASES['tls'])
        if 'deflate' in chosen:
            missed += compare_with_zlib(bench, CASES['deflate'])
    if missed:
        print(f'misses {options.target}: {", ".join(missed)}')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
