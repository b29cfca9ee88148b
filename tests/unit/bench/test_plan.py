"""The plans: a simulation that does not reproduce what was measured proves nothing."""

import pytest

from bench.outcome import environment
from bench.plan import fanout, plans, rooms, storm
from bench.plan.costs import Costs
from bench.verdict import is_good

MEASURED_P50_MS, MEASURED_P99_MS = 25.5, 51.9  # 1,000 viewers, 100 comments a second, one node
ALONE = Costs(hop_ms=0.0, publish_us=0.0, follow_us=490.0)


def test_one_node_is_as_late_as_it_was_measured() -> None:
    seen = fanout.simulated(fanout.Crowd(1000, 100, 1000), ALONE, seconds=30, seed=1)

    assert seen.percentile(0.5) == pytest.approx(MEASURED_P50_MS, rel=0.3)
    assert seen.percentile(0.99) == pytest.approx(MEASURED_P99_MS, rel=0.3)


def test_a_quiet_room_waits_for_nothing_but_the_commit_and_the_writing() -> None:
    costs = Costs(turn_ms=0.0)
    seen = fanout.simulated(fanout.Crowd(10, 0.1, 10), costs, seconds=100, seed=1)

    least_ms = costs.comment_us / 1000 + costs.commit_ms + 3 * costs.hop_ms
    assert least_ms < seen.percentile(0.99) < least_ms + 1


def test_every_comment_is_written_once() -> None:
    crowd = fanout.Crowd(100, 50, 100)
    seen = fanout.simulated(crowd, Costs(), seconds=20, seed=3)

    # Eighteen of twenty seconds count, each comment for each of the sampled viewers.
    comments = len(seen.delays_ms) / fanout.SAMPLED_VIEWERS
    assert comments == pytest.approx(18 * 50, rel=0.15)


def test_more_asked_of_a_node_than_a_core_gives_shows() -> None:
    seen = fanout.simulated(fanout.Crowd(20_000, 100, 20_000), Costs(), seconds=10, seed=1)

    assert seen.node_load > 0.95
    assert seen.percentile(0.99) > 200


def test_a_relay_takes_the_nodes_off_the_bus() -> None:
    costs = Costs(publish_us=50.0)
    flat = fanout.simulated(fanout.Crowd(400_000, 100, 1000), costs, seconds=10, seed=1)
    tiers = fanout.simulated(fanout.Crowd(400_000, 100, 1000, 20), costs, seconds=10, seed=1)

    assert tiers.bus_load < flat.bus_load / 5
    assert tiers.percentile(0.99) < flat.percentile(0.99)


def test_rooms_led_to_one_node_are_heard_once() -> None:
    town = rooms.Town(
        viewers=10_000, rooms=1000, comments_per_viewer_s=0.01, room_comments_per_s_max=200
    )

    led = rooms.share(town, Costs(), nodes=10, led_by_room=True)
    even = rooms.share(town, Costs(), nodes=10, led_by_room=False)

    assert led.writing == even.writing
    assert led.hearing < even.hearing / 4
    assert led.rooms < even.rooms
    assert sum(town.sizes()) == pytest.approx(town.viewers)


def test_too_few_nodes_are_told() -> None:
    with pytest.raises(ValueError, match="too few"):
        rooms.nodes_needed(plans.TOWN, Costs(), led_by_room=True, candidates=(10, 20))


def test_a_goodbye_brings_everybody_back_within_its_window() -> None:
    course = storm.simulated(storm.Storm(1000, 500, 10, 100, 20), Costs(), seed=2)

    assert course.back_s <= 10.1
    assert course.back[-1][1] == 1
    assert course.overload_s == 0


def test_a_door_with_a_limit_turns_away_what_would_have_made_everybody_late() -> None:
    open_door = storm.simulated(storm.Storm(4000, 4000, 0, 1e9, 20), Costs(send_us=3.0), seed=2)
    limited = storm.simulated(storm.Storm(4000, 4000, 0, 500, 20), Costs(send_us=3.0), seed=2)

    assert open_door.turned_away == 0 < limited.turned_away
    assert limited.overload_s < open_door.overload_s
    assert limited.back_s > open_door.back_s


@pytest.mark.parametrize("plan", plans.PLANS)
def test_the_plans_of_the_docs_hold(plan: object) -> None:
    assert callable(plan)
    outcome = plan(Costs(), environment(), seed=1)

    assert is_good(outcome)
    assert outcome.curves
