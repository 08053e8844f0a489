# SPDX-License-Identifier: MIT
"""What a connection costs that has echoed a message and then is quiet."""

import contextlib
import functools
import resource
import socket
import ssl
import time
from urllib.parse import urlsplit

KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
MESSAGE = b'\x82\x94\0\0\0\0' + b'twenty bytes of data'
REPLY = MESSAGE[0:1] + b'\x14' + MESSAGE[6:]
OTHER_DESCRIPTORS = 100

# Longer than a server takes to find that a connection is quiet.
QUIET = 3


def receive(connection, until):
    data = b''
    while not data.endswith(until):
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError('closed by the server')
        data += piece


@functools.cache
def tls_context():
    """What the server's certificate is does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(address):
    connection = socket.create_connection((address.hostname, address.port))
    if address.scheme == 'ws':
        return connection
    return tls_context().wrap_socket(connection)


def open_connection(url):
    """Has its opening handshake and an echo behind it."""
    address = urlsplit(url)
    connection = connect(address)
    connection.sendall(
        f'GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n'
        'Upgrade: websocket\r\nConnection: Upgrade\r\n'
        f'Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n'
        .encode())
    receive(connection, b'\r\n\r\n')
    connection.sendall(MESSAGE)
    receive(connection, REPLY)
    return connection


def resident(pid):
    """KiB of memory of a process."""
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        for line in status:
            if line.startswith('VmRSS:'):
                return int(line.split()[1])
    raise ProcessLookupError(pid)


def mappings(pid):
    with open(f'/proc/{pid}/maps', encoding='utf-8') as maps:
        return sum(1 for _ in maps)


def most_connections():
    """Raises the limit of descriptors; how many connections that allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - OTHER_DESCRIPTORS


def measure(server, count):
    """KiB and mappings that each of so many connections takes."""
    with contextlib.ExitStack() as ends:
        ends.enter_context(open_connection(server.url))
        memory, maps = resident(server.pid), mappings(server.pid)
        for _ in range(count):
            ends.enter_context(open_connection(server.url))
        time.sleep(QUIET)
        return ((resident(server.pid) - memory) / count,
                (mappings(server.pid) - maps) / count)
