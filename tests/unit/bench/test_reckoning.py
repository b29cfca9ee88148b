import pytest

from bench.latency import Slot
from bench.reckoning import good_per_s
from bench.scenario import Steps

STEPS = Steps(per_s=[10, 20, 40], step_s=3, senders=1, p99_ms_max=100)


def slots(*p99s_ms):
    return [Slot(3.0 * step, 1, p99_ms) for step, p99_ms in enumerate(p99s_ms) if p99_ms]


@pytest.mark.parametrize(
    ("p99s_ms", "refused", "good"),
    [
        ((50, 60, 100), set(), 40),
        ((50, 60, 101), set(), 20),
        ((50, 101, 60), set(), 10),  # what comes after a bad step proves nothing
        ((50, 60, 70), {2}, 20),
        ((50, None, 70), set(), 10),  # nothing of it arrived
        ((50, 60, 70), {0}, 0),
    ],
)
def test_a_ramp_is_good_up_to_its_first_bad_step(p99s_ms, refused, good):
    assert good_per_s(STEPS, slots(*p99s_ms), refused) == good


def test_a_refusal_in_the_warm_up_spoils_no_step():
    assert good_per_s(STEPS, slots(50, 60, 70), {-1}) == 40
