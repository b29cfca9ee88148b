from bench.filter.rooms import ROOMS, WORDS, dealt, lists_of


def test_every_room_has_a_list_and_each_comment_a_room():
    lists = lists_of(seed=1)

    assert len(lists) == ROOMS
    assert {len(one.words) for one in lists} == {WORDS}
    assert sorted(dealt(["b", "a", "", "a"], seed=1)) == ["a", "b"]
    assert len(dealt([str(number) for number in range(2 * ROOMS)], seed=1)) == ROOMS
