"""The house's texts: issued in versions, accepted, taken back.

Article: articles.Article.AGREEMENT, articles.Article.EFFECTIVE_DATES, articles.Article.FORUM_DATES
"""

from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.conditions import Conditions
from danmaku.domain.documents import (
    BEFORE_SENDING,
    Document,
    DocumentKind,
    Edition,
    binding,
    checked,
    outstanding,
)
from danmaku.domain.grants import require, require_signed_in
from danmaku.domain.ids import PLATFORM
from danmaku.domain.people_facts import ConsentWithdrawn, DocumentAccepted, DocumentIssued
from danmaku.errors import BadMessage, NotFound
from danmaku.ports import Append, Clock, Record, Registry


class Documents:
    """See the module.

    Args:
        conditions: What holds right now; it knows every version.
    """

    def __init__(
        self,
        record: Record,
        registry: Registry,
        *,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._freshen = freshen
        self._registry = registry
        self._conditions = conditions
        self._clock = clock

    @property
    def editions(self) -> tuple[Edition, ...]:
        """All versions, those to come included."""
        return self._conditions().editions

    def binding(self) -> dict[DocumentKind, Edition]:
        """The version of each kind that binds now."""
        return binding(self.editions, self._clock())

    def missing(self, who: Standing) -> list[Edition]:
        """What `who` has still to accept before the next comment."""
        found = (
            outstanding(self.editions, who.accepted, {kind}, self._clock())
            for kind in sorted(BEFORE_SENDING)
        )
        return [edition for edition in found if edition is not None]

    async def text(self, kind: DocumentKind, version: int | None = None) -> Document:
        """A version with its words; None: the one that binds now.

        Raises:
            NotFound: There is none.
        """
        if version is None:
            edition = self.binding().get(kind)
            version = 0 if edition is None else edition.version
        document = await self._registry.document(kind, version)
        if document is None:
            raise NotFound("There is no such document.")
        return document

    async def issue(self, who: Standing | None, document: Document) -> None:
        """Bring out a version; it binds from its time on.

        Raises:
            NotSignedIn, NotAllowed: `who` may not; None is the operator.
            BadMessage: It is out of bounds, or no later version than those there are.
        """
        edition = checked(document).edition

        async def decide(asker: Standing | None) -> list[Append]:
            actor = None
            if asker is not None:
                actor = require(asker, Power.DOCUMENT_ISSUE, None, self._clock()).account
            known = [one.version for one in self.editions if one.kind is edition.kind]
            if edition.version <= max(known, default=0):
                raise BadMessage("Versions only go up: what was issued stays as it is.")
            return [Append(PLATFORM, DocumentIssued(edition, document.words, actor))]

        await self._decisions.carry(who, decide)

    async def accept(self, who: Standing | None, kind: DocumentKind, version: int) -> None:
        """Accept a version; accepting again changes nothing.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: There is no such version.
        """
        if (kind, version) not in {(one.kind, one.version) for one in self.editions}:
            raise NotFound("There is no such document.")

        async def decide(asker: Standing | None) -> list[Append]:
            asker = require_signed_in(asker)
            if asker.accepted.get(kind) == version:
                return []
            return [Append(PLATFORM, DocumentAccepted(asker.account, kind, version))]

        await self._decisions.carry(who, decide)

    async def withdraw(self, who: Standing | None, kind: DocumentKind) -> None:
        """Take back that one has accepted a kind of text.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: One has not accepted any.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            asker = require_signed_in(asker)
            if kind not in asker.accepted:
                raise NotFound("You have not accepted this.")
            return [Append(PLATFORM, ConsentWithdrawn(asker.account, kind))]

        fresh = None if who is None else await self._freshen(who)
        await self._decisions.carry(fresh, decide)
