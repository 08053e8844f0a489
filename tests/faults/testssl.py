# SPDX-License-Identifier: MIT
"""Has testssl.sh look at a server with good certificates, for some minutes.

Nothing that it finds may be worse than LOW. The environment's WSSERVER names
the program (./wsserver).
"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import certificates  # noqa: E402: tests/common had to be found
from server import Server  # noqa: E402

HARMLESS = ("OK", "INFO", "LOW")
EXEMPT = {
    "engine_problem": "Debian's openssl has no engine for GOST",
    "cert_revocation": "our authority publishes no revocations",
    "sessionresumption_ticket": "its client may leave before our ticket comes",
}
# Of what there must be a finding, lest silence be taken for praise.
LOOKED_AT = {"TLS1_1", "TLS1_3", "cert_chain_of_trust", "secure_client_renego",
             "ROBOT", "LUCKY13", "clientsimulation-openssl_303"}


def findings(server, folder):
    file = os.path.join(folder, "findings")
    subprocess.run(
        ["testssl", "--quiet", "--warnings=off", "--color=0", "--nodns=none",
         "--ip=127.0.0.1", "--add-ca=" + certificates.path("authority.pem"),
         "--jsonfile=" + file, "localhost:%d" % server.address[1]],
        cwd=folder, stdin=subprocess.DEVNULL, check=False)
    with open(file, encoding="utf-8") as found:
        return json.load(found)


def faults(found):
    """What is wrong, a line each."""
    for each in found:
        if each["severity"] not in HARMLESS and each["id"] not in EXEMPT:
            yield "{severity} {id}: {finding}".format(**each)
    for missing in LOOKED_AT - {each["id"] for each in found}:
        yield f"not looked at: {missing}"


def main():
    wrong = []
    for name in ("server", "rsa"):
        options = certificates.server_options(
            f"{name}-chain.pem", f"{name}.key")
        with tempfile.TemporaryDirectory() as folder, \
                Server(*options, scheme="wss") as server:
            wrong += faults(findings(server, folder))
    for each in wrong:
        print(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
