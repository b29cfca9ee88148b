"""Telling endpoints what happened: each in its own time, from the record, at least once.

The record is the queue: a courier reads what lies behind an endpoint's place in each chain, sends
it, and moves the place. So nothing is lost over a restart, nothing grows, and an endpoint that is
slow or down delays nobody but itself. What was sent just before a crash is sent again, under the
same id. Of several nodes one tells an endpoint at a time: it holds a turn, which ends by time.
"""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from danmaku.actions.drawn import new_id
from danmaku.actions.endpoint_book import EndpointBook
from danmaku.actions.outbound import Answer, LookUp, Outcome, Post
from danmaku.actions.rounds import Round, Sending, Spot
from danmaku.config import WebhookSettings
from danmaku.domain.addresses import Reach
from danmaku.domain.deliveries import EndpointRow, Stretch, Try, Turn
from danmaku.domain.endpoints import (
    ALONE_TRIES_MAX,
    TRIES_MAX,
    EndpointSet,
    EndpointState,
    is_given_up,
    pause_ms,
)
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.errors import Broken, DanmakuError, NotFound, Unavailable
from danmaku.formats.webhook import TEST_TYPE, headers_of, message_with
from danmaku.ports import Append, Clock, Record
from danmaku.telemetry import Telemetry

ROUND_MESSAGES_MAX: Final = 50  # read together
ROUND_MS: Final = 30_000  # no message of a round is begun later
TURN_MS: Final = 120_000  # longer than any round
WAIT_S: Final = 2.0  # without a word that something happened
GATHER_S: Final = 1.0  # between rounds that nothing waits for: each is a transaction of the record
LOOK_S: Final = 2.0  # between looks at which endpoints there are
RELEASE_S: Final = 5.0  # a stop waits no longer to give turns back: as long as for requests
PASSED_BY_MIN: Final = 1000  # entries that do not concern an endpoint, before its place moves

_FIRST, _NOWHERE = RoomId(""), (RoomId(""), Seq(0))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ground:
    """What couriers send with.

    Attributes:
        epoch: The life of the record, for the ids of messages.
        node: The name of this node among those that share the record.
    """

    settings: WebhookSettings
    reach: Reach
    look_up: LookUp
    trust: ssl.SSLContext
    clock: Clock
    epoch: str
    node: str
    chance: Callable[[], float] = random.random


@dataclass(slots=True)
class _Route:
    """The way to one endpoint.

    Attributes:
        after: The chain that the last look ended with: the next one begins behind it.
        passed: What was delivered beyond the places: it is not sent again.
    """

    task: asyncio.Task[None]
    news: asyncio.Event = field(default_factory=asyncio.Event)
    after: RoomId = _FIRST
    passed: set[Spot] = field(default_factory=set)


class Couriers:
    """See the module.

    Args:
        record: Where it is entered that an endpoint ended by itself.
        book: How far each was told.
        ground: What is sent with.
        telemetry: Where to count.
    """

    def __init__(
        self, record: Record, book: EndpointBook, ground: Ground, telemetry: Telemetry
    ) -> None:
        self._record = record
        self._book = book
        self._ground = ground
        self._telemetry = telemetry
        self._routes: dict[str, _Route] = {}
        self._facts: dict[str, EndpointSet] = {}
        self._lags_ms: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._free_s = 0.0  # by the loop's clock: when the next message may be sent

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear that something was written."""
        for route in self._routes.values():
            route.news.set()
        if any(isinstance(entry.fact, EndpointSet) for entry in entries):
            self._changed.set()

    async def run(self) -> None:
        """Tell all endpoints, until cancelled."""
        with contextlib.suppress(Unavailable):  # then the next start, or removal, does it
            await self._book.forget_removed()  # what a server that ended amid a removal left
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    await self._look(tasks)
                    await _set_within(self._changed, LOOK_S)
                    self._changed.clear()
        finally:
            with contextlib.suppress(Unavailable, TimeoutError):  # then the turns end by time
                async with asyncio.timeout(RELEASE_S):
                    await self._book.release(self._ground.node)

    async def test(self, fact: EndpointSet) -> Try:
        """Send a message that means nothing, and write the try down."""
        message_id = f"msg_test_{new_id()}"
        now_ms = self._ground.clock()
        message = message_with(message_id, TEST_TYPE, now_ms, {"endpoint_id": fact.endpoint_id})
        secrets = await self._book.secrets(fact.endpoint_id, now_ms)
        async with self._post(fact) as post:
            tried, _ = await self._send(post, Sending(_NOWHERE, message, now_ms), secrets)
        await self._book.note_tries(fact.endpoint_id, [tried])
        return tried

    # --- which endpoints there are

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        """Begin with endpoints that are new, and leave those that are told no more."""
        try:
            rows = await self._book.endpoints()
        except DanmakuError as error:
            log.warning("endpoints_not_read", code=error.code.value)
            return
        self._facts = {row.fact.endpoint_id: row.fact for row in rows if row.fact.is_told}
        left = [each for each, route in self._routes.items() if self._is_left(each, route)]
        for endpoint_id in left:
            self._routes.pop(endpoint_id).task.cancel()
            self._lags_ms.pop(endpoint_id, None)
        for endpoint_id in self._facts.keys() - self._routes.keys():
            task = tasks.create_task(self._serve(endpoint_id), name="courier")
            self._routes[endpoint_id] = _Route(task)
        self._count(rows)

    def _is_left(self, endpoint_id: str, route: _Route) -> bool:
        return endpoint_id not in self._facts or route.task.done()

    def _count(self, rows: Sequence[EndpointRow]) -> None:
        for state in EndpointState:
            if state is not EndpointState.REMOVED:
                count = sum(row.fact.state is state for row in rows)
                self._telemetry.webhook_endpoints.labels(state.value).set(count)
        self._telemetry.webhook_lag_seconds.set(max(self._lags_ms.values(), default=0) / 1000)

    # --- one endpoint

    async def _serve(self, endpoint_id: str) -> None:
        route = self._routes[endpoint_id]
        while (fact := self._facts.get(endpoint_id)) is not None:
            wait_s, began_s = WAIT_S, asyncio.get_running_loop().time()
            route.news.clear()
            try:
                wait_s = await self._tell(fact, route)
            except (Unavailable, Broken) as error:
                log.warning("endpoint_not_told", reference=endpoint_id, code=error.code.value)
            except Exception:
                log.exception("endpoint_failed", reference=endpoint_id)  # a defect of ours
            if wait_s:
                await _set_within(route.news, wait_s)
                gathered_s = asyncio.get_running_loop().time() - began_s
                await asyncio.sleep(max(0.0, GATHER_S - gathered_s))

    async def _tell(self, fact: EndpointSet, route: _Route) -> float:
        """One round, if there is anything to tell; how long to wait for the next one, seconds."""
        endpoint_id, now_ms = fact.endpoint_id, self._ground.clock()
        turn = await self._book.turn(endpoint_id)
        if turn is None or not turn.is_open_to(self._ground.node, now_ms):
            return WAIT_S
        if now_ms < turn.next_ms:
            return min((turn.next_ms - now_ms) / 1000, WAIT_S)
        began = route.after
        stretches = await self._book.due(fact, after=began, limit=ROUND_MESSAGES_MAX)
        route.after = stretches[-1].chain if stretches else _FIRST
        if not any(one.dues for one in stretches):
            self._lags_ms[endpoint_id] = 0
            await self._pass_by(endpoint_id, turn, stretches)
            return 0 if stretches else WAIT_S
        secrets = await self._book.secrets(endpoint_id, now_ms)  # a node without them takes no turn
        if (taken := await self._taken(endpoint_id, turn, now_ms)) is None:
            return WAIT_S
        round_ = await self._round(fact, route, stretches, secrets)
        if round_.failed is not None:
            route.after = began  # what failed comes first again
        await self._end(fact, route, taken, round_)
        return 0

    async def _taken(self, endpoint_id: str, turn: Turn, now_ms: Millis) -> Turn | None:
        """The turn, long enough for a round; None: another node was quicker."""
        node = self._ground.node
        if turn.node == node and turn.until_ms - now_ms > TURN_MS / 2:
            return turn
        until_ms = Millis(now_ms + TURN_MS)
        return await self._book.take(endpoint_id, node, now_ms=now_ms, until_ms=until_ms)

    async def _pass_by(self, endpoint_id: str, turn: Turn, stretches: Sequence[Stretch]) -> None:
        """Write down that nothing in a long stretch concerns the endpoint."""
        places = [(one.chain, one.upto) for one in stretches if one.length >= PASSED_BY_MIN]
        if places:
            await self._book.note(endpoint_id, turn, places, [])

    async def _round(
        self,
        fact: EndpointSet,
        route: _Route,
        stretches: Sequence[Stretch],
        secrets: Sequence[bytes],
    ) -> Round:
        """Send what is due, a few at a time, until the first that fails."""
        ground = self._ground
        round_ = Round.of(fact, stretches, passed=route.passed, epoch=ground.epoch)
        now_ms, until_ms = ground.clock(), ground.clock() + ROUND_MS
        self._lags_ms[fact.endpoint_id] = round_.lag_ms(now_ms)
        waiting = iter(round_.sendings)

        async def work(post: Post) -> None:
            for sending in waiting:
                tried, answer = await self._send(post, sending, secrets)
                round_.note(sending, tried, answer)
                if round_.failed is not None or ground.clock() >= until_ms:
                    return

        async with self._post(fact) as post, asyncio.TaskGroup() as workers:
            for _ in range(ground.settings.parallel_max):
                workers.create_task(work(post), name="message")
        return round_

    async def _send(
        self, post: Post, sending: Sending, secrets: Sequence[bytes]
    ) -> tuple[Try, Answer]:
        await self._pace()
        clock, message = self._ground.clock, sending.message
        began_ms, began_s = clock(), asyncio.get_running_loop().time()
        answer = await post.send(message.body, headers_of(message, secrets, began_ms))
        took_s = asyncio.get_running_loop().time() - began_s
        self._telemetry.webhook_tries.labels(answer.outcome.value).inc()
        self._telemetry.webhook_seconds.observe(took_s)
        chain, seq = sending.spot
        tried = Try(
            *(began_ms, message.message_id, message.event, chain, seq),
            outcome=answer.outcome.value,
            status=answer.status,
            took_ms=round(took_s * 1000),
        )
        return tried, answer

    async def _pace(self) -> None:
        """Leave the loop to rooms: endpoints together get so many messages in a second."""
        now_s = asyncio.get_running_loop().time()
        at_s = max(self._free_s, now_s)
        self._free_s = at_s + 1 / self._ground.settings.messages_per_s
        await asyncio.sleep(at_s - now_s)

    async def _end(self, fact: EndpointSet, route: _Route, turn: Turn, round_: Round) -> None:
        """Write down how far the endpoint was told, and what follows from what failed."""
        now_ms, endpoint_id = self._ground.clock(), fact.endpoint_id
        after = self._after(turn, round_, now_ms)
        places, route.passed = round_.places()
        if not await self._book.note(endpoint_id, after, places, round_.tries):
            return  # another node's by now: it tells the same again, under the same ids
        if (failed := round_.failed) is None:
            return
        log.info(
            "message_failed",
            reference=endpoint_id,
            kind=failed.outcome.value,
            status=failed.status,
            count=after.tries,
        )
        if failed.outcome is Outcome.GONE:
            await self._stop(fact, EndpointState.GONE)
        elif is_given_up(
            after.failing_since_ms, now_ms, days_max=self._ground.settings.failing_days
        ):
            await self._stop(fact, EndpointState.FAILING)

    def _after(self, turn: Turn, round_: Round, now_ms: Millis) -> Turn:
        """How the turn stands after a round."""
        if (failed := round_.failed) is None:
            return replace(turn, tries=0, next_ms=Millis(0), failing_since_ms=None)
        tries = turn.tries + 1 if round_.failed_first else 1
        since_ms = None if round_.has_delivered else turn.failing_since_ms or now_ms
        if tries >= (ALONE_TRIES_MAX if round_.has_delivered else TRIES_MAX):
            self._telemetry.webhook_tries.labels("given_up").inc()
            round_.give_up()
            return replace(turn, tries=0, next_ms=Millis(0), failing_since_ms=since_ms)
        pause = pause_ms(tries, chance=self._ground.chance(), asked_ms=failed.asked_ms)
        next_ms = Millis(now_ms + pause)
        return replace(turn, tries=tries, next_ms=next_ms, failing_since_ms=since_ms)

    async def _stop(self, fact: EndpointSet, state: EndpointState) -> None:
        log.warning("endpoint_ended", reference=fact.endpoint_id, kind=state.value)
        self._facts.pop(fact.endpoint_id, None)
        with contextlib.suppress(NotFound):  # somebody has removed it meanwhile
            await self._record.commit(Append(PLATFORM, replace(fact, state=state, actor=None)))

    def _post(self, fact: EndpointSet) -> Post:
        ground = self._ground
        return Post(
            fact.url,
            reach=ground.reach,
            look_up=ground.look_up,
            trust=ground.trust,
            connect_s=ground.settings.connect_s,
            answer_s=ground.settings.answer_s,
            parallel_max=ground.settings.parallel_max,
        )


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
