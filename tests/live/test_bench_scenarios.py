"""Each thing that can happen in a scenario, small: it happens, and no law is broken by it."""

import pytest
from msgspec import structs

from bench.outcome import environment
from bench.report import outcome_of
from bench.runner import run
from tests.live.site import brief

ACTS_FELT = ("mute", "suspend", "revoke", "switch", "control")


@pytest.fixture
def ran():
    def ran(name, *, scale, seconds, **settings):
        scenario = brief(name, scale=scale, seconds=seconds)
        scenario = structs.replace(scenario, settings=scenario.settings | settings)
        measured = run(scenario, seed=1, cores=1, progress=lambda _: None, yardstick=False)
        result = measured.result
        assert (result.broken, result.findings, result.lost, result.wrongs) == ({}, [], [], [])
        return result, outcome_of(measured, environment())

    return ran


def test_all_viewers_vanish_and_come_back_with_what_they_had(ran):
    result, kept = ran("reconnect_storm", scale=0.05, seconds=3)

    assert result.took_s["return"] > 0
    assert kept.figures["disturbed viewers / p99 ms"].values[0] > 200  # they were away so long


def test_many_join_at_once(ran):
    result, kept = ran("join_storm", scale=0.05, seconds=3)

    assert result.took_s["join"] > 0
    assert "disturbed viewers / p99 ms" not in kept.figures


def test_honest_senders_come_through_a_flood(ran):
    result, _ = ran("flood", scale=0.2, seconds=3)

    assert set(result.answers) == {"published"}
    assert result.attack["rate_limited"] > 0
    assert any("malformed: closed with 44" in ended for ended in result.thrown_out)


def test_what_the_house_does_is_felt_by_all_whom_it_is_about(ran):
    result, kept = ran("enforcement", scale=0.05, seconds=5)

    assert set(result.effects) == {
        *(f"{act} {how}" for act in ACTS_FELT for how in ("told", "refused")),
        "close ended",
    }
    assert set(result.answers) <= {"published", "room_paused", "platform_closed"}
    effect = kept.figures["effect / p99 ms"]
    assert (effect.unit, effect.goal) == ("ms", 1000)


def test_the_past_is_worked_over_while_others_talk(ran):
    result, kept = ran("rework", scale=0.02, seconds=12)

    assert set(result.answers) == {"published"}
    figures = {name: figure.values[0] for name, figure in kept.figures.items()}
    assert figures["preview / comments per s"] > 0
    assert figures["bulk recall / measures per s"] > 0
    assert figures["ratio / rise of live p99 to what is allowed"] >= 0
    assert figures["recall / p99 ms"] > 0  # in the room of those who talk
    span = result.meanwhile["preview"].span
    assert span.amount >= 2000
    assert 0 < span.begin_ns < 2 * span.cpu_ns  # as much as of which it is a part, but for noise


def test_a_closed_window_keeps_the_server_busy(ran):
    result, kept = ran("saturation", scale=0.03, seconds=1)

    assert set(result.answers) == {"published"}
    assert kept.figures["comment deliveries / per s"].values[0] > 30 * 64  # many times the window


def test_in_a_surge_everybody_is_answered_and_what_is_accepted_is_true(ran):
    result, kept = ran("overload", scale=0.1, seconds=2)

    assert set(result.answers) <= {"published", "overloaded", "rate_limited"}
    assert result.answers["overloaded"] > 0  # a record of two at a time is outrun on any machine
    assert result.answers["published"] > 0
    assert kept.figures["surge / accepted comments per s"].values[0] > 0


def test_a_ramp_says_how_far_it_came(ran):
    _, kept = ran("ramp", scale=0.05, seconds=2)

    assert kept.figures["ramp / good comments per s"].values[0] >= 0
    assert kept.curves["ramp / p99 end to end"].points[0][0] == 100


def test_slow_viewers_get_all_of_it_later(ran):
    result, kept = ran("slow_viewers", scale=0.1, seconds=2)

    assert result.deliveries > 0
    assert kept.figures["disturbed viewers / p99 ms"].values[0] > 500


def test_who_takes_nothing_any_more_is_let_go_and_comes_back(ran):
    brisk = {"GATEWAY__STALLED_MS_MAX": "1000", "GATEWAY__SEND_BUFFER_BYTES": "4096"}
    result, kept = ran("stalled_viewers", scale=0.01, seconds=9, **brisk)

    assert kept.figures["stall / ms until all were let go"].values[0] > 1000
    assert result.took_s["return"] > 0


def test_rooms_are_judged_one_by_one(ran):
    result, _ = ran("many_rooms_100", scale=0.2, seconds=1)

    assert result.deliveries > 0


def test_two_nodes_are_judged_as_one_house(ran):
    result, kept = ran("two_nodes", scale=0.05, seconds=2)

    assert len(result.spent.nodes_ns) == 2
    assert min(result.spent.nodes_ns) > 0
    assert "server CPU / us per comment heard" not in kept.figures


def test_who_only_hears_is_measured_apart(ran):
    _, kept = ran("hearing", scale=1, seconds=2)

    heard = kept.figures["server CPU / us per comment heard"].values[0]
    assert 0 < heard < kept.figures["server CPU / us per comment"].values[0]
