"""How long claiming the next case takes, and a page of the list, when very many are open.

    python -m bench.case_queue --cases 100000 [--postgres]

The verbs are asked as the doors ask them, on a record that is made for it and gone afterwards.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from bench import backing
from bench.cast import person_in
from danmaku.actions.case_book import CaseBook
from danmaku.actions.cases import Cases
from danmaku.config import Settings, StoreSettings
from danmaku.core import Core, opened
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseKind, reported
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import CommentPublished, Verdict
from danmaku.domain.ids import PLATFORM, ClientId, Millis, Number, RoomId
from danmaku.domain.room import RoomState
from danmaku.ports import Append

ROOM, OTHER = RoomId("bench"), RoomId("other")
BATCH = 500
ROUNDS = 300
CLAIMED_EVERY = 40  # leases that each reviewer gets before the next one takes over


async def measure(settings: StoreSettings, cases_count: int) -> dict[str, tuple[float, float]]:
    """Median and 99th percentile in milliseconds, by what was asked."""
    async with opened(Settings(store=settings)) as core:
        await _fill(core, cases_count)
        cases, book = core.offices.casework.cases, core.offices.casework.book
        reviewers = [await _reviewer(core, n) for n in range(ROUNDS // CLAIMED_EVERY + 1)]
        turns = iter(range(ROUNDS))
        last: list[tuple[int, str]] = []
        return {
            "claim the next case": await _timed(
                lambda: cases.claim_next(reviewers[next(turns) // CLAIMED_EVERY])
            ),
            "a page of the queue": await _timed(lambda: _page(cases, CaseFilter(), last)),
            "a page of one kind": await _timed(lambda: _of(cases, CaseKind.REPORT)),
            "a page of one room": await _timed(lambda: cases.queue(None, CaseFilter(room=ROOM))),
            "the same with its texts": await _timed(lambda: _shown(cases, book)),
            "count what is overdue": await _timed(lambda: _count(core, book), rounds=20),
        }


async def _fill(core: Core, cases_count: int) -> None:
    await core.rooms.open(None, ROOM, RoomState("Bench"), owner=None)
    author = await person_in(core, "author")
    categories = sorted(CATEGORIES)
    for start in range(1, cases_count + 1, BATCH):
        facts = [
            CaseFiled(
                f"receipt{n}",
                (CaseKind.REPORT, CaseKind.COMPLAINT, CaseKind.PATROL)[n % 3],
                reported(ROOM, Number((n + 1) // 2)) if n % 2 else reported(OTHER, Number(n)),
                categories[n % len(categories)],
                filer=None,
            )
            for n in range(start, min(start + BATCH, cases_count + 1))
        ]
        await core.record.commit(*(Append(PLATFORM, fact) for fact in facts))
        said = [_comment(author, n) for n in range(start, start + BATCH) if n % 2]
        await core.record.commit(*(Append(ROOM, fact) for fact in said))


def _comment(author: Standing, n: int) -> CommentPublished:
    content = Content(f"comment number {n}", Style(), n, author.name)
    verdict = Verdict("1", "pass", None, 1)
    client, at_ms = ClientId(f"c{n}"), Millis(n)
    return CommentPublished(author.account, author.account, client, at_ms, content, verdict)


async def _reviewer(core: Core, number: int) -> Standing:
    return await person_in(core, f"reviewer{number}", Bundle.REVIEWER)


async def _page(cases: Cases, wanted: CaseFilter, last: list[tuple[int, str]]) -> None:
    """The next page each time: keys far into the queue must cost what the first ones do."""
    found = await cases.queue(None, wanted, after=last[-1] if last else None)
    last[:] = [(found[-1].case.rank, found[-1].case.case_id)] if found else []


async def _shown(cases: Cases, book: CaseBook) -> object:
    found = await cases.queue(None, CaseFilter(room=ROOM))
    return await book.glimpses([view.case for view in found])


async def _of(cases: Cases, kind: CaseKind) -> object:
    return await cases.queue(None, CaseFilter(kinds=frozenset({kind})))


async def _count(core: Core, book: CaseBook) -> object:
    settled_ms = (await core.store.rooms())[0].created_ms
    return await book.backlog(core.offices.casework.cases.terms, settled_ms)


async def _timed(ask: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> tuple[float, float]:
    took_ms = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        await ask()
        took_ms.append(1000 * (time.perf_counter() - began_s))
    return median(took_ms), quantiles(took_ms, n=100)[98]


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description="Time the queue of cases.")
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--postgres", action="store_true")
    given = options.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if given.postgres:
            url = stack.enter_context(stack.enter_context(backing.postgres()).database())
        found = asyncio.run(measure(StoreSettings(data_dir=folder, url=url), given.cases))
    for name, (middle, worst) in found.items():
        print(f"{name:24} median {middle:7.2f} ms  p99 {worst:7.2f} ms")


if __name__ == "__main__":
    main()
