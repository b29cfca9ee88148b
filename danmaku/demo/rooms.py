"""What `danmaku serve --demo` puts into the house, and the traffic it plays.

Room `demo` is a broadcast that is on the air; room `film` is a video with comments along its whole
length. Both play our own sample comments as live traffic, through the same admission, filter and
record as anybody's. Texts of the house are samples, and say so. Furnishing twice changes nothing.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from uuid import uuid4

from danmaku.actions.accounts import People
from danmaku.actions.comments import Comments
from danmaku.actions.documents import Documents
from danmaku.actions.identities import Identities
from danmaku.actions.rooms import Rooms
from danmaku.actions.sample_texts import sample_questions, sample_words
from danmaku.actions.training import Training
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.comment import Draft
from danmaku.domain.documents import BEFORE_SENDING, Document, DocumentKind, Edition, Words
from danmaku.domain.ids import AccountId, ClientId, Millis, RoomId
from danmaku.domain.room import RoomKind, RoomState, Status
from danmaku.domain.times import HOUR_MS
from danmaku.errors import Code, Coded, Refused, TooFast, Unavailable
from danmaku.formats.jsonl import line_of

DEMO, FILM = RoomId("demo"), RoomId("film")
MEDIA = Path(__file__).parent / "media"  # served below /media
CLIP_URL = "/media/clip.mp4"
PASSWORD = "danmaku-demo"  # noqa: S105 -- published on purpose; the demo listens on loopback only
BROADCAST_MAX_MS = 6 * HOUR_MS  # an older broadcast is ended and begun anew
AUDIENCE_COUNT = 10  # accounts that play the sample comments; twenty new ones at once are a surge
FIRST_COMMENTS = 60  # played quickly, so that nobody finds an empty room
COMMENTS_MAX = 20_000  # the demo room grows no further
PAUSE_S = 0.9  # between two sample comments
FIRST_PAUSE_S = 0.2

STAFF: tuple[tuple[str, Bundle | None, RoomId | None], ...] = (
    ("ann", None, None),
    ("bob", None, None),
    ("mia", None, None),  # the streamer: owns both rooms
    ("tom", Bundle.MODERATOR, DEMO),
    ("rey", Bundle.REVIEWER, None),
    ("ria", Bundle.REVIEWER, None),
    ("eve", Bundle.CHIEF_EDITOR, None),
    ("ins", Bundle.INSPECTOR, None),
    ("opal", Bundle.OPERATOR, None),
)
"""Ready accounts, their grant and its scope. All have the password PASSWORD."""

_TRAINED = frozenset({Bundle.REVIEWER, Bundle.CHIEF_EDITOR})
MANDATORY = BEFORE_SENDING | {DocumentKind.OPERATOR_CLAUSES}

_NAMES = (
    "星河", "小满", "橙子汽水", "北窗", "一只鲸",
    "Pixel", "Juniper", "Mocha", "Northwind", "Tangerine",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """What makes somebody ready to comment in the demo."""

    people: People
    identities: Identities
    documents: Documents
    training: Training

    async def ready(self, login: str, name: str, password: str | None) -> Standing:
        """An account that is verified, as much as anybody is in a demo, and accepts what binds."""
        people = self.people
        who = await people.known(login) or await people.add(login, name, password)
        if who.identity is None:
            await self.identities.pass_sandbox(who)
        for edition in self.documents.missing(who):
            await self.documents.accept(who, edition.kind, edition.version)
        return await people.standings.freshen(who)


async def furnish(office: Office, rooms: Rooms, now_ms: Millis) -> None:
    """Make sure of the demo's texts, its accounts, all of them ready to comment, and rooms."""
    await _issue_samples(office.documents, now_ms)
    await _issue_questions(office.training)
    people = office.people
    for login, bundle, room in STAFF:
        is_new = await people.known(login) is None
        await office.ready(login, login.capitalize(), PASSWORD)
        if is_new and bundle is not None:
            await people.grant(None, login, bundle, room=room, until_ms=None)
            if bundle in _TRAINED:
                await _train(office, login)
    streamer = await people.known("mia")
    assert streamer is not None
    live = RoomState("弹幕直播间 · Live demo", RoomKind.LIVE, media_url=CLIP_URL)
    film = RoomState("短片 · A short film", RoomKind.VIDEO, media_url=CLIP_URL)
    await _open(rooms, DEMO, live, streamer)
    await _open(rooms, FILM, film, streamer)
    await _put_on_air(rooms, now_ms)


async def _issue_samples(documents: Documents, now_ms: Millis) -> None:
    issued = {edition.kind for edition in documents.editions}
    for kind in DocumentKind:
        if kind not in issued:
            edition = Edition(kind, 1, now_ms, is_mandatory=kind in MANDATORY)
            await documents.issue(None, Document(edition, _marked(sample_words(kind))))


async def _issue_questions(training: Training) -> None:
    """The sample, unless somebody has issued questions already."""
    if not (await training.standing_of(AccountId(0))).is_gated:
        await training.issue(None, sample_questions())


async def _train(office: Office, login: str) -> None:
    """Have somebody take the test as anybody would who knows the answers."""
    who = await office.people.known(login)
    assert who is not None
    questions = await office.training.questions(who)
    answers = [question.right for question in questions.questions]
    await office.training.take(who, questions.version, answers)


def _marked(words: Words) -> Words:
    """A sample that says in its title that it is one."""
    return replace(
        words, title_zh=f"{words.title_zh}（样本）", title_en=f"{words.title_en} (sample)"
    )


async def _open(rooms: Rooms, room: RoomId, state: RoomState, owner: Standing) -> None:
    try:
        await rooms.open(None, room, state, owner=owner.account)
    except Coded as refused:
        if refused.code is not Code.DUPLICATE:
            raise


async def _put_on_air(rooms: Rooms, now_ms: Millis) -> None:
    live = await rooms.live(DEMO)
    if live.state.status is Status.CLOSED:
        return  # somebody has tried that out too: it is for good
    broadcast = live.state.broadcast
    if broadcast is not None and live.state.is_broadcasting:
        if now_ms - broadcast.started_ms < BROADCAST_MAX_MS:
            return
        await rooms.end_broadcast(None, DEMO)
    await rooms.start_broadcast(None, DEMO)


@dataclass(slots=True)
class _Troupe:
    """The audience's accounts, taking turns."""

    comments: Comments
    turns: Iterator[Standing]

    async def say(self, room: RoomId, draft: Draft) -> None:
        """Post one comment; an answer that is not yes is part of the show."""
        try:
            await self.comments.post(next(self.turns), room, draft)
        except TooFast as refused:
            await asyncio.sleep(refused.wait_ms / 1000)
        except (Refused, Unavailable):
            return


async def play(
    office: Office, comments: Comments, rooms: Rooms, viewers: Callable[[RoomId], int]
) -> None:
    """Play sample comments into both rooms, until cancelled."""
    troupe = _Troupe(comments, itertools.cycle(await _audience(office)))
    drafts = _samples()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_fill_film(troupe, rooms, drafts))
        tasks.create_task(_keep_on_air(troupe, rooms, drafts, viewers))


async def _fill_film(troupe: _Troupe, rooms: Rooms, drafts: list[Draft]) -> None:
    """Comments along the whole film, once."""
    if (await rooms.live(FILM)).top > len(drafts) // 2:
        return
    for draft in drafts:
        await troupe.say(FILM, draft)
        await asyncio.sleep(FIRST_PAUSE_S)


async def _keep_on_air(
    troupe: _Troupe, rooms: Rooms, drafts: list[Draft], viewers: Callable[[RoomId], int]
) -> None:
    """The first comments quickly; then one after the other, while somebody watches."""
    for count, draft in enumerate(itertools.cycle(drafts)):
        top = (await rooms.live(DEMO)).top
        is_new = top < FIRST_COMMENTS
        if top < COMMENTS_MAX and (is_new or viewers(DEMO) > 0):
            fresh = ClientId(f"demo-{uuid4().hex}")
            await troupe.say(DEMO, replace(draft, client_id=fresh))
        await asyncio.sleep(FIRST_PAUSE_S if is_new else PAUSE_S * _irregular(count))


def _irregular(count: int) -> float:
    """A factor between 0.4 and 1.6, so that the audience does not speak like a clock."""
    return 0.4 + (count * 7 % 11) / 9


async def _audience(office: Office) -> list[Standing]:
    logins = [f"viewer{index + 1:02}" for index in range(AUDIENCE_COUNT)]
    return [
        await office.ready(login, name, None) for login, name in zip(logins, _NAMES, strict=True)
    ]


def _samples() -> list[Draft]:
    raw = resources.files("danmaku.demo").joinpath("sample_comments.jsonl").read_bytes()
    lines = (line_of(one, place=place) for place, one in enumerate(raw.splitlines(), start=1))
    return [line.draft for line in lines if line is not None]
