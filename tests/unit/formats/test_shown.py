import json

import msgspec

from danmaku.formats.shown import Marker, Shown
from tests.unit.formats.hostile import MARKER, shown


def test_kinds_are_told_by_the_first_field():
    assert list(json.loads(msgspec.json.encode(shown(1, "hi"))))[:3] == ["kind", "seq", "number"]
    assert json.loads(msgspec.json.encode(MARKER))["kind"] == "marker"


def test_what_is_as_usual_is_left_out():
    rows = [shown(1, "hi"), shown(1, "hi", restored=True)]

    assert ["restored" in json.loads(msgspec.json.encode(row)) for row in rows] == [False, True]
    assert isinstance(rows[0], Shown)
    assert not isinstance(rows[0], Marker)
