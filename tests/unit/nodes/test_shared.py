import asyncio
import random

import pytest

from danmaku.domain.facts import RoomChanged
from danmaku.domain.ids import PLATFORM, Seq
from danmaku.domain.room import RoomState
from danmaku.errors import Stale, StoreDown, Unknown
from danmaku.nodes import shared
from danmaku.nodes.bus import HOUSE, channel_of
from danmaku.nodes.messages import Committed, encode
from tests.contract.facts import BEN, DEMO, granted, in_demo, on_platform, published, recalled
from tests.unit.nodes.house import holds


def changed(title, version):
    return in_demo(RoomChanged(None, RoomState(title=title)), room_version=Seq(version))


async def test_what_one_node_writes_all_announce_in_the_order_of_the_record(pair):
    async def write(node, name):
        for number in range(40):
            entries = await node.record.commit(in_demo(published(f"{name}{number}")))
            assert node.seqs(DEMO)[-1] >= entries[0].seq  # announced before it is answered

    await asyncio.gather(*(write(node, name) for node, name in zip(pair, "ab", strict=True)))

    for node in pair:
        await holds(lambda node=node: len(node.seqs(DEMO)) == 80)
        assert node.seqs(DEMO) == [*range(2, 82)]
        assert len(node.foreign) == 40


async def test_a_bus_that_loses_doubles_and_delays_costs_reads_and_no_entry(pair):
    chance = random.Random(7)  # noqa: S311 -- nothing to guess here
    loop = asyncio.get_running_loop()
    for node in pair:

        def disturbed(message, node=node):
            for _ in range(chance.choice((0, 1, 2))):
                loop.call_later(chance.random() / 20, node.circle._hear, message)
            return chance.random() < 0.3

        node.bus.brings = disturbed

    async def write(node, name):
        for number in range(40):
            await node.record.commit(in_demo(published(f"{name}{number}")))

    await asyncio.gather(*(write(node, name) for node, name in zip(pair, "ab", strict=True)))

    for node in pair:
        await node.record._confirm()
        assert node.seqs(DEMO) == [*range(2, 82)]
    assert sum(node.desk.reads for node in pair) > 0


async def test_a_last_message_that_was_lost_is_found_by_asking(pair, monkeypatch):
    monkeypatch.setattr(shared, "POLL_S", 0.01)
    one, two = pair
    two.bus.brings = lambda _message: False

    await one.record.commit(in_demo(published("a")))

    await holds(lambda: two.seqs(DEMO) == [2])


async def test_with_the_bus_down_the_record_is_asked_more_often(pair):
    one, two = pair
    one.bus.is_cut = two.bus.is_cut = True
    await asyncio.sleep(shared.POLL_S)  # the sleep that had begun with the bus up

    await one.record.commit(in_demo(published("a")))
    await two.record.commit(in_demo(published("b")))

    await holds(lambda: one.seqs(DEMO) == two.seqs(DEMO) == [2, 3])


async def test_entries_of_the_platform_are_read_from_the_record(pair):
    one, two = pair

    await one.record.commit(on_platform(granted(holder=BEN)))

    await holds(lambda: two.seqs(PLATFORM) == [3])
    assert two.announced[-1].fact.holder == BEN


async def test_who_was_stale_has_caught_up_when_told_so(pair):
    one, two = pair
    two.bus.brings = lambda _message: False
    await one.record.commit(changed("new", version=1))

    with pytest.raises(Stale):
        await two.record.commit(changed("other", version=1))

    assert two.seqs(DEMO) == [2]
    await two.record.commit(changed("other", version=2))


async def test_own_entries_wait_behind_a_hole_until_the_record_is_read(pair):
    one, two = pair
    two.bus.brings = lambda _message: False
    await one.record.commit(in_demo(published("a")))

    await two.record.commit(in_demo(published("b")))

    assert two.seqs(DEMO) == [2, 3]
    assert [entry.seq for entry in two.foreign] == [2]


async def test_an_entry_that_cannot_be_shown_in_time_is_unknown_to_its_sender(pair, monkeypatch):
    monkeypatch.setattr(shared, "ANNOUNCED_S", 0.05)
    one, two = pair
    two.bus.brings = lambda _message: False
    await one.record.commit(in_demo(published("a")))
    sound, two.desk.recorded = two.desk.recorded, lambda *_, **__: asyncio.sleep(3600)

    with pytest.raises(Unknown):
        await two.record.commit(in_demo(published("b")))

    two.desk.recorded = sound


async def test_what_is_not_recorded_is_not_believed(pair):
    one, two = pair
    lie = Committed(DEMO, Seq(1), Seq(900))

    one.circle.say(lie, HOUSE)

    await holds(lambda: two.desk.reads > 0)
    await one.record.commit(in_demo(published("a")))
    await holds(lambda: two.seqs(DEMO) == [2])
    assert not two.record._followed._chains[DEMO].sequence.has_hole


async def test_nodes_of_another_record_are_not_heard(pair):
    _one, two = pair
    two.circle._hear(encode("another", "n", Committed(DEMO, Seq(1), Seq(2))))

    [foreign] = [
        sample.value
        for metric in two.telemetry.bus_messages.collect()
        for sample in metric.samples
        if sample.labels == {"outcome": "foreign"} and sample.name.endswith("_total")
    ]
    assert foreign == 1


# --- following


async def test_a_room_that_nobody_wants_is_followed_no_more(pair):
    one, two = pair
    two.record.keep_while(lambda room: room != DEMO)
    await two.record._followed.drop_unwanted()

    await one.record.commit(in_demo(published("a")))
    await one.record.commit(on_platform(granted()))
    await holds(lambda: two.seqs(PLATFORM) == [3])
    assert two.seqs(DEMO) == []

    await two.record.follow(DEMO)
    await one.record.commit(in_demo(published("b")))
    await holds(lambda: two.seqs(DEMO) == [3])


async def test_what_is_written_while_the_top_is_read_is_not_missed(world):
    one, two = world.node(), world.node()
    await one.record.open()
    await one.record.follow(DEMO)
    sound = two.desk.tops
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def slow(chains):
        tops = await sound(chains)
        begun.set()
        await let_go.wait()
        return tops

    two.desk.tops = slow
    following = [asyncio.create_task(two.record.follow(DEMO)) for _ in range(2)]
    await begun.wait()
    await one.record.commit(in_demo(published("a")))
    await two.record.commit(in_demo(published("b")))
    let_go.set()
    await asyncio.gather(*following)

    assert two.seqs(DEMO) == [2, 3]
    assert [entry.seq for entry in two.foreign] == [2]


async def test_a_room_that_cannot_be_read_is_not_followed(world):
    node = world.node()
    node.desk.is_down = True
    with pytest.raises(StoreDown):
        await node.record.follow(DEMO)
    assert not node.record._followed.knows(DEMO)
    assert channel_of(DEMO) not in node.bus._channels

    node.desk.is_down = False
    await node.record.follow(DEMO)
    assert node.record._followed.knows(DEMO)


# --- the fence


def asleep(node, seconds):
    node.clock.now_s += seconds


async def test_a_node_that_slept_lets_nobody_look_and_catches_up_before_it_writes(world):
    one, two = world.node(), world.node()
    for node in (one, two):
        await node.record.open()
        await node.record.follow(DEMO)
    fenced = []
    two.record.when_fenced(lambda: fenced.append(two.seqs(DEMO)))
    two.bus.is_cut = True
    await one.record.commit(in_demo(published("a")))
    await one.record.commit(in_demo(recalled(1)))
    asleep(two, 40)

    assert not two.record.is_in_step
    await two.record.commit(in_demo(published("b")))

    assert fenced == [[]]
    assert two.seqs(DEMO) == [2, 3, 4]
    assert two.record.is_in_step


async def test_a_node_that_slept_and_cannot_ask_writes_nothing(world):
    node = world.node()
    await node.record.open()
    await node.record.follow(DEMO)
    asleep(node, 40)
    written, node.desk.tops = node.desk.tops, lambda _chains: asyncio.sleep(3600)

    with pytest.raises(StoreDown):
        await node.record.commit(in_demo(published("a")))

    assert world.log[DEMO][-1].seq == 1
    node.desk.tops = written


async def test_all_who_write_to_a_node_that_slept_wait_for_one_question(world):
    node = world.node()
    await node.record.open()
    await node.record.follow(DEMO)
    asleep(node, 40)
    sound, asked = node.desk.tops, []

    async def counted(chains):
        asked.append(chains)
        return await sound(chains)

    node.desk.tops = counted

    await asyncio.gather(*(node.record.commit(in_demo(published(f"{n}"))) for n in range(20)))

    assert len(asked) == 1


async def test_silence_of_bus_and_record_closes_the_fence(pair):
    _one, two = pair
    fenced = []
    two.record.when_fenced(lambda: fenced.append(True))
    two.bus.is_cut = two.desk.is_down = True
    for _ in range(30):
        asleep(two, 0.25)
        two.record._look_once()
    assert fenced == [True]
    assert not two.record.is_in_step

    two.desk.is_down = False
    await holds(lambda: two.record.is_in_step)


async def test_word_from_the_bus_keeps_it_open_while_the_record_is_away(pair):
    one, two = pair
    two.desk.is_down = True
    for _ in range(30):
        asleep(two, 0.25)
        one.neighbours._tell_counts()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        two.record._look_once()
    assert two.record.is_in_step


# --- between neighbours


async def test_every_other_node_says_that_a_recall_is_applied(pair):
    one, two = pair
    await holds(lambda: one.neighbours._presence.nodes)
    await one.record.commit(in_demo(published("a")))

    await one.record.commit(in_demo(recalled(1)))

    await holds(lambda: not one.neighbours._recalls._waiting)
    assert two.seqs(DEMO) == [2, 3]
    [count] = [
        sample.value
        for metric in one.telemetry.recall_reach_seconds.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    ]
    assert count == 1


async def test_a_node_that_does_not_say_so_is_named(pair):
    one, two = pair
    await holds(lambda: one.neighbours._presence.nodes)
    two.bus.brings = lambda _message: False
    await one.record.commit(in_demo(published("a")))
    await one.record.commit(in_demo(recalled(1)))

    asleep(one, 1.5)
    one.neighbours._look()

    [missed] = [
        sample.value
        for metric in one.telemetry.recalls_missed.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    ]
    assert missed == 1


async def test_viewers_and_ended_sessions_are_told_to_the_others(pair):
    one, two = pair
    counted, ended = [], []
    two.neighbours.join(count=dict, note_counts=counted.append, note_ended=ended.append)
    one.neighbours.join(
        count=lambda: {DEMO: 3}, note_counts=lambda _rooms: None, note_ended=ended.append
    )

    one.neighbours._tell_counts()
    one.neighbours.tell_ended(BEN)

    await holds(lambda: two.neighbours.elsewhere(DEMO) == 3 and ended == [BEN])
    assert {DEMO} in counted
    assert one.neighbours.elsewhere(DEMO) == 0
