"""A bench that cannot fail proves nothing: it runs against servers with one fault each."""

import pytest

from bench.checker import Law
from bench.faults import SPOILS, STORES
from bench.outcome import environment
from bench.report import outcome_of
from bench.runner import run
from tests.live.site import brief

SHORT = brief("smoke", scale=0.2, seconds=1)
ENFORCED = brief("recalls", scale=0.05, seconds=2)


def outcome(scenario, fault=None):
    measured = run(scenario, seed=1, cores=1, progress=lambda _: None, fault=fault, yardstick=False)
    return measured.result, outcome_of(measured, environment())


@pytest.mark.parametrize("scenario", [SHORT, ENFORCED], ids=lambda scenario: scenario.name)
def test_a_sound_server_breaks_no_law(scenario):
    result, kept = outcome(scenario)

    assert (result.broken, result.findings, result.lost, result.wrongs) == ({}, [], [], [])
    assert result.deliveries > 0
    assert kept.figures["end to end / p99 ms"].values[0] > 0


NAMED = {
    "publishes first": Law.SEEN_NOT_RECORDED,
    "answers first": Law.ACKED_NOT_RECORDED,
    "drops comments": Law.RECORDED_NOT_SEEN,
    "drops recalls": Law.RECALL_MISSED,
    "garbles": Law.CONTENT,
    "drops a delivery": Law.RECORDED_NOT_SEEN,
    "doubles a delivery": Law.ORDER,
    "swaps two": Law.ORDER,
}


# These break no law of the record:
QUIET = "keeps measures quiet"  # whom it is about feels too little
DAWDLES = "dawdles at measures"  # and everybody waits


def test_every_fault_is_tried():
    assert NAMED.keys() | {QUIET, DAWDLES} == STORES.keys() | SPOILS.keys()


def test_a_server_that_tells_nobody_of_measures_fails_the_run():
    # To bring in those whom it is about takes some of the time.
    result, kept = outcome(brief("enforcement", scale=0.01, seconds=4), QUIET)

    assert "mute: 1 sockets were not told" in result.wrongs
    assert set(result.wrongs) <= set(kept.failures)
    assert result.effects.keys() >= {"mute refused", "switch told"}


def test_a_server_whose_live_traffic_waits_for_measures_fails_the_run():
    result, kept = outcome(brief("rework", scale=0.02, seconds=12), DAWDLES)

    assert result.broken == {}
    rise = "ratio / rise of live p99 to what is allowed"
    assert [told for told in kept.failures if told.startswith(rise)]


@pytest.mark.parametrize("fault", NAMED)
def test_a_fault_fails_the_run(fault):
    scenario = ENFORCED if fault in {"drops recalls", "swaps two"} else SHORT

    result, kept = outcome(scenario, fault)

    assert NAMED[fault] in result.broken
    assert any(str(NAMED[fault]) in failure for failure in kept.failures)
    assert kept.findings
