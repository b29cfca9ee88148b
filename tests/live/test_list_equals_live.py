"""The crown test: whoever followed live sees exactly what a fresh page shows.

hypothesis chooses the story: who joins when and how, who vanishes and comes back, what is said,
masked, held, refused, approved late, recalled and restored. Nothing in it waits for its turn.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.checker import Batch, Event, Run, check
from bench.client import Viewer
from bench.messages import KINDS
from danmaku.domain.account import Bundle
from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.errors import Refused, Stale
from tests.live.fold import Fold
from tests.live.site import Person, Site

AUTHORS = 3
READERS = 4
SORTS = {
    "plain": "hello {}",
    "chinese": "前方高能 {}",
    "emoji": "👩‍👩‍👧‍👦🎉 {}",
    "masked": "咕噜打码 {}",
    "held": "咕噜待审 {}",
    "refused": "咕噜禁语 {}",
}

readers = st.integers(0, READERS - 1)
some = st.integers(0, 1000)  # taken modulo what there is by then
steps = st.one_of(
    st.tuples(st.just("join"), readers, st.sampled_from(sorted(KINDS)), st.booleans()),
    st.tuples(st.sampled_from(["leave", "drop"]), readers),
    st.tuples(
        st.just("say"),
        st.integers(0, AUTHORS - 1),
        st.sampled_from(sorted(SORTS)),
        st.integers(0, 90_000),
    ),
    st.tuples(st.sampled_from(["recall", "hide", "restore", "approve"]), some),
    st.tuples(st.just("change"), some),
    st.tuples(st.just("wait"), st.integers(0, 60)),
)
stories = st.lists(steps, min_size=10, max_size=60)


@dataclass
class Reader:
    """Somebody with a page open: what it began with, and all that came since."""

    began_with: dict
    events: list[Event] = field(default_factory=list)
    viewer: Viewer | None = None
    kind: str = "json"

    @property
    def position(self) -> int | None:
        return None if self.viewer is None else self.viewer.position

    def shows(self) -> dict:
        fold = Fold()
        fold.items |= self.began_with
        for event in self.events:
            if isinstance(event, Batch):
                fold.apply(event)
        return fold.items


class Story:
    def __init__(self, site: Site, room: RoomId, authors: list[Person], staff: Person) -> None:
        self.site = site
        self.room = room
        self.authors = authors
        self.staff = staff
        self.voices: list[Viewer] = []
        self.readers: dict[int, Reader] = {}
        self.acts: list[asyncio.Task] = []
        self.published: list[tuple[int, int]] = []  # author, number
        self.held: list[int] = []

    async def play(self, story) -> None:
        self.voices = [
            await Viewer.join(self.site.door(self.room, author)) for author in self.authors
        ]
        for n, (name, *words) in enumerate(story):
            await getattr(self, name)(n, *words)
        await asyncio.gather(*self.acts)

    async def join(self, _, name, kind, from_page) -> None:
        if name in self.readers:
            await self._come_back(self.readers[name])
            return
        door = self.site.door(self.room, kind=KINDS[kind])
        if from_page:
            page = await self.site.rendered(self.room)
            viewer = await Viewer.join(door, since=page.upto)
            self.readers[name] = Reader(page.items, viewer.events, viewer, kind)
        else:
            viewer = await Viewer.join(door)
            listed = Fold(await self.site.listed(self.room)).items
            self.readers[name] = Reader(listed, viewer.events, viewer, kind)

    async def _come_back(self, reader: Reader) -> None:
        """With the position it has; a page that is still connected closes first."""
        await reader.viewer.leave()
        before, position = reader.viewer.events, reader.position
        door = self.site.door(self.room, kind=KINDS[reader.kind])
        reader.viewer = await Viewer.join(door, since=position)
        reader.viewer.events[:0] = before
        reader.events = reader.viewer.events

    async def leave(self, _, name) -> None:
        if name in self.readers:
            await self.readers[name].viewer.leave()

    async def drop(self, _, name) -> None:
        if name in self.readers:
            self.readers[name].viewer.drop()

    async def say(self, n, author, sort, position_ms) -> None:
        self._act(self._say(author, SORTS[sort].format(n), position_ms))

    async def _say(self, author, text, position_ms) -> None:
        told = await self.voices[author].send(text, position_ms=position_ms)
        if told["op"] == "published":
            self.published.append((author, told["number"]))
        elif told["op"] == "held":
            self.held.append(told["seq"])

    async def recall(self, _, which) -> None:
        if self.published:
            author, number = self.published[which % len(self.published)]
            self._act(self.voices[author].recall(number))

    async def hide(self, _, which) -> None:
        if self.published:
            number = Number(self.published[which % len(self.published)][1])
            comments = self.site.core.comments
            self._act(comments.recall(self.staff.who, self.room, number, "spam"))

    async def restore(self, _, which) -> None:
        if self.published:
            number = Number(self.published[which % len(self.published)][1])
            self._act(self.site.core.comments.restore(self.staff.who, self.room, number))

    async def approve(self, _, which) -> None:
        if self.held:
            origin = Seq(self.held[which % len(self.held)])
            self._act(self._approve(origin))

    async def _approve(self, origin) -> None:
        entry = await self.site.core.moderation.approve(self.staff.who, self.room, origin)
        self.published.append((0, entry.comment.number))

    async def change(self, n, which) -> None:
        def retitled(state):
            return type(state)(title=f"Title {n} {which}", policy=state.policy)

        self._act(self.site.core.rooms.change(None, self.room, retitled))

    async def wait(self, _, ms) -> None:
        await asyncio.sleep(ms / 1000)

    def _act(self, work) -> None:
        async def acting() -> None:
            # Recalled twice, or changed by too many at once: answers like any other.
            with contextlib.suppress(Refused, Stale):
                await work

        self.acts.append(asyncio.create_task(acting()))

    async def end(self) -> None:
        """Everybody is back and has everything."""
        record = await self.site.record(self.room)
        for reader in self.readers.values():
            if reader.viewer.closed:
                await self._come_back(reader)
            await reader.viewer.reach(max(record.entries))
        for voice in self.voices:
            await voice.reach(max(record.entries))

    async def clear(self) -> None:
        for viewer in [*self.voices, *(reader.viewer for reader in self.readers.values())]:
            await viewer.leave()


def reduced(items) -> dict:
    """What a page for people shows of each row."""
    return {
        number: (item["kind"], item["position_ms"], item.get("text", ""))
        if item["kind"] == "comment"
        else ("marker", item["position_ms"])
        for number, item in items.items()
    }


async def crew_of(site) -> tuple[list[Person], Person]:
    """The same few people in every story."""
    if not hasattr(site, "crew"):
        authors = [await site.person(f"author{n}") for n in range(AUTHORS)]
        site.crew = authors, await site.person("staff", Bundle.REVIEWER)
    return site.crew


@given(story=stories)
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # to shorten a failing story takes longer than to read it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_everybody_who_followed_live_sees_what_a_fresh_page_shows(site, story):
    authors, staff = await crew_of(site)
    play = Story(site, await site.room(), authors, staff)

    await play.play(story)
    await play.end()

    listed = Fold(await site.listed(play.room)).items
    page = await site.rendered(play.room)
    followed = {f"reader {name}": reader for name, reader in play.readers.items()}
    followed |= {f"author {n}": Reader({}, v.events) for n, v in enumerate(play.voices)}
    record = await site.record(play.room)
    assert check(Run(record, {name: reader.events for name, reader in followed.items()})) == []
    assert reduced(listed) == reduced(page.items)
    for name, reader in followed.items():
        assert reduced(reader.shows()) == reduced(listed), name
        if all("number" in item for item in reader.began_with.values()):
            assert reader.shows() == listed, name
    await play.clear()
