"""The house without doors, on a record of its own, with a clock that the test moves."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from danmaku.actions.accounts import People
from danmaku.actions.brownout import BrownOut
from danmaku.actions.comments import Comments
from danmaku.actions.conditions import Prevailing
from danmaku.actions.drawn import new_id
from danmaku.actions.filing_drafts import HouseFacts
from danmaku.actions.filing_office import FilingOffice
from danmaku.actions.likes import Likes
from danmaku.actions.moderation import Moderation
from danmaku.actions.naming import Naming
from danmaku.actions.offices import Offices
from danmaku.actions.proofs import Proofs, Services
from danmaku.actions.room_words import ReadyWords, WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rules import Rules
from danmaku.actions.verifiers import Verifiers
from danmaku.config import (
    AccountSettings,
    AdmissionSettings,
    BrownoutSettings,
    FilingSettings,
    IdentitySettings,
    StoreSettings,
)
from danmaku.domain.comment import Draft
from danmaku.domain.facts import Entry
from danmaku.domain.ids import ClientId, Millis, RoomId
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.domain.times import DAY_MS
from danmaku.filter.names import Names
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from danmaku.store.sqlite import SqliteStore
from danmaku.telemetry import Telemetry

DEMO = RoomId("demo")
RULES = """
[[rule]]
id = "stars"
category = "mild"
class = "house"
action = "mask"
words = ["darn"]
[[rule]]
id = "contact"
category = "contact"
class = "negative"
action = "hold"
words = ["callme"]
[[rule]]
id = "never"
category = "spam"
class = "illegal"
action = "refuse"
words = ["buynow"]
"""
SCREEN = Screen(parse_rules(RULES))
NAMES = Names()
LIMITLESS = {"sends_per_s": 1e6, "sends_burst": 10_000, "repeats_max": 10_000}


@dataclass
class Clock:
    now_ms: int = 1_700_000_000_000

    def __call__(self):
        return Millis(self.now_ms)


class Late:
    """A store whose answers to one question come when they are let go."""

    def __init__(self, store, question):
        self._store = store
        self._question = question
        self.has_read = asyncio.Event()
        self.let_go = asyncio.Event()

    def __getattr__(self, name):
        return self._late if name == self._question else getattr(self._store, name)

    async def _late(self, *args):
        answer = await getattr(self._store, self._question)(*args)
        self.has_read.set()
        await self.let_go.wait()
        return answer


class Meanwhile:
    """A record in which something else happens just before one commit."""

    def __init__(self):
        self._store = self._kind = self._act = None

    def over(self, store):
        self._store = store
        return self

    def before(self, kind, act):
        """Have `act` done once, before the next commit of a fact of that kind."""
        self._kind, self._act = kind, act

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def commit(self, *appends):
        act, is_it = self._act, any(type(append.fact) is self._kind for append in appends)
        if act is not None and is_it:
            self._act = None
            await act()
        return await self._store.commit(*appends)


@dataclass
class House:
    store: SqliteStore
    naming: Naming
    people: People
    rooms: Rooms
    word_lists: WordLists
    rules: Rules
    comments: Comments
    moderation: Moderation
    offices: Offices
    proofs: Proofs
    telemetry: Telemetry
    clock: Clock
    announced: list[Entry] = field(default_factory=list)
    _ids: count = field(default_factory=lambda: count(1))

    @property
    def filing(self):
        return FilingOffice.over(
            *(self.store, self.store),
            controls=self.offices.controls,
            measures=self.offices.measures,
            conditions=self.offices.prevailing,
            freshen=self.people.standings.freshen,
            clock=self.clock,
            new_id=new_id,
            settings=FilingSettings(),
            house=HouseFacts(),
        )

    async def person(self, login, *grants):
        """An account without a password; a grant is a bundle, or a bundle and a room."""
        await self.people.add(login, login.title(), None)
        for grant in grants:
            bundle, room = grant if isinstance(grant, tuple) else (grant, None)
            await self.people.grant(None, login, bundle, room=room, until_ms=None)
        return await self.people.known(login)

    async def cast(self, **grants):
        """Several people at once, by their logins; each with one grant or None."""
        people = await asyncio.gather(
            *(self.person(login, *([grant] if grant else [])) for login, grant in grants.items())
        )
        return {"guest": None} | dict(zip(grants, people, strict=True))

    async def room(self, room=DEMO, *, owner=None, **policy):
        state = RoomState("A room", policy=RoomPolicy(**policy))
        await self.rooms.open(None, room, state, owner=owner)
        return room

    def draft(self, text="hello everybody", client_id=None, **fields):
        return Draft(ClientId(client_id or f"c-{next(self._ids)}"), text, **fields)

    async def say(self, who, text="hello everybody", room=DEMO):
        return await self.comments.post(who, room, self.draft(text))

    async def texts(self, room=DEMO):
        """What the static list shows, by number; None for a marker."""
        views = await self.store.comments(room, after=0)
        return {
            view.comment.number: view.comment.content and view.comment.content.text
            for view in views
        }

    def counted(self, outcome):
        value = self.telemetry.comments.labels(outcome)._value.get()
        return int(value)


def rooms_over(record, store, people, naming, settings, prevailing):
    return Rooms(
        record,
        store,
        conditions=prevailing,
        freshen=people.standings.freshen,
        naming=naming,
        clock=store._clock,
        new_id=new_id,
        settings=settings,
    )


def people_over(written, store, naming, settings, identity_required):
    return People(
        written, store, naming=naming, clock=store._clock, settings=settings or AccountSettings(),
        renewal_days=365 if identity_required else None,
    )  # fmt: skip


def proofs_over(written, store, people, settings, services):
    return Proofs.over(
        written, store, services, people=people, clock=store._clock,
        settings=settings or IdentitySettings(), sandbox=True,
    )  # fmt: skip


def moderation_over(written, store, people, offices, filings_max):
    return Moderation(
        *(written, store, store, store), trained=offices.team.training.require_of_staff,
        freshen=people.standings.freshen, clock=store._clock,
        new_id=new_id, filings_max=filings_max, report_ms=DAY_MS,
    )  # fmt: skip


def calm(clock, telemetry):
    return BrownOut(BrownoutSettings(), steady=clock, telemetry=telemetry)


def offices_over(written, store, prevailing, people, rooms, *, comments, **settings):
    likes = Likes(
        *(written, store, store), rooms=rooms, conditions=prevailing,
        freshen=people.standings.freshen, clock=store._clock, brownout=comments._brownout,
    )  # fmt: skip
    return Offices.over(
        written, store, prevailing=prevailing, people=people, rooms=rooms, likes=likes,
        looking=comments.looking, clock=store._clock, new_id=new_id, **settings,
    )  # fmt: skip


@asynccontextmanager
async def house_on(  # noqa: PLR0913 -- each stands for a part that a test may choose
    folder,
    *,
    screen=SCREEN,
    clock=None,
    accounts=None,
    record=lambda store: store,
    classifier=lambda _clock, _telemetry: None,
    words_max=500,
    names_per_day=20,
    filings_max=50,
    steady=None,
    identity_required=False,
    identity=None,
    team=None,
    services=lambda _clock: Services(Verifiers(), ()),
    **admission,
):
    """Settings that are not given are the product's, without limits on senders.

    `record` may put a faulty adapter between the verbs and the store.
    """
    clock, telemetry = clock or Clock(), Telemetry()
    settings = AdmissionSettings(**LIMITLESS | admission)
    store = await SqliteStore.open(StoreSettings(data_dir=folder), clock)
    written = record(store)
    rules = Rules(screen, record=written, clock=clock, micros_max=1_000_000, telemetry=telemetry)
    naming = Naming(rules.look, names=NAMES, accounts=store, clock=clock, per_day=names_per_day)
    people = people_over(written, store, naming, accounts, identity_required)
    proofs = proofs_over(written, store, people, identity, asked_outside := services(clock))
    prevailing = Prevailing(identity_required=identity_required)
    await prevailing.read(store, clock())
    rooms = rooms_over(written, store, people, naming, settings, prevailing)
    asked = {"rooms": rooms, "freshen": people.standings.freshen, "clock": clock}
    word_lists = WordLists(written, store, words_max=words_max, **asked)
    comments = Comments(
        *(written, store, store),
        new_id=new_id,
        conditions=prevailing,
        **asked,
        rules=rules,
        words=ReadyWords(store, 10_000),
        settings=settings,
        report_ms=DAY_MS,
        telemetry=telemetry,
        brownout=calm(clock, telemetry),
        classifier=(outside := classifier(clock, telemetry)),
    )
    parts = {"comments": comments, "steady": steady or clock, "team": team}
    offices = offices_over(written, store, prevailing, people, rooms, **parts)
    desks = (moderation_over(written, store, people, offices, filings_max), offices, proofs)
    house = House(
        *(store, naming, people, rooms, word_lists, rules, comments, *desks, telemetry, clock)
    )
    for follow in (people.standings.apply, prevailing.apply, rooms.apply, house.announced.extend):
        store.subscribe(follow)
    try:
        yield house
    finally:
        await asked_outside.close()
        if outside is not None:
            await outside.close()
        people.close()
        await store.close()
