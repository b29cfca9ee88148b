"""A run's figures, in the units that people compare, and why it does not count."""

from collections.abc import Iterator
from itertools import chain

import msgspec
from hdrh.histogram import HdrHistogram

from bench import meanwhile, surge
from bench.latency import histogram
from bench.outcome import Curve, Environment, Figure, Outcome
from bench.runner import Measured
from bench.scenario import Scenario, Stall, Steps
from bench.watch import Spent

_SERVER_STAGES = {
    "decision": "decision",
    "filter": "filter",
    "commit": "commit",
    "fan-out": "fanout",
    "loop lag": "loop_lag",
    "collector": "gc",
}
"""What they are called here, and by the server."""

_CURVE_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1.0)
_PER_DELIVERY = "server CPU / us per comment delivery"
_PUBLISHED_PER_S = "comments / published per s"
_P99 = "end to end / p99 ms"
_P99_RISE = "ratio / rise of p99 to what is allowed"
P99_RISE_SHARE, P99_RISE_MS = 0.1, 5.0
"""The 99th percentile may rise by this share of what it is without, or by that: what is more."""
_TO_PEAK = "ratio / accepted in the surge to the peak"
_HIGHER_IS_BETTER = meanwhile.HIGHER_IS_BETTER | {
    surge.ACCEPTED_PER_S,
    _PUBLISHED_PER_S,
    _TO_PEAK,
    "comment deliveries / per s",
    "ramp / good comments per s",
}

_Named = Iterator[tuple[str, float | None]]


def outcome_of(measured: Measured, where: Environment, beside: Outcome | None = None) -> Outcome:
    """Judge a run and name its figures.

    Args:
        measured: The run.
        where: It took place.
        beside: What the scenario names for a comparison; its failures are this one's too.
    """
    scenario, result = measured.scenario, measured.result
    figures = chain(_figures(measured), _ratios(measured, beside))
    found = {name: value for name, value in figures if value is not None}
    beside_failures = [] if beside is None else [f"{beside.name}: {f}" for f in beside.failures]
    return Outcome(
        kind="scenario",
        name=scenario.name,
        title=scenario.title,
        environment=where,
        seed=measured.seed,
        figures={name: _figure_of(name, value, scenario) for name, value in found.items()},
        curves=_curves(measured),
        findings=result.findings,
        failures=failures_of(measured, found) + beside_failures,
        notes=_notes(measured),
        details={
            "scenario": msgspec.to_builtins(scenario),
            "answers": result.answers,
            "attack": result.attack,
            "thrown out": result.thrown_out,
            "done": result.counts,
            "took s": result.took_s,
            "comments": result.comments,
            "deliveries": result.deliveries,
            "frames": result.frames,
            "frame bytes": result.frame_bytes,
        },
    )


def failures_of(measured: Measured, found: dict[str, float]) -> list[str]:
    """Why a run does not count: a fast wrong run is a failed run."""
    result, scenario = measured.result, measured.scenario
    failures = [f"{law}: {count}" for law, count in result.broken.items()]
    failures += result.wrongs
    if result.lost:
        failures.append(f"{len(result.lost)} connections lost, first: {result.lost[0]}")
    unwanted = {a: n for a, n in result.answers.items() if a not in scenario.answers}
    if unwanted:
        failures.append(f"answers that nobody should have got: {unwanted}")
    if result.saturated:
        failures.append(f"the driver was saturated: {result.saturated}")
    for name, goal in scenario.goals.items():
        value = found.get(name)
        if value is None:
            failures.append(f"{name} was not measured")
        elif value < goal if name in _HIGHER_IS_BETTER else value > goal:
            failures.append(f"{name} {value:.4g}, not {goal:g}")
    return failures


# --- figures


def _figure_of(name: str, value: float, scenario: Scenario) -> Figure:
    return Figure(
        [value],
        unit=_unit_of(name),
        better="higher" if name in _HIGHER_IS_BETTER else "lower",
        goal=scenario.goals.get(name),
    )


def _unit_of(name: str) -> str:
    words = name.partition(" / ")[2].split()
    if name.startswith("ratio"):
        return "ratio"
    if "core" in words:
        return "cores"
    return next((unit for unit in ("us", "ms", "KiB") if unit in words), "1/s")


def _figures(measured: Measured) -> _Named:
    yield from _costs(measured)
    yield from _times(measured)
    yield from _storms(measured)
    yield from meanwhile.figures_of(measured.result.meanwhile)
    yield from surge.figures_of(measured.result.surged)


def _costs(measured: Measured) -> _Named:
    result, scenario, spent = measured.result, measured.scenario, measured.result.spent
    cpu_us = spent.cpu_ns / 1000
    per_frame, per_delivery = _per(cpu_us, result.frames), _per(cpu_us, result.deliveries)
    plain_us = measured.plain_loop.cpu_us_per_frame if measured.plain_loop else None
    yield _PER_DELIVERY, per_delivery
    yield "server CPU / us per frame", per_frame
    yield "server CPU / us per comment", _per(cpu_us, result.comments)
    yield "server CPU / us per comment heard", _heard_us(measured)
    yield "server CPU / share of a core", spent.cpu_ns / 1e9 / spent.seconds
    yield "plain loop / us per write", plain_us
    yield "ratio / per frame", _ratio(per_frame, plain_us)
    yield "ratio / per comment delivery", _ratio(per_delivery, plain_us)
    yield "comment deliveries / per s", _per(result.deliveries, round(spent.seconds)) or None
    yield _PUBLISHED_PER_S, _per(result.published, round(spent.seconds)) or None
    yield "memory / KiB a viewer", _memory_kib(spent, scenario)
    yield "memory / KiB at the most", spent.memory_peak / 1024 or None
    yield "handshake / us CPU a viewer", _per(spent.handshake_ns / 1000, scenario.viewers_count)
    yield "driver / share of a core", spent.driver_ns / 1e9 / spent.seconds


def _ratios(measured: Measured, beside: Outcome | None) -> _Named:
    if beside is None:
        return
    if (surged := measured.result.surged) is not None:
        peak = beside.figures.get(_PUBLISHED_PER_S)
        accepted_per_s = surged.accepted / surged.seconds
        yield _TO_PEAK, _ratio(accepted_per_s, None if peak is None else peak.values[0])
        return
    if any(isinstance(event, Stall) for event in measured.scenario.events):
        yield _P99_RISE, _rise(measured, beside)
        return
    theirs = beside.figures.get(_PER_DELIVERY)
    ours = _per(measured.result.spent.cpu_ns / 1000, measured.result.deliveries)
    ratio = _ratio(ours, None if theirs is None else theirs.values[0])
    yield f"ratio / per comment delivery, to {beside.name}", ratio


def _rise(measured: Measured, beside: Outcome) -> float | None:
    p99_ms = _at(HdrHistogram.decode(measured.result.end_to_end), 99, 1000)
    if p99_ms is None or (theirs := beside.figures.get(_P99)) is None:
        return None
    [was_ms] = theirs.values
    return max(0.0, p99_ms - was_ms) / max(P99_RISE_SHARE * was_ms, P99_RISE_MS)


def _heard_us(measured: Measured) -> float | None:
    """What a comment costs on a node that only hears of it; None where each has senders."""
    result, speaking = measured.result, measured.scenario.speaking
    silent_ns = result.spent.nodes_ns[speaking:] if speaking else []
    return _per(sum(silent_ns) / 1000, result.comments * len(silent_ns))


def _times(measured: Measured) -> _Named:
    result = measured.result
    for name, encoded in (
        ("end to end", result.end_to_end),
        ("answer", result.answered),
        ("recall", result.recalled),
        ("disturbed viewers", result.disturbed),
    ):
        for share in (50, 99, 99.9):
            yield f"{name} / p{share:g} ms", _at(HdrHistogram.decode(encoded), share, 1000)
    if result.late:
        yield "driver / p99 ms late", _at(HdrHistogram.decode(result.late), 99, 1000)
    yield "recall / p100 ms", _at(HdrHistogram.decode(result.recalled), 100, 1000)
    yield from _effects(result.effects)
    stages = {
        name: HdrHistogram.decode(result.stages[theirs])
        for name, theirs in _SERVER_STAGES.items()
        if theirs in result.stages
    }
    for name in ("decision", "filter"):
        yield f"{name} / p50 us", _at(stages.get(name), 50, 1000)
        yield f"{name} / p99 us", _at(stages.get(name), 99, 1000)
    for name in ("commit", "fan-out"):
        yield f"{name} / p50 ms", _at(stages.get(name), 50, 1e6)
        yield f"{name} / p99 ms", _at(stages.get(name), 99, 1e6)
    for name in ("loop lag", "collector"):
        yield f"{name} / max ms", _at(stages.get(name), 100, 1e6)


def _effects(effects: dict[str, str]) -> _Named:
    """Of each act by how it was felt, and of all together."""
    if not effects:
        return
    every = histogram()
    for what, encoded in effects.items():
        times = HdrHistogram.decode(encoded)
        every.add(times)
        for share in (50, 99, 100):
            yield f"{what} / p{share} ms", _at(times, share, 1000)
    for share in (50, 99, 100):
        yield f"effect / p{share} ms", _at(every, share, 1000)


def _storms(measured: Measured) -> _Named:
    result = measured.result
    for what, took_s in result.took_s.items():
        end = "let go" if what == "stall" else "in"
        yield f"{what} / ms until all were {end}", took_s * 1000
    if result.good_per_s is not None:
        yield "ramp / good comments per s", result.good_per_s


def _memory_kib(spent: Spent, scenario: Scenario) -> float | None:
    held = spent.memory_held - spent.memory_before
    return _per(held / 1024, scenario.everybody_count)


def _at(times: HdrHistogram | None, share: float, unit: float) -> float | None:
    """None: there were no values."""
    if times is None or not times.get_total_count():
        return None
    return float(times.get_value_at_percentile(share)) / unit


def _per(amount: float, count: int) -> float | None:
    return amount / count if count else None


def _ratio(ours: float | None, plain: float | None) -> float | None:
    return None if ours is None or not plain else ours / plain


# --- curves and notes


def _curves(measured: Measured) -> dict[str, Curve]:
    result = measured.result
    micros = {
        "end to end": result.end_to_end,
        "disturbed viewers": result.disturbed,
        "answer": result.answered,
        "recall": result.recalled,
        **result.effects,
        **{f"live, {what}": found.end_to_end for what, found in result.meanwhile.items()},
    }
    nanos = {name: result.stages.get(theirs, "") for name, theirs in _SERVER_STAGES.items()}
    curves = {
        f"latency / {name}": _latency(HdrHistogram.decode(encoded), unit)
        for stages, unit in ((micros, 1000), (nanos, 1e6))
        for name, encoded in stages.items()
        if encoded
    }
    return {name: curve for name, curve in curves.items() if curve.points} | _series(measured)


def _latency(times: HdrHistogram, unit: float) -> Curve:
    points = [(share, _at(times, share * 100, unit)) for share in _CURVE_SHARES]
    return Curve("share", "ms", [(share, ms) for share, ms in points if ms is not None])


def _series(measured: Measured) -> dict[str, Curve]:
    result, load = measured.result, measured.scenario.load
    deliveries = [(float(second), float(n)) for second, n in enumerate(result.receipts)]
    shares = [(float(second), share) for second, share in enumerate(result.spent.shares, start=1)]
    slow = [(slot.from_s, slot.p99_ms) for slot in result.slots]
    series = {
        "over time / comment deliveries": Curve("s", "1/s", deliveries),
        "over time / p99 end to end": Curve("s", "ms", slow),
        "over time / server CPU": Curve("s", "cores", shares),
    }
    if isinstance(load, Steps):
        p99_ms = {round(slot.from_s / load.step_s): slot.p99_ms for slot in result.slots}
        by_rate = [(rate, p99_ms[step]) for step, rate in enumerate(load.per_s) if step in p99_ms]
        series["ramp / p99 end to end"] = Curve("comments per s", "ms", by_rate)
    return {name: curve for name, curve in series.items() if curve.points}


def _notes(measured: Measured) -> list[str]:
    notes = []
    if measured.plain_loop_absent and measured.result.frames:
        notes.append(f"no ratio: {measured.plain_loop_absent}")
    if measured.result.saturated:
        notes.append(f"the driver was saturated: {measured.result.saturated}")
    return notes
