"""A checker that cannot fail proves nothing: every law is broken here once, on purpose."""

from dataclasses import replace

import pytest

from bench.checker import (
    Answer,
    Batch,
    Joined,
    Law,
    Own,
    Record,
    Reset,
    Run,
    Send,
    check,
    counts_of,
)


def comment(seq, number, text=None):
    return {"kind": "comment", "seq": seq, "number": number, "text": text or f"text {number}"}


def marker(seq, number):
    return {"kind": "marker", "seq": seq, "number": number, "by": "author", "category": None}


def recall(seq, number):
    return {"kind": "recall", "seq": seq, "number": number, "by": "author", "category": None}


ROOM = {"kind": "room", "seq": 1, "state": {"title": "a room"}}
ONE, TWO, FOUR = comment(2, 1), comment(3, 2), comment(5, 3)  # seq 4 is private
GONE = [ROOM, marker(2, 1), TWO, FOUR, recall(6, 1)]  # the record after the recall of number 1
TOP = 6


def sent(number, seq, *, from_ns, upto_ns):
    answer = Answer("published", upto_ns, number=number, seq=seq)
    return Send(f"c-{number}", f"text {number}", from_ns, [answer])


def run_of(*events, entries=GONE, sends=None):
    return Run(Record.of(entries), {"ann": events}, sends)


def laws_of(run):
    return {finding.law for finding in check(run)}


FOLLOWED = (
    Joined(None, 1),
    Batch(1, 2, (ONE,)),
    Batch(2, 5, (TWO, FOUR)),
    Batch(5, 6, (recall(6, 1),)),
)
SENDS = [
    sent(1, 2, from_ns=10, upto_ns=20),
    sent(2, 3, from_ns=30, upto_ns=50),
    sent(3, 5, from_ns=40, upto_ns=60),
]


def test_a_faithful_run_breaks_no_law():
    assert check(run_of(*FOLLOWED, sends=SENDS)) == []


def test_a_viewer_who_comes_after_the_recall_gets_the_marker():
    late = (Joined(0, TOP), Batch(0, 6, tuple(GONE)))

    assert check(run_of(*late)) == []


THINNED = Batch(2, 5, (FOUR,), left_out=1)


def test_what_a_batch_says_it_leaves_out_is_not_missed():
    author = (Joined(None, 1), FOLLOWED[1], Own(TWO), THINNED, FOLLOWED[3])
    back = (Joined(0, TOP), Batch(0, 6, tuple(GONE)))

    assert check(run_of(*FOLLOWED[:2], THINNED, FOLLOWED[3])) == []
    assert check(Run(Record.of(GONE), {"ann": author, "ben": back})) == []


@pytest.mark.parametrize(
    ("thinned", "law"),
    [
        (replace(THINNED, left_out=0), Law.RECORDED_NOT_SEEN),
        (replace(THINNED, entries=()), Law.RECORDED_NOT_SEEN),
        (replace(THINNED, left_out=2), Law.LEFT_OUT_TOO_MANY),
        (replace(THINNED, upto=6, left_out=2), Law.RECALL_MISSED),
    ],
    ids=["unsaid", "more than said", "less than said", "a recall"],
)
def test_what_is_left_out_is_said_to_the_number_and_is_only_comments(thinned, law):
    assert law in laws_of(run_of(*FOLLOWED[:2], thinned))


def test_what_is_left_out_for_one_is_left_out_for_all_who_are_not_sent_everything():
    other = Batch(2, 5, (TWO,), left_out=1)
    viewers = {
        "ann": (*FOLLOWED[:2], THINNED, FOLLOWED[3]),
        "ben": (*FOLLOWED[:2], other, FOLLOWED[3]),
    }

    assert laws_of(Run(Record.of(GONE), viewers)) == {Law.LEFT_OUT_UNEVENLY}


@pytest.mark.parametrize(
    ("entry", "law"),
    [(comment(4, 4), Law.SEEN_NOT_RECORDED), (comment(3, 2, "else"), Law.CONTENT)],
)
def test_ones_own_comment_is_shown_as_it_is_recorded(entry, law):
    assert laws_of(run_of(*FOLLOWED[:2], Own(entry), *FOLLOWED[2:])) == {law}


def test_a_viewer_may_skip_comments_but_learns_of_the_recall():
    slow = (*FOLLOWED[:2], Batch(2, 6, (recall(6, 1),), skipped=True))

    assert check(run_of(*slow)) == []


def test_a_viewer_goes_on_from_the_top_of_a_reset():
    assert check(run_of(Joined(0, TOP), Reset(5), FOLLOWED[3])) == []


BROKEN_VIEWS = {
    Law.SEEN_NOT_RECORDED: (*FOLLOWED[:3], Batch(5, 6, (comment(6, 4), recall(6, 1)))),
    Law.RECORDED_NOT_SEEN: (FOLLOWED[0], FOLLOWED[1], Batch(2, 5, (FOUR,)), FOLLOWED[3]),
    Law.RECALL_MISSED: (*FOLLOWED[:3], Batch(5, 6, ())),
    Law.ORDER: (FOLLOWED[0], FOLLOWED[1], Batch(2, 5, (FOUR, TWO)), FOLLOWED[3]),
    Law.HOLE: (FOLLOWED[0], FOLLOWED[2], FOLLOWED[3]),
    Law.DOUBLE: (*FOLLOWED[:3], FOLLOWED[2], FOLLOWED[3]),
    Law.BEHIND: FOLLOWED[:3],
    Law.CONTENT: (FOLLOWED[0], FOLLOWED[1], Batch(2, 5, (comment(3, 2, "?"), FOUR)), FOLLOWED[3]),
}


@pytest.mark.parametrize(("law", "events"), BROKEN_VIEWS.items())
def test_a_fault_of_delivery_is_named(law, events):
    assert law in laws_of(run_of(*events))


def test_a_private_entry_that_shows_is_not_recorded_as_public():
    leaked = Batch(2, 5, (TWO, comment(4, None), FOUR))

    assert laws_of(run_of(*FOLLOWED[:2], leaked, FOLLOWED[3])) == {Law.SEEN_NOT_RECORDED}


def test_a_recall_missed_in_a_skipped_range_is_named():
    assert laws_of(run_of(*FOLLOWED[:2], Batch(2, 6, (), skipped=True))) == {Law.RECALL_MISSED}


def restore(seq, number):
    return comment(seq, number) | {"kind": "restore"}


def test_a_restore_that_was_recalled_again_is_gone_from_the_record():
    there_and_back = [ROOM, marker(2, 1), recall(3, 1), recall(5, 1)]  # restored at 4
    followed = Batch(1, 5, (ONE, recall(3, 1), restore(4, 1), recall(5, 1)))

    assert check(run_of(Joined(None, 1), followed, entries=there_and_back)) == []


BACK = [ROOM, comment(2, 1) | {"restored": True}, recall(3, 1), restore(4, 1)]


def test_a_comment_bears_the_mark_of_its_return_to_those_who_come_later():
    from_the_start = Batch(1, 4, (ONE, recall(3, 1), restore(4, 1)))
    views = {
        "ann": (Joined(None, 1), from_the_start),
        "ben": (Joined(1, 4), Batch(1, 4, tuple(BACK[1:]))),
    }

    assert check(Run(Record.of(BACK), views, settled=False)) == []


def test_a_mark_of_a_return_that_never_was_is_named():
    marked = Batch(1, 2, (ONE | {"restored": True},))

    assert laws_of(run_of(Joined(None, 1), marked, entries=[ROOM, ONE])) == {Law.CONTENT}


def test_a_restore_that_never_was_is_named():
    recalled = [ROOM, marker(2, 1), recall(3, 1)]
    followed = Batch(1, 4, (ONE, recall(3, 1), restore(4, 1)))

    assert laws_of(run_of(Joined(None, 1), followed, entries=recalled)) == {Law.SEEN_NOT_RECORDED}


def test_two_viewers_who_saw_two_texts_of_a_recalled_comment_disagree():
    views = {"ann": FOLLOWED, "ben": (FOLLOWED[0], Batch(1, 2, (comment(2, 1, "?"),)))}

    assert Law.CONTENT in laws_of(Run(Record.of(GONE), views, settled=False))


def test_a_resume_that_begins_before_the_position_is_double():
    again = Joined(2, TOP)
    resumed = Batch(1, 5, (ONE, TWO, FOUR))

    assert laws_of(run_of(*FOLLOWED[:2], again, resumed, FOLLOWED[3])) == {Law.DOUBLE}


BROKEN_SENDS = {
    Law.ACKED_NOT_RECORDED: [sent(4, 7, from_ns=70, upto_ns=80)],
    Law.UNANSWERED: [Send("c-4", "text 4", 0)],
    Law.TWO_ANSWERS: [
        replace(SENDS[1], answers=[*SENDS[1].answers, Answer("published", 70, number=3, seq=5)])
    ],
    Law.REFUSED_BUT_RECORDED: [
        replace(SENDS[1], answers=[Answer("refused", 50, code="rate_limited")])
    ],
    Law.REAL_TIME: [
        replace(SENDS[0], sent_ns=55, answers=[replace(SENDS[0].answers[0], at_ns=58)])
    ],
}


@pytest.mark.parametrize(("law", "instead"), BROKEN_SENDS.items())
def test_a_broken_promise_to_a_sender_is_named(law, instead):
    others = [send for send in SENDS if send.client_id != instead[0].client_id]

    assert laws_of(run_of(sends=[*others, *instead])) == {law}


def test_an_unknown_outcome_may_be_recorded():
    open_send = replace(SENDS[1], answers=[Answer("refused", 50, code="unknown")])

    assert check(run_of(sends=[SENDS[0], open_send, SENDS[2]])) == []


def test_a_text_that_nobody_sent_is_named():
    assert laws_of(run_of(sends=SENDS[:2])) == {Law.NEVER_SENT}


def test_one_send_recorded_twice_is_named():
    twice = [*GONE, comment(7, 4, "text 2")]

    assert laws_of(run_of(entries=twice, sends=SENDS)) == {Law.RECORDED_TWICE}


def test_a_gap_in_the_numbers_of_the_record_is_named():
    assert laws_of(run_of(entries=[ROOM, ONE, FOUR])) == {Law.NUMBERS}


def test_an_answer_that_took_too_long_is_named():
    slow = replace(run_of(sends=SENDS), answer_ns_max=15)

    assert counts_of(check(slow)) == {Law.LATE.value: 2}
    assert check(replace(slow, answer_ns_max=20)) == []


LIVED = (Joined(None, 1, "first life"), FOLLOWED[1])


def test_a_new_life_comes_with_a_restore_alone():
    again = run_of(*LIVED, Joined(2, TOP, "second life"), Reset(5), FOLLOWED[3])

    assert laws_of(again) == {Law.EPOCH}
    assert check(replace(again, restores=1)) == []


def test_going_on_from_a_position_of_another_life_is_named():
    untold = run_of(*LIVED, Joined(2, TOP, "second life"), *FOLLOWED[2:])

    assert laws_of(replace(untold, restores=1)) == {Law.EPOCH}


def test_every_law_has_been_broken_here():
    broken = {
        *BROKEN_VIEWS,
        *BROKEN_SENDS,
        *(Law.NEVER_SENT, Law.RECORDED_TWICE, Law.NUMBERS, Law.LATE, Law.EPOCH),
        Law.SHOWN_AFTER_RECALL,  # in test_recalls.py
        *(Law.LEFT_OUT_TOO_MANY, Law.LEFT_OUT_UNEVENLY),
    }

    assert broken == set(Law)


def test_findings_are_counted_by_law():
    findings = check(run_of(FOLLOWED[0], FOLLOWED[3]))

    assert counts_of(findings) == {Law.HOLE.value: 1}
