from dataclasses import dataclass, field
from random import Random
from time import monotonic_ns

import pytest

from bench.checker import Batch
from bench.client import Door
from bench.senders import Pace, Senders, last_answers, plan_of

HERE = Door("here:1", "r")
PACES = [Pace(per_s=50, seconds=4), Pace(per_s=200, seconds=4)]


def planned(seed):
    return plan_of(Random(seed), PACES, senders=3)  # noqa: S311 -- no secret depends on it


@dataclass
class Seat:
    """What a sender says goes into a list."""

    door: Door = HERE
    is_gone: bool = False
    said: list = field(default_factory=list)

    def say(self, message):
        self.said.append(message)


def published(seat, n=-1):
    client_id = seat.said[n]["id"]
    return {"op": "published", "id": client_id, "number": 1, "seq": 7}


def test_one_seed_gives_one_plan():
    assert planned(1) == planned(1)
    assert planned(1) != planned(2)


def test_comments_come_in_order_at_each_pace_and_all_take_turns():
    plan = planned(1)

    moments = [item.after_ns for item in plan]
    assert moments == sorted(moments)
    slow = sum(moment < 4e9 for moment in moments)
    assert 150 < slow < 250
    assert 700 < len(plan) - slow < 900
    assert moments[-1] < 8e9
    assert [item.sender for item in plan[:4]] == [0, 1, 2, 0]


async def test_a_late_plan_counts_from_its_planned_moments():
    senders, seat = Senders("b", "text {}"), Seat()
    began_ns = monotonic_ns() - 10**12

    await senders.run(planned(1)[:5], [seat] * 3, began_ns)

    assert [message["text"] for message in seat.said] == [f"text {n}" for n in range(5)]
    dues = [senders.due_ns[f"text {n}"] for n in range(5)]
    assert dues == [began_ns + item.after_ns for item in planned(1)[:5]]


def test_answers_find_their_sends_and_the_top():
    senders, seat = Senders("b", "text {}"), Seat()
    senders.send(seat, 1)
    senders.send(seat, 2)

    senders.hear(seat, published(seat))
    senders.hear(seat, {"op": "published", "id": "of-others", "number": 1, "seq": 9})

    assert senders.answered_count == 1
    assert senders.tops == {"r": 7}
    assert last_answers(senders.sends.values()) == {"none": 1, "published": 1}


def test_what_was_not_answered_when_the_socket_went_is_unknown():
    senders, gone, there = Senders("a", "text {}"), Seat(is_gone=True), Seat()
    for seat in (gone, gone, there):
        senders.send(seat, 1)
    senders.hear(gone, published(gone, 0))

    senders.give_up_on_lost()

    assert last_answers(senders.sends.values()) == {"none": 1, "published": 1, "unknown": 1}


async def test_a_window_stays_full_while_it_lasts():
    senders, ann, ben = Senders("b", "text {}"), Seat(), Seat()
    await senders.fill([ann, ben], in_flight=3, until_ns=monotonic_ns())
    assert (len(ann.said), len(ben.said)) == (2, 1)
    back = Batch(0, 2, ({"kind": "comment", "text": "text 0"}, {"kind": "room"}))

    senders.see(ben, back)
    senders.see(ann, back)
    assert len(ann.said) == 2  # its time is over

    senders._full_until_ns = monotonic_ns() + 10**12
    senders.see(ann, Batch(2, 3, ({"kind": "comment", "text": "text 2"},)))
    assert [message["text"] for message in ann.said] == ["text 0", "text 2", "text 3"]


def test_sends_are_told_apart_by_room():
    senders = Senders("b", "text {}")
    for room in ("one", "two", "one"):
        senders.send(Seat(Door("here:1", room)), 1)

    rooms = {room: [send.text for send in sends] for room, sends in senders.by_room().items()}

    assert rooms == {"one": ["text 0", "text 2"], "two": ["text 1"]}


@pytest.mark.parametrize("text", ["text {}", "{:08}"])
def test_no_two_comments_say_the_same(text):
    senders, seat = Senders("b", text), Seat()

    texts = {senders.send(seat, 1) for _ in range(100)}

    assert len(texts) == 100
