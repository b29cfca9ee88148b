"""The roof: joins all rooms of the house, and owns the clock, the timers and the signals.

Nothing else knows every part. `opened` gives the house without doors, for verbs at the command
line; `serve` adds the doors and runs until it is told to stop.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import structlog
import uvicorn

from danmaku.actions.accounts import People
from danmaku.actions.classifier import Classifier
from danmaku.actions.comments import Comments
from danmaku.actions.conditions import Prevailing
from danmaku.actions.credit import formula_in
from danmaku.actions.drawn import new_id
from danmaku.actions.learned import Learned, model_in
from danmaku.actions.moderation import Moderation
from danmaku.actions.naming import Naming
from danmaku.actions.offices import Offices
from danmaku.actions.proofs import Proofs, Services
from danmaku.actions.providers import is_here
from danmaku.actions.room_words import ReadyWords, WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rule_builds import build
from danmaku.actions.rule_watch import RuleWatch
from danmaku.actions.rules import Rules
from danmaku.actions.shadow import Shadow
from danmaku.config import FilterSettings, Settings
from danmaku.demo import rooms as demo
from danmaku.domain.facts import Entry, TokenRevoked
from danmaku.domain.ids import Millis, RoomId
from danmaku.filter.builds import screen_from
from danmaku.filter.names import Names
from danmaku.filter.screen import Screen
from danmaku.gateway.notices import notice_of
from danmaku.gateway.pauses import Pauses
from danmaku.gateway.server import Gateway
from danmaku.store.sqlite import SqliteStore
from danmaku.telemetry import Telemetry
from danmaku.web.admin import create_admin_app
from danmaku.web.app import create_app
from danmaku.web.door import AddressTakenError, Door
from danmaku.web.house import House

log = structlog.get_logger(__name__)

ADMIN_SOCKET = "admin.sock"  # in the data directory; who may open it is the operator
HTTP_GOODBYE_S = 5  # requests that still run when the viewers have gone


class UnsafeStartError(Exception):
    """The configuration would put people at risk: the server does not start."""


def now_ms() -> Millis:
    """The clock of the house."""
    return Millis(time.time_ns() // 1_000_000)


@dataclass(slots=True)
class Core:
    """The house without doors."""

    settings: Settings
    store: SqliteStore
    telemetry: Telemetry
    people: People
    rooms: Rooms
    word_lists: WordLists
    rules: Rules
    comments: Comments
    moderation: Moderation
    offices: Offices
    proofs: Proofs
    learned: Learned | None


@contextlib.asynccontextmanager
async def opened(settings: Settings, telemetry: Telemetry | None = None) -> AsyncIterator[Core]:
    """Open the record and the verbs over it; close them again.

    Args:
        settings: The configuration.
        telemetry: Where to count; None: where nobody looks but /metrics.

    Raises:
        StoreLocked: Another process holds the record.
        RuleFileError: A rule file is wrong.
        ModelError: The learned model cannot be used.
        OSError: A rule file or the model cannot be read.
    """
    screens = await asyncio.to_thread(_screens, settings.filter)
    telemetry = telemetry or Telemetry()
    learned = await asyncio.to_thread(_learned, settings.filter, telemetry)
    classifier = Classifier.chosen(settings.filter, now_ms, telemetry)
    services = Services.chosen(settings.identity, now_ms)
    store = await SqliteStore.open(settings.store, now_ms, watch=telemetry.note_commit)
    core = _joined(
        settings,
        store,
        telemetry,
        screens,
        classifier=classifier,
        learned=learned,
        services=services,
    )
    # Who hears of a commit, and in which order: who is who, then the rooms; doors come after.
    await core.offices.prevailing.read(store, now_ms())
    store.subscribe(core.people.standings.apply)
    store.subscribe(core.offices.prevailing.apply)
    store.subscribe(core.rooms.apply)
    store.subscribe(core.offices.credits.apply)
    try:
        yield core
    finally:
        core.people.close()
        await store.close()
        await services.close()
        if classifier is not None:
            await classifier.close()


def _joined(  # noqa: PLR0913 -- the parts that were made before
    settings: Settings,
    store: SqliteStore,
    telemetry: Telemetry,
    screens: tuple[Screen, Screen | None],
    *,
    classifier: Classifier | None,
    learned: Learned | None,
    services: Services,
) -> Core:
    rules = _rules(settings.filter, store, telemetry, screens)
    names = Names(settings.accounts.reserved_names)
    naming = Naming(rules.look, names=names, accounts=store, clock=now_ms)
    people, proofs = _people(settings, store, naming, services)
    credit = formula_in(settings.accounts.credit_file)
    prevailing = Prevailing(identity_required=settings.identity_required, credit=credit)
    rooms = Rooms(
        store,
        store,
        conditions=prevailing,
        freshen=people.standings.freshen,
        naming=naming,
        clock=now_ms,
        new_id=new_id,
        settings=settings.admission,
    )
    word_lists = WordLists(
        store,
        store,
        rooms=rooms,
        freshen=people.standings.freshen,
        clock=now_ms,
        words_max=settings.filter.room_words_max,
    )
    comments = Comments(
        store,
        store,
        store,
        new_id=new_id,
        conditions=prevailing,
        rooms=rooms,
        rules=rules,
        words=ReadyWords(store, settings.filter.room_words_kept_max),
        freshen=people.standings.freshen,
        clock=now_ms,
        settings=settings.admission,
        telemetry=telemetry,
        learned=learned if settings.filter.model_mode == "hold" else None,
        classifier=classifier,
    )
    moderation = Moderation(
        store, store, freshen=people.standings.freshen, clock=now_ms, new_id=new_id
    )
    offices = Offices.over(
        store,
        prevailing=prevailing,
        people=people,
        rooms=rooms,
        clock=now_ms,
        new_id=new_id,
        fingerprints_of=proofs.identities.fingerprints_of,
    )
    verbs = (people, rooms, word_lists, rules, comments, moderation, offices, proofs)
    return Core(settings, store, telemetry, *verbs, learned=learned)


def _rules(
    settings: FilterSettings,
    store: SqliteStore,
    telemetry: Telemetry,
    screens: tuple[Screen, Screen | None],
) -> Rules:
    screen, urgent = screens
    return Rules(
        screen,
        record=store,
        clock=now_ms,
        micros_max=settings.micros_max,
        telemetry=telemetry,
        urgent=urgent,
    )


def _people(
    settings: Settings, store: SqliteStore, naming: Naming, services: Services
) -> tuple[People, Proofs]:
    """Who is who, and how that is proven."""
    identity = settings.identity
    people = People(
        store,
        store,
        naming=naming,
        clock=now_ms,
        settings=settings.accounts,
        renewal_days=identity.renewal_days if settings.identity_required else None,
    )
    proofs = Proofs.over(
        store, services, people=people, clock=now_ms, settings=identity, sandbox=settings.demo
    )
    return people, proofs


def _screens(settings: FilterSettings) -> tuple[Screen, Screen | None]:
    """The rules to begin with, and what is laid over them."""
    file, urgent = settings.rules_file, settings.urgent_file
    sample = resources.files("danmaku.filter").joinpath("sample_rules.toml")
    source = sample.read_bytes() if file is None else file.read_bytes()
    large = screen_from(source, sample.name if file is None else str(file))
    return large, None if urgent is None else screen_from(urgent.read_bytes(), str(urgent))


def _learned(settings: FilterSettings, telemetry: Telemetry) -> Learned | None:
    """The learned stage of the settings; None: they name none."""
    if settings.model_file is None:
        return None
    return Learned(model_in(settings.model_file), telemetry)


def house_of(
    core: Core, *, viewers: Callable[[RoomId], int], is_ready: Callable[[], bool]
) -> House:
    """What the web doors and the admin desk stand on."""
    return House(
        server=core.settings.server,
        reader=core.store,
        comments=core.comments,
        rooms=core.rooms,
        word_lists=core.word_lists,
        rules=core.rules,
        moderation=core.moderation,
        people=core.people,
        offices=core.offices,
        proofs=core.proofs,
        telemetry=core.telemetry,
        clock=now_ms,
        epoch=core.store.epoch,
        session_days=core.settings.accounts.session_days,
        viewers=viewers,
        is_ready=is_ready,
        demo=core.settings.demo,
    )


# --- with doors


async def serve(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Run the server until SIGTERM or SIGINT, then let everybody go in order.

    Args:
        settings: The configuration.
        on_ready: Told the address once the doors are open.

    Raises:
        UnsafeStartError: Demo accounts on a public address.
        StoreLocked, RuleFileError: As `opened`.
        AddressTakenError: The address is taken.
    """
    if (reason := unsafe_demo(settings)) is not None:
        raise UnsafeStartError(reason)
    async with opened(settings) as core:
        if settings.demo:
            await demo.furnish(core.people, core.rooms, core.proofs.identities, now_ms())
        try:
            await Server(core).run(on_ready)
        except ExceptionGroup as failures:
            taken = failures.subgroup(AddressTakenError)
            raise failures if taken is None else taken.exceptions[0] from None


def unsafe_demo(settings: Settings) -> str | None:
    """Why the demo must not start; None: it may."""
    host = settings.server.host
    if settings.demo and not is_here(host):
        return f"The demo has accounts with published passwords: it does not listen on {host}."
    if settings.demo and settings.server.public_url:
        return "The demo takes no public_url: it is for this machine alone."
    return None


class Server:
    """The doors of one process, and its timers."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._stopping = asyncio.Event()
        settings, store = core.settings, core.store
        self._gateway = Gateway(
            server=settings.server,
            settings=settings.gateway,
            reader=store,
            comments=core.comments,
            people=core.people,
            rooms=core.rooms,
            epoch=store.epoch,
            clock=now_ms,
            telemetry=core.telemetry,
        )
        self._house = house_of(
            core, viewers=self._gateway.viewers, is_ready=lambda: not self._stopping.is_set()
        )
        store.subscribe(self._announce)
        self._shadow = Shadow(
            clock=now_ms, micros_max=settings.filter.micros_max, telemetry=core.telemetry
        )
        store.subscribe(self._shadow.apply)
        if core.learned is not None and settings.filter.model_mode == "shadow":
            store.subscribe(core.learned.apply)
        core.people.sessions.when_they_end(self._gateway.close_account)

    def _announce(self, entries: Sequence[Entry]) -> None:
        self._gateway.announce(entries)
        for entry in entries:
            if isinstance(entry.fact, TokenRevoked):
                self._gateway.close_account(entry.fact.account)
            elif (notice := notice_of(entry)) is not None:
                self._gateway.tell(notice)

    async def run(self, on_ready: Callable[[str], None]) -> None:
        """Open the doors; return when everybody has been let go."""
        pauses = Pauses(self._core.telemetry)
        pauses.start()
        try:
            await self._run(on_ready)
        finally:
            pauses.stop()

    async def _run(self, on_ready: Callable[[str], None]) -> None:
        public, admin = self._public_door(), self._admin_door()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        async with asyncio.TaskGroup() as tasks:
            for door in (public, admin):
                tasks.create_task(door.serve(), name="door")
            timers = [tasks.create_task(self._watch_rules(), name="rules")]
            timers.append(tasks.create_task(self._core.offices.credits.run(), name="credit"))
            terms = self._core.offices.privacy.retention.run()
            timers.append(tasks.create_task(terms, name="retention"))
            if (shadow := self._core.settings.filter.shadow_file) is not None:
                timers.append(tasks.create_task(self._shadow.run(), name="shadow"))
                timers.append(tasks.create_task(self._follow_shadow(shadow), name="shadow file"))
            if (learned := self._core.learned) is not None:
                timers.append(tasks.create_task(self._follow_model(learned), name="model file"))
            if self._core.settings.demo:
                timers.append(tasks.create_task(self._play_demo(), name="demo"))
            await public.opened.wait()  # a door that cannot open cancels this
            on_ready(self._address(public))
            await self._stopping.wait()
            log.info("stopping")
            await self._gateway.drain()
            for timer in timers:
                timer.cancel()
            public.should_exit = admin.should_exit = True

    def _public_door(self) -> Door:
        server = self._core.settings.server
        return Door(
            uvicorn.Config(
                create_app(self._house, media=demo.MEDIA if self._core.settings.demo else None),
                host=server.host,
                port=server.port,
                http="httptools",
                loop="uvloop",
                ws=self._gateway.protocol_class(),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(server.trusted_proxies),
                forwarded_allow_ips=list(server.trusted_proxies),
                backlog=4096,
                timeout_graceful_shutdown=HTTP_GOODBYE_S,
            )
        )

    def _admin_door(self) -> Door:
        path = self._core.settings.store.data_dir / ADMIN_SOCKET
        return Door(
            uvicorn.Config(
                create_admin_app(self._house),
                uds=str(path),
                loop="uvloop",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=HTTP_GOODBYE_S,
            )
        )

    def _address(self, door: Door) -> str:
        server = self._core.settings.server
        port = door.servers[0].sockets[0].getsockname()[1]
        host = f"[{server.host}]" if ":" in server.host else server.host
        return server.public_url or f"http://{host}:{port}"

    async def _watch_rules(self) -> None:
        settings = self._core.settings.filter
        watch = RuleWatch(
            self._core.rules,
            large=settings.rules_file,
            urgent=settings.urgent_file,
            build_s=settings.build_s,
            telemetry=self._core.telemetry,
        )
        await watch.run(settings.reload_ms)

    async def _follow_shadow(self, path: Path) -> None:
        settings = self._core.settings.filter
        await self._shadow.follow(
            path,
            reload_ms=settings.reload_ms,
            build=partial(build, seconds_max=settings.build_s),
        )

    async def _follow_model(self, learned: Learned) -> None:
        settings = self._core.settings.filter
        if settings.model_file is not None:
            await learned.follow(settings.model_file, every_ms=settings.reload_ms)

    async def _play_demo(self) -> None:
        core = self._core
        identities = core.proofs.identities
        await demo.play(core.people, identities, core.comments, core.rooms, self._gateway.viewers)
