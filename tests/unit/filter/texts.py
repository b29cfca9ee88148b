"""What the filter's tests share: rule sets of a few words, and what a screen finds."""

from danmaku.filter.rules import Action, Klass, Reading, Rule, Ruleset
from danmaku.filter.screen import Screen


def screen_of(*words, allowed=(), action=Action.MASK, reading=None, **more):
    rule = Rule("r", "c", Klass.HOUSE, action, words, reading=reading or Reading(), **more)
    return Screen(Ruleset("v", (rule,), tuple(allowed)))


def found(screen, text):
    return [text[hit.start : hit.end] for hit in screen.inspect(text).hits]
