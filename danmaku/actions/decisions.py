"""Decide, commit; and decide again when what the decision stood on has moved meanwhile."""

from collections.abc import Awaitable, Callable, Sequence

from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry
from danmaku.domain.ids import AccountId, Seq
from danmaku.errors import Stale
from danmaku.ports import Append, Record

TRIES_MAX = 5

Freshen = Callable[[Standing], Awaitable[Standing]]
"""The standing of now for one that was handed in earlier."""

Decide = Callable[[Standing | None], Awaitable[Sequence[Append]]]
"""From who asks to what shall be written. May be asked again, with a fresher standing."""


class Decisions:
    """The way of every verb to the record.

    The first append bears the version of the standing that all were decided for: a grant that ends
    while a decision is on its way ends that decision too. The others follow it in one transaction,
    and may be about whoever asks.

    Args:
        record: Where decisions are written.
        freshen: Asked when a standing turns out to be an old one.
    """

    def __init__(self, record: Record, freshen: Freshen) -> None:
        self._record = record
        self._freshen = freshen

    async def carry(self, who: Standing | None, decide: Decide) -> list[Entry]:
        """Write down what `decide` says, and give the entries back.

        Args:
            who: Who asks; None is a guest, or the operator at the command line.
            decide: What it raises is raised here, and nothing is written; nor is anything where it
                finds nothing to write.

        Raises:
            Stale: The ground kept moving; nothing was written.
            DanmakuError: As `Record.commit`.
        """
        for _ in range(TRIES_MAX):
            standing = None if who is None else (who.account, who.version)
            if not (appends := await decide(who)):
                return []
            try:
                return await self._record.commit(*_borne_by(standing, appends))
            except Stale:
                who = None if who is None else await self._freshen(who)
        raise Stale("This keeps changing; try again.")


def _borne_by(
    standing: tuple[AccountId, Seq] | None, appends: Sequence[Append]
) -> Sequence[Append]:
    # Made anew, not by `replace`, which costs three times as much.
    first = [
        Append(one.chain, one.fact, one.room_version, standing, besides=one.besides)
        for one in appends[:1]
    ]
    return [*first, *appends[1:]]
