# SPDX-License-Identifier: MIT
"""An echo server made with Python's websockets. Prints its port."""
import asyncio

import websockets


async def echo(socket, *_):
    async for message in socket:
        await socket.send(message)


async def main():
    async with websockets.serve(
            echo, '127.0.0.1', 0, compression=None, max_size=None,
            ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
