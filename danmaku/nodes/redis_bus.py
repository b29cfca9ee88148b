"""The bus over Redis: plain publish and subscribe, or their sharded form on a Redis Cluster.

Nothing is ever sent twice: what Redis did not take is dropped, and the record is asked instead.
One task sends; one connection to each server that carries a wanted channel hears. When one of them
fails or says nothing any more, all are made anew.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from danmaku.nodes.bus import HOUSE, Channel, Hear
from danmaku.telemetry import Telemetry

QUEUE_MAX: Final = 10_000  # messages waiting to be sent
BATCH_MAX: Final = 64  # messages sent at a time
ANSWER_S: Final = 2.0  # Redis answers by then, or it is down
SUBSCRIBED_S: Final = 1.0  # a subscription that takes longer is not waited for
QUIET_S: Final = 2.0  # without a message the connection is asked whether it lives
PAUSE_MIN_S, PAUSE_MAX_S = 0.1, 2.0  # between two tries to connect

_CLUSTER = "+cluster"
_Client = Redis | RedisCluster

_log = structlog.get_logger(__name__)


class RedisBus:
    """See the module; made by `joined`.

    Args:
        url: Of the server, or of one server of a cluster: `redis+cluster://`.
        prefix: Begins the names of all channels, so that several houses can share a Redis.
    """

    def __init__(self, url: str, *, prefix: str, telemetry: Telemetry) -> None:
        self._url = url.replace(_CLUSTER, "")
        self._is_sharded = _CLUSTER in url
        self._prefix = prefix
        self._messages = telemetry.bus_messages
        self._hear: Hear = lambda _message: None
        self._outgoing: deque[tuple[Channel, bytes]] = deque()
        self._has_outgoing = asyncio.Event()
        self._wanted: dict[Channel, asyncio.Event] = {}  # set once it is heard
        self._is_wanted_otherwise = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    @asynccontextmanager
    async def joined(
        cls, url: str, *, prefix: str, telemetry: Telemetry
    ) -> AsyncIterator["RedisBus"]:
        """An end of the bus that connects by itself, now or later, and is left at the end."""
        bus = cls(url, prefix=prefix, telemetry=telemetry)
        bus.start()
        try:
            yield bus
        finally:
            await bus.close()

    def start(self) -> None:
        """Begin to send, and to hear what will be subscribed to."""
        self._tasks = [
            asyncio.create_task(self._keep_sending(), name="bus out"),
            asyncio.create_task(self._keep_listening(), name="bus in"),
        ]

    @property
    def is_up(self) -> bool:
        """As `Bus.is_up`."""
        return HOUSE in self._wanted and self._wanted[HOUSE].is_set()

    def listen(self, hear: Hear) -> None:
        """As `Bus.listen`."""
        self._hear = hear

    def publish(self, channel: Channel, message: bytes) -> None:
        """As `Bus.publish`."""
        if len(self._outgoing) >= QUEUE_MAX:
            self._messages.labels("dropped").inc()
            return
        self._outgoing.append((channel, message))
        self._has_outgoing.set()

    async def subscribe(self, channel: Channel) -> None:
        """As `Bus.subscribe`."""
        if (heard := self._wanted.get(channel)) is None:
            heard = self._wanted[channel] = asyncio.Event()
            self._is_wanted_otherwise.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SUBSCRIBED_S):
                await heard.wait()

    async def unsubscribe(self, channel: Channel) -> None:
        """As `Bus.unsubscribe`."""
        if self._wanted.pop(channel, None) is not None:
            self._is_wanted_otherwise.set()

    async def close(self) -> None:
        """As `Bus.close`."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- out

    async def _keep_sending(self) -> None:
        is_told = False  # once for each time that it stays away, not for each try
        while True:
            try:
                async with self._client() as client:
                    while True:
                        await self._send_next(client)
                        is_told = False
            except Exception as error:  # noqa: BLE001 -- as in `_keep_listening`
                if not is_told:
                    _log.warning("bus_not_sent", reason=_kind_of(error))
                is_told = True
            self._drop_old()
            await _pause()

    def _drop_old(self) -> None:
        """Nobody waits for what is older than a failure: the record has been asked for it."""
        self._messages.labels("dropped").inc(len(self._outgoing))
        self._outgoing.clear()
        self._has_outgoing.clear()

    async def _send_next(self, client: _Client) -> None:
        await self._has_outgoing.wait()
        count = min(BATCH_MAX, len(self._outgoing))
        batch = [self._outgoing.popleft() for _ in range(count)]
        if not self._outgoing:
            self._has_outgoing.clear()
        is_sent = False
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._send(client, batch)
            is_sent = True
        finally:
            self._messages.labels("sent" if is_sent else "dropped").inc(count)

    async def _send(self, client: _Client, batch: Iterable[tuple[Channel, bytes]]) -> None:
        if isinstance(client, Redis):
            pipe = client.pipeline(transaction=False)
            for channel, message in batch:
                pipe.publish(self._name_of(channel), message)
            await pipe.execute()
            return
        of_channel: dict[Channel, list[bytes]] = {}
        for channel, message in batch:
            of_channel.setdefault(channel, []).append(message)
        await asyncio.gather(*(self._send_sharded(client, *one) for one in of_channel.items()))

    async def _send_sharded(
        self, client: RedisCluster, channel: Channel, messages: Iterable[bytes]
    ) -> None:
        for message in messages:
            await client.spublish(self._name_of(channel), message)

    # --- in

    async def _keep_listening(self) -> None:
        pause_s = PAUSE_MIN_S
        while True:
            try:
                async with self._client() as client:
                    await self._listen(client)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the record is there
                _log.warning("bus_down", reason=_kind_of(error))
            pause_s = PAUSE_MIN_S if self.is_up else min(2 * pause_s, PAUSE_MAX_S)
            for heard in self._wanted.values():
                heard.clear()
            await _pause(pause_s)

    async def _listen(self, client: _Client) -> None:
        """Keep the connections in step with what is wanted, until one of them fails."""
        ears: dict[str, PubSub] = {}
        joined: dict[Channel, asyncio.Event] = {}
        async with contextlib.AsyncExitStack() as opened, asyncio.TaskGroup() as attending:
            while True:
                self._is_wanted_otherwise.clear()
                wanted = dict(self._wanted)
                # One that was left and joined again meanwhile waits for a confirmation of its own.
                for channel in [one for one, heard in wanted.items() if joined.get(one) != heard]:
                    home, name = self._home_of(channel, client), self._name_of(channel)
                    is_new = home not in ears
                    ear = ears[home] = await self._ear_at(home, opened) if is_new else ears[home]
                    await (ear.ssubscribe if self._is_sharded else ear.subscribe)(name)
                    if is_new:
                        attending.create_task(self._attend(ear), name="bus ear")
                for channel in joined.keys() - wanted:
                    ear, name = ears[self._home_of(channel, client)], self._name_of(channel)
                    await (ear.sunsubscribe if self._is_sharded else ear.unsubscribe)(name)
                joined = wanted
                await self._is_wanted_otherwise.wait()

    async def _ear_at(self, home: str, opened: contextlib.AsyncExitStack) -> PubSub:
        client = await opened.enter_async_context(self._plain(home))
        ear = client.pubsub()
        opened.push_async_callback(ear.aclose)
        return ear

    async def _attend(self, ear: PubSub) -> None:
        """Hear one connection until it fails."""
        heard = asyncio.Event()
        async with asyncio.TaskGroup() as both:
            both.create_task(_feel_pulse(ear, heard), name="bus pulse")
            while True:
                # No deadline here: one for each message would cost more than the message.
                got = await ear.get_message(timeout=None)
                heard.set()
                if got is not None:
                    self._take(got)

    def _take(self, got: dict[str, Any]) -> None:
        match got["type"]:
            case "message" | "smessage":
                self._messages.labels("heard").inc()
                self._hear(got["data"])
            case "subscribe" | "ssubscribe":
                self._note_subscribed(_channel_of(got["channel"]))
            case "sunsubscribe" if _channel_of(got["channel"]) in self._wanted:
                raise ConnectionError  # its slots have moved to another server

    def _note_subscribed(self, channel: Channel) -> None:
        was_up = self.is_up
        if (heard := self._wanted.get(channel)) is not None:
            heard.set()
        if self.is_up and not was_up:
            _log.info("bus_up")

    # --- names and servers

    def _name_of(self, channel: Channel) -> str:
        return f"danmaku:{self._prefix}:{channel}"

    def _home_of(self, channel: Channel, client: _Client) -> str:
        """The address of the server that carries a channel."""
        if isinstance(client, Redis):
            return self._url
        node = client.get_node_from_key(self._name_of(channel))
        if node is None:
            raise ConnectionError
        address = urlsplit(self._url)
        login, at, _ = address.netloc.rpartition("@")
        return address._replace(netloc=f"{login}{at}{node.host}:{node.port}").geturl()

    def _plain(self, url: str) -> Redis:
        return Redis.from_url(url, **_words())

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[_Client]:
        made: _Client
        if self._is_sharded:
            made = RedisCluster.from_url(self._url, **_words())
        else:
            made = self._plain(self._url)
        try:
            yield await made.initialize()
        finally:
            await made.aclose()


async def silence_of(url: str) -> str | None:
    """Why the bus at this address gives no answer now, as a name of an error; None: it does."""
    try:
        async with Redis.from_url(url.replace(_CLUSTER, ""), **_words()) as client:
            await client.ping()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the answer
        return _kind_of(error)
    return None


def _channel_of(name: bytes) -> Channel:
    return Channel(int(name.rpartition(b":")[2]))


def _kind_of(error: BaseException) -> str:
    """What it was, without its words: they may quote the address and its password."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def _words() -> dict[str, Any]:
    """How every connection is made. The library would send a message ten times over."""
    return {
        "protocol": 3,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": ANSWER_S,
        "socket_connect_timeout": ANSWER_S,
    }


async def _feel_pulse(ear: PubSub, heard: asyncio.Event) -> None:
    """Fail as soon as the connection says nothing any more, though it is asked."""
    while True:
        heard.clear()
        await asyncio.sleep(QUIET_S / 2)
        if not heard.is_set():
            await ear.ping()
            async with asyncio.timeout(QUIET_S):
                await heard.wait()


async def _pause(least_s: float = PAUSE_MIN_S) -> None:
    """Wait before the next try; never all nodes at the same moment."""
    await asyncio.sleep(least_s * (1 + random.random()))  # noqa: S311 -- no secret # nosec B311
