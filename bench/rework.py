"""The past worked over while others talk: a back-scan on paper, in earnest, and a bulk recall.

Each has a third of the time. The first is asked for again until that is over; the others have it
from their first measure on, and are stopped then. What they did and when is noted: the live
traffic of that time is held against what went before.
"""

import asyncio
from time import monotonic_ns
from typing import Self

import httpx
import msgspec

from bench.checker import Batch
from bench.client import Door
from bench.crowd import Seat
from bench.past import BEFORE_ALL_MS, Past
from bench.probes import ended_children_ns
from bench.scenario import Rework
from bench.stage import Span, Stage, until

PREVIEW, SCAN, PICK, RECALL = "preview", "back-scan", "bulk preview", "bulk recall"
_PATIENCE_S = 60.0
_LOOK_S = 0.02
_WHY = "the bench"


class _Scan(msgspec.Struct, frozen=True):
    """The number of what was begun."""

    scan: int


async def work_over(stage: Stage, rework: Rework, at_ns: int) -> None:
    """Do all three, one after the other, in front of those who watch the room of the past."""
    past = stage.past
    if past is None:
        raise LookupError("there is no past to work over")
    door = Door(stage.address, past.room)
    watching = await stage.crowd.take_seats([door] * rework.watchers)
    third_ns = round(rework.for_s * 1e9 / 3)
    async with _Editor(stage, past, watching[0]) as editor:
        told = await editor.preview(at_ns + third_ns)
        await editor.scan(told, third_ns)
        await editor.recall(third_ns)


class _Preview(msgspec.Struct, frozen=True):
    """As much of an answer as a back-scan is begun with, and what it found."""

    class Report(msgspec.Struct, frozen=True):
        """How many it looked at, and is after."""

        comments: int
        hits: int

    draft: int
    upto_ms: int
    report: Report


class _Editor:
    """Who does it, at the operator's desk.

    Args:
        stage: Where.
        past: What it is done to.
        watching: Sees each recall.
    """

    def __init__(self, stage: Stage, past: Past, watching: Seat) -> None:
        self._stage = stage
        self._past = past
        self._watching = watching
        desk = httpx.AsyncHTTPTransport(uds=stage.desk)
        self._desk = httpx.AsyncClient(transport=desk, base_url="http://desk", timeout=_PATIENCE_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._desk.aclose()

    async def preview(self, until_ns: int) -> _Preview:
        """Look through the past, once at least; what the last look said.

        Two looks at nothing go before: with the first the rules are built, which are kept then; the
        second says what beginning takes.
        """
        await self._look(upto_ms=BEFORE_ALL_MS)
        _, begin_ns = await self._look(upto_ms=BEFORE_ALL_MS)
        from_ns, spent_ns, looks, looked = monotonic_ns(), 0, 0, 0
        while True:
            told, cpu_ns = await self._look()
            spent_ns, looks, looked = spent_ns + cpu_ns, looks + 1, looked + told.report.comments
            if (now_ns := monotonic_ns()) >= until_ns:
                break
        took_ns = now_ns - from_ns
        span = Span(from_ns, now_ns, looked, took_ns, spent_ns, looks * begin_ns)
        self._stage.spans[PREVIEW] = span
        return told

    async def _look(self, **fields: object) -> tuple[_Preview, int]:
        """A preview, and nanoseconds of processors that other processes took for it."""
        spent_ns = ended_children_ns(self._stage.pid)
        answer = await self._ask("/back-scans/preview", draft=self._past.draft, **fields)
        spent_ns = ended_children_ns(self._stage.pid) - spent_ns
        return msgspec.json.decode(answer, type=_Preview), spent_ns

    async def scan(self, told: _Preview, for_ns: int) -> None:
        """Have what was previewed done, as far as time goes."""
        by, path = self._past.editor, "/back-scans"
        answer = await self._ask(
            path,
            login=by,
            draft=told.draft,
            upto_ms=told.upto_ms,
            comments=told.report.comments,
            hits=told.report.hits,
            treatment="hold",
            why=_WHY,
        )
        scan = msgspec.json.decode(answer, type=_Scan).scan
        await self._watch(SCAN, for_ns)
        await self._stop(f"{path}/{scan}/stop", login=by)

    async def recall(self, for_ns: int) -> None:
        """Recall what one author wrote, as far as time goes."""
        by, path, from_ns = self._past.editor, "/bulk-recalls", monotonic_ns()
        answer = await self._ask(
            f"{path}/preview", by=by, category="flood", why=_WHY, login=self._past.recalled
        )
        scan = msgspec.json.decode(answer, type=_Scan).scan
        self._stage.spans[PICK] = Span(from_ns, monotonic_ns(), self._past.comments)
        await self._ask(f"{path}/{scan}/execute", by=by)
        await self._watch(RECALL, for_ns)
        await self._stop(f"{path}/{scan}/stop", by=by)

    async def _watch(self, what: str, for_ns: int) -> None:
        from_ns, before = monotonic_ns(), self._recalls_seen()
        for _ in range(round(_PATIENCE_S / _LOOK_S)):
            if self._recalls_seen() > before:
                break
            await asyncio.sleep(_LOOK_S)
        else:
            self._stage.wrongs.append(f"{what}: nobody saw a comment go")
        first_ns = monotonic_ns()
        await until(first_ns + for_ns)
        taken, now_ns = self._recalls_seen() - before, monotonic_ns()
        self._stage.spans[what] = Span(from_ns, now_ns, taken, now_ns - first_ns)

    def _recalls_seen(self) -> int:
        batches = (event for event in self._watching.events if isinstance(event, Batch))
        return sum(entry["kind"] == "recall" for batch in batches for entry in batch.entries)

    async def _stop(self, path: str, **signed: str) -> None:
        answer = await self._desk.post(path, json=signed)
        if answer.status_code != httpx.codes.NOT_FOUND:  # it has come to its end before
            answer.raise_for_status()

    async def _ask(self, path: str, **fields: object) -> bytes:
        answer = await self._desk.post(path, json=fields)
        return answer.raise_for_status().content
