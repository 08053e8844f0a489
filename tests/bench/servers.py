# SPDX-License-Identifier: MIT
"""The servers that are compared, and one measurement of one of them."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, 'peers')
PATIENCE = 60


class Server:
    """Where it is, what loads it, and what it may be asked for."""

    def __init__(self, name, program, url, pid, extra=(), is_peer=False):
        self.name = name
        self.program = program  # that loads it
        self.url = url
        self.pid = pid
        self.extra = extra  # what the program is told besides the load
        self.is_peer = is_peer


class Failed(Exception):
    """A server did not do what was asked of it."""


class Measured:
    """The figures of one run."""

    def __init__(self, result):
        each = max(result['measured'], 1)
        self.rate = result['per_second']
        self.cpu = result.get('server_seconds', 0) * 1e6 / each
        self.p50 = result['latency_us']['p50']
        self.p99 = result['latency_us']['p99']


class Bench:
    """Starts servers, which end with it, and measures them."""

    def __init__(self, options, ends, folder):
        self.options = options
        self.ends = ends
        self.folder = folder
        self.security = None
        self.wsbench = self.built('wsbench')

    def built(self, name):
        """As the environment says, or above the other programs."""
        path = os.path.join(self.options.programs, '..', '..', name)
        return os.environ.get(name.upper(), path)

    def program(self, name):
        return os.path.join(self.options.programs, name)

    def start(self, *command, **rest):
        """Starts a server; returns its process id and the first line."""
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                  **rest)
        self.ends.callback(server.wait)
        self.ends.callback(server.kill)
        line = server.stdout.readline().strip()
        if not line:
            sys.exit(f'{command[0]} does not start')
        return server.pid, line

    def certificate(self):
        """What makes a server use one, which is made when it is needed."""
        if self.security is None:
            self.security = make_certificate(self.folder)
        return self.security

    def rawecho(self, name, tls=False, deflate=0):
        security = self.certificate() if tls else ()
        work = (f'--deflate={deflate}',) if deflate else ()
        pid, line = self.start(self.program('rawecho'), *security, *work)
        port, length = line.split()
        scheme = 'wss' if tls else 'ws'
        as_long = ('-s', length, '--type=binary') if deflate else ()
        return Server(name, self.program('rawload'),
                      f'{scheme}://127.0.0.1:{port}/', pid,
                      (*trust(security), *as_long))

    def wsserver(self, name='wsserver', *arguments, path='/raw', tls=False):
        security = self.certificate() if tls else ()
        pid, url = self.start(
            self.built('wsserver'), '-a', '127.0.0.1',
            '-p', '0', *security, *arguments)
        return Server(name, self.wsbench, url.rstrip('/') + path, pid,
                      trust(security))

    def quiet_wsserver(self, tls=False, deflate=0):
        server = self.wsserver('wsserver', '-q', '--log=/dev/null', tls=tls)
        if deflate:
            server.extra = ('--deflate',)
        return server

    def usual_wsserver(self):
        log = os.path.join(self.folder, 'log')
        return self.wsserver('wsserver, defaults', f'--log={log}', path='/')

    def peers(self):
        """Those that are installed, each on a port of its own."""
        found = []
        for name, command in installed_peers(self.folder):
            if self.options.peers is None or name in self.options.peers:
                pid, port = self.start(*command, stderr=subprocess.DEVNULL)
                found.append(Server(name, self.wsbench,
                                    f'ws://127.0.0.1:{port}/', pid,
                                    is_peer=True))
        return found

    def run(self, server, load):
        seconds = self.options.seconds
        done = subprocess.run(
            [server.program, *load, '-d', f'{seconds}s', '--json',
             '--pid', str(server.pid), *server.extra, server.url],
            stdout=subprocess.PIPE, timeout=seconds + PATIENCE, check=False)
        if done.returncode != 0:
            raise Failed(f'{server.name}: exit status {done.returncode} '
                         f'with {" ".join(load)}')
        return Measured(json.loads(done.stdout))


def trust(security):
    """What makes wsbench trust the certificate, if there is one."""
    return [f'--ca={option[len("--cert="):]}'
            for option in security if option.startswith('--cert=')]


def make_certificate(folder):
    certificate, key = (os.path.join(folder, name)
                        for name in ('certificate.pem', 'key.pem'))
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
         '-addext', 'subjectAltName=IP:127.0.0.1',
         '-out', certificate, '-keyout', key],
        check=True, stderr=subprocess.DEVNULL)
    return f'--cert={certificate}', f'--key={key}'


def python_with_websockets():
    """The interpreter that has it: ours, or the system's."""
    if importlib.util.find_spec('websockets') is not None:
        return sys.executable
    python = '/usr/bin/python3'
    if os.access(python, os.X_OK) and succeeds(
            python, '-c', 'import websockets'):
        return python
    return None


def succeeds(*command, **rest):
    return subprocess.run(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False,
                          **rest).returncode == 0


def built_with_c(folder):
    """The one of libwebsockets, compiled if that can be."""
    compiler = shutil.which('cc')
    if compiler is None or not succeeds(
            'pkg-config', '--exists', 'libwebsockets'):
        return None
    flags = subprocess.run(
        ['pkg-config', '--cflags', '--libs', 'libwebsockets'],
        stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    program = os.path.join(folder, 'libwebsockets')
    source = os.path.join(PEERS, 'libwebsockets.c')
    if succeeds(compiler, '-O2', '-o', program, source, *flags):
        return program
    return None


def built_with_go(folder):
    """The one of gorilla/websocket, where Debian puts it or GOPATH says."""
    compiler = shutil.which('go')
    if compiler is None:
        return None
    program = os.path.join(folder, 'gorilla')
    environment = {'GOPATH': '/usr/share/gocode', **os.environ,
                   'GO111MODULE': 'off',
                   'GOCACHE': os.path.join(folder, 'cache')}
    if succeeds(compiler, 'build', '-o', program,
                os.path.join(PEERS, 'gorilla.go'), env=environment):
        return program
    return None


def installed_peers(folder):
    """Yields each name and command."""
    for name, build in (('libwebsockets', built_with_c),
                        ('gorilla', built_with_go)):
        program = build(folder)
        if program is not None:
            yield name, (program,)
    python = python_with_websockets()
    if python is not None:
        yield 'websockets', (python, os.path.join(PEERS, 'websockets_echo.py'))
    node = shutil.which('node')
    script = os.path.join(PEERS, 'ws_echo.js')
    if node is not None and succeeds(node, '-e', 'require("ws")'):
        yield 'ws', (node, script)
