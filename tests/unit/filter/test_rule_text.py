from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rule_text import text_of

RULES = r"""
[[rule]]
id = "contact"
category = "contact"
class = "house"
action = "hold"
words = ["加微信", "say \"hi\" \\ there"]
contacts = ["phone", "digits"]
digits_min = 6
patterns = ["群\\s*\\d{6,10}"]
by = "the duty desk"
why = "a wave"
basis = "notice 5"
since = 2026-01-01
until = 2030-01-01T10:00:00.250Z
[[rule.combo]]
all = ["免费", ["领", "送"]]
within = 6
order = "any"
none = ["领导"]
[[rule]]
id = "rude"
category = "abuse"
class = "negative"
action = "mask"
words = ["废物"]
latin_boundary = false
inflections = true
[[allow]]
phrases = ["废物利用"]
"""


def test_what_was_written_down_reads_as_the_same_rules():
    before = parse_rules(RULES)

    after = parse_rules(text_of(before))

    assert (after.rules, after.allowed) == (before.rules, before.allowed)


def test_nothing_is_a_rule_file_too():
    assert parse_rules(text_of(parse_rules(""))).rules == ()
