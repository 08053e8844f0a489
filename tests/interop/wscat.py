# SPDX-License-Identifier: MIT
"""Compares the screens of wscat and the server with what users are told."""
import re
import socket
import sys

from server import PROGRAM, TIMEOUT
from terminal import Terminal

DEFAULT_PORT = 12345

SERVER_SCREEN = r'''WebSocket server started on ws://localhost:PORT
Client connected from ((?:\[::1\]|127\.0\.0\.1):\d+)
Received from client: hi there
Received from client: this works
Client \1 disconnected \(CODE by client, messages 2/2, bytes 18/52, \d+\.\d s\)
'''

WSCAT_SCREEN = '''Connected (press CTRL+C to quit)
> hi there
< Server received: hi there
> this works
< Server received: this works
> '''

# How the user ends wscat, the code it closes with (on Ctrl-C it sends none,
# for which 1005 stands), and what it shows then.
ENDINGS = [
    ([], '\x03', 1005, ''),
    (['--slash'], '/close 1000\r', 1000,
     '/close 1000\nDisconnected (code: 1000, reason: "")\n'),
]


def is_free(port):
    try:
        for family, address in ((socket.AF_INET6, '::1'),
                                (socket.AF_INET, '127.0.0.1')):
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
    except OSError:
        return False
    return True


def choose_port():
    """The port of the manual if nobody has it, else any free one."""
    if is_free(DEFAULT_PORT):
        return DEFAULT_PORT
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def expect(condition, what, terminal):
    if not condition:
        sys.exit(f'{what}; the screen:\n{terminal.screen()}')


def converse(wscat, key):
    """Types the messages, each when the reply before it is there."""
    expect(wscat.wait_for('CTRL.*\n> ', TIMEOUT), 'no prompt', wscat)
    for text in ('hi there', 'this works'):
        wscat.type(text + '\r')
        expect(wscat.wait_for(f'< .*{text}\n> ', TIMEOUT), 'no reply', wscat)
    wscat.type(key)
    expect(wscat.exit_status(TIMEOUT) == 0, 'wscat does not end', wscat)


def check_ending(options, key, code, shown):
    port = choose_port()
    with Terminal(PROGRAM, '-p', str(port)) as server:
        expect(server.wait_for('started', TIMEOUT), 'no server', server)
        with Terminal(
                'wscat', *options, '-c', f'ws://localhost:{port}') as wscat:
            converse(wscat, key)
            expect(wscat.screen() == WSCAT_SCREEN + shown,
                   f'not wscat\'s screen:\n{WSCAT_SCREEN + shown}', wscat)
        server.wait_for('disconnected.*\n', TIMEOUT)
        server.settle()
        pattern = SERVER_SCREEN.replace('PORT', str(port))
        pattern = pattern.replace('CODE', str(code))
        expect(re.fullmatch(pattern, server.screen()),
               f'not the server\'s screen:\n{pattern}', server)
        server.type('\x03')
        expect(server.exit_status(TIMEOUT) == 0, 'exit status', server)


for ending in ENDINGS:
    check_ending(*ending)
