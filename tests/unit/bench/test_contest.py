"""What the contest makes of what it measured; tests/live/test_contest.py shows that it measures."""

import zlib
from dataclasses import dataclass, replace

import pytest

from bench.audience import Log, Loss, Payload
from bench.contest.command import chosen
from bench.contest.contestant import (
    EVERYTHING,
    PAYLOAD_BYTES,
    AbsentError,
    numbers_of,
    text_of,
)
from bench.contest.figures import Contest, Goal, outcome_of
from bench.contest.judge import Said, judge
from bench.contest.page import markdown_of
from bench.contest.peers import Peer
from bench.contest.recipe import Recipe
from bench.contest.rounds import Field, Turn
from bench.contest.run import Measured
from bench.contest.workload import beat, silence, window
from bench.frames import BINARY, FIN, RSV1
from bench.outcome import Environment
from bench.verdict import missed

MS = 1_000_000
WHERE = Environment("2026-01-01", "abc", "a processor", 2, "a system", "3.11", {})


def payload(*numbers):
    return Payload(FIN | BINARY, b"".join(text_of(number).encode() for number in numbers))


def log_of(*rows, losses=()):
    """Rows of viewer, numbers, milliseconds."""
    log = Log(losses=list(losses))
    for viewer, numbers, at_ms in rows:
        log.viewers.append(viewer)
        log.payloads.append(len(log.contents))
        log.at_ns.append(at_ms * MS)
        log.contents.append(payload(*numbers))
    return log


def said(count, *, viewers=2, speakers=1, from_ms=0, until_ms=1000):
    """Messages due at 0, 10, 20 ... ms."""
    due_ns = [number * 10 * MS for number in range(count)]
    return Said(due_ns, speakers, viewers, from_ms * MS, until_ms * MS)


def test_a_message_has_its_length_and_its_number_whatever_is_around_it():
    text = text_of(17)

    assert len(text.encode()) == PAYLOAD_BYTES
    assert numbers_of(Payload(FIN | BINARY, f'42["said","{text}"]'.encode())) == (17,)
    assert numbers_of(payload(3, 4)) == (3, 4)
    assert numbers_of(Payload(FIN | BINARY, b'{"op":"viewers"}')) == ()


def test_a_compressed_message_has_its_number():
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = squeeze.compress(text_of(5).encode()) + squeeze.flush(zlib.Z_SYNC_FLUSH)

    assert numbers_of(Payload(FIN | RSV1 | BINARY, data[:-4])) == (5,)


def test_each_message_once_and_in_order_is_good():
    log = log_of((0, [0], 1), (1, [0, 1], 12), (0, [], 12), (0, [1], 12))

    heard = judge(log, said(2))

    assert heard.findings == []
    assert (heard.deliveries, heard.frames) == (4, 3)


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([(0, [0], 1), (0, [2], 3)], "viewer 0 misses 1 messages, the first is 1"),
        ([(0, [0], 1), (0, [1], 2)], "viewer 0 misses 1 messages, the first is 2"),
        ([(0, [0, 1], 1), (0, [1], 2), (0, [2], 3)], "viewer 0 got message 1 more than once"),
        ([(0, [0], 1), (0, [2], 2), (0, [1], 3)], "viewer 0 got the messages in another order"),
        ([(0, [0, 2, 1], 1)], "viewer 0 got the messages in another order"),
        ([(0, [0, 1, 2, 3], 1)], "viewer 0 got message 3, which was not said"),
    ],
)
def test_one_message_lost_doubled_swapped_or_made_up_is_found(rows, named):
    log = log_of(*rows, (1, [0, 1, 2], 4))

    assert judge(log, said(3)).findings == [named]


def test_a_viewer_of_another_room_must_hear_nothing():
    log = log_of((0, [0], 1), (1, [0], 1), (2, [0], 1))

    assert len(judge(log, said(1)).findings) == 1


def test_a_viewer_who_was_let_down_is_found():
    log = log_of((0, [0], 1), (1, [0], 1), losses=[Loss(1, 5, "closed with 1011")])

    assert judge(log, said(1)).findings == ["viewer 1 was let down: closed with 1011"]


def test_two_speakers_may_overtake_each_other_but_all_must_see_it_alike():
    overtaken = [1, 0, 2, 3]

    alike = judge(log_of((0, overtaken, 1), (1, overtaken, 1)), said(4, speakers=2))
    unlike = judge(log_of((0, overtaken, 1), (1, [0, 1, 2, 3], 1)), said(4, speakers=2))
    own_order = judge(log_of((0, [2, 0, 1, 3], 1), (1, [2, 0, 1, 3], 1)), said(4, speakers=2))

    assert alike.findings == []
    assert unlike.findings == ["viewer 1 got the messages in another order"]
    assert len(own_order.findings) == 2


def test_latency_counts_from_the_moment_a_message_was_due():
    log = log_of((0, [0], 1), (0, [1], 13), (1, [0], 2), (1, [1], 14))

    heard = judge(log, said(2))

    assert heard.latency_ms(0.5) == 2  # 1, 2, 3 and 4 ms
    assert heard.latency_ms(1.0) == 4


def test_what_is_not_measured_is_judged_but_not_counted():
    log = log_of((0, [0], 1), (0, [1], 13), (1, [0], 1), (1, [1], 13))

    heard = judge(log, said(2, from_ms=10))

    assert (heard.deliveries, heard.times.total(), heard.findings) == (2, 2, [])


@dataclass(frozen=True)
class Named:
    """A contestant that only has a name."""

    name: str
    lacks: tuple = EVERYTHING
    notes: str = ""


FAST, SLOW, PLAIN = Named("fast", lacks=()), Named("slow"), Named("plain")


def contest(*goals):
    return Contest(beat(10, 10), Field(PLAIN, [FAST, SLOW]), goals, frozenset({"fast"}))


def turn(number, name, us, plain_us=10.0, findings=()):
    plain = {} if name == "plain" else {"us per delivery": plain_us}
    return Turn(number, name, Measured({"us per delivery": us}, list(findings)), plain)


def outcome(contest, *turns):
    return outcome_of(contest, turns, WHERE, seed=1, notes=["gone is absent"])


def test_ratios_are_taken_within_a_round():
    goal = Goal("fast", "us per delivery", 0.75, against="slow")

    figures = outcome(
        contest(goal),
        *(turn(0, "plain", 10.0), turn(0, "fast", 12.0), turn(0, "slow", 24.0)),
        *(turn(1, "plain", 20.0), turn(1, "slow", 30.0, 20.0), turn(1, "fast", 30.0, 20.0)),
    ).figures

    assert figures["fast / us per delivery"].values == [12.0, 30.0]
    assert figures["fast / x C"].values == pytest.approx([1.2, 1.5])
    assert figures["fast over slow / us per delivery"].values == pytest.approx([0.5, 1.0])
    assert figures["fast over slow / us per delivery"].goal == 0.75
    assert "plain / x C" not in figures


def test_a_goal_that_all_rounds_miss_is_missed():
    rounds = [turn(n, "fast", 13.0 + n / 10) for n in range(6)]

    [text] = missed(outcome(contest(Goal("fast", "x C", 1.25)), *rounds))

    assert text.startswith("fast / x C")


def test_a_run_with_a_finding_gives_no_figure_and_fails_only_our_own():
    ours = outcome(contest(), turn(0, "fast", 1.0, findings=["lost one"]))
    theirs = outcome(contest(), turn(0, "slow", 1.0, findings=["lost one"]))

    assert (ours.failures, ours.figures) == (["fast, round 1: lost one"], {})
    assert (theirs.failures, theirs.findings) == ([], ["slow, round 1: lost one"])


def test_a_strained_audience_is_told_once_a_contestant():
    strained = Turn(0, "fast", Measured({"us per delivery": 1.0}, notes=["no rest"]), {})

    notes = outcome(contest(), strained, replace(strained, round=1)).notes

    assert notes == ["gone is absent", "fast, 2 runs: no rest"]


def test_the_page_says_who_does_what_and_who_was_absent():
    page = markdown_of([outcome(contest(), turn(0, "plain", 10.0), turn(0, "slow", 24.0))])

    assert "| slow | 24 | 2.4 | 1 |" in page
    assert "| fast | yes | yes | yes | yes |  |" in page
    assert "| slow | no | no | no | no |  |" in page
    assert "- gone is absent" in page


def test_contestants_and_workloads_are_chosen_by_name():
    contests = [
        contest(Goal("fast", "x C", 1, against="slow")),
        replace(contest(), workload=idle()),
    ]

    [left] = chosen(contests, only=["FA"], workloads=["10x10"])

    assert [each.name for each in left.field.contestants] == ["fast"]
    assert left.goals == []
    with pytest.raises(ValueError, match="10x10"):
        chosen(contests, workloads=["unheard-of"])
    with pytest.raises(ValueError, match="slow"):
        chosen(contests, only=["unheard-of"])


def idle():
    return silence(10)


def test_workloads_are_named_apart():
    names = [beat(10, 10).name, beat(10, 20).name, window(10, 8).name, silence(10).name]

    assert len(set(names)) == len(names)


def test_another_version_is_installed_into_another_folder():
    old, new = Recipe("pypi", ("thing==1",)), Recipe("pypi", ("thing==2",))

    assert old.home != new.home
    assert not old.is_there


def test_a_peer_that_is_not_installed_cannot_start(tmp_path):
    peer = Peer("peer", ("peer",), recipe=Recipe("pypi", ("thing==1",)))

    with pytest.raises(AbsentError, match="peer is not installed"):
        peer.start(tmp_path, core=None)
