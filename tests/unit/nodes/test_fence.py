from danmaku.nodes.fence import Fence


def test_word_from_the_bus_or_from_the_record_keeps_it_open():
    fence = Fence(5.0, now_s=0.0)
    for now_s in range(1, 20):
        (fence.hear if now_s % 2 else lambda s: fence.confirm(s, s))(float(now_s))
        assert not fence.look(float(now_s))
    assert not fence.is_closed


def test_silence_closes_it_once():
    fence = Fence(5.0, now_s=0.0)
    told = [fence.look(float(now_s)) for now_s in range(1, 9)]

    assert told == [False, False, False, False, False, True, False, False]
    assert fence.is_closed


def test_only_the_record_opens_it_again():
    fence = Fence(5.0, now_s=0.0)
    for now_s in range(1, 8):
        fence.look(float(now_s))
    fence.hear(7.0)
    assert fence.is_closed

    assert fence.confirm(7.0, 7.5)
    assert not fence.is_closed


def test_a_sleep_closes_it_whatever_was_heard():
    fence = Fence(5.0, now_s=0.0)
    fence.look(1.0)
    fence.hear(41.0)

    assert fence.slept(41.0)
    assert fence.look(41.0)


def test_a_confirmation_from_before_the_sleep_does_not_open_it():
    fence = Fence(5.0, now_s=0.0)
    fence.look(1.0)

    assert not fence.confirm(1.0, 41.0)
    fence.look(41.0)
    assert not fence.confirm(1.5, 41.5)
    assert fence.is_closed
    assert fence.confirm(41.2, 41.6)
