"""Filings as a house of two brings them about: one writes, the other answers."""

from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import FilingState
from danmaku.domain.filings import Turn


async def assessed(filings, writer, editor, feature=Feature.LIKES):
    """An approved assessment; its number comes back."""
    filing = await filings.assess(writer, feature)
    await filings.turn(writer, filing, Turn(FilingState.READY, filing))
    await filings.turn(editor, filing, Turn(FilingState.APPROVED, filing))
    return filing
