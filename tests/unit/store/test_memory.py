from danmaku.store.memory import Recent


def known(recent, *wanted):
    found = {}
    unknown = recent.recall(wanted, found)
    return found, unknown


def test_what_was_learnt_is_recalled_and_the_rest_named():
    recent = Recent(2)
    recent.learn({"a": 1, "b": 2})

    assert known(recent, "a", "c") == ({"a": 1}, ["c"])


def test_what_was_used_longest_ago_makes_room():
    recent = Recent(2)
    recent.learn({"a": 1, "b": 2})
    recent.learn({"a": 1, "c": 3})

    assert known(recent, "a", "b", "c") == ({"a": 1, "c": 3}, ["b"])


def test_the_newest_value_counts():
    recent = Recent(2)
    recent.learn({"a": 1})
    recent.learn({"a": 2})

    assert known(recent, "a") == ({"a": 2}, [])


def test_nothing_is_known_after_forgetting_and_none_ever_without_room():
    forgetful, roomless = Recent(2), Recent(0)
    for recent in (forgetful, roomless):
        recent.learn({"a": 1})
    forgetful.forget()

    assert known(forgetful, "a") == known(roomless, "a") == ({}, ["a"])
