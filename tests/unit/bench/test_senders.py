from random import Random

from bench.senders import plan_of


def planned(seed):
    random = Random(seed)  # noqa: S311 -- no secret depends on it
    return plan_of(random, per_s=100, seconds=10, senders=3, text="text {}")


def test_one_seed_gives_one_plan():
    assert planned(1) == planned(1)
    assert planned(1) != planned(2)


def test_comments_come_in_order_at_the_mean_rate_and_all_take_turns():
    plan = planned(1)

    moments = [item.after_ns for item in plan]
    assert moments == sorted(moments)
    assert moments[-1] < 10e9
    assert 900 < len(plan) < 1100
    assert [item.sender for item in plan[:4]] == [0, 1, 2, 0]


def test_no_two_comments_say_the_same():
    texts = [item.text for item in planned(1)]

    assert len(set(texts)) == len(texts)
