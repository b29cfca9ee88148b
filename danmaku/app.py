"""The roof: joins all rooms of the house, and owns the clock, the timers and the signals.

Nothing else knows every part. `opened` gives the house without doors, for verbs at the command
line; `serve` adds the doors and runs until it is told to stop.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import structlog

from danmaku import BEGAN_S
from danmaku.actions.case_watch import CaseWatch
from danmaku.actions.duties import Duties
from danmaku.actions.filing_watch import FilingWatch
from danmaku.actions.filter_files import changed_ms_of
from danmaku.actions.learned import Learned
from danmaku.actions.parity import Evidence, Parity
from danmaku.actions.providers import is_here
from danmaku.actions.public_figures import PublicFigures
from danmaku.actions.readiness import condition_of, tell
from danmaku.actions.record_watch import RecordWatch
from danmaku.actions.rule_builds import build
from danmaku.actions.rule_share import SharedRules
from danmaku.actions.rule_watch import RuleWatch
from danmaku.actions.team_watch import TeamWatch
from danmaku.actions.timers import Work, keep_at
from danmaku.admin_socket import ADMIN_SOCKET
from danmaku.clock import now_ms
from danmaku.config import IN_MEMORY, Settings
from danmaku.core import Core, opened
from danmaku.demo import rooms as demo
from danmaku.domain.facts import Entry, TokenRevoked
from danmaku.domain.ids import RoomId
from danmaku.domain.readiness import Condition, bars_public, gaps_in
from danmaku.doors import (
    AddressTakenError,
    Berth,
    Door,
    PacketDoor,
    desk_door,
    ops_door,
    public_door,
)
from danmaku.errors import Code
from danmaku.gateway.acts import Acts
from danmaku.gateway.held_notices import held_notices
from danmaku.gateway.notices import notice_of
from danmaku.gateway.others import ALONE, Others
from danmaku.gateway.pauses import Pauses
from danmaku.gateway.server import Gateway
from danmaku.store.backups import made_s_of_newest
from danmaku.store.bundles import Bundles
from danmaku.store.proving import prove_aside
from danmaku.web.admin import create_admin_app
from danmaku.web.app import create_app
from danmaku.web.duty import served
from danmaku.web.house import House
from danmaku.web.ops import create_ops_app
from danmaku.web.record_files import RecordFiles
from danmaku.web.shelf import Shelf

log = structlog.get_logger(__name__)


class UnsafeStartError(Exception):
    """The configuration would put people at risk: the server does not start."""


def house_of(
    core: Core,
    *,
    viewers: Callable[[RoomId], int],
    hindrance: Callable[[], Code | None],
    parity: Callable[[], Evidence] = Evidence,
) -> House:
    """What the web doors and the admin desk stand on; without a server, nothing was compared."""
    return House(
        server=core.settings.server,
        contacts=core.settings.contacts,
        reader=core.store,
        copies=core.store.copies,
        bundles=Bundles(core.settings.store, now_ms),
        search=core.store.search,
        files=RecordFiles(core.store.exports, core.store.epoch),
        shelf=Shelf(core.store.titles),
        public_figures=PublicFigures(core.store.public_figures, now_ms),
        duties=_duties(core, parity),
        comments=core.comments,
        rooms=core.rooms,
        word_lists=core.word_lists,
        rules=core.rules,
        rule_office=core.rule_office,
        endpoints=core.endpoints,
        filing=core.filing,
        moderation=core.moderation,
        people=core.people,
        offices=core.offices,
        proofs=core.proofs,
        telemetry=core.telemetry,
        brownout=core.brownout,
        load_desk=core.load_desk,
        clock=now_ms,
        epoch=core.store.epoch,
        session_days=core.settings.accounts.session_days,
        remind_days=core.settings.identity.remind_days,
        viewers=viewers,
        hindrance=hindrance,
        is_shared=core.store.is_shared,
        demo=core.settings.demo,
    )


def _duties(core: Core, parity: Callable[[], Evidence]) -> Duties:
    settings, casework = core.settings, core.offices.casework
    return Duties(
        served=served(),
        recount=core.store.recount,
        house=core.store.house,
        is_verifying=settings.identity_required,
        book=casework.book,
        terms=casework.cases.terms,
        held_warn=settings.cases.held_warn,
        parity=parity,
        round_ms=lambda: core.offices.privacy.retention.round_ms,
        filings=core.store.filing_book,
        clock=now_ms,
    )


# --- with doors


async def serve(
    settings: Settings,
    *,
    on_ready: Callable[[str], None],
    on_stopping: Callable[[], None] = lambda: None,
    berth: Berth | None = None,
) -> None:
    """Run the server until SIGTERM or SIGINT, then let everybody go in order.

    Args:
        settings: The configuration.
        on_ready: Told the address once the doors are open.
        on_stopping: Told when it begins to let everybody go.
        berth: What this process got as one of several workers; None: it stands alone.

    Raises:
        UnsafeStartError: Demo accounts in public, or the house lacks what the public needs.
        StoreLocked, RuleFileError: As `opened`.
        AddressTakenError: The address is taken.
    """
    if (reason := unsafe_demo(settings)) is not None:
        raise UnsafeStartError(reason)
    async with opened(settings) as core:
        if settings.demo:
            await demo.furnish(demo_office(core), core.rooms, now_ms())
        else:
            house = await core.store.house()
            condition = condition_of(house, is_verifying=settings.identity_required)
            _require_ready(condition, settings, is_first=berth is None or berth.number == 0)
        try:
            await Server(core, berth, began_s=BEGAN_S).run(on_ready, on_stopping)
        except ExceptionGroup as failures:
            taken = failures.subgroup(AddressTakenError)
            raise failures if taken is None else taken.exceptions[0] from None


def demo_office(core: Core) -> demo.Office:
    """What the demo's people go through."""
    offices = core.offices
    training = offices.team.training
    return demo.Office(core.people, core.proofs.identities, offices.documents, training)


def _require_ready(condition: Condition, settings: Settings, *, is_first: bool) -> None:
    """Say what the house lacks, and let no public one start that lacks anything."""
    if is_first:
        tell(condition, is_public=is_public(settings))
    gaps = ", ".join(gap.value for gap in bars_public(gaps_in(condition)))
    if gaps and is_public(settings):
        raise UnsafeStartError(
            f"This house is for the public and lacks: {gaps}. `danmaku doctor` says what to do; "
            "with server.audience = private it starts for those who make it."
        )


def is_public(settings: Settings) -> bool:
    """Whether others than those who make the house are to come."""
    if settings.server.audience != "by_address":
        return settings.server.audience == "public"
    return bool(settings.server.public_url) or not is_here(settings.server.host)


def unsafe_demo(settings: Settings) -> str | None:
    """Why the demo must not start; None: it may."""
    host = settings.server.host
    if settings.demo and not is_here(host):
        return f"The demo has accounts with published passwords: it does not listen on {host}."
    if settings.demo and settings.server.public_url:
        return "The demo takes no public_url: it is for this machine alone."
    if settings.demo and settings.server.audience == "public":
        return "The demo is not for the public."
    return None


class Server:
    """The doors of one process, and its timers.

    Args:
        core: The house.
        berth: As `serve`.
        began_s: When its start began, on the monotonic clock; None: there is none to speak of.
    """

    def __init__(
        self, core: Core, berth: Berth | None = None, *, began_s: float | None = None
    ) -> None:
        self._core = core
        self._berth = berth
        self._began_s = began_s
        self._stopping = asyncio.Event()
        settings, store, node = core.settings, core.store, core.node
        self._gateway = Gateway(
            server=settings.server,
            settings=settings.gateway,
            reader=store,
            acts=Acts(core.comments, core.offices.likes),
            people=core.people,
            rooms=core.rooms,
            epoch=store.epoch,
            clock=now_ms,
            telemetry=core.telemetry,
            brownout=core.brownout,
            others=ALONE
            if node is None
            else Others(node.neighbours.elsewhere, lambda: node.record.is_in_step),
        )
        self._parity = Parity(store, clock=now_ms, telemetry=core.telemetry)
        self._house = house_of(
            core,
            viewers=self._gateway.viewers,
            hindrance=self._hindrance,
            parity=lambda: self._parity.evidence,
        )
        self._watch = RuleWatch(
            core.rules,
            large=settings.filter.rules_file,
            urgent=settings.filter.urgent_file,
            build_s=settings.filter.build_s,
            telemetry=core.telemetry,
        )
        core.record.subscribe(self._parity.apply)
        core.record.subscribe(self._announce)
        self._shadow = core.rule_office.shadow
        store.subscribe(self._shadow.apply)  # each node judges what it wrote, as it was written
        if core.learned is not None and settings.filter.model_mode == "shadow":
            store.subscribe(core.learned.apply)
        core.people.sessions.when_they_end(self._gateway.close_account)
        core.telemetry.backup_made_seconds.set_function(partial(made_s_of_newest, settings.store))
        if node is not None:
            node.record.keep_while(self._is_wanted)
            node.record.when_fenced(self._gateway.send_away)
            node.neighbours.join(
                count=self._gateway.viewers_here,
                note_counts=self._gateway.note_counts,
                note_ended=self._gateway.close_account,
            )

    def _announce(self, entries: Sequence[Entry]) -> None:
        self._gateway.announce(entries)
        for entry in entries:
            if isinstance(entry.fact, TokenRevoked):
                self._gateway.close_account(entry.fact.account)
            elif (notice := notice_of(entry)) is not None:
                self._gateway.tell(notice)
            for each in held_notices(entry):
                self._gateway.tell(each)

    def _is_wanted(self, room: RoomId) -> bool:
        # A room may leave the memory while viewers are in it.
        return self._core.rooms.is_wanted(room) or self._gateway.shows(room)

    def _hindrance(self) -> Code | None:
        if self._stopping.is_set():
            return Code.DRAINING
        node = self._core.node
        return None if node is None or node.record.is_in_step else Code.STORE_UNAVAILABLE

    async def run(self, on_ready: Callable[[str], None], on_stopping: Callable[[], None]) -> None:
        """Open the doors; return when everybody has been let go."""
        pauses = Pauses(self._core.telemetry)
        pauses.start()
        try:
            await self._run(on_ready, on_stopping)
        finally:
            pauses.stop()

    async def _run(self, on_ready: Callable[[str], None], on_stopping: Callable[[], None]) -> None:
        shared_rules = await self._share_rules()
        public, others = self._doors()
        doors = [public, *others]
        self._hear_of_the_end()
        async with asyncio.TaskGroup() as tasks:
            for door in doors:
                tasks.create_task(door.stand(), name="door")
            timers = self._start_timers(tasks, shared_rules)
            for door in doors:
                await door.opened.wait()  # a door that cannot open cancels this
            on_ready(self._core.settings.server.public_url or public.address)
            start_s = 0.0 if self._began_s is None else time.monotonic() - self._began_s
            await self._stopping.wait()
            log.info("stopping")
            on_stopping()
            self._core.offices.review.news.close()
            self._core.offices.review.patrol.news.close()
            if self._berth is not None:
                public.turn_away()
            is_paced = bool(self._core.settings.nodes.bus)
            await self._gateway.drain(is_paced=is_paced, start_s=start_s)
            for timer in timers:
                timer.cancel()
            for door in doors:
                door.should_exit = True

    def _start_timers(
        self, tasks: asyncio.TaskGroup, shared_rules: SharedRules | None
    ) -> list[asyncio.Task[None]]:
        settings, told = self._core.settings, self._core.telemetry
        works: dict[str, Work] = {
            "rules": partial(self._watch.run, settings.filter.reload_ms),
            "parity": self._parity.run,
            "session uses": self._core.people.sessions.uses.run,
            "credit": self._core.offices.credits.run,
            "delays": self._core.offices.keeping.delays.run,
            "live rules": self._core.rule_office.live.run,
            "shadow": self._shadow.run,
            "brownout": self._core.brownout.run,
        }
        if self._berth is None or self._berth.number == 0:
            if settings.store.verify_hours and settings.store.url != IN_MEMORY:
                works["proof"] = self._record_watch().run
            works["retention"] = self._core.offices.privacy.retention.run
            works["cases"] = self._case_watch().run
            works["filings"] = self._filing_watch().run
            works["duty"] = TeamWatch(self._core.offices.team.roster, told).run
            works["endpoints"] = self._core.endpoints.couriers.run
            works["rechecks"] = self._core.offices.team.rechecks.run
            works |= {work.name: work.run for work in self._core.rule_office.works}
        if shared_rules is not None:
            works["shared rules"] = shared_rules.run
        if (shadow := settings.filter.shadow_file) is not None:
            works["shadow file"] = partial(self._follow_shadow, shadow)
        if (learned := self._core.learned) is not None:
            works["model file"] = partial(self._follow_model, learned)
        if settings.demo:
            works["demo"] = self._play_demo
        return [tasks.create_task(keep_at(*work, told), name=work[0]) for work in works.items()]

    def _record_watch(self) -> RecordWatch:
        settings = self._core.settings.store
        return RecordWatch(
            partial(prove_aside, settings),
            every_h=settings.verify_hours,
            clock=now_ms,
            telemetry=self._core.telemetry,
        )

    def _case_watch(self) -> CaseWatch:
        core = self._core
        casework, held_warn = core.offices.casework, core.settings.cases.held_warn
        return CaseWatch(
            casework.book,
            terms=casework.cases.terms,
            held_warn=held_warn,
            clock=now_ms,
            telemetry=core.telemetry,
        )

    def _filing_watch(self) -> FilingWatch:
        core = self._core
        office = core.filing
        parts = (office.book, office.filings, office.orders)
        return FilingWatch(*parts, clock=now_ms, telemetry=core.telemetry)

    def _hear_of_the_end(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        if self._berth is not None:
            loop.add_reader(self._berth.line, self._let_go, self._berth.line)

    def _let_go(self, line: socket.socket) -> None:
        """Whoever keeps the workers is gone: nobody would end this one later."""
        asyncio.get_running_loop().remove_reader(line)
        self._stopping.set()

    def _doors(self) -> tuple[Door, list[Door | PacketDoor]]:
        """The public door, and the others: for keepers, and for clients of others."""
        settings, berth = self._core.settings, self._berth
        given, given_ops = (None, None) if berth is None else (berth.public, berth.ops)
        app = create_app(self._house, media=demo.MEDIA if settings.demo else None)
        visits = self._gateway.protocol_class()
        doors: list[Door | PacketDoor] = []
        if berth is None or berth.number == 0:
            desk = create_admin_app(self._house)
            doors.append(desk_door(desk, settings.store.data_dir / ADMIN_SOCKET))
        if port := settings.server.ops_port:
            doors.append(ops_door(create_ops_app(self._house), port, given_ops))
        if port := settings.server.bilibili_port:
            packets, host = self._gateway.packet_socket, settings.server.host
            doors.append(PacketDoor(host, port, packets, in_group=berth is not None))
        return public_door(app, settings.server, visits, given), doors

    async def _share_rules(self) -> SharedRules | None:
        """Let the rules decide that were changed last on any node; None: there is but this one."""
        core, node = self._core, self._core.node
        shared = SharedRules(core.rules, core.store, core.telemetry)
        changed_ms = await asyncio.to_thread(changed_ms_of, core.settings.filter)
        if node is None:
            if await shared.recall(changed_ms):
                await self._watch.pass_over()
            return None
        node.record.when_others_write(shared.apply)
        if await shared.begin(changed_ms):
            await self._watch.pass_over()
        return shared

    async def _follow_shadow(self, path: Path) -> None:
        settings = self._core.settings.filter
        built = partial(build, seconds_max=settings.build_s)
        await self._shadow.follow(path, reload_ms=settings.reload_ms, build=built)

    async def _follow_model(self, learned: Learned) -> None:
        settings = self._core.settings.filter
        if settings.model_file is not None:
            await learned.follow(settings.model_file, every_ms=settings.reload_ms)

    async def _play_demo(self) -> None:
        core = self._core
        await demo.play(demo_office(core), core.comments, core.rooms, self._gateway.viewers)
