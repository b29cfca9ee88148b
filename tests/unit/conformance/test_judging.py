"""Whatever a peer does: it is the fault of one check, and no end of the run."""

import asyncio

import httpx
import msgpack
import pytest

from danmaku.conformance.encodings import Dialect, decoded
from danmaku.conformance.judging import beside_the_limit, judged
from danmaku.conformance.verdicts import Check, Outcome

LIMIT_S = 60.0


async def outcomes_of(*runs):
    checks = [Check("some.check", "words", run) for run in runs]
    return [result.outcome async for result in judged(checks, None, "any", LIMIT_S)]


async def fine(_subject):
    """Is all well?"""


async def test_what_has_a_time_of_its_own_takes_none_of_the_checks():
    waited_s = 0.3

    async def waits(_subject):
        """Does somebody come?"""
        with beside_the_limit():
            await asyncio.sleep(waited_s)

    async def never_ends(_subject):
        """Does it end?"""
        await waits(None)
        await asyncio.Event().wait()

    checks = [Check("some.check", "words", run) for run in (waits, never_ends)]
    outcomes = [result.outcome async for result in judged(checks, None, "any", waited_s / 3)]

    assert outcomes == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize("row", [[], {}, 7, [{}], [0, 1], [[]]])
async def test_a_row_that_is_none_fails_its_check_alone(row):
    async def read(_subject):
        """Can it be read?"""
        decoded(Dialect.ROWS, msgpack.packb(["entries", 1, 2, [row]]))
        raise ValueError("it was passed over")

    assert await outcomes_of(read, fine) == [Outcome.FAILED, Outcome.PASSED]


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
)
async def test_an_answer_that_is_none_fails_its_check_alone(said):
    async def answer(_reader, writer):
        writer.write(said)
        writer.close()

    async def ask(_subject):
        """Does it answer?"""
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"http://127.0.0.1:{port}/")

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        assert await outcomes_of(ask, fine) == [Outcome.FAILED, Outcome.PASSED]
