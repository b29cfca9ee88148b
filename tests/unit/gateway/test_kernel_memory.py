import asyncio
import socket

import pytest
import uvloop

from danmaku.gateway.kernel_memory import forget_unsent, hold_no_more_than

LIMIT_BYTES = 16_384
LOT = bytes(8_000_000)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop])
def loop(request):
    loop = request.param()
    yield loop
    loop.close()


async def pair():
    """A transport, and the end of somebody who reads nothing."""
    loop = asyncio.get_running_loop()
    near, far = socket.socketpair()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
    return transport, far


async def over_the_network():
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        far = socket.create_connection(listening.getsockname())
        near, _ = listening.accept()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
    return transport, far


def test_the_system_holds_little_for_who_reads_nothing(loop):
    async def held():
        transport, far = await pair()
        hold_no_more_than(LIMIT_BYTES, transport)
        transport.write(LOT)
        await asyncio.sleep(0)  # the loop writes what it can at the end of its turn
        await asyncio.sleep(0)
        rest = transport.get_write_buffer_size()
        transport.abort()
        far.close()
        return len(LOT) - rest

    assert loop.run_until_complete(held()) <= 4 * LIMIT_BYTES


def test_nothing_is_kept_for_who_was_let_go(loop):
    async def end():
        transport, far = await over_the_network()
        transport.write(LOT)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        forget_unsent(transport)
        transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with far, pytest.raises(ConnectionResetError):
            b"".join(iter(lambda: far.recv(1_000_000), b""))

    loop.run_until_complete(end())
