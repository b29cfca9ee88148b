from dataclasses import replace

import pytest

from danmaku.domain.facts import (
    CommentHeld,
    CommentRestored,
    Entry,
    Hit,
    RoomChanged,
    RoomWordsSet,
)
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.live import SURGE_GAP_MS, LiveRoom, cluster_in
from danmaku.domain.room import RoomPolicy, RoomState, Status
from danmaku.domain.room_words import RoomWords
from danmaku.errors import TooFast
from danmaku.filter.clusters import Clusters, Newcomers
from danmaku.filter.floods import Repeats
from danmaku.filter.normalize import scanned_of
from tests.unit.nodes.entries import commented

ANN = AccountId(1)
DEMO = RoomId("demo")
OPEN = RoomState("Demo", policy=RoomPolicy(slow_ms=1_000))
PAUSED = replace(OPEN, status=Status.PAUSED, policy=RoomPolicy(slow_ms=5_000))


@pytest.fixture
def live():
    repeats = Repeats(within_ms=1_000, allowed=1, min_length=3)
    return LiveRoom(DEMO, OPEN, owner=ANN, version=Seq(1), top=Seq(7), repeats=repeats)


def entry_of(seq, fact):
    return Entry(DEMO, Seq(seq), Millis(0), fact)


def test_a_change_replaces_the_state_and_names_the_version(live):
    live.apply(entry_of(8, RoomChanged(actor=ANN, state=PAUSED)))

    assert (live.state, live.version, live.top) == (PAUSED, 8, 8)


def test_a_change_of_slow_mode_is_felt_by_the_next_turn(live):
    live.slow.take_turn(ANN, Millis(10_000))

    live.apply(entry_of(8, RoomChanged(actor=ANN, state=PAUSED)))

    with pytest.raises(TooFast) as refused:
        live.slow.take_turn(ANN, Millis(12_000))
    assert refused.value.wait_ms == 3_000


def test_other_words_of_the_room_s_own_name_the_version_and_leave_the_state(live):
    live.apply(entry_of(8, RoomWordsSet(actor=ANN, words=RoomWords(("a",)))))

    assert (live.state, live.version, live.words_seq, live.top) == (OPEN, 8, 8, 8)


def test_other_entries_move_the_top_alone(live):
    live.apply(entry_of(8, CommentRestored(actor=ANN, number=Number(3))))

    assert (live.state, live.version, live.top) == (OPEN, 1, 8)


def test_an_entry_that_is_known_changes_nothing(live):
    live.apply(entry_of(7, RoomChanged(actor=ANN, state=PAUSED)))

    assert (live.state, live.version, live.top) == (OPEN, 1, 7)


def test_a_text_may_be_said_so_often_and_no_oftener(live):
    said = [live.note_text(ANN, "hello", now_ms) for now_ms in (0, 10, 1_001)]

    assert said == [True, False, True]


def test_without_waves_nothing_is_a_campaign(live):
    texts = [f"buy my things {author}" for author in range(20)]

    assert {live.cluster_of(text, scanned_of(text), 0, since_ms=0) for text in texts} == {None}


def test_many_who_say_nearly_the_same_are_a_campaign_and_a_chorus_is_none():
    live = LiveRoom(
        DEMO,
        OPEN,
        owner=ANN,
        version=Seq(1),
        top=Seq(7),
        repeats=Repeats(within_ms=1_000, allowed=1, min_length=2),
        clusters=Clusters(Newcomers(1_000)),
    )

    sung = [
        live.cluster_of(author, scanned_of("let us sing"), 0, since_ms=None) for author in range(9)
    ]
    sold = [
        live.cluster_of(author, scanned_of(f"buy my things {author}"), 0, since_ms=None)
        for author in range(9)
    ]

    assert sung == [None] * 9
    assert sold == [None] * 7 + ["cluster-0"] * 2


def test_a_comment_from_elsewhere_takes_its_authors_turn(live):
    sent = commented(8, author=ANN, at_ms=10_000)

    live.apply(sent)

    with pytest.raises(TooFast) as refused:
        live.slow.take_turn(ANN, Millis(10_400))
    assert refused.value.wait_ms == 600


@pytest.mark.parametrize("changes", [{"imported": True}, {"origin": Seq(3), "late": True}])
def test_what_has_not_just_been_sent_takes_no_turn(live, changes):
    sent = commented(8, author=ANN, at_ms=10_000)

    live.apply(replace(sent, fact=replace(sent.fact, **changes)))

    live.slow.take_turn(ANN, Millis(10_400))


def test_each_room_counts_for_itself_and_one_that_fell_silent_keeps_nothing():
    said = Repeats(within_ms=1_000, allowed=1, min_length=3)
    loud, silent = (
        LiveRoom(room, OPEN, owner=ANN, version=Seq(1), top=Seq(7), repeats=said)
        for room in (DEMO, RoomId("silent"))
    )

    assert [room.note_text(ANN, "hello", 0) for room in (silent, loud, silent)] == [
        True,
        True,
        False,
    ]
    silent.take_back(ANN, "hello")
    assert [room.note_text(ANN, "hello", 1) for room in (silent, loud)] == [True, False]

    loud.note_text(ANN, "later", 1_001)
    assert len(said._said) == 1


def test_what_the_keeper_says_calls_others_to_join_in():
    live = LiveRoom(
        DEMO,
        OPEN,
        owner=ANN,
        version=Seq(1),
        top=Seq(7),
        repeats=Repeats(within_ms=1_000, allowed=1, min_length=2),
        clusters=Clusters(Newcomers(1_000)),
    )

    live.call(scanned_of("let us all wave").key, 0)

    assert {
        live.cluster_of(n, scanned_of(f"let us all wave {n}"), 0, since_ms=0) for n in range(9)
    } == {None}


def test_without_clusters_a_call_is_nothing(live):
    live.call("let us all wave", 0)

    assert live.cluster_of(ANN, scanned_of("let us all wave"), 0, since_ms=0) is None


def guarded():
    repeats = Repeats(within_ms=1_000, allowed=1, min_length=2)
    clusters = Clusters(Newcomers(1_000, surge_min=3))
    return LiveRoom(
        DEMO, OPEN, owner=ANN, version=Seq(1), top=Seq(7), repeats=repeats, clusters=clusters
    )


def test_new_accounts_that_come_many_at_a_time_wait_longer_than_others():
    live = guarded()

    gaps = [live.newcomer_gap_ms(author, 500, since_ms=400) for author in range(4)]

    assert gaps == [0, 0, SURGE_GAP_MS, SURGE_GAP_MS]
    assert live.newcomer_gap_ms(9, 1_400, since_ms=400) == 0  # no longer new
    assert live.newcomer_gap_ms(9, 500, since_ms=None) == 0


def test_without_clusters_nobody_waits_longer(live):
    assert {live.newcomer_gap_ms(n, 500, since_ms=400) for n in range(50)} == {0}


def test_cluster_of_another_node_gives_its_name_to_what_goes_on_here():
    live, sent = guarded(), commented(8, author=ANN, at_ms=10)
    hit = Hit("cluster-5", "flood", "hold", 0, 5)
    verdict = replace(sent.fact.verdict, hits=(hit,))
    judged = {"client_id": sent.fact.client_id, "content": sent.fact.content, "verdict": verdict}

    live.apply(entry_of(8, CommentHeld(ANN, at_ms=Millis(10), category="flood", **judged)))

    texts = [scanned_of(f"buy my things {author}") for author in range(9)]
    named = [live.cluster_of(n, text, 20, since_ms=0) for n, text in enumerate(texts)]
    assert named[-1] == cluster_in(verdict) == "cluster-5"
