# SPDX-License-Identifier: MIT
"""What a real client reports of each fault: clients.py KIND COMMAND...

KIND is python, node or browser; the command gets what it is to visit as JSON
and writes what it saw as JSON (visit.js tells how). All visits are made at the
same time, by ws:// and by wss://, beside a connection that must not notice. At
last the server is stopped, which must not wait for a fault.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'common'))

import certificates  # noqa: E402: tests/common had to be found
from checks import wait_until  # noqa: E402
from expected import TEXT, VISITS  # noqa: E402
from server import Bystander, Server  # noqa: E402

TIMEOUT = 100

# 401, 503, and redirections, of which Chromium follows none.
REFUSALS = {'python': 5, 'node': 5, 'browser': 3}

CONNECTED = re.compile(
    r'info (\d+) Client connected from \S+, path /faults/(\S+)')
ENDED = re.compile(r'info (\d+) Client \S+ disconnected \((\d+ by \w+)')
REFUSED = re.compile(r'info \d+ Client \S+ refused \((\d+),')


def ends_of(log):
    """How each connection to a fault ended, by its path."""
    paths = dict(match.groups() for line in log
                 if (match := CONNECTED.search(line)))
    ends = dict(match.groups() for line in log
                if (match := ENDED.search(line)))
    return {paths[number]: end for number, end in ends.items()
            if number in paths}


def refused_in(log):
    return sorted(match.group(1) for line in log
                  if (match := REFUSED.search(line)))


def trusting():
    """An environment in which python, node and chromium.js trust the server."""
    certificates.maker().join('trusted.pem', 'server.pem', 'authority.pem')
    return {**os.environ,
            'SSL_CERT_FILE': certificates.path('authority.pem'),
            'NODE_EXTRA_CA_CERTS': certificates.path('trusted.pem')}


def start(command, scheme, address):
    base = f'{scheme}://{address[0]}:{address[1]}/faults/'
    visits = [{'url': base + visit.path, 'text': TEXT, 'count': visit.count}
              for visit in VISITS]
    return subprocess.Popen(
        [*command, json.dumps(visits)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=trusting() if scheme == 'wss' else None)


def is_done(kind, client, log):
    """The client has ended, or is a browser that waits for a Close only."""
    wanted = {visit.name for visit in VISITS
              if visit.is_open and visit.name != 'no-close'}
    return client.poll() is not None or (
        kind == 'browser' and wanted <= set(ends_of(log)) and
        len(refused_in(log)) == REFUSALS[kind])


def differences(visit, kind, seen):
    for name, wanted in visit.expected[kind].items():
        if name == 'error' and wanted is not None:
            is_right = wanted in (seen['error'] or '')
        elif name == 'waits':
            is_right = seen[wanted[0]] - seen.get(wanted[1], 0) >= wanted[2]
        else:
            is_right = seen[name] == wanted
        if not is_right:
            yield (f'{visit.path}: expected {name} {wanted!r}, '
                   f'got {json.dumps(seen, ensure_ascii=False)[:400]}')


def judge(kind, seen, log):
    ends = ends_of(log)
    for visit, one in zip(VISITS, seen):
        yield from differences(visit, kind, one)
        wanted = visit.ends.get(kind)
        if wanted is not None and ends.get(visit.name) != wanted:
            yield (f'{visit.path}: expected the log to say {wanted}, '
                   f'got {ends.get(visit.name)}')
    if len(refused_in(log)) != REFUSALS[kind]:
        yield f'the log has refused {refused_in(log)}'


def run(kind, command, scheme):
    """Returns whether all was as expected, and says what was not."""
    Server.scheme = scheme
    with Server('--enable-faults') as server:
        bystander = Bystander(server)
        client = start(command, scheme, server.address)
        try:
            wait_until(lambda: is_done(kind, client, server.log), TIMEOUT)
            bystander.leave()
            status = server.terminate(10)
            output = client.communicate(timeout=TIMEOUT)[0]
        finally:
            client.kill()
            client.wait()
        server.reader.join(10)
        failures = list(judge(kind, json.loads(output or '[]'), server.log))
    if client.returncode != 0 or not output:
        failures.append(f'the client exited with {client.returncode}')
    if status != 0:
        failures.append(f'the server exited with {status}')
    if failures:
        print(scheme, *failures, 'The log:', *server.log, sep='\n')
    return not failures


def main(kind, *command):
    good = [run(kind, command, scheme) for scheme in ('ws', 'wss')]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
