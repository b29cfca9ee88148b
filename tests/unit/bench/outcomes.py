"""Outcomes that say little, for tests of what is made of them."""

from bench.outcome import Curve, Environment, Figure, Outcome

WHERE = Environment("2026-01-01T00:00:00+00:00", "abc", "a processor", 2, "a system", "3.11", {})


def figure(*values, unit="ms", **asked):
    return Figure(list(values), unit, **asked)


def outcome(name="room", *, at="2026-01-01T00:00:00+00:00", kind="scenario", **fields):
    where = Environment(at, "abc", "a processor", 2, "a system", "3.11", {"uvloop": "0.1"})
    given = {"title": f"About {name}", "environment": where, "seed": 7, "figures": {}} | fields
    return Outcome(kind=kind, name=name, **given)


def curve(*points, x="s", y="ms"):
    return Curve(x, y, list(points))
