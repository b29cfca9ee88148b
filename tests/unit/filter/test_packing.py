import pytest

from danmaku.filter.packing import PackError, pack, unpack
from danmaku.filter.rules import Action, Combo, Klass, Rule, Ruleset
from danmaku.filter.screen import Screen

SMALL = Screen(
    Ruleset(
        "v",
        (
            Rule("w", "c", Klass.HOUSE, Action.MASK, words=("加微信", "spam")),
            Rule("o", "c", Klass.HOUSE, Action.HOLD, combos=(Combo((("免费",), ("领",)), 3),)),
            Rule("p", "c", Klass.HOUSE, Action.HOLD, patterns=("群\\d+",)),
        ),
        ("spam museum",),
    )
)
WORDS = tuple(f"词{chr(0x4E00 + at)}{chr(0x5E00 + at)}" for at in range(400))
LARGE = Screen(Ruleset("w", (Rule("w", "c", Klass.HOUSE, Action.MASK, words=WORDS),)))
TEXTS = ["加威信", "s.p.a.m", "spam museum", "免费来领", "群1", "好看", WORDS[7], "ci" + WORDS[3]]


@pytest.mark.parametrize("screen", [SMALL, LARGE])
def test_what_was_packed_finds_the_same(screen):
    loaded = unpack(pack(screen))

    assert loaded.ruleset == screen.ruleset
    assert [loaded.inspect(text) for text in TEXTS] == [screen.inspect(text) for text in TEXTS]


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b[:0], lambda b: b[:-1] + b"x"]
)
def test_half_a_file_is_told_from_a_whole_one(damage):
    with pytest.raises(PackError):
        unpack(damage(pack(SMALL)))


def test_rules_built_with_other_tables_are_refused(monkeypatch):
    packed = pack(SMALL)
    version = "0 of another time"
    monkeypatch.setattr(
        "danmaku.filter.packing.tables", lambda: type("T", (), {"version": version})
    )

    with pytest.raises(PackError):
        unpack(packed)
