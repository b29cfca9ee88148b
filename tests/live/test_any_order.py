"""In whatever order things happen, no law is broken; and each broken promise breaks one."""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bench.faults import ForgetsClientIds
from danmaku.gateway.room_hub import RoomHub
from tests.contract.soundness import findings_in
from tests.live.any_order import AnyOrder, Stage
from tests.live.mutants import (
    DropsSilently,
    JoinsWithoutBuffer,
    KeepsTexts,
    ReusesNumbers,
    WritesTwice,
    reading,
    without_recalls,
)

QUICK, LONG, HUNT = 12, 1_000, 300  # stories
STEPS = 40
FIRST_FOUND = {"derandomize": True, "phases": [Phase.generate], "report_multiple_bugs": False}
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """A record that failed twice rests for a second, by a real clock."""
    monkeypatch.setattr("danmaku.store.writer.FAILURES_WITHIN_S", 0.0)


def told(stage, stories, **more):
    machine = type("Story", (AnyOrder,), {"stage": stage})
    how = settings(
        max_examples=stories,
        stateful_step_count=STEPS,
        suppress_health_check=CHECKS,
        database=None,
        **more,
    )
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.parametrize("stories", [QUICK, pytest.param(LONG, marks=pytest.mark.soak)])
def test_no_order_of_acts_breaks_a_law(quick_disk, stories):
    with Stage(quick_disk) as stage:
        told(stage, stories)

    assert findings_in(quick_disk) == []


def rooms_of_kind(room_hub):
    return {"danmaku.gateway.hub.RoomHub": room_hub}


MUTANTS = {
    "tells of no recall": rooms_of_kind(reading(RoomHub, without_recalls)),
}
SLOW_TO_FIND = {
    "reuses numbers": {"danmaku.store.store.Writer": ReusesNumbers},
    "joins without buffer": rooms_of_kind(JoinsWithoutBuffer),
    "drops silently": rooms_of_kind(DropsSilently),
    "keeps texts": rooms_of_kind(KeepsTexts),
}


@pytest.mark.parametrize(
    "parts",
    [
        *(pytest.param(parts, id=name) for name, parts in MUTANTS.items()),
        *(
            pytest.param(parts, id=name, marks=pytest.mark.soak)
            for name, parts in SLOW_TO_FIND.items()
        ),
    ],
)
def test_a_broken_promise_is_found(quick_disk, monkeypatch, parts):
    for place, part in parts.items():
        monkeypatch.setattr(place, part)

    with Stage(quick_disk) as stage, pytest.raises(AssertionError):
        told(stage, HUNT, **FIRST_FOUND)


@pytest.mark.soak
def test_a_record_that_forgets_who_said_what_is_found(quick_disk):
    def forgetful(store):
        return ForgetsClientIds(SimpleNamespace(record=store, rooms=None))

    with Stage(quick_disk, forgetful) as stage, pytest.raises(AssertionError):
        told(stage, HUNT, **FIRST_FOUND)


def test_two_entries_of_what_a_moderator_did_once_are_found(quick_disk):
    with Stage(quick_disk, WritesTwice) as stage, pytest.raises(AssertionError):
        told(stage, HUNT, **FIRST_FOUND)
