# SPDX-License-Identifier: MIT
"""Runs a peer against the server and compares what the log says of it.

The peer, a command that gets the URL as its last argument, makes sure that it
and the server agree on permessage-deflate, sends "hi there" and the bytes 0 to
255 to /, some UTF-8 and 1 MiB to /raw, compares what comes back, and closes
both connections with 1000. All of that by ws:// and by wss://, for which the
environment has a certificate that Python, node and browser.js then trust.
"""
import os
import re
import subprocess
import sys
import tempfile

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


def make_certificate(folder):
    """Signed by itself, for localhost; returns its file and its key's."""
    certificate, key = (os.path.join(folder, name)
                        for name in ('certificate.pem', 'key.pem'))
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
         '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1',
         '-out', certificate, '-keyout', key],
        check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return certificate, key


def run(command, options, environment):
    """Returns whether all went well, and says what did not."""
    with Server(*options) as server:
        peer = subprocess.run(
            [*command, server.url], stdin=subprocess.DEVNULL,
            timeout=3 * TIMEOUT, env={**os.environ, **environment})
        if peer.returncode == 0:
            server.wait_for_log(' disconnected ', 2)
        status = server.stop()
        log = server.log()
    found = list(failures(peer.returncode, status, log))
    if found:
        print(server.url, *found, 'The log:', log, sep='\n')
    return not found


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        trust = {name: certificate
                 for name in ('SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS')}
        good = [run(command, (), {}), run(
            command, (f'--cert={certificate}', f'--key={key}'), trust)]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
