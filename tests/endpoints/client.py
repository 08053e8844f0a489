# SPDX-License-Identifier: MIT
"""A client for clients.py made with Python's websockets."""
import asyncio
import json
import sys
import time

import websockets


def forget(future):
    """Whatever became of it is fine."""
    if not future.cancelled():
        future.exception()


class Visit:
    """What is seen of a fault, as visit.js has it."""

    def __init__(self, what):
        self.what = what
        self.start = time.monotonic()
        self.seen = {'opened': False, 'error': None, 'messages': [],
                     'code': None, 'reason': '', 'pongs': 0}

    def passed(self):
        return round(1000 * (time.monotonic() - self.start))

    async def take_messages(self, socket):
        while len(self.seen['messages']) < self.what['count']:
            message = await socket.recv()
            self.seen['messages'].append(
                message if isinstance(message, str) else len(message))
            self.seen['sawAfter'] = self.passed()

    async def converse(self, socket):
        self.seen['opened'] = True
        self.seen['openedAfter'] = self.passed()
        pong = await socket.ping(b'are you there')
        pong.add_done_callback(forget)
        await socket.send(self.what['text'])
        await self.take_messages(socket)
        self.seen['pongs'] = int(pong.done())

    async def go(self):
        socket = None
        try:
            socket = await websockets.connect(
                self.what['url'], close_timeout=1, max_size=None,
                open_timeout=30)
            await self.converse(socket)
            await socket.close(1000)
        except Exception as error:  # whatever the library makes of it
            self.seen['error'] = f'{type(error).__name__}: {error}'
        if socket is not None:
            await socket.wait_closed()
            self.seen['code'] = socket.close_code
            self.seen['reason'] = socket.close_reason
        return self.seen


async def main(visits):
    return await asyncio.gather(*(Visit(what).go() for what in visits))


print(json.dumps(asyncio.run(
    asyncio.wait_for(main(json.loads(sys.argv[1])), 90))))
