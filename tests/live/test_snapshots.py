"""A snapshot and what came since make a fresh snapshot: for every kind of act, cut after each."""

import asyncio
from dataclasses import replace

from bench.checker import Batch, Run, check
from bench.client import Viewer
from danmaku.actions.bulk_recalls import BulkDraft
from danmaku.domain.account import Bundle
from danmaku.domain.ids import Number, Seq
from danmaku.domain.room import ReviewMode, Status
from danmaku.domain.rule_facts import ScanPhase
from tests.live.fold import Fold
from tests.patience import PATIENCE_S

DELAY_MS = 1_000


class Snapshot:
    """A page as it was at one moment, and what it hears from then on.

    Attributes:
        items: What was listed.
        state: The room's.
        viewer: Who follows from that moment on.
    """

    def __init__(self, viewer, listed):
        self.viewer = viewer
        self.items = Fold(listed).items
        self.state = viewer.welcome["state"]

    @classmethod
    async def of(cls, site, room):
        viewer = await Viewer.join(site.door(room))
        return cls(viewer, await site.listed(room))

    def followed(self, events):
        """What it shows once it has heard these."""
        fold, state = Fold(), self.state
        fold.items |= self.items
        for batch in (one for one in events if isinstance(one, Batch)):
            fold.apply(batch)
            for entry in batch.entries:
                state = entry["state"] if entry["kind"] == "room" else state
        return fold.items, state


class Story:
    """Every kind of act that changes what is shown, one after another."""

    def __init__(self, site, room, ann, eve, rey):
        self._site = site
        self._room = room
        self._ann = ann
        self._eve = eve
        self._rey = rey

    async def acts(self):
        """Does one, and stops to be looked at."""
        core, room, rey = self._site.core, self._room, self._rey.who
        for text in ("hello", "咕噜打码", "again", "and again"):
            yield await self._ann.send(text)
        yield await self._eve.send("from one who leaves")
        held = [await self._ann.send(f"咕噜待审 {n}") for n in range(2)]
        yield await core.moderation.approve(rey, room, Seq(held[0]["seq"]))
        yield await core.moderation.reject(rey, room, Seq(held[1]["seq"]), "spam")
        yield await self._ann.recall(1)
        yield await core.comments.recall(rey, room, Number(2), "spam")
        yield await core.comments.restore(rey, room, Number(2))
        yield await self._change(title="Another title")
        yield await self._change(status=Status.PAUSED)
        yield await self._change(status=Status.OPEN)
        yield await self._delayed()
        yield await self._recalled_in_bulk()
        yield await core.offices.privacy.leaving.close(await core.people.known("eve"), login="eve")

    async def _change(self, **fields):
        await self._site.core.rooms.change(None, self._room, lambda state: replace(state, **fields))

    async def _recalled_in_bulk(self):
        """What Ann has said and is still shown, at once; each a recall of its own."""
        recalls, rey = self._site.core.rule_office.recalls, self._rey.who
        preview = await recalls.preview(rey, BulkDraft("flood", "a flood", login="ann"))
        assert preview.picked.comments > 1
        await recalls.execute(rey, preview.scan)
        async with asyncio.timeout(PATIENCE_S):
            while (await recalls.one(rey, preview.scan)).phase is not ScanPhase.ENDED:  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # nobody is told but who looks

    async def _delayed(self):
        policy = {"mode": ReviewMode.DELAYED, "delay_ms": DELAY_MS}
        await self._site.core.rooms.change(
            None, self._room, lambda state: replace(state, policy=replace(state.policy, **policy))
        )
        told = await self._ann.send("some seconds later")
        assert told["op"] == "held"
        await self._ann.reach(told["seq"] + 1)


async def test_every_snapshot_and_what_came_since_make_a_fresh_one(site):
    room = await site.room()
    ann, eve = [
        await Viewer.join(site.door(room, await site.person(login))) for login in ("ann", "eve")
    ]
    rey = await site.person("rey", Bundle.REVIEWER)
    acts = Story(site, room, ann, eve, rey).acts()
    snapshots = [
        await Snapshot.of(site, room),
        *[await Snapshot.of(site, room) async for _ in acts],
    ]

    fresh = snapshots[-1]
    record = await site.record(room)
    for snapshot in snapshots:
        await snapshot.viewer.reach(max(record.entries))
        late = await Viewer.join(site.door(room), since=snapshot.viewer.welcome["top"])
        await late.reach(max(record.entries))

        assert snapshot.followed(snapshot.viewer.events) == (fresh.items, fresh.state)
        assert snapshot.followed(late.events) == (fresh.items, fresh.state)
        assert check(Run(record, {"live": snapshot.viewer.events, "late": late.events})) == []
    heard = [one for one in snapshots[0].viewer.events if isinstance(one, Batch)]
    kinds = {entry["kind"] for batch in heard for entry in batch.entries}
    assert kinds == {"comment", "recall", "restore", "room"}
