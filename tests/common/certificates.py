# SPDX-License-Identifier: MIT
"""Certificates and keys for one run, made by the openssl command."""

import atexit
import functools
import os
import shutil
import ssl
import subprocess
import tempfile

from checks import Skip

CONFIGURATION = """
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:TRUE
[localhost]
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
[elsewhere]
subjectAltName = DNS:elsewhere.invalid
[ca]
default_ca = signing
[signing]
database = index
new_certs_dir = .
default_md = sha256
policy = anybody
rand_serial = yes
[anybody]
commonName = supplied
"""
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA = ("-newkey", "rsa:2048")
NASTY_SUBJECT = '/O=Knot, "Inc"/CN=a\nforged\x1b[31m\u202e'


class Maker:
    """Writes files into a folder that others may read."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="certificates.")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.write("configuration", CONFIGURATION)
        self.write("index", "")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(content)

    def join(self, name, *parts):
        """Writes the content of some files, one behind the other, to one."""
        content = ""
        for part in parts:
            with open(self.path(part), encoding="ascii") as file:
                content += file.read()
        self.write(name, content)

    def openssl(self, command, *arguments):
        subprocess.run(
            ["openssl", command, "-config", "configuration", *arguments],
            cwd=self.folder, stdin=subprocess.DEVNULL, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def make(self, name, subject, signer=None, kind=EC,
             extensions="localhost"):
        """NAME.pem and NAME.key; without a signer it signs itself."""
        signed = ("-CA", f"{signer}.pem", "-CAkey", f"{signer}.key")
        self.openssl(
            "req", "-x509", *(signed if signer else ()), *kind, "-nodes",
            "-extensions", extensions, "-utf8", "-subj", subject,
            "-days", "90", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        os.chmod(self.path(f"{name}.key"), 0o644)

    def make_expired(self, name, signer):
        self.openssl("req", "-new", *EC, "-nodes", "-subj", "/CN=" + name,
                     "-keyout", f"{name}.key", "-out", "request")
        self.openssl(
            "ca", "-batch", "-notext", "-extensions", "localhost",
            "-startdate", "20200101000000Z", "-enddate", "20200102000000Z",
            "-cert", f"{signer}.pem", "-keyfile", f"{signer}.key",
            "-in", "request", "-out", f"{name}.pem")

    def encrypt(self, key, name):
        subprocess.run(
            ["openssl", "pkey", "-in", key, "-aes128", "-passout",
             "pass:secret", "-out", name],
            cwd=self.folder, check=True, capture_output=True)

    def make_all(self):
        self.make("authority", "/CN=Authority", extensions="authority")
        self.make("between", "/CN=Between", "authority",
                  extensions="authority")
        for name, kind in (("server", EC), ("renewed", EC), ("rsa", RSA)):
            self.make(name, "/CN=" + name, "between", kind)
            self.join(f"{name}-chain.pem", f"{name}.pem", "between.pem")
        self.join("both.pem", "server.key", "server-chain.pem")
        self.make("client", "/O=Example/CN=alice", "authority")
        self.make("nasty", NASTY_SUBJECT, "authority")
        self.make("selfsigned", "/CN=selfsigned")
        self.make_expired("expired", "authority")
        self.encrypt("server.key", "encrypted.key")
        self.write("empty.pem", "")
        self.write("garbage.pem", "-----BEGIN NOTHING-----\nAAAA\n")
        self.join("cut.pem", "server.pem")
        os.truncate(self.path("cut.pem"), 300)


@functools.lru_cache(maxsize=None)
def maker():
    if shutil.which("openssl") is None:
        raise Skip("needs the openssl command")
    made = Maker()
    made.make_all()
    return made


def path(name):
    """Where a file is: those of make_all, or what a row puts there."""
    return maker().path(name)


def server_options(name="server-chain.pem", key="server.key"):
    """What makes a server speak TLS with a certificate and its key."""
    return [f"--cert={path(name)}", f"--key={path(key)}"]


def client_context(certificate=None, alpn=None, version=None, ciphers=None):
    """A client that trusts our authority; version is the only one spoken."""
    context = ssl.create_default_context(cafile=path("authority.pem"))
    if certificate:
        context.load_cert_chain(
            path(certificate + ".pem"), path(certificate + ".key"))
    if alpn:
        context.set_alpn_protocols(alpn)
    if version:
        context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


@functools.lru_cache(maxsize=None)
def ordinary_client():
    return client_context()
