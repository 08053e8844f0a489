# SPDX-License-Identifier: MIT
"""Runs a command that uses the test console, by http:// and by https://.

Its last arguments are "faults" or "none", as the server has them, and the URL
of the page. What the log must say of it afterwards stands here.
"""
import os
import subprocess
import sys
import tempfile

from server import TIMEOUT, Server
from session import make_certificate

EXPECTED = [
    ', path /raw',
    ' disconnected (4001 by client, "done", messages 5/5, bytes 1017/1068, ',
    ' disconnected (1000 by client, messages 1/1, bytes 3/3, ',
]


def run(command, options, environment):
    """Returns whether all went well, and says what did not."""
    faults = 'faults' if '--enable-faults' in options else 'none'
    with Server('--subprotocol=chat', *options) as server:
        url = server.url.replace('ws', 'http', 1)
        user = subprocess.run(
            [*command, faults, url], stdin=subprocess.DEVNULL,
            timeout=6 * TIMEOUT, env={**os.environ, **environment})
        missing = [text for text in EXPECTED
                   if not server.wait_for_log(text, 1)]
        status = server.stop()
        log = server.log()
    if user.returncode == 0 and status == 0 and not missing:
        return True
    print(url, f'the user exited with {user.returncode}',
          f'the server exited with {status}', 'the log lacks', *missing,
          'The log:', log, sep='\n')
    return False


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        good = [run(command, ('--enable-faults',), {}),
                run(command, (f'--cert={certificate}', f'--key={key}'),
                    {'NODE_EXTRA_CA_CERTS': certificate})]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
