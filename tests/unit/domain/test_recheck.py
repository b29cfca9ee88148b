from dataclasses import replace
from hashlib import sha256

import pytest

from danmaku.domain.cases import Subject, SubjectKind
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.recheck import WAITS_MS, Agreement, Judged, Recheck, agreements, is_drawn

DEMO = RoomId("demo")


def judged(number=3, measure_id=None, *, violates=False):
    return Judged(
        chain=PLATFORM,
        seq=Seq(9),
        at_ms=Millis(5),
        decider=AccountId(1),
        room=DEMO,
        origin=Seq(7),
        number=None if number is None else Number(number),
        measure_id=measure_id,
        violates=violates,
        category="spam",
    )


@pytest.mark.parametrize("permille", [0, 10, 500, 1000])
def test_about_as_many_are_drawn_as_are_wanted(permille):
    links = [sha256(bytes([n % 256, n // 256])).digest() for n in range(10_000)]

    drawn = sum(is_drawn(link, permille) for link in links)

    assert abs(drawn - 10 * permille) <= 150
    if permille in {0, 1000}:
        assert drawn == 10 * permille


def test_the_same_link_is_drawn_the_same_way_each_time():
    assert is_drawn(bytes(32), 1)
    assert not is_drawn(b"\xff" * 32, 999)


@pytest.mark.parametrize(
    ("decision", "subject"),
    [
        (
            judged(3, "m1", violates=True),
            Subject(SubjectKind.COMMENT, DEMO, Number(3), measure_id="m1"),
        ),
        (judged(None, violates=True), Subject(SubjectKind.COMMENT, DEMO, origin=Seq(7))),
        (judged(3), Subject(SubjectKind.COMMENT, DEMO, Number(3))),
    ],
)
def test_what_is_argued_about_is_the_measure_or_the_comment(decision, subject):
    assert decision.subject == subject


def test_two_agree_when_both_say_the_same():
    first = Recheck(Seq(1), judged(violates=True), Millis(0))
    ria = {"second": AccountId(2), "says_category": "flood"}
    same = replace(first, says_violates=True, **ria)
    other = replace(first, says_violates=False, **ria)

    assert [one.agrees for one in (first, same, other)] == [None, True, False]


def test_a_second_look_waits_for_somebody_and_not_for_ever():
    waiting = Recheck(Seq(1), judged(violates=True), Millis(5))

    assert waiting.waits(Millis(WAITS_MS + 5))
    assert not waiting.waits(Millis(WAITS_MS + 6))
    assert not replace(waiting, second=AccountId(2)).waits(Millis(5))


def test_agreement_is_counted_by_word():
    found = agreements([("spam", True, 3), ("spam", False, 1), ("attack", False, 2)])

    assert found == {"attack": Agreement(2, 0), "spam": Agreement(4, 3)}
    assert [one.share for one in found.values()] == [0.0, 0.75]
    assert Agreement(0, 0).share is None
