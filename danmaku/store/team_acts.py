"""What facts about the staff do to the page: check first, then put."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.domain.recheck import BEGINNING, Cursor
from danmaku.domain.team_facts import (
    DutyBegun,
    DutyEnded,
    LotsDrawn,
    QuestionsIssued,
    RecheckDrawn,
    RecheckJudged,
    SpotChecked,
    TrainingTaken,
)
from danmaku.errors import Code, Coded, Stale
from danmaku.store import team_schema as schema
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account
from danmaku.store.team_ground import LOTS, QUESTIONS


def _issue(page: Page, chain: RoomId, fact: QuestionsIssued) -> Entry:
    if fact.version <= page.ground.questions.get(QUESTIONS, 0):
        raise Stale  # of two who issue a version at once, the first does
    page.ground.questions[QUESTIONS] = fact.version
    entry = page.put(chain, fact)
    page.keep(schema.question_set, (("version", fact.version),), seq=entry.seq)
    return entry


def _take(page: Page, chain: RoomId, fact: TrainingTaken) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    page.keep(
        schema.training,
        (("account", fact.account), ("has_passed", fact.until_ms is not None)),
        version=fact.version,
        right_count=fact.right_count,
        asked_count=fact.asked_count,
        at_ms=entry.at_ms,
        until_ms=fact.until_ms,
        seq=entry.seq,
    )
    return entry


def _begin(page: Page, chain: RoomId, fact: DutyBegun) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    key = (("account", fact.account),)
    times = {"begun_ms": entry.at_ms, "until_ms": fact.until_ms}
    page.keep(schema.duty, key, **times, seq=entry.seq)
    return entry


def _end(page: Page, chain: RoomId, fact: DutyEnded) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    key = (("account", fact.account),)
    page.keep(schema.duty, key, begun_ms=None, until_ms=None, seq=entry.seq)
    return entry


def _draw(page: Page, chain: RoomId, fact: RecheckDrawn) -> Entry:
    entry = page.put(chain, fact)
    page.ground.rechecks[entry.seq] = True
    page.rows["recheck_new"].append(
        asdict(fact)
        | {
            "recheck": entry.seq,
            "drawn_ms": entry.at_ms,
            "judged_seq": None,
            "second": None,
            "says_violates": None,
            "says_category": None,
        }
    )
    return entry


def _go_on(page: Page, chain: RoomId, fact: LotsDrawn) -> Entry:
    if page.ground.lots.get(LOTS, BEGINNING) != Cursor(fact.after_seq, fact.after_ms):
        raise Stale  # of two who draw at once, the first does
    entry = page.put(chain, fact)
    page.ground.lots[LOTS] = Cursor(fact.upto_seq, fact.upto_ms)
    upto = {"upto_seq": fact.upto_seq, "upto_ms": fact.upto_ms}
    page.keep(schema.lots, (("name", LOTS),), **upto, seq=entry.seq)
    return entry


def _judge(page: Page, chain: RoomId, fact: RecheckJudged) -> Entry:
    is_waiting = page.ground.rechecks.get(fact.recheck)
    if is_waiting is None:
        raise Coded(Code.NOT_FOUND)
    if not is_waiting:
        raise Stale  # of two who look at once, the first says
    entry = page.put(chain, fact)
    page.ground.rechecks[fact.recheck] = False
    page.rows["recheck"].append(
        {
            "_recheck": fact.recheck,
            "judged_seq": entry.seq,
            "second": fact.actor,
            "says_violates": fact.violates,
            "says_category": fact.category,
        }
    )
    return entry


def _check_spot(page: Page, chain: RoomId, fact: SpotChecked) -> Entry:
    return page.put(chain, replace(fact, case_id=page.ground.case_named(fact.case_id)))


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    QuestionsIssued: _issue,
    TrainingTaken: _take,
    DutyBegun: _begin,
    DutyEnded: _end,
    RecheckDrawn: _draw,
    LotsDrawn: _go_on,
    RecheckJudged: _judge,
    SpotChecked: _check_spot,
}
