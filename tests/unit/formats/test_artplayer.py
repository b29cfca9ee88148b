import json

from danmaku.domain.comment import Mode
from danmaku.formats.artplayer import ARTPLAYER
from tests.unit.formats.hostile import HOSTILE, TEXTS, file_of, shown


def test_items_have_what_the_plugin_checks():
    [item] = json.loads(file_of(ARTPLAYER, [shown(3, "hi", 1_500, mode=Mode.BOTTOM, color=255)]))

    assert item == {"text": "hi", "time": 1.5, "mode": 2, "color": "#0000ff", "id": "3"}


def test_texts_are_as_they_were_written():
    items = json.loads(file_of(ARTPLAYER, HOSTILE))

    assert {item["text"] for item in items} == set(TEXTS)
    assert all(len(item["color"]) == 7 for item in items)
