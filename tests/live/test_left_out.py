"""A rush in a brown-out: not all of it is shown live, each viewer knows how much, none is lost."""

import asyncio

import pytest

from bench.checker import Batch, Law, Own, Run, check
from bench.client import Viewer
from bench.messages import KINDS
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from tests.live.site import FAST, running, settings_of

SHOWN_PER_S = 10
RUSH = 200


def busy(folder, *, level=2, shown_per_s=SHOWN_PER_S):
    gateway = FAST["gateway"] | {"shown_per_s": shown_per_s}
    return settings_of(folder / "data", gateway=gateway, brownout={"forced_level": level})


async def rush(site, room, person):
    comments = site.core.comments
    drafts = [Draft(ClientId(f"r-{n}"), f"comment {n}") for n in range(RUSH)]
    return await asyncio.gather(*(comments.post(person.who, room, draft) for draft in drafts))


def left_out_of(viewer):
    return sum(event.left_out for event in viewer.events if isinstance(event, Batch))


def shown_to(viewer):
    batches = [event for event in viewer.events if isinstance(event, Batch)]
    return {entry["seq"] for batch in batches for entry in batch.entries}


async def test_a_rush_is_thinned_alike_for_all_and_nothing_of_it_is_lost(tmp_path):
    async with running(busy(tmp_path)) as site:
        room, ben = await site.room(), await site.person("ben")
        viewers = {
            name: await Viewer.join(site.door(room, kind=kind)) for name, kind in KINDS.items()
        }
        entries = await rush(site, room, ben)
        for viewer in viewers.values():
            await viewer.reach(entries[-1].seq)
        returned = await Viewer.join(site.door(room), since=0)
        await returned.reach(entries[-1].seq)

        record = await site.record(room)
        events = {name: viewer.events for name, viewer in viewers.items()}
        assert check(Run(record, events | {"returned": returned.events})) == []
        [left_out] = {left_out_of(viewer) for viewer in viewers.values()}
        assert SHOWN_PER_S <= RUSH - left_out < RUSH / 2
        assert len({frozenset(shown_to(viewer)) for viewer in viewers.values()}) == 1
        assert left_out_of(returned) == 0
        assert {entry.seq for entry in entries} <= shown_to(returned)


async def test_an_author_is_shown_what_others_are_not_and_everybody_learns_that_it_is_recalled(
    tmp_path,
):
    async with running(busy(tmp_path, shown_per_s=1)) as site:  # a slow machine rushes, too
        room, ann, ben = await site.room(), await site.person("ann"), await site.person("ben")
        at_home, away = [await Viewer.join(site.door(room, person=ann)) for _ in range(2)]
        guest = await Viewer.join(site.door(room))
        rushing = asyncio.create_task(rush(site, room, ben))
        answers = [await at_home.send(f"mine {n}") for n in range(30)]
        top = (await rushing)[-1].seq
        recalled = await at_home.recall(answers[-1]["number"])
        for viewer in (at_home, away, guest):
            await viewer.reach(max(top, recalled["seq"]))

        mine = {answer["seq"] for answer in answers}
        events = {"at home": at_home.events, "away": away.events, "guest": guest.events}
        assert check(Run(await site.record(room), events)) == []
        for viewer in (at_home, away):
            own = {event.entry["seq"] for event in viewer.events if isinstance(event, Own)}
            assert own | (shown_to(viewer) & mine) == mine
            # What is recalled before its batch goes stands in it, for all, without its text.
            assert own - {answers[-1]["seq"]} == mine - {answers[-1]["seq"]} - shown_to(guest)
            assert own
        assert not any(isinstance(event, Own) for event in guest.events)
        assert recalled["seq"] in shown_to(guest)


@pytest.mark.parametrize("level", [0, 1])
async def test_below_its_level_everything_is_shown(tmp_path, level):
    async with running(busy(tmp_path, level=level)) as site:
        room, ben = await site.room(), await site.person("ben")
        viewer = await Viewer.join(site.door(room))
        entries = await rush(site, room, ben)
        await viewer.reach(entries[-1].seq)

        assert left_out_of(viewer) == 0
        assert {entry.seq for entry in entries} <= shown_to(viewer)


async def test_without_its_setting_everything_is_shown_at_every_level(tmp_path):
    async with running(settings_of(tmp_path / "data", brownout={"forced_level": 2})) as site:
        room, ben = await site.room(), await site.person("ben")
        viewer = await Viewer.join(site.door(room))
        entries = await rush(site, room, ben)
        await viewer.reach(entries[-1].seq)

        assert left_out_of(viewer) == 0


class SaysNothingOfIt(JsonDialect):
    """Leaves out what all leave out, and keeps quiet about it."""

    def batch(self, op, after, upto, parts, lacks=0):  # noqa: ARG002
        return super().batch(op, after, upto, parts)


class LeavesOutOthers(JsonDialect):
    """Those who speak it are shown one comment less of each batch than all others are."""

    def batch(self, op, after, upto, parts, lacks=0):
        is_less = lacks > 0 and len(parts) > 0
        return super().batch(op, after, upto, parts[is_less:], lacks + is_less)


@pytest.mark.parametrize(
    ("faulty", "law"),
    [(SaysNothingOfIt(), Law.RECORDED_NOT_SEEN), (LeavesOutOthers(), Law.LEFT_OUT_UNEVENLY)],
    ids=lambda faulty: type(faulty).__name__,
)
async def test_a_server_that_thins_dishonestly_is_caught(tmp_path, faulty, law):
    async with running(busy(tmp_path)) as site:
        site.server._gateway.dialects[faulty.subprotocol] = faulty
        room, ben = await site.room(), await site.person("ben")
        viewers = {
            name: await Viewer.join(site.door(room, kind=KINDS[name])) for name in ("json", "rows")
        }
        entries = await rush(site, room, ben)
        for viewer in viewers.values():
            await viewer.reach(entries[-1].seq)

        events = {name: viewer.events for name, viewer in viewers.items()}
        found = check(Run(await site.record(room), events))
        assert {finding.law for finding in found} == {law}
