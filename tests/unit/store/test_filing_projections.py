import asyncio
import itertools
import shutil

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import (
    PEOPLE_BEFORE,
    PEOPLE_FACTS,
    on_platform,
)
from tests.contract.soundness import findings_after


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A weakness that was revised, is ready and mended; an order that has ended."""
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return folder


async def write_sample(folder):
    ticks = itertools.count(1_000)
    store = await SqliteStore.open(StoreSettings(data_dir=folder), lambda: Millis(next(ticks)))
    for fact in (*PEOPLE_BEFORE, *PEOPLE_FACTS):
        await store.commit(on_platform(fact))
    await store.close()


@pytest.fixture
def record(sample, tmp_path):
    return shutil.copytree(sample, tmp_path / "record")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE filing SET kind = 'item'",
        "UPDATE filing SET subject = 'another'",
        "UPDATE filing SET risk = 'low'",
        "UPDATE filing SET due_ms = NULL",
        "UPDATE filing SET is_mended = 0",
        "UPDATE filing SET seq = 1",
        "DELETE FROM filing",
        "INSERT INTO filing VALUES (999, 'item', 'x', NULL, NULL, 'draft', 0, 999, 999)",
        "UPDATE department_order SET is_over = 0",
        "UPDATE department_order SET until_ms = 5",
        "UPDATE department_order SET entered = 1",
        "DELETE FROM department_order",
        "INSERT INTO department_order VALUES ('o9', 1, NULL, 0, 1)",
    ],
)
def test_what_no_entry_said_of_a_filing_or_an_order_is_found(record, statement):
    [finding] = findings_after(record, statement)

    assert finding.chain == "@platform"


def test_filings_as_they_were_recorded_are_sound(record):
    assert findings_after(record, "SELECT 1") == []
