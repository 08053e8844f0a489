# SPDX-License-Identifier: MIT
"""Runs a peer against the server and compares what the log says of it.

The peer, a command that gets the URL as its last argument, sends "hi there"
and the bytes 0 to 255 to /, some UTF-8 and 1 MiB to /raw, compares what comes
back, and closes both connections with 1000.
"""
import re
import subprocess
import sys

from server import TIMEOUT, Server

EXPECTED = [
    'Client connected from PEER',
    'Client PEER disconnected '
    '(1000 by client, messages 2/2, bytes 264/281, N s)',
    'Client connected from PEER, path /raw',
    'Client PEER disconnected '
    '(1000 by client, messages 2/2, bytes 1048596/1048596, N s)',
]


def sentences(log):
    """What the log says of clients, without what is never twice the same."""
    found = re.findall(r'^\S+Z info \d+ (.*)$', log, re.MULTILINE)
    found = [re.sub(r'(\[::1\]|127\.0\.0\.1):\d+', 'PEER', line)
             for line in found]
    return [re.sub(r'\d+\.\d s\)$', 'N s)', line) for line in found]


def failures(peer_status, server_status, log):
    if peer_status != 0:
        yield f'the peer exited with {peer_status}'
    if server_status != 0:
        yield f'the server exited with {server_status}'
    if sorted(sentences(log)) != sorted(EXPECTED):
        yield 'the log does not say:\n' + '\n'.join(EXPECTED)


def main(command):
    with Server() as server:
        peer = subprocess.run(
            [*command, server.url], stdin=subprocess.DEVNULL,
            timeout=3 * TIMEOUT)
        if peer.returncode == 0:
            server.wait_for_log(' disconnected ', 2)
        status = server.stop()
        log = server.log()
    found = list(failures(peer.returncode, status, log))
    if found:
        print(*found, 'The log:', log, sep='\n')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
