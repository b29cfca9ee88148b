"""The house without doors: the record, and the verbs over it, joined.

What follows a commit hears of it in the order in which it is subscribed here; doors come after.
Whatever decides, records and shows is in this process, or in the operator's own database: nothing
from outside is asked unless a setting names its address.

Article: articles.Article.SAFE_MEANS
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.brownout import BrownOut
from danmaku.actions.casework import terms_in
from danmaku.actions.classifier import Classifier
from danmaku.actions.comments import Comments
from danmaku.actions.conditions import Prevailing
from danmaku.actions.couriers import Couriers
from danmaku.actions.couriers import Ground as CourierGround
from danmaku.actions.credit import formula_in
from danmaku.actions.delays import Looking
from danmaku.actions.drawn import new_id
from danmaku.actions.endpoints import Endpoints, reach_of
from danmaku.actions.filing_drafts import HouseFacts
from danmaku.actions.filing_office import FilingOffice
from danmaku.actions.filter_files import changed_ms_of, learned_of, screens_of
from danmaku.actions.learned import Learned
from danmaku.actions.likes import Likes
from danmaku.actions.load_desk import LoadDesk
from danmaku.actions.memory_limit import MemoryLimit
from danmaku.actions.moderation import Moderation
from danmaku.actions.naming import Naming
from danmaku.actions.offices import Offices
from danmaku.actions.outbound import Resolver, trust_of
from danmaku.actions.proofs import Proofs, Services
from danmaku.actions.room_words import ReadyWords, WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rule_office import RuleOffice
from danmaku.actions.rule_share import SharedRules
from danmaku.actions.rules import Rules
from danmaku.clock import now_ms, steady_ms
from danmaku.config import Settings
from danmaku.domain.times import MINUTE_MS
from danmaku.filter.names import Names
from danmaku.nodes.bus import Bus
from danmaku.nodes.node import Node, joined
from danmaku.ports import Announce, Record
from danmaku.store.opening import open_store
from danmaku.store.sift import Sifter
from danmaku.store.store import Store
from danmaku.telemetry import Telemetry


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
    rule_office: RuleOffice
    filing: FilingOffice
    endpoints: Endpoints
    load_desk: LoadDesk
    brownout: BrownOut
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
    node: Node | None
    look_up: Resolver
    brownout: BrownOut


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
        OSError: A rule file, the model or a certificate cannot be read.
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
        look_up = Resolver()
        stack.callback(look_up.close)
        brownout = BrownOut(
            settings.brownout,
            steady=steady_ms,
            telemetry=telemetry,
            memory_pct=MemoryLimit().used_pct,
        )
        parts = (learned, classifier, services, node, look_up, brownout)
        core = _furnished(_Ground(settings, record, store, telemetry, rules, *parts))
        stack.callback(core.people.close)
        if node is None:  # nodes that are several agree on their rules before doors open
            changed_ms = await asyncio.to_thread(changed_ms_of, settings.filter)
            await SharedRules(rules, store, telemetry).recall(changed_ms)
        await _subscribe(core, node)
        yield core


async def _subscribe(core: Core, node: Node | None) -> None:
    """Who hears of entries, and in which order: who is who, then the rooms."""
    await core.offices.prevailing.read(core.store, now_ms())
    await core.load_desk.read(core.store)
    core.record.subscribe(core.people.standings.apply)
    core.record.subscribe(core.offices.prevailing.apply)
    core.record.subscribe(core.load_desk.apply)
    core.record.subscribe(core.rooms.apply)
    core.record.subscribe(core.rule_office.live.apply)
    for work in core.rule_office.works:
        core.record.subscribe(work.apply)
    core.record.subscribe(core.offices.review.news.apply)
    core.record.subscribe(core.offices.review.patrol.apply)
    core.record.subscribe(core.endpoints.couriers.apply)
    await core.rule_office.live.lay_over()
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
        report_ms=settings.filings.item_ms,
        telemetry=ground.telemetry,
        brownout=ground.brownout,
        learned=ground.learned if settings.filter.model_mode == "hold" else None,
        classifier=ground.classifier,
    )
    offices = _offices(ground, prevailing, people, rooms, comments.looking)
    moderation = Moderation(
        *(record, store, store, store),
        trained=offices.team.training.require_of_staff,
        freshen=people.standings.freshen,
        clock=now_ms,
        new_id=new_id,
        filings_max=settings.cases.filings_max,
        report_ms=settings.filings.item_ms,
    )
    verbs = (people, rooms, word_lists, ground.rules, comments, moderation, offices, proofs)
    office = _rule_office(ground, people)
    filing = _filing_office(ground, prevailing, people, offices)
    desks = (*verbs, office, filing, _endpoints(ground, people), _load_desk(ground, people))
    return Core(
        settings, record, store, ground.telemetry, *desks, ground.brownout, learned=ground.learned
    )


def _rule_office(ground: _Ground, people: People) -> RuleOffice:
    """The verbs of rules with a life."""
    node, settings, store = ground.node, ground.settings, ground.store
    return RuleOffice.over(
        ground.record,
        store,
        rules=ground.rules,
        sifter=Sifter(settings.store, store.readers),
        freshen=people.standings.freshen,
        clock=now_ms,
        telemetry=ground.telemetry,
        micros_max=settings.filter.micros_max,
        build_s=settings.filter.build_s,
        node="alone" if node is None else node.neighbours.name,
        nodes_count=lambda: 1 if node is None else node.neighbours.count,
        report_ms=settings.filings.item_ms,
    )


def _offices(
    ground: _Ground, prevailing: Prevailing, people: People, rooms: Rooms, looking: Looking
) -> Offices:
    """The verbs that deal with people."""
    return Offices.over(
        ground.record,
        ground.store,
        prevailing=prevailing,
        people=people,
        rooms=rooms,
        looking=looking,
        clock=now_ms,
        steady=steady_ms,
        new_id=new_id,
        likes=_likes(ground, prevailing, people, rooms),
        cases=ground.settings.cases,
        team=ground.settings.team,
        report_ms=ground.settings.filings.item_ms,
    )


def _likes(ground: _Ground, prevailing: Prevailing, people: People, rooms: Rooms) -> Likes:
    """What people like."""
    return Likes(
        *(ground.record, ground.store, ground.store),
        rooms=rooms,
        conditions=prevailing,
        freshen=people.standings.freshen,
        clock=now_ms,
        brownout=ground.brownout,
    )


def _load_desk(ground: _Ground, people: People) -> LoadDesk:
    """Who holds a level of the brown-out."""
    return LoadDesk(
        ground.record,
        brownout=ground.brownout,
        freshen=people.standings.freshen,
        clock=now_ms,
    )


def _filing_office(
    ground: _Ground, prevailing: Prevailing, people: People, offices: Offices
) -> FilingOffice:
    """The verbs of filings and orders."""
    return FilingOffice.over(
        *(ground.record, ground.store),
        controls=offices.controls,
        measures=offices.measures,
        conditions=prevailing,
        freshen=people.standings.freshen,
        clock=now_ms,
        new_id=new_id,
        settings=ground.settings.filings,
        house=_house_facts(ground),
    )


def _endpoints(ground: _Ground, people: People) -> Endpoints:
    """Who outside is told what happens."""
    settings, store = ground.settings.webhooks, ground.store
    reach = reach_of(settings)
    couriers = Couriers(
        ground.record,
        store.endpoints,
        CourierGround(
            settings,
            reach,
            ground.look_up,
            trust_of(settings.ca_file),
            clock=now_ms,
            epoch=store.epoch,
            node=new_id() if store.is_shared else "alone",
        ),
        ground.telemetry,
    )
    return Endpoints(
        ground.record,
        store,
        store.endpoints,
        couriers,
        reach=reach,
        freshen=people.standings.freshen,
        clock=now_ms,
        new_id=new_id,
        endpoints_max=settings.endpoints_max,
    )


def _house_facts(ground: _Ground) -> HouseFacts:
    """What assessments state of the settings."""
    settings, identity = ground.settings, ground.settings.identity
    methods = {
        "phone": identity.phone_url is not None,
        "document": identity.document_url is not None,
        "sandbox": settings.demo,
    }
    terms = terms_in(settings.cases).by_kind.items()
    return HouseFacts(
        rules_version=lambda: ground.rules.version,
        identity_methods=(
            *(word for word, is_there in methods.items() if is_there),
            *(provider.name for provider in identity.providers),
        ),
        renewal_days=identity.renewal_days,
        case_minutes={kind.value: term // MINUTE_MS for kind, term in terms},
    )


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
