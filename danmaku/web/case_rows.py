"""What the pages of the reviewers' console show of cases, ready for templates and scripts."""

from collections.abc import Sequence
from operator import itemgetter

from danmaku.actions.case_context import CaseContext, Quoted
from danmaku.actions.cases import CaseView
from danmaku.domain.account import Power
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.case_lists import QUEUE_PAGE, Glimpse
from danmaku.domain.cases import Case, CaseKind, CaseOutcome
from danmaku.domain.comment import Comment
from danmaku.domain.facts import Entry, ReportFiled
from danmaku.domain.petitions import EndedGrant
from danmaku.domain.views import View
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api_cases import key_of
from danmaku.web.api_keeping import ended_fields_of
from danmaku.web.api_review import ListQuery, page_of_cases
from danmaku.web.care import care_of
from danmaku.web.measures import line_fields_of
from danmaku.web.pages import position_text_of, time_text_of
from danmaku.web.visit import Visit

_OUTCOMES = {
    CaseKind.REVIEW: (CaseOutcome.REJECTED, CaseOutcome.UPHELD),
    CaseKind.APPEAL: (CaseOutcome.UPHELD, CaseOutcome.PARTLY, CaseOutcome.REJECTED),
}
_PLAIN_OUTCOMES = (CaseOutcome.REJECTED, CaseOutcome.PARTLY, CaseOutcome.UPHELD)
_MERGING = frozenset({CaseKind.REPORT, CaseKind.COMPLAINT, CaseKind.PATROL})


async def queue_values(visit: Visit, query: ListQuery) -> dict[str, object]:
    """A page of the queue.

    Raises:
        NotSignedIn, NotAllowed: The visitor reads no reports.
    """
    views, glimpses = await page_of_cases(visit.house, visit.signed_in(), query)
    rows = [_row_of(visit, view, glimpses.get(view.case.case_id)) for view in views]
    following = key_of(views[-1], is_ended=query.is_ended) if len(views) == QUEUE_PAGE else None
    return {"rows": rows, "next": following, "now_ms": visit.now_ms}


def _row_of(visit: Visit, view: CaseView, glimpse: Glimpse | None) -> Fields:
    case, care = view.case, care_of(visit.request.cookies)
    about = visit.say(f"case.subject.{case.subject.kind.value}")
    return _life_of(visit, view) | {
        "url": f"/review/cases/{case.case_id}",
        "text": about if glimpse is None else glimpse.text,
        "has_text": glimpse is not None,
        "cover": "plain" if glimpse is None else care.covers(case.category).value,
        "position": "" if glimpse is None else position_text_of(glimpse.position_ms),
    }


def _life_of(visit: Visit, view: CaseView) -> Fields:
    """How a case stands, in words."""
    case, now_ms = view.case, visit.now_ms
    me = None if visit.who is None else visit.who.login
    state = case.state(now_ms).value
    return {
        "id": case.case_id,
        "kind": case.kind.value,
        "kind_text": visit.say(f"case.kind.{case.kind.value}"),
        "class": case.klass.value,
        "category": case.category,
        "category_text": visit.say(f"category.{case.category}"),
        "class_text": visit.say(f"class.{case.klass.value}"),
        "state": state,
        "state_text": visit.say(f"case.state.{state}"),
        "room": case.subject.room or "",
        "opened_iso": time_text_of(case.opened_ms),
        "due_iso": time_text_of(view.due_ms),
        "is_overdue": case.ending is None and view.due_ms <= now_ms,
        "is_open": case.ending is None,
        "reports": case.reports_count,
        "claimant": view.claimant or "",
        "is_mine": me is not None and view.claimant == me,
        "lease_until_ms": case.lease_until_ms if view.claimant else None,
        "outcome": _outcome_of(visit, case),
    }


def _outcome_of(visit: Visit, case: Case) -> str:
    return "" if case.outcome is None else visit.say(f"case.outcome.{case.outcome.value}")


# --- one case


def case_values(visit: Visit, found: CaseContext) -> dict[str, object]:
    """A case with all that is around it."""
    view, case = found.view, found.view.case
    history = () if found.author is None else found.author.history
    return {
        "one": _life_of(visit, view),
        "now_ms": visit.now_ms,
        "hindrance": found.hindrance,
        "may_decide": visit.signed_in().may(Power.CASE_DECIDE, None, visit.now_ms),
        "may_bulk": visit.signed_in().may(Power.MEASURE_TAKE, None, visit.now_ms),
        "comment": None if found.comment is None else _quoted(found.comment),
        "cover": care_of(visit.request.cookies).covers(case.category).value,
        "name": view.name,
        "ended": None if found.ended is None else ended_row_of(found.ended),
        "appealed": None if found.measure is None else line_fields_of(visit, found.measure),
        "filings": [
            said | {"right_percent": view.right_percents.get(entry.seq)}
            for entry in view.filings
            if (said := _filing_of(visit, entry))
        ],
        "course": _course_of(visit, view),
        "taken": [line_fields_of(visit, row) for row in view.measures],
        "earlier": [_earlier_of(visit, one) for one in view.earlier],
        "around": _neighbours_of(found.before_after),
        "beside": _neighbours_of(found.beside),
        "author": found.author,
        "level": "–" if found.author is None or found.author.level is None else found.author.level,
        "history": [line_fields_of(visit, row) for row in history],
        "own_counts": {status.value: count for status, count in found.own_counts.items()},
        "suggested": found.category,
        "outcomes": [each.value for each in _OUTCOMES.get(case.kind, _PLAIN_OUTCOMES)],
        "may_merge": case.kind in _MERGING,
    }


def _course_of(visit: Visit, view: CaseView) -> list[Fields]:
    """What happened in a case, oldest first; of its turns, the last."""
    case = view.case
    ended = visit.say(f"case.state.{case.state(visit.now_ms).value}"), _outcome_of(visit, case)
    steps = [
        (case.opened_ms, visit.say("case.began"), ""),
        (view.turned_ms, visit.say("case.turned"), ""),
        *(
            (row.at_ms, visit.say(f"step.{row.fact.measure.step.value}"), "")
            for row in reversed(view.measures)
        ),
        (case.ended_ms, " · ".join(filter(None, ended)), view.decider or ""),
    ]
    happened = [(at_ms, what, by) for at_ms, what, by in steps if at_ms is not None]
    return [
        {"at_iso": time_text_of(at_ms), "what": what, "by": by}
        for at_ms, what, by in sorted(happened, key=itemgetter(0))
    ]


def ended_row_of(ended: EndedGrant) -> Fields:
    """Powers that were taken back, for a page."""
    return ended_fields_of(ended) | {"at_iso": time_text_of(ended.at_ms)}


def _quoted(comment: Quoted) -> Fields:
    return {
        "room": comment.room,
        "number": comment.number,
        "origin": comment.origin,
        "status": comment.status.value,
        "name": comment.name,
        "at_iso": time_text_of(comment.at_ms),
        "position_ms": comment.position_ms,
        "position": position_text_of(comment.position_ms),
        "stretches": comment.stretches,
        "rules": comment.rules,
        "cluster": comment.cluster,
        "ruleset": comment.ruleset,
        "action": comment.action,
    }


def _filing_of(visit: Visit, entry: Entry) -> Fields | None:
    fact = entry.fact
    if not isinstance(fact, CaseFiled | ReportFiled):
        return None
    return {
        "at_iso": time_text_of(entry.at_ms),
        "category": visit.say(f"category.{fact.category}"),
        "text": fact.text,
        "contact": fact.contact,
    }


def _earlier_of(visit: Visit, case: Case) -> Fields:
    return {
        "id": case.case_id,
        "kind_text": visit.say(f"case.kind.{case.kind.value}"),
        "state_text": visit.say(f"case.state.{case.state(visit.now_ms).value}"),
        "outcome": _outcome_of(visit, case),
        "opened_iso": time_text_of(case.opened_ms),
    }


def _neighbours_of(views: Sequence[View]) -> list[Fields]:
    return [_neighbour_of(view.comment) for view in views if view.comment is not None]


def _neighbour_of(comment: Comment) -> Fields:
    content = comment.content
    return {
        "number": comment.number,
        "position": position_text_of(comment.position_ms),
        "name": "" if content is None else content.name,
        "text": None if content is None else content.text,
        "by": None if comment.by is None else comment.by.value,
        "category": comment.category,
    }
