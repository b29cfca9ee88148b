"""The contest of servers, small: each contestant does its work; a server that lies is failed."""

import sys
from pathlib import Path

import pytest

from bench.contest.ours import OURS, OURS_AT_ONCE, OURS_DEFLATED
from bench.contest.peers import WEBSOCKETS, Peer
from bench.contest.plain import plain_loop, plain_loop_batching, plain_loop_gathering
from bench.contest.rounds import Field, Schedule, play
from bench.contest.run import Cores, measure
from bench.contest.workload import Beat, Silence, Window, Workload

ANYWHERE = Cores(server=None, driver=None)
LIAR = Path(__file__).with_name("lying_server.py")


def small(pace, **more):
    return Workload("small", "small", viewers=50, pace=pace, seconds=1.0, warm_s=0.2, **more)


@pytest.fixture(
    params=[plain_loop, plain_loop_batching, plain_loop_gathering, WEBSOCKETS, OURS, OURS_DEFLATED],
    ids=lambda each: getattr(each, "name", getattr(each, "__name__", "")),
)
def contestant(request):
    return request.param() if callable(request.param) else request.param


def test_in_an_open_loop_every_message_reaches_every_viewer(contestant):
    measured = measure(contestant, small(Beat(50)), ANYWHERE)

    assert measured.findings == []
    assert measured.values["deliveries per s"] == pytest.approx(2500, rel=0.2)
    assert measured.values["us per delivery"] > 0
    assert 0 < measured.values["p50 ms"] <= measured.values["p99 ms"]


@pytest.mark.parametrize("make", [plain_loop_batching, lambda: OURS], ids=["plain", "ours"])
def test_in_a_closed_loop_every_message_reaches_every_viewer(make):
    measured = measure(make(), small(Window(24)), ANYWHERE)

    assert measured.findings == []
    assert measured.values["deliveries per s"] > 0


def test_commits_are_told_apart():
    measured = measure(OURS_AT_ONCE, small(Beat(50)), ANYWHERE)

    assert measured.findings == []
    assert measured.values["commit p50 ms"] <= measured.values["commit p99 ms"]


@pytest.mark.parametrize("make", [plain_loop, lambda: OURS], ids=["plain", "ours"])
def test_viewers_of_quiet_rooms_hear_nothing(make):
    measured = measure(make(), small(Window(4), quiet_rooms=2), ANYWHERE)

    assert measured.findings == []


def test_a_viewer_and_a_handshake_have_their_price():
    measured = measure(OURS, small(Silence()), ANYWHERE)

    assert measured.findings == []
    assert measured.values["handshake us"] > 0


@pytest.mark.parametrize("lie", ["drop", "double", "swap"])
def test_a_server_that_lies_once_to_one_viewer_is_failed(lie):
    liar = Peer(lie, (sys.executable, str(LIAR), "{port}", lie))

    [finding] = measure(liar, small(Beat(50)), ANYWHERE).findings

    assert finding.startswith("viewer ")


def test_a_server_that_does_not_start_is_failed():
    nobody = Peer("nobody", (sys.executable, "-c", "raise SystemExit('no wish to')"))

    [finding] = measure(nobody, small(Beat(50)), ANYWHERE).findings

    assert "no wish to" in finding


def test_the_yardstick_runs_between_any_two():
    steps = []
    field = Field(plain_loop(), [WEBSOCKETS, plain_loop_batching()])

    turns = play(field, small(Beat(20)), Schedule(1, 1, ANYWHERE), steps.append)

    assert [step.contestant == "C loop" for step in steps] == [True, False, True, False, True]
    assert all(turn.plain for turn in turns if turn.contestant != "C loop")
