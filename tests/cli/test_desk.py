"""A server that goes away, or says nothing, while somebody is at its desk."""

import asyncio
import contextlib

import pytest

from bench.server import Server
from danmaku.admin_socket import ADMIN_SOCKET, path_within_reach
from danmaku.cli import desk as module
from danmaku.cli.desk import desk
from danmaku.config import Settings, StoreSettings
from danmaku.errors import Unknown

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture
def settings(tmp_path):
    return Settings(store=StoreSettings(data_dir=tmp_path))


@contextlib.asynccontextmanager
async def server(settings, *answers):
    """Answers one question after the other, and is gone; None: it says nothing."""
    left = list(answers)

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        if (said := left.pop(0)) is None:
            await reader.read()
        else:
            writer.write(said)
        if not left:
            listening.close()
        writer.close()

    path = settings.store.data_dir / ADMIN_SOCKET
    listening = await asyncio.start_unix_server(answer, path_within_reach(path))
    yield
    listening.close()


async def ask(settings, times):
    async with desk(settings) as open_desk:
        for _ in range(times):
            assert await open_desk.ask("GET", "/rooms") == {}


async def read_all(settings):
    async with desk(settings) as open_desk, open_desk.client.stream("GET", "/x") as answer:
        await answer.aread()


async def test_one_that_goes_between_two_questions_is_said_to_be_silent(settings):
    async with server(settings, FINE, FINE):
        with pytest.raises(Unknown, match="no answer"):
            await ask(settings, times=2)


@pytest.mark.parametrize("answers", [(None,), (FINE, None)])
async def test_one_that_says_nothing_is_not_waited_for_for_ever(settings, monkeypatch, answers):
    monkeypatch.setattr(module, "WAIT_S", 0.2)
    async with server(settings, *answers):
        with pytest.raises(Unknown, match="no answer"):
            await ask(settings, times=1)


async def test_a_stream_that_breaks_off_is_no_trace(settings):
    async with server(settings, FINE, FINE.replace(b" 2", b" 9")):
        with pytest.raises(Unknown, match="no answer"):
            await read_all(settings)


async def test_a_server_whose_data_lie_deep_is_reached_too(tmp_path):
    """The address of a local socket holds 107 bytes; a path may be longer."""
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    with Server(deep) as server:
        server.open_room("r1")
        async with desk(Settings(store=StoreSettings(data_dir=server.data_dir))) as its_desk:
            rooms = await its_desk.ask("GET", "/rooms")

    assert "r1" in str(rooms)
