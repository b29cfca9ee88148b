from danmaku.domain.ids import RoomId, Seq
from danmaku.nodes import recalls
from danmaku.nodes.recalls import Recalls

HERE = (RoomId("demo"), Seq(4))


def test_each_node_is_timed_once():
    reach = Recalls(patience_s=1.0)
    reach.begin(HERE, ["a", "b"], now_s=10.0)

    assert reach.applied(HERE, "a", now_s=10.25) == 0.25
    assert reach.applied(HERE, "a", now_s=10.5) is None
    assert reach.applied(HERE, "stranger", now_s=10.5) is None
    assert reach.missed(now_s=10.75) == []
    assert reach.applied(HERE, "b", now_s=10.75) == 0.75
    assert reach.missed(now_s=99.0) == []


def test_who_says_nothing_in_time_is_told_once():
    reach = Recalls(patience_s=1.0)
    reach.begin(HERE, ["a", "b"], now_s=10.0)
    reach.applied(HERE, "a", now_s=10.5)

    assert reach.missed(now_s=11.5) == [(HERE, {"b"})]
    assert reach.missed(now_s=12.0) == []


def test_a_node_alone_waits_for_nobody_and_many_recalls_stay_bounded(monkeypatch):
    monkeypatch.setattr(recalls, "WAITING_MAX", 2)
    reach = Recalls(patience_s=1.0)
    reach.begin(HERE, [], now_s=10.0)
    assert reach.missed(now_s=20.0) == []

    for seq in range(5):
        reach.begin((RoomId("demo"), Seq(seq)), ["a"], now_s=10.0)
    assert len(reach.missed(now_s=20.0)) == 2
