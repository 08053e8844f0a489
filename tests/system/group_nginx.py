# SPDX-License-Identifier: MIT
"""The sample for nginx: contrib/nginx.conf."""

import shutil

import certificates
from checks import check, expect, expect_that, wait_until
from faithful import Crowd
from fleet import SIZE, Fleet, Program, client, wait_until_served
from group_haproxy import tls_of_check
from ports import free_ports

TRUSTED = "--trusted-proxy=127.0.0.1"
BOTH = {"options": None}
CLIENT = "127.0.0.77"
CROWD = 6


class Nginx(Program):
    """In front of plain servers."""

    def __init__(self, fleet):
        self.ports = free_ports(2)
        self.plain, self.secret = self.ports
        super().__init__("nginx.conf", [
            (r"worker_processes auto;",
             "worker_processes 1; daemon off; pid nginx.pid;"),
            (r"worker_connections 20000;", "worker_connections 500;"),
            (r"http \{", "http {\n\taccess_log off;\n" + "".join(
                f"\t{name}_temp_path {name};\n" for name in (
                    "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))),
            (r"listen 80;", f"listen 127.0.0.1:{self.plain};"),
            (r"listen 443 ssl;", f"listen 127.0.0.1:{self.secret} ssl;"),
            (r"certificate \S+;",
             f"certificate {certificates.path('server-chain.pem')};"),
            (r"certificate_key \S+;",
             f"certificate_key {certificates.path('server.key')};"),
            *[(rf"192\.0\.2\.{i + 1}:12345", f"127.0.0.1:{port}")
              for i, port in enumerate(fleet.ports)]])
        self.run([shutil.which("nginx"), "-p", self.folder.name, "-e",
                  "stderr", "-c", self.path], self.ports)
        wait_until_served(self.plain)

    def port(self):
        return self.plain if tls_of_check() is None else self.secret


@check("", "nginx", "nginx: clients are spread and logged as they are",
       **BOTH)
def balanced(_):
    with Fleet(TRUSTED) as fleet, Nginx(fleet) as proxy:
        peers = [client(proxy.port(), tls_of_check(), CLIENT).open(
            more=[("X-Forwarded-For", "192.0.2.9")]) for _ in range(4 * SIZE)]
        for peer in peers:
            peer.echo()
        pattern = rf"connected from {CLIENT}, path /raw"
        expect_that(wait_until(lambda: sum(
            map(len, fleet.find(pattern))) == len(peers), 10),
            "a line for each", fleet.find(pattern))
        expect("servers without any", [],
               [lines for lines in fleet.find(pattern) if not lines])
        for peer in peers:
            peer.leave()


@check("", "nginx", "nginx: a rolling restart loses no echo", **BOTH)
def rolling_restart(_):
    tls = tls_of_check()
    with Fleet(TRUSTED) as fleet, Nginx(fleet) as proxy:
        port = proxy.port()
        with Crowd(lambda: client(port, tls, CLIENT), CROWD) as crowd:
            for place in range(SIZE):
                fleet.replace(place, proxy.plain, crowd)
            crowd.is_over = True
            crowd.join()
        expect("failures", [], crowd.failures)
        expect_that(crowd.returns > 0, "clients that came back", 0)
