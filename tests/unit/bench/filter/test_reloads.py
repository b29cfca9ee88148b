from bench.filter.reloads import Noticed


def test_one_look_in_a_hundred_takes_longer():
    noticed = Noticed(looks_ns=[*range(1000, 101_000, 1000)])

    assert noticed.p99_us() == 99
    assert Noticed(looks_ns=[5000]).p99_us() == 5
