"""What facts about the keeping of rooms do to the page: check first, then put."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered
from danmaku.errors import Code, Coded, Stale
from danmaku.store.case_acts import answer
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account


def _propose(page: Page, chain: RoomId, fact: PowersProposed) -> Entry:
    proposal = fact.proposal
    if proposal.proposal_id in page.ground.proposals:
        raise Coded(Code.DUPLICATE)
    entry = about_account(page, chain, fact, fact.account)
    page.ground.proposals[proposal.proposal_id] = fact.account
    page.rows["proposal_new"].append(
        {
            "id": proposal.proposal_id,
            "account": fact.account,
            "room": proposal.room,
            "bundle": proposal.bundle.value,
            "proposed_seq": entry.seq,
            "settled_seq": None,
            "outcome": None,
        }
    )
    return entry


def _settle(page: Page, chain: RoomId, fact: ProposalSettled) -> Entry:
    known = page.ground.proposals
    if fact.proposal_id not in known:
        raise Coded(Code.NOT_FOUND)
    if known[fact.proposal_id] != fact.account:
        raise Stale  # of two who settle it at once, the first does
    entry = about_account(page, chain, fact, fact.account)
    known[fact.proposal_id] = None
    page.rows["proposal"].append(
        {"_id": fact.proposal_id, "settled_seq": entry.seq, "outcome": fact.outcome.value}
    )
    return entry


def _answer(page: Page, chain: RoomId, fact: ReportAnswered) -> Entry:
    known = page.ground.reports
    if fact.report not in known:
        raise Coded(Code.NOT_FOUND)
    if known[fact.report]:
        raise Stale
    entry = page.put(chain, fact)
    known[fact.report] = True
    answer(page, entry, fact)
    page.rows["report_answer"].append(
        {"_seq": fact.report, "answered_seq": entry.seq, "finding": fact.finding.value}
    )
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    PowersProposed: _propose,
    ProposalSettled: _settle,
    ReportAnswered: _answer,
}
