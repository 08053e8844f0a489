# SPDX-License-Identifier: MIT
"""Ports for programs that cannot be told to choose one."""

import random
import socket

# Below those that Linux gives to clients, who may be there any moment.
PORTS = range(20000, 32000)


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on."""
    return [port for port in random.sample(PORTS, 50 * count)
            if is_free(port)][:count]


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
