"""How a fact about an account changes its standing: the fold that keeps memory and record equal."""

from dataclasses import replace

from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry, PowersGranted, PowersRevoked


def standing_after(standing: Standing, entry: Entry) -> Standing:
    """The standing after an entry about that account; one that is known already changes nothing."""
    if entry.seq <= standing.version:
        return standing
    grants = standing.grants
    match entry.fact:
        case PowersGranted(grant=grant):
            grants = (*grants, grant)
        case PowersRevoked(grant_id=grant_id):
            grants = tuple(one for one in grants if one.grant_id != grant_id)
        case _:
            pass  # what else is recorded of an account changes no power
    return replace(standing, version=entry.seq, grants=grants)
