"""From all that was heard to what came of it: the checker's verdict, and the clock's figures."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import cast

import msgspec
import numpy as np
from hdrh.histogram import HdrHistogram

from bench.audience import Log
from bench.checker import Event, Fields, Finding, Record, Run, Send, check, counts_of
from bench.latency import Delivery, Slot, Times, histogram, receipts_by_slot
from bench.meanwhile import BEFORE, Meanwhile
from bench.scenario import Scenario, Steps, Surge
from bench.senders import Senders, last_answers
from bench.stage import Span, Stage
from bench.surge import Surged, surged
from bench.views import Views
from bench.watch import Spent

FINDINGS_SHOWN = 20
LATE_MS_MAX = 100.0
"""Who sends a hundredth of the comments later than this measures itself."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run. Histograms are HDR-encoded, microseconds unless it says otherwise.

    Attributes:
        comments: Planned within the measured time, by senders who keep to their limits.
        answers: How many of their sends got which last answer: an op, or the code of a refusal.
        attack: The same of those who flood.
        thrown_out: How attackers' sockets ended, and how often.
        deliveries: Comments times viewers who got them, within the measured time.
        frames: Batches times viewers, likewise.
        frame_bytes: Mean payload of a batch on the wire.
        end_to_end: From the planned moment to each viewer who was there all the time.
        disturbed: The same for viewers who were made to miss something at first.
        answered: From the planned moment to the answer.
        recalled: From the planned moment of a recall to each viewer.
        effects: From the planned moment of an act to each socket that felt it, by act and how.
        slots: End to end, by the part of the run.
        good_per_s: The last rate up to which every step was good; None: there were no steps.
        receipts: Comments times viewers, by the second in which they came.
        counts: How often what was done: recalls, restores, switches, skipped ranges.
        took_s: How long what took: joining, returning.
        stages: The server's own clocks, nanoseconds, by name.
        broken: Laws that did not hold, and how often.
        findings: The first few of them in full.
        wrongs: What should not have been, in words.
        lost: Connections that the server let down.
        saturated: Why times are not to be trusted; empty: they are.
        meanwhile: End to end while the past was worked over, by how; BEFORE: until then.
        published: Comments that were acknowledged as published within the measured time.
        surged: What became of comments in a surge; None: there was none.
        late: From the planned moment to the one at which a comment left.
    """

    comments: int
    answers: dict[str, int]
    attack: dict[str, int]
    thrown_out: dict[str, int]
    deliveries: int
    frames: int
    frame_bytes: float
    end_to_end: str
    disturbed: str
    answered: str
    recalled: str
    slots: list[Slot]
    receipts: list[int]
    good_per_s: float | None
    counts: dict[str, int]
    took_s: dict[str, float]
    stages: dict[str, str]
    broken: dict[str, int]
    findings: list[str]
    wrongs: list[str]
    lost: list[str]
    saturated: str
    spent: Spent
    effects: dict[str, str] = {}
    meanwhile: dict[str, Meanwhile] = {}
    published: int = 0
    surged: Surged | None = None
    late: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that a run left behind.

    Attributes:
        log: What viewers got.
        records: Each room's record in the end.
        begin_ns, end_ns: The measured time, on the monotonic clock.
        stages: What the server's clocks say.
    """

    scenario: Scenario
    stage: Stage
    log: Log
    records: Mapping[str, Record]
    begin_ns: int
    end_ns: int
    stages: dict[str, str]
    spent: Spent


def reckon(heard: Heard) -> Result:
    """Judge and count.

    Cost: seconds for some millions of rows.
    """
    stage, honest, load = heard.stage, heard.stage.honest, heard.scenario.load
    views = Views(heard.log, stage.places, stage.returns)
    told = [*views.deliveries(disturbed=stage.disturbed), *stage.crowd.deliveries()]
    findings = _findings(heard, views)
    steady = [delivery for delivery in told if not delivery.is_disturbed]
    times = _times(heard, steady)
    frames, payload_bytes = _frames(heard, told)
    late = _late(honest)
    receipts = receipts_by_slot(told, heard.begin_ns, heard.end_ns)
    return Result(
        comments=sum(heard.begin_ns <= due < heard.end_ns for due in honest.due_ns.values()),
        answers=last_answers(honest.sends.values()),
        attack=last_answers(stage.attack.sends.values()),
        thrown_out=dict(sorted(stage.thrown_out.items())),
        deliveries=sum(receipts),
        frames=frames,
        frame_bytes=payload_bytes / max(1, frames),
        end_to_end=_encoded(times.histogram()),
        disturbed=_encoded(_times(heard, [d for d in told if d.is_disturbed]).histogram()),
        answered=_encoded(_answered(heard).histogram()),
        recalled=_encoded(_recalled(heard, steady).histogram()),
        effects={what: _encoded(at) for what, at in _effects(heard, views, steady).items()},
        slots=(slots := times.slots()),
        receipts=receipts,
        good_per_s=_good_per_s(heard, slots),
        counts=dict(stage.counts + _skips(told)),
        took_s=stage.took_s,
        stages=heard.stages,
        broken=counts_of(findings),
        findings=[f"{f.law}: {f.where}: {f.what}" for f in findings[:FINDINGS_SHOWN]],
        wrongs=stage.wrongs,
        lost=[
            *stage.crowd.lost,
            *(
                f"viewer {lost.viewer}: {lost.why}"
                for lost in heard.log.losses
                if not stage.let_go[lost.viewer]
            ),
        ],
        saturated=heard.log.saturated or _strain_of(late),
        spent=heard.spent,
        meanwhile=_meanwhile(heard, steady),
        published=_published(heard),
        late=_encoded(late),
        surged=surged(load, honest, heard.begin_ns) if isinstance(load, Surge) else None,
    )


# --- the checker


def _findings(heard: Heard, views: Views) -> list[Finding]:
    """What the checker says of every room."""
    stage = heard.stage
    watched, sent = views.by_room(), _by_room(stage.honest, stage.attack)
    spoke: dict[bool, dict[str, dict[str, list[Event]]]] = {
        is_gone: defaultdict(dict) for is_gone in (True, False)
    }
    for n, seat in enumerate(stage.crowd.seats):
        spoke[seat.is_gone][seat.door.room][f"seat {n}"] = seat.events
    findings: list[Finding] = []
    for room, record in heard.records.items():
        here = {**watched.get(room, {}), **spoke[False].get(room, {})}
        findings += check(Run(record, here, sent.get(room, [])))
        # Who was thrown out saw no wrong thing either, but need not be at the top.
        findings += check(Run(record, spoke[True].get(room, {}), settled=False))
    return findings


def _by_room(*parties: Senders) -> dict[str, list[Send]]:
    rooms: defaultdict[str, list[Send]] = defaultdict(list)
    for party in parties:
        for room, sends in party.by_room().items():
            rooms[room] += sends
    return rooms


# --- the clock


def _times(heard: Heard, deliveries: Iterable[Delivery]) -> Times:
    load = heard.scenario.load
    slot_s = load.step_s if isinstance(load, Steps) else 1.0
    return _take_all(heard, deliveries, Times(heard.begin_ns, heard.end_ns, slot_s=slot_s))


def _times_within(heard: Heard, deliveries: Iterable[Delivery], span: Span) -> Times:
    return _take_all(heard, deliveries, Times(span.from_ns, min(span.until_ns, heard.end_ns)))


def _take_all(heard: Heard, deliveries: Iterable[Delivery], times: Times) -> Times:
    due_ns = heard.stage.honest.due_ns

    def due_of(entry: Fields) -> int | None:
        return due_ns.get(cast("str", entry["text"])) if entry["kind"] == "comment" else None

    times.take(deliveries, due_of)
    return times


def _meanwhile(heard: Heard, deliveries: Sequence[Delivery]) -> dict[str, Meanwhile]:
    spans = heard.stage.spans
    if not spans:
        return {}
    first_ns = min(span.from_ns for span in spans.values())
    before = Span(heard.begin_ns, first_ns, 0)
    return {
        name: Meanwhile(span, _encoded(_times_within(heard, deliveries, span).histogram()))
        for name, span in ({BEFORE: before} | spans).items()
    }


def _recalled(heard: Heard, deliveries: Iterable[Delivery]) -> Times:
    recalls_ns = heard.stage.recalls_ns

    def due_of(entry: Fields) -> int | None:
        return recalls_ns.get(cast("int", entry["seq"])) if entry["kind"] == "recall" else None

    times = Times(heard.begin_ns, heard.end_ns)
    times.take(deliveries, due_of)
    return times


def _effects(heard: Heard, views: Views, deliveries: Iterable[Delivery]) -> dict[str, HdrHistogram]:
    felts = heard.stage.felts
    found: defaultdict[str, Times] = defaultdict(partial(Times, heard.begin_ns, heard.end_ns))

    def due_of(entry: Fields) -> int | None:
        return felts.rooms_ns.get(cast("int", entry["seq"])) if entry["kind"] == "room" else None

    if felts.rooms_ns:
        found["switch told"].take(deliveries, due_of)
    for felt in felts.sockets:
        found[felt.what].add(felt.due_ns, np.array([felt.at_ns], np.int64))
    for control, at_ns in views.controls():
        if (due_ns := felts.controls_ns.get(control.until_ms)) is not None:
            found["control told"].add(due_ns, at_ns)
    return {what: times.histogram() for what, times in sorted(found.items())}


def _answered(heard: Heard) -> Times:
    honest, times = heard.stage.honest, Times(heard.begin_ns, heard.end_ns)
    for send in honest.sends.values():
        if send.answers and heard.begin_ns <= (due := honest.due_ns[send.text]) < heard.end_ns:
            times.add(due, np.array([send.answers[0].at_ns], np.int64))
    return times


def _late(honest: Senders) -> HdrHistogram:
    late = histogram()
    for send in honest.sends.values():
        late.record_value(max(1, (send.sent_ns - honest.due_ns[send.text]) // 1000))
    return late


def _strain_of(late: HdrHistogram) -> str:
    late_ms = late.get_value_at_percentile(99) / 1000
    return f"comments left {late_ms:.0f} ms late" if late_ms > LATE_MS_MAX else ""


def _published(heard: Heard) -> int:
    return sum(
        send.published is not None and heard.begin_ns <= send.answers[0].at_ns < heard.end_ns
        for send in heard.stage.honest.sends.values()
    )


def _frames(heard: Heard, deliveries: Iterable[Delivery]) -> tuple[int, float]:
    """Batches times viewers within the measured time, and their bytes."""
    frames, payload_bytes = 0, 0.0
    for delivery in deliveries:
        inside = (delivery.at_ns >= heard.begin_ns) & (delivery.at_ns < heard.end_ns)
        count = int(np.count_nonzero(inside))
        frames += count
        payload_bytes += delivery.bytes_count * count / len(delivery.at_ns)
    return frames, payload_bytes


def _skips(deliveries: Iterable[Delivery]) -> Counter[str]:
    skipped = sum(len(d.at_ns) for d in deliveries if d.batch.skipped)
    return Counter({"skipped ranges": skipped}) if skipped else Counter()


def _good_per_s(heard: Heard, slots: Sequence[Slot]) -> float | None:
    """None: the load had no steps."""
    load, honest = heard.scenario.load, heard.stage.honest
    if not isinstance(load, Steps):
        return None
    late_ns = (
        honest.due_ns[send.text] - heard.begin_ns
        for send in honest.sends.values()
        if send.published is None
    )
    return good_per_s(load, slots, {late // round(load.step_s * 1e9) for late in late_ns})


def good_per_s(load: Steps, slots: Sequence[Slot], refused: Collection[int]) -> float:
    """The last rate up to which every step was good; 0: not even the first one was.

    Args:
        load: The steps.
        slots: End to end, by step.
        refused: Steps in which a sender was told anything but yes.
    """
    p99_ms = {round(slot.from_s / load.step_s): slot.p99_ms for slot in slots}
    good = 0.0
    for step, per_s in enumerate(load.per_s):
        if step in refused or p99_ms.get(step, inf) > load.p99_ms_max:
            break
        good = per_s
    return good


def _encoded(times: HdrHistogram) -> str:
    return str(times.encode().decode())
