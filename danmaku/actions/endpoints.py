"""Endpoints: who outside is told what happens, under which secret, and what was sent to them."""

import contextlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from danmaku.actions.couriers import Couriers
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.endpoint_book import EndpointBook
from danmaku.config import WebhookSettings
from danmaku.domain.account import Power, Standing
from danmaku.domain.addresses import Reach, networks_of, place_of
from danmaku.domain.comment import clean_text
from danmaku.domain.deliveries import TRIES_KEPT, EndpointRow, Try
from danmaku.domain.endpoints import (
    ENDED_BY_ITSELF,
    LABEL_MAX,
    EndpointSet,
    EndpointState,
    events_of,
)
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, Millis, RoomId
from danmaku.errors import BadMessage, Code, Coded, DanmakuError, NotFound, Unavailable, Unknown
from danmaku.formats.webhook import SECRET_BYTES, secret_text_of
from danmaku.ports import Append, Clock, Reader, Record

BACK_MAX_MS = 30 * 24 * 3_600_000  # how far back an endpoint can be told again


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """What somebody asks for."""

    url: str
    label: str = ""
    events: Sequence[str] = ()  # empty: all
    room: RoomId | None = None  # None: every room, and the platform


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint with its secret, which is shown this once."""

    endpoint_id: str
    secret: str


class Endpoints:
    """See the module.

    Args:
        record: Where it is written who is told.
        rooms: Which rooms there are.
        book: How far each was told.
        couriers: Who tells them.
        reach: Which addresses may be named.
        freshen: As `Decisions`.
        clock: The time.
        new_id: Draws ids.
        endpoints_max: How many there may be.
    """

    def __init__(  # noqa: PLR0913 -- each is one of the house's parts
        self,
        record: Record,
        rooms: Reader,
        book: EndpointBook,
        couriers: Couriers,
        *,
        reach: Reach,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        endpoints_max: int,
    ) -> None:
        self._rooms = rooms
        self._book = book
        self.couriers = couriers
        self._reach = reach
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._new_id = new_id
        self._endpoints_max = endpoints_max

    async def standing(self, who: Standing | None) -> list[EndpointRow]:
        """All that were not removed.

        Args:
            who: Who asks; None is the operator at the command line.

        Raises:
            NotAllowed: `who` does not keep them.
        """
        self._require(who)
        return await self._book.endpoints()

    async def add(self, who: Standing | None, draft: EndpointDraft) -> NewEndpoint:
        """Tell one more, of what happens from here on.

        Raises:
            NotAllowed: `who` may not.
            NotFound: There is no such room.
            BadMessage: The address may not be written to, or the name or a type of event is wrong.
            Coded: OWN_LIMIT: there are as many as there may be.
        """
        self._require(who)
        place_of(draft.url, self._reach)
        label, events = _label_of(draft.label), events_of(draft.events)
        if draft.room is not None and await self._rooms.room(draft.room) is None:
            raise NotFound("There is no such room.")
        if len(await self._book.endpoints()) >= self._endpoints_max:
            raise Coded(Code.OWN_LIMIT, f"There are {self._endpoints_max} endpoints already.")
        new = EndpointSet(
            self._new_id(), EndpointState.ACTIVE, events, draft.room, None, draft.url, label
        )
        secret = secrets.token_bytes(SECRET_BYTES)
        await self._book.prepare(new, secret)
        try:
            await self._put(who, new)
        except Unknown:
            raise  # it may stand, and needs its secret
        except DanmakuError:
            with contextlib.suppress(Unavailable):
                await self._book.forget(new.endpoint_id)
            raise
        return NewEndpoint(new.endpoint_id, secret_text_of(secret))

    async def pause(self, who: Standing | None, endpoint_id: str) -> None:
        """Tell it nothing until it is resumed; it is told then what happened meanwhile.

        Raises:
            NotAllowed, NotFound: As the others.
        """
        fact = (await self._one(who, endpoint_id)).fact
        if fact.is_told:
            await self._put(who, replace(fact, state=EndpointState.PAUSED))

    async def resume(self, who: Standing | None, endpoint_id: str) -> None:
        """Tell it again, from where it was left off.

        Raises:
            NotAllowed, NotFound: As the others.
            BadMessage: Its address may not be written to any more.
        """
        fact = (await self._one(who, endpoint_id)).fact
        place_of(fact.url, self._reach)
        await self._book.begin_anew(endpoint_id)
        if not fact.is_told:
            await self._put(who, replace(fact, state=EndpointState.ACTIVE))

    async def remove(self, who: Standing | None, endpoint_id: str) -> None:
        """Tell it nothing any more, and destroy its secret.

        Raises:
            NotAllowed, NotFound: As the others.
        """
        fact = (await self._one(who, endpoint_id)).fact
        await self._put(who, replace(fact, state=EndpointState.REMOVED))
        await self._book.forget_removed()

    async def rotate(self, who: Standing | None, endpoint_id: str) -> NewEndpoint:
        """Sign with another secret; the one before it signs for a day, too.

        Raises:
            NotAllowed, NotFound: As the others.
        """
        fact = (await self._one(who, endpoint_id)).fact
        secret = secrets.token_bytes(SECRET_BYTES)
        await self._put(who, fact)  # the chain says who did it, and nothing of the secret
        await self._book.rotate(endpoint_id, secret, self._clock())
        return NewEndpoint(endpoint_id, secret_text_of(secret))

    async def test(self, who: Standing | None, endpoint_id: str) -> Try:
        """Send it a message that means nothing, at once, whatever its state.

        Raises:
            NotAllowed, NotFound: As the others.
        """
        fact = (await self._one(who, endpoint_id)).fact
        return await self.couriers.test(fact)

    async def log(self, who: Standing | None, endpoint_id: str) -> list[Try]:
        """The last tries, newest first.

        Raises:
            NotAllowed, NotFound: As the others.
        """
        await self._one(who, endpoint_id)
        return await self._book.tries(endpoint_id, limit=TRIES_KEPT)

    async def replay(self, who: Standing | None, endpoint_id: str, since_ms: Millis) -> int:
        """Tell it once more what happened since then; gives in how many chains something did.

        Raises:
            NotAllowed, NotFound: As the others.
            BadMessage: It lies ahead, or further back than can be told again.
        """
        row = await self._one(who, endpoint_id)
        if not 0 <= self._clock() - since_ms <= BACK_MAX_MS:
            raise BadMessage("It is told again what happened in the last 30 days.")
        await self._put(who, row.fact)
        return await self._book.go_back(row.fact, since_ms)

    async def ended_count(self) -> int:
        """How many ended by themselves, and wait for somebody of the staff to look into it."""
        rows = await self._book.endpoints()
        return sum(row.fact.state in ENDED_BY_ITSELF for row in rows)

    def _require(self, who: Standing | None) -> None:
        if who is not None:
            require(who, Power.ENDPOINT_KEEP, None, self._clock())

    async def _one(self, who: Standing | None, endpoint_id: str) -> EndpointRow:
        for row in await self.standing(who):
            if row.fact.endpoint_id == endpoint_id:
                return row
        raise NotFound("There is no such endpoint.")

    async def _put(self, who: Standing | None, fact: EndpointSet) -> None:
        async def decide(asker: Standing | None) -> list[Append]:
            self._require(asker)
            actor = None if asker is None else asker.account
            return [Append(PLATFORM, replace(fact, actor=actor))]

        await self._decisions.carry(who, decide)


def reach_of(settings: WebhookSettings) -> Reach:
    """Which addresses the settings let endpoints have."""
    networks = networks_of(settings.allowed_networks)
    return Reach(networks, frozenset(settings.allowed_ports), with_http=settings.http_allowed)


def _label_of(text: str) -> str:
    label = clean_text(text)
    if len(label) > LABEL_MAX:
        raise BadMessage(f"A name has at most {LABEL_MAX} characters.")
    return label
