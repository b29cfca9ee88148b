import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.config import StoreSettings
from danmaku.domain.account import Bundle
from danmaku.domain.comment import CommentStatus
from danmaku.domain.facts import Hit, RoomChanged
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.live import cluster_in
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.domain.views import view_of
from danmaku.nodes import messages
from danmaku.nodes.messages import (
    Applied,
    Committed,
    ForeignError,
    Present,
    Recalled,
    SessionsEnded,
    committed,
    decode,
    encode,
    entries_of,
    opening,
)
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import (
    BEN,
    DEMO,
    SECRET,
    VERDICT,
    granted,
    held,
    in_demo,
    issued,
    liked,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    restored,
    words_set,
)
from tests.unit.nodes.entries import changed

EPOCH, NODE = "e1", "n1"


async def recorded(tmp_path, *facts):
    """The entries that a real record makes of facts about a room."""
    ticks, announced = itertools.count(1_000), []
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: Millis(next(ticks)))
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(registered("Ben")))
    store.subscribe(announced.extend)
    for fact in facts:
        await store.commit(in_demo(fact))
    await store.close()
    return announced


def travelled(entries):
    """What arrives of entries, and the bytes they travelled in."""
    raw = [encode(EPOCH, NODE, said) for said in committed(entries)]
    arrived = [entry for one in raw for entry in entries_of(decode(one, EPOCH).said)]
    return arrived, b"".join(raw)


async def test_others_can_show_and_apply_what_travels(tmp_path):
    state = RoomState(title="Slow", policy=RoomPolicy(slow_ms=5_000))
    sent = await recorded(
        tmp_path,
        opened(),
        published("a", text="for everybody"),
        held("b", author=BEN),
        refused("c", author=BEN),
        published("b", origin=Seq(3)),
        recalled(1, category="spoiler"),
        restored(1),
        liked(1),
        liked(1, stands=False),
        RoomChanged(None, state),
    )

    arrived, _ = travelled(sent)

    assert [view_of(entry) for entry in arrived] == [view_of(entry) for entry in sent]
    assert [(e.chain, e.seq, e.at_ms, e.account) for e in arrived] == [
        (e.chain, e.seq, e.at_ms, e.account) for e in sent
    ]
    assert [type(entry.fact) for entry in arrived] == [type(entry.fact) for entry in sent]
    assert arrived[-1].fact.state.policy.slow_ms == 5_000
    assert arrived[3].fact.author == BEN
    assert arrived[4].fact.origin == 3
    assert [entry.fact for entry in arrived[7:9]] == [entry.fact for entry in sent[7:9]]
    assert [entry.fact.likes for entry in arrived[7:9]] == [1, 0]


async def test_what_a_campaign_is_called_travels_and_what_it_said_does_not(tmp_path):
    campaign = held(author=BEN)
    hit = Hit("cluster-7", "flood", "hold", 0, 3)
    sent = await recorded(
        tmp_path, opened(), replace(campaign, verdict=replace(VERDICT, hits=(hit,)))
    )

    arrived, raw = travelled(sent)

    assert cluster_in(arrived[1].fact.verdict) == "cluster-7"
    assert SECRET.encode() not in raw


async def test_nothing_sealed_travels(tmp_path):
    sent = await recorded(
        tmp_path,
        opened(),
        held("planted-id", author=BEN),
        refused("planted-id-2", author=BEN),
        published("planted-id-3", text="planted: recalled later"),
        recalled(1),
    )
    sent = [entry for entry in sent if not (entry.comment and entry.seq == 4)]

    arrived, raw = travelled(sent)

    assert len(arrived) == len(sent)
    assert SECRET.encode() not in raw
    assert b"planted" not in raw
    assert b"abuse" not in raw
    assert arrived[-1].comment.status is CommentStatus.RECALLED


async def test_of_the_platform_only_the_numbers_travel(tmp_path):
    ticks, announced = itertools.count(1_000), []
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: Millis(next(ticks)))
    store.subscribe(announced.extend)
    await store.commit(on_platform(registered("Ann")), on_platform(granted(bundle=Bundle.VIEWER)))
    await store.commit(on_platform(issued(digest=b"planted")))
    await store.commit(in_demo(opened()))
    await store.commit(on_platform(reported(text="planted")))
    await store.close()

    told = list(committed([entry for entry in announced if entry.chain == PLATFORM]))

    assert told == [Committed(PLATFORM, Seq(0), Seq(4))]


async def test_of_a_room_s_own_words_only_the_number_travels(tmp_path):
    sent = await recorded(tmp_path, opened(), words_set("planted"), published("c1"))

    told = list(committed(sent))

    assert [(one.after, one.upto, len(entries_of(one))) for one in told] == [
        (0, 1, 1),
        (1, 2, 0),
        (2, 3, 1),
    ]


def test_runs_have_no_holes_and_a_bound(monkeypatch):
    monkeypatch.setattr(messages, "RUN_ENTRIES_MAX", 2)

    told = list(committed([changed(seq) for seq in (1, 2, 3, 7, 8)]))

    assert [(one.after, one.upto, len(entries_of(one))) for one in told] == [
        (0, 2, 2),
        (2, 3, 1),
        (6, 8, 2),
    ]


@pytest.mark.parametrize(
    "said",
    [Present({DEMO: 3}), SessionsEnded(BEN), Recalled(DEMO, Seq(4)), Applied(DEMO, Seq(4))],
)
def test_other_messages_come_back_as_they_went(said):
    message = decode(encode(EPOCH, NODE, said), EPOCH)

    assert (message.node, message.said) == (NODE, said)


def test_another_life_or_version_is_not_ours(monkeypatch):
    raw = encode(EPOCH, NODE, Present({}))
    with pytest.raises(ForeignError):
        decode(raw, "e2")
    monkeypatch.setattr(messages, "VERSION", 2)
    with pytest.raises(ForeignError):
        decode(raw, EPOCH)


@given(st.binary(max_size=60))
def test_garbage_is_told_from_messages(raw):
    with pytest.raises(ForeignError):
        decode(raw, EPOCH)


def test_all_words_of_a_node_begin_alike_and_those_of_others_do_not():
    begin = opening(EPOCH, NODE)

    assert encode(EPOCH, NODE, Present({DEMO: 3})).startswith(begin)
    assert encode(EPOCH, NODE, Recalled(DEMO, Seq(4))).startswith(begin)
    assert not encode(EPOCH, "n2", Recalled(DEMO, Seq(4))).startswith(begin)


@given(st.binary(min_size=1, max_size=60))
def test_entries_that_are_none_are_told_from_entries(raw):
    with pytest.raises(ForeignError):
        entries_of(Committed(DEMO, Seq(0), Seq(1), b"\xc1" + raw))
