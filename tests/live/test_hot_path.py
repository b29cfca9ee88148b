"""Whatever may be asked of a sender is answered from memory: admission reads nothing.

Each database's own driver tells every statement that is run.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, event

from bench.client import Viewer
from bench.micro.samples import texts
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.comment import Mode
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.identity import Strength
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.measures import Function, Step
from danmaku.domain.people_facts import IdentityVerified
from danmaku.domain.room import ReviewMode
from danmaku.domain.times import HOUR_MS
from danmaku.nodes.bus import Exchange, LocalBus
from danmaku.ports import Append
from tests.live.site import running, settings_of
from tests.services import KEY

SAID = texts()[:20]
COMMIT_ASKS = {
    False: ("comment",),
    True: ("chain", "account", "comment"),
}
"""What a commit itself looks up of each comment, with or without others who write: was it sent
before, and what it is locked by and numbered from."""
LOGGED = re.compile(
    r"^[^\n\[]*\[(\d+)\] LOG:  (?:execute [^:]*|statement): (.*?)(?=^\d{4}-|\Z)",
    re.MULTILINE | re.DOTALL,
)
WORDS = Words(title_zh="协议", title_en="Agreement", text_zh="条款", text_en="Clauses")


@dataclass(frozen=True)
class Statement:
    who: str  # thread or backend
    text: str

    @property
    def table(self) -> str | None:
        """Of a question; None: it is none."""
        found = re.match(r"SELECT\b.*?\bFROM\s+(\w+)", self.text, re.DOTALL)
        return None if found is None else found[1]

    @property
    def follows(self) -> bool:
        """Whether a node looks what others have written: now and then, whoever sends."""
        return self.text.startswith("SELECT chain.id, chain.top")


class Traced:
    """SQLite's driver tells each statement on the thread that runs it."""

    def __init__(self):
        self._seen = []

    def statements(self):
        return list(self._seen)

    def connected(self, connection, _record):
        connection.set_trace_callback(
            lambda text: self._seen.append(Statement(threading.current_thread().name, text))
        )


class Logged:
    """PostgreSQL itself logs each statement with its backend."""

    def __init__(self, log):
        self._log, self._begin = log, log.stat().st_size

    def statements(self):
        text = self._log.read_text(encoding="utf-8")[self._begin :]
        return [Statement(who, said.strip()) for who, said in LOGGED.findall(text)]


@pytest.fixture(params=["sqlite", "postgresql"])
def probed(request, tmp_path):
    """Where a record is to lie, and what tells of the statements there."""
    home = tmp_path / "data"
    if request.param == "sqlite":
        traced = Traced()
        event.listen(Engine, "connect", traced.connected)
        yield {"data_dir": home}, traced
        event.remove(Engine, "connect", traced.connected)
        return
    postgres = request.getfixturevalue("postgres")
    with postgres.database() as url:
        postgres.run(f"ALTER DATABASE {url.rpartition('/')[2]} SET log_statement = 'all'")
        yield {"data_dir": home, "url": url}, Logged(postgres.daemon.home / "log")


@pytest.fixture
def _no_looks(monkeypatch):
    """What looks into the record by the clock does so once, at the start, and not while we send."""
    for timed in ("couriers.LOOK_S", "delays.LOOK_S", "filing_watch.EVERY_S", "parity.EVERY_S"):
        monkeypatch.setattr(f"danmaku.actions.{timed}", HOUR_MS / 1000)


@pytest.fixture
async def site(probed, tmp_path, _no_looks):
    store, _ = probed
    key = tmp_path / "key"
    key.write_bytes(KEY)
    identity = {"document_url": "http://127.0.0.1:1/ask", "key_file": key}
    settings = settings_of(
        store["data_dir"],
        store=store,
        identity=identity,
        admission={"sends_per_s": 1000, "sends_burst": 1000, "waves_held": True},
    )
    bus = LocalBus(Exchange()) if "url" in store else None
    async with running(settings, bus=bus) as site:
        yield site


async def burdened(site):
    """A sender of whom everything is asked that can be, and who may send all the same."""
    person, elsewhere = await site.person("ann"), await site.room()
    account, offices = person.who.account, site.core.offices
    verified = IdentityVerified(account, "document", Strength.DOCUMENT, None)
    await site.core.record.commit(Append(PLATFORM, verified))
    for kind in (DocumentKind.AGREEMENT, DocumentKind.PRIVACY, DocumentKind.CIVILITY):
        await offices.documents.issue(
            None, Document(Edition(kind, 1, Millis(0), is_mandatory=True), WORDS)
        )
        await offices.documents.accept(await site.core.people.known("ann"), kind, 1)
    limit = MeasureDraft(
        step=Step.LIMIT,
        category="other",
        basis="4",
        login="ann",
        lasts_ms=HOUR_MS,
        functions=frozenset({Function.SIZES, Function.COLORS}),
    )
    await offices.measures.take(None, limit)
    for scope, mode in ((elsewhere, ReviewMode.CLOSED), (await site.room(), ReviewMode.EVERY)):
        await offices.controls.set(None, scope=scope, mode=mode, lasts_ms=HOUR_MS, reason="a test")
    return person


async def test_a_comment_is_admitted_without_reading_the_store(site, probed):
    person = await burdened(site)
    room = await site.room(level_min=1, unique=True, modes=frozenset(Mode))
    viewer = await Viewer.join(site.door(room, person))
    await viewer.send("The first one makes a name here.")
    store, probe = probed
    before = len(probe.statements())

    answers = [await viewer.send(text, mode="top") for text in SAID]

    seen = probe.statements()[before:]
    [writer] = {one.who for one in seen if one.text.startswith("INSERT INTO entry")}
    asked = Counter(one.table for one in seen if one.table is not None and one.who == writer)
    assert [answer for answer in answers if answer["op"] != "published"] == []
    assert [one for one in seen if one.table and one.who != writer and not one.follows] == []
    assert asked == dict.fromkeys(COMMIT_ASKS["url" in store], len(SAID))


async def test_who_asks_the_store_is_seen(site, probed):
    await site.core.store.rooms(limit=1)

    assert any(one.table == "room" for one in probed[1].statements())
