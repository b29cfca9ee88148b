import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.pacing import Novelty, SlowMode, TokenBuckets
from danmaku.errors import TooFast

ANN, BOB = AccountId(1), AccountId(2)

steps = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2_000)), max_size=200)
jumps = st.lists(st.tuples(st.integers(1, 5), st.integers(-5_000, 5_000)), max_size=100)


def wait_of(act):
    """Milliseconds to wait; None if the act was let through."""
    try:
        act()
    except TooFast as refused:
        return refused.wait_ms
    return None


# --- slow mode


def test_second_comment_within_the_gap_is_refused_with_the_rest_of_the_wait():
    slow = SlowMode(gap_ms=3_000)
    slow.take_turn(ANN, Millis(10_000))

    with pytest.raises(TooFast) as refused:
        slow.take_turn(ANN, Millis(12_000))

    assert refused.value.wait_ms == 1_000


def test_a_refused_comment_does_not_prolong_the_wait():
    slow = SlowMode(gap_ms=3_000)
    slow.take_turn(ANN, Millis(10_000))
    assert wait_of(lambda: slow.take_turn(ANN, Millis(12_999))) == 1

    assert wait_of(lambda: slow.take_turn(ANN, Millis(13_000))) is None


def test_one_account_does_not_wait_for_another():
    slow = SlowMode(gap_ms=3_000)
    slow.take_turn(ANN, Millis(10_000))

    assert wait_of(lambda: slow.take_turn(BOB, Millis(10_000))) is None


def test_without_a_gap_nobody_waits_and_nothing_is_remembered():
    slow = SlowMode(gap_ms=0)
    slow.take_turn(ANN, Millis(10_000))
    slow.take_turn(ANN, Millis(10_000))

    assert slow._last_ms == {}


def test_a_turn_taken_elsewhere_counts_here():
    slow = SlowMode(gap_ms=3_000)
    slow.note_turn(ANN, Millis(10_000))
    slow.note_turn(ANN, Millis(9_000))  # told late

    assert wait_of(lambda: slow.take_turn(ANN, Millis(12_000))) == 1_000
    assert wait_of(lambda: slow.take_turn(BOB, Millis(12_000))) is None


def test_turns_taken_elsewhere_are_forgotten_too():
    slow = SlowMode(gap_ms=3_000)
    for at_ms in range(10_000, 90_000, 1_000):
        slow.note_turn(AccountId(at_ms), Millis(at_ms))

    assert len(slow._last_ms) <= 3


def test_a_turn_that_is_given_back_counts_no_longer():
    slow = SlowMode(gap_ms=3_000)
    slow.take_turn(ANN, Millis(10_000))

    slow.give_back(ANN)

    assert wait_of(lambda: slow.take_turn(ANN, Millis(10_001))) is None


@pytest.mark.parametrize(("gap_ms", "wait_ms"), [(0, None), (2_000, None), (9_000, 6_000)])
def test_a_new_gap_holds_for_turns_that_are_remembered(gap_ms, wait_ms):
    slow = SlowMode(gap_ms=5_000)
    slow.take_turn(ANN, Millis(10_000))

    slow.set_gap(gap_ms)

    assert wait_of(lambda: slow.take_turn(ANN, Millis(13_000))) == wait_ms


@given(steps)
def test_no_account_ever_gets_two_turns_within_a_gap(steps):
    slow, now_ms, turns = SlowMode(gap_ms=1_000), 0, {}
    for account, step_ms in steps:
        now_ms += step_ms
        wait_ms = wait_of(lambda: slow.take_turn(AccountId(account), Millis(now_ms)))  # noqa: B023
        if wait_ms is None:
            assert now_ms - turns.get(account, -1_000) >= 1_000
            turns[account] = now_ms
        else:
            assert wait_ms == turns[account] + 1_000 - now_ms
    recent = {account for account, turn_ms in turns.items() if now_ms - turn_ms < 1_000}
    assert set(slow._last_ms) == recent


@given(jumps)
def test_a_clock_that_jumps_makes_nobody_wait_longer_than_the_gap(jumps):
    slow, now_ms = SlowMode(gap_ms=1_000), 100_000
    for account, jump_ms in jumps:
        now_ms += jump_ms
        wait_ms = wait_of(lambda: slow.take_turn(AccountId(account), Millis(now_ms)))  # noqa: B023
        assert wait_ms is None or 0 < wait_ms <= 1_000


# --- bursts


def test_a_burst_is_let_through_and_then_the_mean_rate():
    buckets = TokenBuckets(per_s=2.0, burst=3)

    waits = [wait_of(lambda: buckets.take(ANN, Millis(10_000))) for _ in range(4)]
    later = [wait_of(lambda: buckets.take(ANN, Millis(10_500))) for _ in range(2)]

    assert waits == [None, None, None, 501]
    assert later == [None, 501]


def test_one_bucket_is_nobody_elses():
    buckets = TokenBuckets(per_s=1.0, burst=1)
    buckets.take(ANN, Millis(10_000))

    assert wait_of(lambda: buckets.take(BOB, Millis(10_000))) is None


def test_full_buckets_are_forgotten():
    buckets = TokenBuckets(per_s=1.0, burst=1)
    for account in range(100):
        buckets.take(AccountId(account), Millis(10_000))

    for account in range(100, 200):
        buckets.take(AccountId(account), Millis(11_000))

    assert len(buckets._full_at_ms) == 100


@given(steps)
def test_no_account_ever_acts_more_often_than_burst_and_rate_allow(steps):
    buckets, now_ms, acts = TokenBuckets(per_s=1.0, burst=3), 0, {}
    for account, step_ms in steps:
        now_ms += step_ms
        wait_ms = wait_of(lambda: buckets.take(AccountId(account), Millis(now_ms)))  # noqa: B023
        if wait_ms is None:
            acts.setdefault(account, []).append(now_ms)
        else:
            assert 0 < wait_ms <= 1_001
    for moments in acts.values():
        for first, began_ms in enumerate(moments):
            for count, ended_ms in enumerate(moments[first:], start=1):
                assert count <= 3 + (ended_ms - began_ms) / 1_000


@given(jumps)
def test_a_clock_that_jumps_makes_nobody_wait_longer_than_for_one_token(jumps):
    buckets, now_ms = TokenBuckets(per_s=1.0, burst=3), 100_000
    for account, jump_ms in jumps:
        now_ms += jump_ms
        wait_ms = wait_of(lambda: buckets.take(AccountId(account), Millis(now_ms)))  # noqa: B023
        assert wait_ms is None or 0 < wait_ms <= 1_001


def test_what_was_let_through_elsewhere_is_taken_from_the_bucket_here():
    buckets = TokenBuckets(per_s=1.0, burst=3)
    for _ in range(2):
        buckets.debit(ANN, Millis(10_000))
    buckets.take(ANN, Millis(10_000))

    assert wait_of(lambda: buckets.take(ANN, Millis(10_000))) is not None
    assert wait_of(lambda: buckets.take(BOB, Millis(10_000))) is None


def test_an_empty_bucket_stays_empty_and_owes_nothing():
    buckets = TokenBuckets(per_s=1.0, burst=3)
    for _ in range(50):
        buckets.debit(ANN, Millis(10_000))

    assert wait_of(lambda: buckets.take(ANN, Millis(11_001))) is None


def test_buckets_that_are_full_again_are_forgotten_by_debits_too():
    buckets = TokenBuckets(per_s=1.0, burst=3)
    for second in range(500):
        buckets.debit(AccountId(second), Millis(second * 1_000))

    assert len(buckets._full_at_ms) <= 3


def test_buckets_tell_what_is_left_and_when_it_is_all_of_it():
    buckets = TokenBuckets(per_s=2, burst=3)
    assert buckets.left(ANN, Millis(1000)) == (3, 1000)
    for left, full_ms in ((2, 1500), (1, 2000), (0, 2500)):
        buckets.take(ANN, Millis(1000))
        assert buckets.left(ANN, Millis(1000)) == (left, full_ms)

    assert buckets.left(ANN, Millis(1600)) == (1, 2500)
    assert buckets.left(BOB, Millis(1000)) == (3, 1000)


def test_a_gap_of_one_s_own_holds_for_that_account_alone():
    slow = SlowMode(gap_ms=0)
    slow.take_turn(ANN, Millis(10_000), own_gap_ms=60_000)
    slow.take_turn(BOB, Millis(10_000))

    slow.take_turn(BOB, Millis(10_001))
    assert wait_of(lambda: slow.take_turn(ANN, Millis(69_999), own_gap_ms=60_000)) == 1
    slow.take_turn(ANN, Millis(70_000), own_gap_ms=60_000)


# --- novelty


def test_what_was_said_lately_is_not_new_whoever_says_it():
    novelty = Novelty(10)

    assert [novelty.note(text) for text in ("a", "b", "a", "c", "b")] == [
        *(True, True, False),
        *(True, False),
    ]


def test_what_was_not_said_after_all_is_new():
    novelty = Novelty(2)
    novelty.note("a")

    novelty.take_back("a")
    novelty.take_back("b")

    assert novelty.note("a")


def test_what_was_said_longest_ago_is_forgotten_first():
    novelty = Novelty(2)
    for text in ("a", "b", "c"):
        novelty.note(text)

    assert not novelty.note("b")
    assert novelty.note("a")


@given(st.lists(st.sampled_from("abcdef")), st.integers(1, 4))
def test_novelty_remembers_as_many_texts_as_it_may_and_no_more(texts, texts_max):
    novelty, lately = Novelty(texts_max), []
    for text in texts:
        assert novelty.note(text) is (text not in lately)
        lately = lately if text in lately else [*lately, text][-texts_max:]
        assert len(novelty._said) <= texts_max
