"""What became of comments while far more were sent than the server can take, and afterwards."""

from collections.abc import Iterator

import msgspec
import numpy as np
from hdrh.histogram import HdrHistogram

from bench.checker import Send
from bench.latency import Times
from bench.scenario import Surge
from bench.senders import Senders

ACCEPTED_PER_S = "surge / accepted comments per s"
WELL_MS = 300.0
"""Who is answered with yes within this has nothing to complain of."""


class Surged(msgspec.Struct, frozen=True):
    """Times from the planned moment to the answer, microseconds, HDR-encoded.

    Attributes:
        offered: Comments planned within the surge.
        accepted: How many published ones were acknowledged while it lasted.
        answered: Of all that were planned within it, whatever they were told.
        accepted_times: Of those that were published.
        back_s: From its end to the last comment that was refused or answered late; 0: there was
            none.
    """

    seconds: float
    offered: int
    accepted: int
    answered: str
    accepted_times: str
    back_s: float


def surged(load: Surge, honest: Senders, begin_ns: int) -> Surged:
    """Judge the answers of a run.

    Args:
        load: What was planned.
        honest: Who sent it.
        begin_ns: Of the measured time, on the monotonic clock.
    """
    from_ns = begin_ns + round(load.calm_s * 1e9)
    until_ns = from_ns + round(load.surge_s * 1e9)
    answered, accepted = Times(from_ns, until_ns), Times(from_ns, until_ns)
    offered = count = 0
    last_bad_ns = until_ns
    for send in honest.sends.values():
        due_ns, answer_ns = honest.due_ns[send.text], _answered_ns(send)
        is_published = send.published is not None
        count += is_published and answer_ns is not None and from_ns <= answer_ns < until_ns
        if from_ns <= due_ns < until_ns:
            offered += 1
            for times in (answered, accepted) if is_published else (answered,):
                times.add(due_ns, np.array([] if answer_ns is None else [answer_ns], np.int64))
        elif due_ns >= until_ns and not (is_published and _is_well(due_ns, answer_ns)):
            last_bad_ns = max(last_bad_ns, due_ns)
    return Surged(
        seconds=load.surge_s,
        offered=offered,
        accepted=count,
        answered=_encoded(answered),
        accepted_times=_encoded(accepted),
        back_s=(last_bad_ns - until_ns) / 1e9,
    )


def figures_of(found: Surged | None) -> Iterator[tuple[str, float | None]]:
    """Figures by name; none where there was no surge."""
    if found is None:
        return
    yield "surge / offered comments per s", found.offered / found.seconds
    yield ACCEPTED_PER_S, found.accepted / found.seconds
    for what, encoded in (("accepted", found.accepted_times), ("answered", found.answered)):
        times = HdrHistogram.decode(encoded)
        for share in (50, 99, 100):
            value = times.get_value_at_percentile(share) / 1000
            yield f"surge / {what} p{share} ms", value if times.get_total_count() else None
    yield "surge / ms until all is well", found.back_s * 1000


def _answered_ns(send: Send) -> int | None:
    return send.answers[0].at_ns if send.answers else None


def _is_well(due_ns: int, answer_ns: int | None) -> bool:
    return answer_ns is not None and (answer_ns - due_ns) / 1e6 <= WELL_MS


def _encoded(times: Times) -> str:
    return str(times.histogram().encode().decode())
