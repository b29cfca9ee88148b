"""Proposals of powers and answers to reports, divided into header and sealed body."""

from typing import Any

from danmaku.domain import keeping_facts as facts
from danmaku.domain.ids import Pseudonym, Seq
from danmaku.domain.keeping import Finding, Outcome, Proposal
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored
from danmaku.store.people_codec import SealedNote


class Proposed(About, frozen=True, kw_only=True, omit_defaults=True, tag="powers_proposed"):
    """Header of `PowersProposed`."""

    proposal: Proposal
    account: Pseudonym
    actor: Pseudonym


class Settled(About, frozen=True, kw_only=True, omit_defaults=True, tag="proposal_settled"):
    """Header of `ProposalSettled`."""

    proposal_id: str
    account: Pseudonym
    actor: Pseudonym
    outcome: Outcome


class Answered(About, frozen=True, kw_only=True, omit_defaults=True, tag="report_answered"):
    """Header of `ReportAnswered`."""

    report: Seq
    actor: Pseudonym
    finding: Finding


KeepingAbout = Proposed | Settled | Answered

_KINDS: tuple[tuple[type[Any], type[About]], ...] = (
    (facts.PowersProposed, Proposed),
    (facts.ProposalSettled, Settled),
    (facts.ReportAnswered, Answered),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, sealed=SealedNote)
