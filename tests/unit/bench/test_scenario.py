import pytest

from bench.scenario import Scenario, names


@pytest.mark.parametrize("name", names())
def test_every_scenario_reads(name):
    assert Scenario.named(name).name == name


def test_the_hot_room_is_what_the_goals_speak_of():
    hot = Scenario.named("hot_room")

    assert (hot.viewers_count, hot.comments_per_s, hot.seconds) == (1000, 100, 60)
    assert hot.rules == 1000


def test_comments_need_somebody_to_send_them():
    with pytest.raises(ValueError, match="nobody sends"):
        Scenario("x", "x", {"json": 1}, 1.0, comments_per_s=1.0)


def test_viewers_of_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="soap"):
        Scenario("x", "x", {"soap": 1}, 1.0)
