import msgspec
import pytest

from bench import scenario
from bench.scenario import (
    Act,
    Enforce,
    Join,
    Measures,
    Pause,
    Quiet,
    Rate,
    Rework,
    Scenario,
    Steps,
    Storm,
    Window,
    names,
)

ASKED_FOR = {
    "big_room", "enforcement", "flood", "hearing", "hot_room", "idle", "idle_15000", "inbound",
    "join_storm", "many_rooms_1", "many_rooms_100", "many_rooms_1000", "many_rooms_10000",
    "mixed_dialects", "one_node", "overload", "overload_peak", "quiet_room", "ramp", "recalls",
    "recalls_10000", "reconnect_storm", "rework", "rush", "saturation", "slow_viewers",
    "smoke", "stalled_none", "stalled_viewers", "two_nodes",
}  # fmt: skip


REWORK = Rework(at_s=2, for_s=6, comments=1000, sought_every=10, watchers=20)


def made(**changes):
    fields = {"name": "x", "title": "x", "viewers": {"json": 10}, "load": Quiet(seconds=10)}
    return Scenario(**(fields | changes))


def written(folder, name, text):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(scenario, "FOLDER", tmp_path)
    return tmp_path


def test_every_scenario_that_is_asked_for_reads():
    assert {name: Scenario.named(name).name for name in names()} == {n: n for n in ASKED_FOR}


def test_the_hot_room_is_what_the_goals_speak_of():
    hot = Scenario.named("hot_room")

    assert (hot.viewers_count, hot.load.per_s, hot.rules) == (1000, 100, 1000)
    assert hot.goals["end to end / p99 ms"] == 90


def test_a_big_room_is_as_big_as_one_process_bears():
    assert Scenario.named("big_room").viewers_count == 15_000


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"load": Rate(per_s=1, seconds=1, senders=0)}, "nobody sends"),
        ({"viewers": {"soap": 1}}, "soap"),
        ({"events": [Join(at_s=1, over_s=1, viewers={"soap": 1})]}, "soap"),
        ({"events": [Pause(at_s=10, for_s=1, share=0.5)]}, "at 10 s"),
        ({"events": [Storm(at_s=1, share=1.5, away_s=1, over_s=1)]}, "1.5 is no share"),
        ({"rooms": 0}, "a room at least"),
        ({"events": [REWORK, REWORK]}, "there is one past"),
        ({"events": [REWORK], "nodes": 2}, "of a server that is alone"),
    ],
)
def test_what_no_run_can_be_is_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        made(**changes)


@pytest.mark.parametrize(
    "load",
    [
        'kind = "rate"\nper_s = 5\nseconds = 1\nsenders = 1\nspeed = 3',
        'kind = "hurry"\nseconds = 1',
        'kind = "window"\nseconds = 1\nsenders = 1',
    ],
)
def test_a_file_that_is_no_scenario_says_where_it_is_wrong(folder, load):
    written(folder, "odd", f'title = "odd"\nviewers = {{ json = 1 }}\n[load]\n{load}')

    with pytest.raises(msgspec.ValidationError, match=r"\$\.load"):
        Scenario.named("odd")


def test_a_scenario_like_another_says_only_what_differs(folder):
    written(
        folder,
        "base",
        'title = "base"\nviewers = { json = 1, msgpack = 2 }\nrules = 7\n'
        '[load]\nkind = "rate"\nper_s = 5\nseconds = 1\nsenders = 1\n'
        '[goals]\n"a / b ms" = 1\n[settings]\nA = "1"\nB = "1"',
    )
    written(
        folder,
        "other",
        'title = "other"\nlike = "base"\nviewers = { json = 3 }\n'
        '[load]\nper_s = 9\n[goals]\n[settings]\nB = "2"',
    )
    written(folder, "still", 'title = "still"\nlike = "other"\n[load]\nkind = "quiet"\nseconds = 3')

    other, still = Scenario.named("other"), Scenario.named("still")

    assert other.load == Rate(per_s=9, seconds=1, senders=1)
    assert (other.viewers, other.rules, other.goals) == ({"json": 3}, 7, {})
    assert other.settings == {"A": "1", "B": "2"}
    assert still.load == Quiet(seconds=3)


def test_a_short_form_keeps_the_proportions():
    events = [
        Storm(at_s=4, share=1, away_s=2, over_s=2),
        Join(at_s=6, over_s=2, viewers={"json": 50}),
        Enforce(at_s=2, for_s=6, recalls_per_s=10),
        REWORK,
    ]
    long = made(viewers={"json": 100, "msgpack": 2}, rooms=10, events=events)

    short = long.shortened(scale=0.1, seconds=5)

    assert (short.seconds, short.rooms, short.viewers) == (5, 1, {"json": 10, "msgpack": 1})
    assert short.events == [
        Storm(at_s=2, share=1, away_s=1, over_s=1),
        Join(at_s=3, over_s=1, viewers={"json": 5}),
        Enforce(at_s=1, for_s=3, recalls_per_s=10),
        Rework(at_s=1, for_s=3, comments=100, sought_every=10, watchers=2),
    ]


def test_everybody_is_counted_who_is_there_in_the_end():
    joining = Join(at_s=1, over_s=1, viewers={"json": 50, "msgpack": 5})
    acts = Measures(at_s=0, for_s=1, acts=[Act.MUTE], per_s=1, people=4, sockets=8)
    load = Rate(per_s=1, seconds=2, senders=3)

    assert made(load=load, events=[joining]).everybody_count == 68
    assert made(load=load, events=[acts]).everybody_count == 45
    assert made(events=[REWORK]).everybody_count == 30


def test_enforcement_is_felt_by_ten_thousand():
    scenario = Scenario.named("enforcement")

    assert scenario.everybody_count == 10_000
    assert set(scenario.goals.values()) == {1000}
    assert scenario.shortened(scale=0.1).events[0].people == scenario.events[0].people


@pytest.mark.parametrize(
    ("load", "count"),
    [
        (Quiet(seconds=5), 0),
        (Rate(per_s=10, seconds=5, senders=1, warm_up_s=2), 70),
        (Steps(per_s=[10, 20], step_s=3, senders=1, p99_ms_max=9, warm_up_s=1), 100),
        (Window(in_flight=8, seconds=5, senders=1), None),
    ],
)
def test_the_planned_comments_are_counted(load, count):
    assert made(load=load).comments_count == count
