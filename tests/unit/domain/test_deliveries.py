from danmaku.domain.deliveries import Stretch, Turn


def test_a_turn_is_open_to_its_node_and_to_others_when_it_is_over():
    turn = Turn("one", until_ms=10)

    assert turn.is_open_to("one", now_ms=5)
    assert not turn.is_open_to("two", now_ms=9)
    assert turn.is_open_to("two", now_ms=10)


def test_a_stretch_is_as_long_as_the_entries_in_it():
    assert Stretch("demo", after=3, upto=10, dues=()).length == 7
