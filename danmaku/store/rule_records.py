"""How rules have done: what people made of what each had stopped, by cases and measures.

Article: articles.Article.BETTER_METHODS
"""

from collections import Counter

import msgspec
from sqlalchemy import Connection, and_, select

from danmaku.domain.cases import CaseKind, CaseOutcome, CaseState
from danmaku.domain.measures import Measure
from danmaku.domain.rule_reports import TrackRecord, track_records
from danmaku.domain.rule_sets import rule_in
from danmaku.store import schema
from danmaku.store.bodies import SEALED_BODY, Part
from danmaku.store.codec import judgement_of

LOOKED_AT_MAX = 5_000  # of each kind, the newest

_case, _measure = schema.case_file.c, schema.measure.c
_MEASURE = msgspec.json.Decoder(Measure)
_REVIEWED = (
    select(_case.outcome, SEALED_BODY.c.content.label("sealed"))
    .select_from(
        schema.case_file.join(
            SEALED_BODY,
            and_(
                SEALED_BODY.c.chain == _case.room,
                SEALED_BODY.c.seq == _case.origin,
                SEALED_BODY.c.part == Part.SEALED,
            ),
        )
    )
    .where(_case.kind == CaseKind.REVIEW.value, _case.ending == CaseState.DECIDED.value)
    .order_by(_case.ended_ms.desc(), _case.id.desc())
    .limit(LOOKED_AT_MAX)
)
_TAKEN = (
    select(_measure.measure, _measure.reversed_seq, _case.outcome)
    .select_from(schema.measure.outerjoin(schema.case_file, _case.id == _measure.case_id))
    .where(_measure.id > "b", _measure.id < "c")
    .order_by(_measure.taken_seq.desc())
    .limit(LOOKED_AT_MAX)
)


def track_records_in(connection: Connection) -> list[TrackRecord]:
    """Of every rule that people have decided about lately, the most doubtful first."""
    stopped: Counter[str] = Counter()
    upheld: Counter[str] = Counter()
    overturned: Counter[str] = Counter()
    for row in connection.execute(_REVIEWED):
        rules = {hit.rule for hit in judgement_of(row.sealed, 0).verdict.hits}
        stopped.update(rules)
        (overturned if row.outcome == CaseOutcome.REJECTED else upheld).update(rules)
    for measure, reversed_seq, outcome in connection.execute(_TAKEN):
        rule = rule_in(_MEASURE.decode(measure).basis)
        if rule is None:
            continue
        stopped[rule] += 1
        if reversed_seq is not None:
            overturned[rule] += 1
        elif outcome == CaseOutcome.UPHELD:
            upheld[rule] += 1
    return track_records(stopped, upheld, overturned)
