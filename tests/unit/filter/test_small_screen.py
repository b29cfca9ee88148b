from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.normalize import scanned_of
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action, Klass, Rule
from danmaku.filter.screen import Screen
from danmaku.filter.small_screen import NEAR, SmallScreen

RULES = """
[[rule]]
id = "stars"
category = "mild"
class = "negative"
action = "mask"
words = ["aab", "dada"]
[[rule]]
id = "grey"
category = "plain"
class = "house"
action = "neutral"
words = ["cc"]
[[rule]]
id = "wait"
category = "contact"
class = "negative"
action = "hold"
words = ["bcd"]
[[rule]]
id = "never"
category = "spam"
class = "illegal"
action = "refuse"
words = ["abd"]
[[allow]]
phrases = ["a harmless aab"]
"""
SCREEN = Screen(parse_rules(RULES))


def small(*words, action=Action.HOLD):
    rule = Rule("own", "own_list", Klass.HOUSE, action, words, reading=NEAR)
    return SmallScreen(rule, "own@1")


def both(text, own):
    scanned = scanned_of(text)
    return own.tighten(SCREEN.findings(scanned), scanned)


def test_words_are_found_as_the_rules_find_them():
    own = small("剧透", "ending")

    for text in (
        "剧透",
        "剧 . 透",
        "劇透透",
        "E.n.d.i.n.g",
        "endinggg",
        "ＥＮＤＩＮＧ",
        "the ending",
    ):
        assert both(text, own).action is Action.HOLD, text
    for text in ("剧组透露", "bending", "3nding", "jutou", ""):
        assert both(text, own).action is Action.PASS, text


def test_what_is_not_found_leaves_all_but_the_version():
    findings = both("bcd", small("zzz"))

    assert findings.ruleset == f"{SCREEN.ruleset.version}+own@1"
    assert (findings.action, findings.category) == (Action.HOLD, "contact")


def test_an_allowed_phrase_of_the_house_does_not_protect_from_the_list():
    assert SCREEN.inspect("a harmless aab").action is Action.PASS
    assert both("a harmless aab", small("harmless")).category == "own_list"


def test_the_reason_of_the_rules_stands_unless_the_list_is_graver():
    assert both("bcd own", small("own")).category == "contact"
    assert both("bcd own", small("own", action=Action.REFUSE)).category == "own_list"
    assert both("abd own", small("own", action=Action.MASK)).category == "spam"


def test_masks_of_both_are_joined():
    assert both("dada own", small("own", action=Action.MASK)).masked == "**** ***"


LETTERS = st.text(alphabet="abcd .", max_size=12)
LISTS = st.lists(st.text(alphabet="abcd", min_size=1, max_size=4), max_size=4)
ACTIONS = st.sampled_from([Action.MASK, Action.HOLD, Action.REFUSE])


@given(LETTERS, LISTS, ACTIONS)
def test_a_list_never_loosens_what_the_rules_say(text, words, action):
    before, after = SCREEN.inspect(text), both(text, small(*words, action=action))

    assert after.action.weight >= before.action.weight
    assert set(before.hits) <= set(after.hits)
    if after.action is before.action:
        assert (after.category, after.klass) == (before.category, before.klass)
    starred, hidden = before.masked or text, after.masked or text
    assert all(one != "*" or other == "*" for one, other in zip(starred, hidden, strict=True))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in after.hits)
