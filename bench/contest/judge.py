"""Judges what an audience received: each message once, in one order for all; and how late.

A contestant that loses, doubles or swaps one message has failed, whatever its speed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.audience import Log
from bench.contest.contestant import numbers_of

GRAIN_NS = 20_000
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What was published, and which part of it counts.

    Attributes:
        due_ns: When message 0, 1, 2 ... was due.
        speakers: Message n was said on connection n modulo so many; each keeps its own order.
        viewers: How many must get it all; further ones in the log must get nothing.
        from_ns, until_ns: The measured part.
    """

    due_ns: Sequence[int]
    speakers: int
    viewers: int
    from_ns: int
    until_ns: int


@dataclass(slots=True)
class Heard:
    """What came of it.

    Attributes:
        deliveries, frames, frame_bytes: Received within the measured part: messages times
            viewers, frames times viewers, and the payload bytes of those frames.
        times: Latencies of the messages due in the measured part, counted in grains of
            `GRAIN_NS`, rounded up.
        findings: The first of what was wrong, in words; empty for a good run.
    """

    deliveries: int = 0
    frames: int = 0
    frame_bytes: int = 0
    times: "Counter[int]" = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def latency_ms(self, share: float) -> float:
        """Least time that this share of the latencies does not exceed; 0 without any."""
        needed, so_far = share * self.times.total(), 0
        for grain, count in sorted(self.times.items()):
            so_far += count
            if so_far >= needed:
                return grain * GRAIN_NS / 1e6
        return 0.0


def judge(log: Log, said: Said) -> Heard:
    """Hold a log against what was said.

    Cost: some 150 ns a frame; a run of 130,000 frames a second takes less than it lasted.
    """
    contents = [numbers_of(payload) for payload in log.contents]
    heard = _measured(log, contents, said)
    heard.findings = [
        *(f"viewer {loss.viewer} was let down: {loss.why}" for loss in log.losses[:SHOWN]),
        *_disorder(log, contents, said),
    ]
    return heard


def _measured(log: Log, contents: Sequence[tuple[int, ...]], said: Said) -> Heard:
    heard = Heard()
    dues = [
        [said.due_ns[n] for n in numbers if n < len(said.due_ns) and _counts(said.due_ns[n], said)]
        for numbers in contents
    ]
    for payload, at_ns in zip(log.payloads, log.at_ns, strict=True):
        if not (numbers := contents[payload]):
            continue
        if _counts(at_ns, said):
            heard.deliveries += len(numbers)
            heard.frames += 1
            heard.frame_bytes += len(log.contents[payload].data)
        for due_ns in dues[payload]:
            heard.times[-((due_ns - at_ns) // GRAIN_NS)] += 1
    return heard


def _counts(at_ns: int, said: Said) -> bool:
    return said.from_ns <= at_ns < said.until_ns


def _disorder(log: Log, contents: Sequence[tuple[int, ...]], said: Said) -> list[str]:
    """Who did not get everything once and in order; the first few, in words."""
    order = _order(log, contents, said)
    places = {number: place for place, number in enumerate(order)}
    spans = [_span([places.get(number, -1) for number in numbers]) for numbers in contents]
    reached, wrong = [0] * said.viewers, dict[int, None]()
    for viewer, payload in zip(log.viewers, log.payloads, strict=True):
        first, behind = spans[payload]
        if first == behind:
            continue
        if viewer < said.viewers and reached[viewer] == first:
            reached[viewer] = behind
        else:
            wrong[viewer] = None
    wrong |= dict.fromkeys(n for n, place in enumerate(reached) if place < len(order))
    findings = [_what_is_wrong(n, _got_by(n, log, contents), order) for n in list(wrong)[:SHOWN]]
    return [*findings, f"{len(wrong)} viewers in all"] if len(wrong) > SHOWN else findings


def _span(places: list[int]) -> tuple[int, int]:
    """First place and the one behind the last; one that nobody can be at, if they are no run."""
    if not places:
        return 0, 0
    if places == list(range(places[0], places[0] + len(places))):
        return places[0], places[0] + len(places)
    return -2, -1


def _order(log: Log, contents: Sequence[tuple[int, ...]], said: Said) -> list[int]:
    """The order that all must have seen: that of the first viewer whose own can be right."""
    plain = list(range(len(said.due_ns)))
    if said.speakers == 1:
        return plain
    for viewer in range(min(SHOWN, said.viewers)):
        got = list(_got_by(viewer, log, contents))
        own = [[n for n in got if n % said.speakers == speaker] for speaker in range(said.speakers)]
        if sorted(got) == plain and all(numbers == sorted(numbers) for numbers in own):
            return got
    return plain


def _got_by(viewer: int, log: Log, contents: Sequence[tuple[int, ...]]) -> Iterable[int]:
    for who, payload in zip(log.viewers, log.payloads, strict=True):
        if who == viewer:
            yield from contents[payload]


def _what_is_wrong(viewer: int, got: Iterable[int], order: Sequence[int]) -> str:
    times = Counter(got)
    if missing := [number for number in order if number not in times]:
        return f"viewer {viewer} misses {len(missing)} messages, the first is {missing[0]}"
    if doubled := [number for number, count in times.items() if count > 1]:
        return f"viewer {viewer} got message {doubled[0]} more than once"
    if strange := times.keys() - set(order):
        return f"viewer {viewer} got message {min(strange)}, which was not said"
    return f"viewer {viewer} got the messages in another order"
