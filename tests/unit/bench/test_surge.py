import pytest
from hdrh.histogram import HdrHistogram

from bench.checker import Answer, Send
from bench.scenario import Surge
from bench.senders import Senders
from bench.surge import figures_of, surged

LOAD = Surge(per_s=1, surge_per_s=9, calm_s=1, surge_s=2, after_s=4, senders=1)
BEGIN_NS = 5_000_000_000


def ran(*sends):
    """Each (due_s, answered_s, op), by the measured time; None: it was never answered."""
    honest = Senders("b", "{}")
    for n, (due_s, answered_s, op) in enumerate(sends):
        due_ns = BEGIN_NS + round(due_s * 1e9)
        answers = []
        if answered_s is not None:
            answers = [Answer(op, BEGIN_NS + round(answered_s * 1e9), seq=n)]
        honest.due_ns[str(n)] = due_ns
        honest.sends[f"b-{n}"] = Send(f"b-{n}", str(n), due_ns, answers)
    return surged(LOAD, honest, BEGIN_NS)


def longest_ms(encoded):
    return HdrHistogram.decode(encoded).get_max_value() / 1000


def test_what_was_planned_in_the_surge_is_told_apart_by_its_answer():
    found = ran(
        (0.5, 0.9, "published"),
        (1.5, 1.6, "published"),
        (2.0, 2.9, "refused"),
        (2.9, 3.1, "published"),
    )

    assert (found.offered, found.accepted) == (3, 1)  # the last one was answered after it
    assert longest_ms(found.answered) == pytest.approx(900, rel=0.01)
    assert longest_ms(found.accepted_times) == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize(
    ("last", "back_s"),
    [
        ((3.5, 3.6, "published"), 0),
        ((3.5, 3.6, "refused"), 0.5),
        ((4.0, 4.4, "published"), 1.0),
        ((5.0, None, None), 2.0),
    ],
)
def test_it_is_well_again_after_the_last_who_was_refused_or_late(last, back_s):
    assert ran((2.0, 2.9, "refused"), last, (6.0, 6.1, "published")).back_s == back_s


def test_figures_are_of_a_second_and_of_milliseconds():
    figures = dict(figures_of(ran((1.5, 1.6, "published"), (2.0, 2.9, "refused"))))

    assert figures["surge / offered comments per s"] == 1
    assert figures["surge / accepted comments per s"] == 0.5
    assert figures["surge / answered p100 ms"] == pytest.approx(900, rel=0.01)
    assert figures["surge / ms until all is well"] == 0
    assert dict(figures_of(None)) == {}
