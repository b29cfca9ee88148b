import subprocess
import sys

import pytest

from danmaku.config import IN_MEMORY
from danmaku.domain.ids import Millis, Seq
from danmaku.domain.rule_reports import Sift
from danmaku.filter.packing import pack
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from danmaku.store.opening import open_store
from danmaku.store.sift import Sifter
from tests.contract.facts import DEMO, in_demo, on_platform, registered
from tests.unit.store.test_sqlite import settings
from tests.unit.store.test_verdicts import FACTS

RULES = """
[[rule]]
id = "a"
category = "spam"
class = "negative"
action = "hold"
words = ["kept", "approved", "restored", "waits"]
"""
JUDGES = (pack(Screen(parse_rules(RULES))),)
NOTHING = (pack(Screen(parse_rules(""))),)
ALL = Millis(10**15)


@pytest.fixture(params=["file", "memory", "shared"])
async def sifter(request, tmp_path):
    """Of a record with a comment in each of its states, read aside or in the process."""
    kept = settings(tmp_path)
    if request.param != "file":
        shared = request.param == "shared"
        url = request.getfixturevalue("postgres_url") if shared else IN_MEMORY
        kept = kept.model_copy(update={"url": url})
    store = await open_store(kept, lambda: Millis(1_000))
    await store.commit(on_platform(registered("Ann")))
    for fact in FACTS:
        await store.commit(in_demo(fact))
    yield Sifter(kept, store.readers)
    await store.close()


async def sifted(sifter, **chosen):
    return [page async for page in sifter.sift(Sift(ALL, **chosen), JUDGES, NOTHING)]


async def test_only_what_nobody_has_decided_about_is_acted_on(sifter):
    [page] = await sifted(sifter, acts=True)

    assert [(hit.number, hit.rule_id) for hit in page.hits] == [(1, "a")]
    assert (page.seen, page.last[0]) == (8, DEMO)


async def test_a_report_looks_at_all_comments_and_expects_what_will_be_done(sifter):
    *_, page = await sifted(sifter)

    assert (page.report.comments, page.report.hits) == (8, 1)
    assert page.report.moves == {"pass > hold (spam)": 4}


async def test_it_goes_on_after_the_last_one(sifter):
    assert await sifted(sifter, acts=True, after=(DEMO, Seq(9))) == []
    assert await sifted(sifter, acts=True, since_ms=Millis(6)) == []


def test_the_process_beside_an_embedded_record_loads_neither_settings_nor_facts():
    program = "import sys, danmaku.store.sift_embedded; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)

    loaded = set(told.stdout.decode().split())
    others = {"asyncpg", "alembic", "pydantic", "danmaku.config", "danmaku.domain.facts"}
    assert "danmaku.store.looking" in loaded
    assert loaded & others == set()
