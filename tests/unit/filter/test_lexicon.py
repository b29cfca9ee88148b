from danmaku.filter.lexicon import ALLOWED, Part, keys_of, lexicon_of
from danmaku.filter.rules import Action, Combo, Klass, Rule, Ruleset
from danmaku.filter.variants import Kind

RULES = Ruleset(
    "v",
    (
        Rule("one", "c", Klass.HOUSE, Action.MASK, words=("加微信", "spam")),
        Rule("two", "c", Klass.HOUSE, Action.HOLD, combos=(Combo((("免费",), ("领",)), 3),)),
    ),
    ("加微信公众号",),
)


def test_patterns_are_numbered_by_rules_parts_and_phrases():
    lexicon = lexicon_of(RULES)

    owners = [lexicon.entry(number).owner for number in range(5)]

    assert owners == [0, 0, Part(1, 0, 0), Part(1, 0, 1), ALLOWED]
    assert lexicon.entry(5).kind is not Kind.WORD


def test_only_what_is_read_freely_has_variants():
    lexicon = lexicon_of(RULES)
    varied = {lexicon.entry(5 + at).word for at in range(len(lexicon.variants.spelled))}

    assert varied == {"加微信", "spam"}
    assert len(keys_of(RULES, lexicon.variants)) == 5 + len(lexicon.variants.spelled)


def test_words_that_are_heard_know_their_word():
    assert lexicon_of(RULES).sound_entry(0).word == "加微信"
