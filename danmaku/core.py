"""The house without doors: the record, and the verbs over it, joined.

What follows a commit hears of it in the order in which it is subscribed here; doors come after.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.classifier import Classifier
from danmaku.actions.comments import Comments
from danmaku.actions.conditions import Prevailing
from danmaku.actions.credit import formula_in
from danmaku.actions.drawn import new_id
from danmaku.actions.filter_files import learned_of, screens_of
from danmaku.actions.learned import Learned
from danmaku.actions.moderation import Moderation
from danmaku.actions.naming import Naming
from danmaku.actions.offices import Offices
from danmaku.actions.proofs import Proofs, Services
from danmaku.actions.room_words import ReadyWords, WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rules import Rules
from danmaku.config import Settings
from danmaku.domain.ids import Millis
from danmaku.filter.names import Names
from danmaku.nodes.bus import Bus
from danmaku.nodes.node import Node, joined
from danmaku.ports import Announce, Record
from danmaku.store.opening import open_store
from danmaku.store.store import Store
from danmaku.telemetry import Telemetry


def now_ms() -> Millis:
    """The clock of the house."""
    return Millis(time.time_ns() // 1_000_000)


class Subscribed(Record, Protocol):
    """A record that tells of what is written to it."""

    def subscribe(self, announce: Announce) -> None:
        """Have every entry announced from here on, on the loop, in the order of its chain."""


@dataclass(slots=True)
class Core:
    """The house without doors."""

    settings: Settings
    record: Subscribed  # for writing, and for hearing what is written
    store: Store  # for reading
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
    node: Node | None = None  # one of several; None: nobody else writes to this record


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the verbs stand on."""

    settings: Settings
    record: Subscribed
    store: Store
    telemetry: Telemetry
    rules: Rules
    learned: Learned | None
    classifier: Classifier | None
    services: Services


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, telemetry: Telemetry | None = None, *, bus: Bus | None = None
) -> AsyncIterator[Core]:
    """Open the record and the verbs over it; close them again.

    Args:
        settings: The configuration.
        telemetry: Where to count; None: where nobody looks but /metrics.
        bus: In place of the one that the settings name, where nodes share one process.

    Raises:
        StoreLocked: Another process holds the record.
        RuleFileError: A rule file is wrong.
        ModelError: The learned model cannot be used.
        OSError: A rule file or the model cannot be read.
    """
    screen, urgent = await asyncio.to_thread(screens_of, settings.filter)
    telemetry = telemetry or Telemetry()
    learned = await asyncio.to_thread(learned_of, settings.filter, telemetry)
    async with contextlib.AsyncExitStack() as stack:
        if (classifier := Classifier.chosen(settings.filter, now_ms, telemetry)) is not None:
            stack.push_async_callback(classifier.close)
        services = Services.chosen(settings.identity, now_ms)
        stack.push_async_callback(services.close)
        store = await open_store(settings.store, now_ms, watch=telemetry.note_commit)
        stack.push_async_callback(store.close)
        node = None
        if store.is_shared:
            node = await stack.enter_async_context(
                joined(store, settings.nodes, telemetry, bus=bus)
            )
        record = store if node is None else node.record
        rules = Rules(
            screen,
            record=record,
            clock=now_ms,
            micros_max=settings.filter.micros_max,
            telemetry=telemetry,
            urgent=urgent,
            shares=store.is_shared,
        )
        ground = _Ground(settings, record, store, telemetry, rules, learned, classifier, services)
        core = _furnished(ground)
        stack.callback(core.people.close)
        await _subscribe(core, node)
        yield core


async def _subscribe(core: Core, node: Node | None) -> None:
    """Who hears of entries, and in which order: who is who, then the rooms."""
    await core.offices.prevailing.read(core.store, now_ms())
    core.record.subscribe(core.people.standings.apply)
    core.record.subscribe(core.offices.prevailing.apply)
    core.record.subscribe(core.rooms.apply)
    core.store.subscribe(core.offices.credits.apply)  # each node reckons what it wrote
    core.store.subscribe(core.offices.keeping.delays.apply)
    if node is not None:
        core.node = node
        node.record.when_others_write(core.comments.note_elsewhere)
        core.people.sessions.when_they_end(node.neighbours.tell_ended)


def _furnished(ground: _Ground) -> Core:
    settings, record, store = ground.settings, ground.record, ground.store
    people, proofs = _people(ground)
    prevailing = Prevailing(
        identity_required=settings.identity_required,
        credit=formula_in(settings.accounts.credit_file),
    )
    rooms = Rooms(
        record,
        store,
        conditions=prevailing,
        freshen=people.standings.freshen,
        naming=people.naming,
        clock=now_ms,
        new_id=new_id,
        settings=settings.admission,
    )
    word_lists = WordLists(
        record,
        store,
        rooms=rooms,
        freshen=people.standings.freshen,
        clock=now_ms,
        words_max=settings.filter.room_words_max,
    )
    comments = Comments(
        record,
        store,
        store,
        new_id=new_id,
        conditions=prevailing,
        rooms=rooms,
        rules=ground.rules,
        words=ReadyWords(store, settings.filter.room_words_kept_max),
        freshen=people.standings.freshen,
        clock=now_ms,
        settings=settings.admission,
        telemetry=ground.telemetry,
        learned=ground.learned if settings.filter.model_mode == "hold" else None,
        classifier=ground.classifier,
    )
    moderation = Moderation(
        record, store, freshen=people.standings.freshen, clock=now_ms, new_id=new_id
    )
    offices = Offices.over(
        record,
        store,
        prevailing=prevailing,
        people=people,
        rooms=rooms,
        clock=now_ms,
        new_id=new_id,
    )
    verbs = (people, rooms, word_lists, ground.rules, comments, moderation, offices, proofs)
    return Core(settings, record, store, ground.telemetry, *verbs, learned=ground.learned)


def _people(ground: _Ground) -> tuple[People, Proofs]:
    """Who is who, and how that is proven."""
    settings, identity = ground.settings, ground.settings.identity
    naming = Naming(
        ground.rules.look,
        names=Names(settings.accounts.reserved_names),
        accounts=ground.store,
        clock=now_ms,
        per_day=settings.accounts.names_per_day,
    )
    people = People(
        ground.record,
        ground.store,
        naming=naming,
        clock=now_ms,
        settings=settings.accounts,
        renewal_days=identity.renewal_days if settings.identity_required else None,
    )
    proofs = Proofs.over(
        ground.record,
        ground.store,
        ground.services,
        people=people,
        clock=now_ms,
        settings=identity,
        sandbox=settings.demo,
    )
    return people, proofs
