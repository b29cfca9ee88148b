"""A log with one fault at one viewer must lead to a finding: nothing on the way may lose it."""

import msgpack
import numpy as np
import orjson
import pytest

from bench.audience import Log, Payload
from bench.checker import Batch, Joined, Law, Record, Reset, Run, check
from bench.frames import BINARY, FIN, TEXT
from bench.messages import KINDS
from bench.seating import Place, Return
from bench.views import Views

ROOM = {"kind": "room", "seq": 1, "state": {}}
JSON, MSGPACK = Place(KINDS["json"], "r"), Place(KINDS["msgpack"], "r")
NOBODY = np.zeros(4, np.bool_)


def comment(seq):
    return {"kind": "comment", "seq": seq, "number": seq - 1, "text": f"text {seq}"}


RECORD = Record.of([ROOM, comment(2), comment(3), comment(4)])


def welcome(top=1, viewers=1):
    return {"op": "welcome", "top": top, "epoch": "e", "viewers": viewers}


def entries(after, *seqs):
    return {
        "op": "entries",
        "after": after,
        "upto": seqs[-1],
        "entries": [comment(s) for s in seqs],
    }


FOLLOWED = [welcome(), entries(1, 2), entries(2, 3), entries(3, 4)]


def log_of(*rows, places):
    """Rows are viewer, message and moment; payloads are kept once, as an audience keeps them."""
    log, known = Log(), {}
    for viewer, message, at_ns in rows:
        is_text = places[viewer].kind is KINDS["json"]
        data = orjson.dumps(message) if is_text else msgpack.packb(message)
        payload = Payload(FIN | (TEXT if is_text else BINARY), data)
        if payload not in known:
            known[payload] = len(log.contents)
            log.contents.append(payload)
        log.viewers.append(viewer)
        log.payloads.append(known[payload])
        log.at_ns.append(at_ns)
    return log


def views_of(*stories, places=(JSON, JSON, MSGPACK, MSGPACK), returns=None):
    """What each viewer heard, one after the other; moments count up."""
    rows = [
        (viewer, message, moment * 10 + viewer)
        for viewer, story in enumerate(stories)
        for moment, message in enumerate(story)
    ]
    rows.sort(key=lambda row: row[2])
    return Views(log_of(*rows, places=places), places, returns or {})


def laws_of(views):
    return {finding.law for finding in check(Run(RECORD, views.by_room()["r"]))}


def test_viewers_who_saw_the_same_in_any_dialect_are_judged_once():
    views = views_of(*[FOLLOWED] * 4)

    [(name, events)] = views.by_room()["r"].items()

    assert name == "viewer 0 and 3 like it"
    assert events[0] == Joined(None, 1)
    assert [(b.after, b.upto) for b in events[1:]] == [(1, 2), (2, 3), (3, 4)]
    assert laws_of(views) == set()


FAULTS = {
    "one is lost": (Law.HOLE, [*FOLLOWED[:2], FOLLOWED[3]]),
    "one comes twice": (Law.DOUBLE, [*FOLLOWED[:3], FOLLOWED[2], FOLLOWED[3]]),
    "two change places": (Law.HOLE, [FOLLOWED[0], FOLLOWED[2], FOLLOWED[1], FOLLOWED[3]]),
    "the last is missing": (Law.BEHIND, FOLLOWED[:3]),
    "one is not what was written": (
        Law.CONTENT,
        [*FOLLOWED[:3], entries(3, 4) | {"entries": [comment(4) | {"text": "?"}]}],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("viewer", range(4))
def test_a_fault_at_one_viewer_of_many_is_found(fault, viewer):
    law, story = FAULTS[fault]
    stories = [FOLLOWED] * 4
    stories[viewer] = story

    assert law in laws_of(views_of(*stories))


def test_messages_that_are_no_part_of_the_record_are_passed_over():
    told = [FOLLOWED[0], {"op": "viewers", "count": 3}, *FOLLOWED[1:], {"op": "pong"}]

    assert laws_of(views_of(told, FOLLOWED)) == set()


def test_who_came_back_goes_on_from_what_it_had():
    back = [*FOLLOWED[:2], welcome(top=4), entries(2, 3, 4)]

    views = views_of(FOLLOWED, back, returns={1: [Return(2, "e")]})

    assert views.events_of(1)[2] == Joined(2, 4)
    assert laws_of(views) == set()
    assert Law.HOLE in laws_of(views_of(FOLLOWED, back, returns={1: [Return(1, "e")]}))


@pytest.mark.parametrize(
    ("story", "position"),
    [
        (FOLLOWED[:3], 3),
        (FOLLOWED[:1], 1),
        ([*FOLLOWED[:2], {"op": "reset", "top": 9, "epoch": "f", "reason": "epoch"}], 9),
        ([], 0),
    ],
)
def test_a_position_is_what_a_viewer_has(story, position):
    views = views_of(FOLLOWED, story)

    assert views.position_of(1) == position
    assert views.epoch == "e"


def test_a_position_after_a_return_without_news_is_the_old_one():
    views = views_of([*FOLLOWED[:2], welcome(top=4)], returns={0: [Return(2, "e")]})

    assert views.position_of(0) == 2


def test_a_reset_is_an_event():
    reset = {"op": "reset", "top": 9, "epoch": "f", "reason": "epoch"}

    assert views_of([welcome(), reset]).events_of(0) == [Joined(None, 1), Reset(9)]


def test_rooms_are_told_apart():
    places = (JSON, Place(KINDS["json"], "other"))

    rooms = views_of(FOLLOWED, FOLLOWED[:1], places=places).by_room()

    assert {room: list(views) for room, views in rooms.items()} == {
        "r": ["viewer 0 and 0 like it"],
        "other": ["viewer 1 and 0 like it"],
    }


def test_receipts_of_one_batch_are_gathered_and_those_of_the_disturbed_kept_apart():
    disturbed = np.array([True, False, False, False])

    steady, apart = [], []
    for delivery in views_of(*[FOLLOWED[:2]] * 4).deliveries(disturbed=disturbed):
        (apart if delivery.is_disturbed else steady).append(delivery)

    assert [list(delivery.at_ns) for delivery in steady] == [[11, 12, 13]]
    assert [list(delivery.at_ns) for delivery in apart] == [[10]]
    assert steady[0].batch is apart[0].batch
    assert steady[0].comments_count == 1


def test_a_skipped_range_is_a_batch_that_says_so():
    skipped = {"op": "skipped", "after": 1, "upto": 4, "entries": []}

    [_, batch] = views_of([welcome(), skipped]).events_of(0)

    assert isinstance(batch, Batch)
    assert batch.skipped


def test_an_empty_log_says_nothing():
    views = Views(Log(), [JSON], {})

    assert views.events_of(0) == []
    assert list(views.deliveries(disturbed=NOBODY)) == []


def test_a_payload_in_the_wrong_dialect_is_not_taken():
    log = log_of((0, welcome(), 1), places=[MSGPACK])

    with pytest.raises(ValueError, match="UTF-8"):
        Views(log, [JSON], {})
