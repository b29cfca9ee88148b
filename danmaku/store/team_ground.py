"""What facts about the staff are judged against while one transaction is made; see `ground.py`."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from danmaku.domain.ids import Millis, Seq
from danmaku.domain.recheck import Cursor
from danmaku.domain.team_facts import LotsDrawn, QuestionsIssued, RecheckJudged
from danmaku.ports import Append
from danmaku.store import team_schema as schema

LOTS = "decisions"  # the one row of `lots`
QUESTIONS = "questions"  # of those who decide cases


def waiting_in(connection: Connection, appends: Iterable[Append]) -> dict[Seq, bool]:
    """Of the second looks that appends are about: whether nobody has looked yet."""
    asked = {one.fact.recheck for one in appends if isinstance(one.fact, RecheckJudged)}
    if not asked:
        return {}
    recheck = schema.recheck.c
    wanted = select(recheck.recheck, recheck.judged_seq).where(recheck.recheck.in_(asked))
    return {row.recheck: row.judged_seq is None for row in connection.execute(wanted)}


def lots_in(connection: Connection, appends: Iterable[Append]) -> dict[str, Cursor]:
    """How far decisions were looked through, where an append goes on from there."""
    if not any(isinstance(one.fact, LotsDrawn) for one in appends):
        return {}
    rows = connection.execute(select(schema.lots).where(schema.lots.c.name == LOTS))
    return {row.name: Cursor(Seq(row.upto_seq), Millis(row.upto_ms)) for row in rows}


def questions_in(connection: Connection, appends: Iterable[Append]) -> dict[str, int]:
    """The newest version of the test, where an append issues one."""
    if not any(isinstance(one.fact, QuestionsIssued) for one in appends):
        return {}
    newest = connection.scalar(select(func.max(schema.question_set.c.version)))
    return {QUESTIONS: newest or 0}
