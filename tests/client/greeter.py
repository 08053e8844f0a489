# SPDX-License-Identifier: MIT
"""A server made with Python's websockets; its URL is the first line."""

import asyncio

import websockets


async def greet(socket, *_):
    async for message in socket:
        if isinstance(message, str):
            message = f"Server received: {message}"
        await socket.send(message)


async def main():
    async with websockets.serve(greet, "127.0.0.1", 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"ws://127.0.0.1:{port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
