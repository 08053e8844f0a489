#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a WebSocket echo server against RFC 6455 and 7692, from outside."""
import argparse
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

import client
import suite

# Their order is that of the cases.
import framing
import control
import fragmentation
import text
import closing
import limits
import compression

FAMILIES = (framing, control, fragmentation, text, closing, limits,
            compression)
STOP_PATIENCE = 10


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--url', help='a server that runs already; without '
                        'it $WSSERVER is started')
    parser.add_argument('--list', action='store_true', help='list the cases')
    parser.add_argument('cases', nargs='*', metavar='CASE',
                        help='a family, a number, or a name')
    return parser.parse_args()


def is_selected(case, names):
    return not names or any(
        f'{case.number}.'.startswith(f'{name}.') or
        case.name.partition('(')[0] == name for name in names)


def start_server():
    """Returns the server and its URL for a verbatim echo."""
    server = subprocess.Popen(
        [os.environ.get('WSSERVER', 'wsserver'), '-a', '127.0.0.1', '-p', '0',
         '--echo-prefix=', '--ping-interval=0', '--log-format=text',
         '--log=/dev/null'],
        stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    if not url:
        sys.exit('the server does not start')
    return server, url + '/raw'


def stop_server(server):
    server.terminate()
    try:
        return server.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


def run_case(case, address, path, may_skip):
    """Returns the result and what there is to say of it.

    A server may have limits (section 10.4) and no extensions; ours has those
    that we want.
    """
    try:
        with client.Peer(address, path) as peer:
            case.run(peer)
    except client.Unwilling as reason:
        return 'skipped' if may_skip else 'failed', f': {reason}'
    except (AssertionError, OSError, UnicodeDecodeError) as failure:
        return 'failed', f': {type(failure).__name__}: {failure}'
    return 'passed', ''


def run_cases(cases, url, may_skip):
    parts = urlsplit(url)
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    for case in cases:
        start = time.monotonic()
        result, why = run_case(case, (parts.hostname, parts.port or 80),
                               parts.path or '/', may_skip)
        counts[result] += 1
        print(f'{result} {case.number} {case.name} (RFC {case.rfc} section '
              f'{case.section}), {time.monotonic() - start:.3f} s{why}',
              flush=True)
    return counts


def main():
    options = parse_arguments()
    cases = [case for case in suite.CASES
             if is_selected(case, options.cases)]
    if options.list:
        for case in cases:
            print(case.number, case.name, case.section)
        return 0
    if options.url:
        counts, status = run_cases(cases, options.url, True), 0
    else:
        server, url = start_server()
        try:
            counts = run_cases(cases, url, False)
        finally:
            status = stop_server(server)
    if status != 0:
        print(f'the server exits with {status}')
    print(', '.join(f'{counts[name]} {name}' for name in counts))
    return 1 if counts['failed'] or status or not cases else 0


if __name__ == '__main__':
    sys.exit(main())
