# SPDX-License-Identifier: MIT
"""A new server takes over from an old one, and nobody is lost."""

import signal
import time

from activated import Activated, Manager, listening
from checks import check, expect, expect_that, wait_until
from faithful import Crowd
from peer import Peer, request

RESTARTS = 4
CLIENTS = 8


def wait_for_echoes(crowd, count):
    """So many more, from clients that go on."""
    before = crowd.echoes
    wait_until(lambda: crowd.echoes >= before + count or crowd.failures, 60)
    expect("failures", [], crowd.failures)


@check("", "zero downtime", "a new server takes over by socket activation",
       options=None)
def take_over(_):
    with listening() as listener, Manager() as manager:
        def start():
            server = Activated([listener], "--grace=20",
                               environment=manager.environment())
            manager.hear("READY=1")
            return server

        server = start()
        address, tls = server.address, server.tls
        with Crowd(lambda: Peer(address, tls=tls), CLIENTS) as crowd:
            try:
                for _ in range(RESTARTS):
                    wait_for_echoes(crowd, 20 * CLIENTS)
                    old, server = server, start()
                    old.process.send_signal(signal.SIGTERM)
                    expect("exit status of the old", 0, old.wait(60))
                    old.__exit__(None)
                wait_for_echoes(crowd, 20 * CLIENTS)
            finally:
                crowd.is_over = True
                crowd.join()
                server.__exit__(None)
        expect("failures", [], crowd.failures)
        expect_that(crowd.returns >= RESTARTS * CLIENTS // 2,
                    "clients that came back", crowd.returns)


@check("", "zero downtime", "who connects meanwhile is served by the next",
       options=None, over=("ws",))
def queue_is_kept(_):
    with listening() as listener:
        with Activated([listener]) as server:
            address = server.address
            server.stop()
        peers = [Peer(address) for _ in range(20)]
        with Activated([listener]):
            for peer in peers:
                peer.open().echo()
                peer.close()


def finish_after_term():
    """Whether who is in its opening handshake at TERM may finish that."""
    with listening() as listener, Manager() as manager, Activated(
            [listener], "--grace=20",
            environment=manager.environment()) as server:
        peer = server.connect()
        peer.send(request()[:-2])
        wait_until(lambda: is_pending(server), 20)
        server.process.send_signal(signal.SIGTERM)
        manager.hear("STOPPING=1")
        time.sleep(0.1)
        peer.send(request()[-2:])
        if peer.receive_response().status != 101:
            return False
        peer.expect_failure(1001)
        expect("exit status", 0, server.wait(60))
        return True


def is_pending(server):
    server.process.send_signal(signal.SIGUSR1)
    return server.find("Statistics: clients 0, pending 1,")


@check("", "zero downtime", "a handshake under way is finished", options=None)
def handshake_is_finished(_):
    """It has a second for that, which a busy machine may take elsewhere."""
    expect_that(any(finish_after_term() for _ in range(5)), "a 101", "none")
