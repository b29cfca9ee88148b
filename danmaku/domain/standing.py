"""How a fact about an account changes its standing: the fold that keeps memory and record equal."""

from dataclasses import replace

from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry, Fact, NameJudged, PowersGranted, PowersRevoked
from danmaku.domain.identity import ENDED, Identity
from danmaku.domain.naming import Surface
from danmaku.domain.people_facts import (
    AccountClosed,
    ConsentWithdrawn,
    DocumentAccepted,
    IdentityEnded,
    IdentityVerified,
    LevelSet,
    MeasureReversed,
    MeasureTaken,
    MuteServed,
    WarningRead,
)


def standing_after(standing: Standing, entry: Entry) -> Standing:
    """The standing after an entry about that account; one that is known already changes nothing."""
    if entry.seq <= standing.version:
        return standing
    changed = _with_grants(standing, entry.fact)
    changed = _with_measures(changed, entry)
    changed = _with_proofs(changed, entry.fact)
    changed = _with_consents(changed, entry.fact)
    return replace(changed, version=entry.seq)


def _with_grants(standing: Standing, fact: Fact) -> Standing:
    match fact:
        case PowersGranted(grant=grant):
            return replace(standing, grants=(*standing.grants, grant))
        case PowersRevoked(grant_id=grant_id):
            kept = tuple(one for one in standing.grants if one.grant_id != grant_id)
            return replace(standing, grants=kept)
        case _:
            return standing


def _with_measures(standing: Standing, entry: Entry) -> Standing:
    measures = standing.measures
    match entry.fact:
        case MeasureTaken(measure=measure) if measure.is_felt:
            lasting = tuple(
                one for one in measures if one.until_ms is None or entry.at_ms < one.until_ms
            )
            return replace(standing, measures=(*lasting, measure))
        case (
            MeasureReversed(measure_id=measure_id)
            | WarningRead(measure_id=measure_id)
            | MuteServed(measure_id=measure_id)
        ):
            kept = tuple(one for one in measures if one.measure_id != measure_id)
            return replace(standing, measures=kept)
        case _:
            return standing


def _with_proofs(standing: Standing, fact: Fact) -> Standing:
    match fact:
        case IdentityVerified(method=method, strength=strength, until_ms=until_ms):
            return replace(standing, identity=Identity(method, strength, until_ms))
        case IdentityEnded():
            return replace(standing, identity=ENDED)
        case LevelSet(level=level):
            return replace(standing, level=level)
        case AccountClosed():
            return replace(standing, is_closed=True)
        case NameJudged(surface=Surface.NAME, shown=shown, is_void=False):
            return replace(standing, name=shown)
        case _:
            return standing


def _with_consents(standing: Standing, fact: Fact) -> Standing:
    match fact:
        case DocumentAccepted(document=document, version=version):
            return replace(standing, accepted={**standing.accepted, document: version})
        case ConsentWithdrawn(document=document):
            accepted = {kind: it for kind, it in standing.accepted.items() if kind != document}
            return replace(standing, accepted=accepted)
        case _:
            return standing
