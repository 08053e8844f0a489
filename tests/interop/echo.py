# SPDX-License-Identifier: MIT
"""A peer for session.py made with Python's websockets."""
import asyncio
import sys

import websockets


def extensions(socket):
    """Their names; in later versions the connection has a protocol."""
    return [extension.name
            for extension in getattr(socket, 'protocol', socket).extensions]


async def exchange(url, messages, prefix=''):
    async with websockets.connect(
            url, max_size=None, compression='deflate') as socket:
        assert extensions(socket) == ['permessage-deflate'], socket
        pong = await socket.ping(b'are you there')
        await asyncio.wait_for(pong, 30)
        for message in messages:
            await socket.send(message)
            reply = await asyncio.wait_for(socket.recv(), 30)
            if isinstance(message, str):
                message = prefix + message
            assert reply == message, reply[:100]
    assert socket.close_code == 1000, socket.close_code


async def main(url):
    binary = bytes(range(256))
    await exchange(url, ['hi there', binary], 'Server received: ')
    await exchange(url + '/raw', ['Grüße, 世界 😀', 4096 * binary])


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 60))
