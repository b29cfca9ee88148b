import json
from importlib.resources import files
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.findings import Findings, Hit
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action, Contact, Klass, Reading, Rule, Ruleset
from danmaku.filter.screen import Screen
from danmaku.filter.variants import Kind

HERE = Path(__file__).parent
SAMPLE = Screen(parse_rules(files("danmaku.filter").joinpath("sample_rules.toml").read_text()))
BASE = Screen(parse_rules((HERE / "base_rules.toml").read_text("utf-8")))
CASES = [json.loads(line) for line in (HERE / "cases.jsonl").read_text("utf-8").splitlines()]
EVASIONS = [case for case in CASES if case["spans"]]
BENIGN = [case for case in CASES if not case["spans"]]

NEUTRAL = Screen(
    parse_rules("""
[[rule]]
id = "neutral"
category = "ads"
class = "house"
action = "hold"
words = ["卖号", "陪玩", "彩票", "键盘侠", "青云门", "张小凡", "扫码进群", "垃圾主播", "低价出售",
    "loser", "noob", "scam", "viagra", "jackpot", "telegram", "whatsapp", "giveaway", "win88"]
[[allow]]
phrases = ["买卖号码"]
""")
)
DISGUISED = {
    "卖号": "賣號 卖·号 卖👨\u200d👩\u200d👧号 卖🇨🇳号 卖\u3164号 卖̸号̸ 卖\n号 mai号 卖hao",
    "陪玩": "赔玩 陪顽 陪\u2060玩 pei玩",
    "彩票": "彩瞟 睬票 彩西示 caipiao",
    "键盘侠": "鍵盤俠 键(盘)侠 见盘侠 键pan侠 键p侠 钅建盘侠 侠盘键 jiànpánxiá JianPanXia",
    "青云门": "⻘云⻔ 青★云★门 青云们",
    "张小凡": "張小凡 弓长小凡 张晓凡 张小帆 zhangxiaofan",
    "扫码进群": "掃．碼．進．群 扫马进群 扫码近群 smjq saomajinqun 扫石马进群 群进码扫 扫m进群",
    "垃圾主播": "垃🔥圾🔥主🔥播 辣鸡主播 垃ji主bo 垃土及主播 ljzb 垃垃圾圾主播",
    "低价出售": "低價出售 低价出受",
    "loser": "ＬＯＳＥＲ l0s3r lоsеr ⓛⓞⓢⓔⓡ 🇱🇴🇸🇪🇷 l̶o̶s̶e̶r̶ ʟᴏꜱᴇʀ l*ser resol lo\u200dser",
    "noob": "n00b ռօօҍ 𝕟𝕠𝕠𝕓 nnnooob n.o.o.b ɴooʙ",
    "scam": "$cam ₴₵a₥ ᏚᏟᎪᎷ sc4m ₛcₐₘ ЅСАМ s/c/a/m",
    "viagra": "ʌiagra v1agra νιαgrα 𝓿𝓲𝓪𝓰𝓻𝓪",
    "jackpot": "j4ckp0t ջackpot jаckроt",
    "win88": "win⑧⑧ win八八 win捌捌 win8️⃣8️⃣ win㊇㊇",
}
HONEST = """
哈哈哈哈 2333 比分110:108 KDA_12/3/8 BV1GJ411x7h7 ¯\\_(ツ)_/¯ 床前明月光疑是地上霜
见面盘点 检票盘问 配完音 买卖号码 玩家陪跑 票房彩蛋 弓长岭 扫描进度 门云 才气 期盼
closer snobs scamper telegraphed give_a_way_out no_object wins_88
こんにちは 안녕하세요 Привет مرحبا می‌خواهم Việt_Nam ขอบคุณ नमस्ते façade İzmir
A1高速 S8赛季 k8s 4K p2p 🇨🇳🇨🇳 №1 ½ ♪♪ ㋡ 1️⃣2️⃣3️⃣ made nice face
"""

TWO_OF_A_KIND = """
[[rule]]
id = "mild"
category = "abuse"
class = "house"
action = "mask"
words = ["大笨蛋先生", "笨蛋"]
[[rule]]
id = "grave"
category = "abuse"
class = "illegal"
action = "refuse"
words = ["蛋先"]
"""

# text, action, category
SAMPLES = [
    ("主播好厉害", Action.PASS, None),
    ("what a fizzlebug", Action.MASK, "demo"),
    ("咕噜待审", Action.HOLD, "demo"),
    ("Grumble wock? grumblewock!", Action.REFUSE, "demo"),
    ("free followers here", Action.REFUSE, "spam"),
    ("加 微 信", Action.HOLD, "contact"),
    ("废物利用", Action.PASS, None),
    ("你这废物", Action.MASK, "abuse"),
    ("笨蛋，加微信", Action.HOLD, "contact"),
    ("咕噜打码 咕噜待审 咕噜禁语", Action.REFUSE, "demo"),
]


@pytest.mark.parametrize(("text", "action", "category"), SAMPLES)
def test_strongest_action_decides(text, action, category):
    findings = SAMPLE.inspect(text)

    assert (findings.action, findings.category) == (action, category)


def test_findings_tell_rule_place_and_version():
    findings = SAMPLE.inspect("你这废·物")

    assert findings == Findings(
        action=Action.MASK,
        category="abuse",
        klass=Klass.NEGATIVE,
        hits=(
            Hit(
                rule_id="rude",
                category="abuse",
                klass=Klass.NEGATIVE,
                action=Action.MASK,
                start=2,
                end=5,
                term="废物",
                kind=Kind.SKIP,
            ),
        ),
        ruleset=SAMPLE.ruleset.version,
        masked="你这***",
    )


def test_text_without_hits_passes_unmasked():
    findings = SAMPLE.inspect("你好")

    assert (findings.action, findings.hits, findings.masked) == (Action.PASS, (), None)
    assert findings.ruleset == SAMPLE.ruleset.version


def test_held_text_is_not_masked_unless_a_mask_rule_hits_too():
    assert SAMPLE.inspect("加微信").masked is None
    assert SAMPLE.inspect("笨蛋，加微信").masked == "**，加微信"


def test_longest_of_equals_is_told_and_a_graver_one_inside_it_too():
    findings = Screen(parse_rules(TWO_OF_A_KIND)).inspect("大笨蛋先生")

    assert [(hit.term, hit.action) for hit in findings.hits] == [
        ("大笨蛋先生", Action.MASK),
        ("蛋先", Action.REFUSE),
    ]
    assert (findings.action, findings.klass) == (Action.REFUSE, Klass.ILLEGAL)


def test_overlapping_equals_are_told_leftmost_first():
    findings = Screen(parse_rules(TWO_OF_A_KIND)).inspect("笨蛋笨蛋")

    assert [(hit.start, hit.end) for hit in findings.hits] == [(0, 2), (2, 4)]


def test_fault_holds():
    assert Findings.fault("v1") == Findings(
        action=Action.HOLD,
        category="filter_fault",
        klass=None,
        hits=(),
        ruleset="v1",
        masked=None,
    )


def test_evasions_that_folding_and_gaps_answer_are_found_at_their_place():
    found = [
        case
        for case in EVASIONS
        if [[hit.start, hit.end] for hit in BASE.inspect(case["text"]).hits] == case["spans"]
    ]

    assert len(found) >= 0.9 * len(EVASIONS)


def test_benign_look_alikes_pass():
    wrong = [case["text"] for case in BENIGN if BASE.inspect(case["text"]).hits]

    assert len(wrong) <= 0.01 * len(BENIGN), wrong


ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)
SMALL_TEXT = st.text(alphabet="ab中国 .", max_size=14)
WORDS = st.lists(st.text(alphabet="ab中国", min_size=1, max_size=4), min_size=1, max_size=5)
EVERYTHING = Screen(
    Ruleset(
        "all",
        (
            Rule("w", "c", Klass.HOUSE, Action.MASK, words=("笨蛋", "fuck", "加微信", "垃圾广告")),
            Rule("p", "c", Klass.HOUSE, Action.HOLD, patterns=("群\\d+", "(a+)+$")),
            Rule("k", "c", Klass.HOUSE, Action.HOLD, contacts=tuple(Contact)),
        ),
    )
)


@given(ANY_TEXT)
def test_any_text_is_inspected_and_masked_at_its_length(text):
    findings = BASE.inspect(text + "笨f.u.c.k" + text)

    assert findings.masked is None or len(findings.masked) == 2 * len(text) + 8
    for hit in findings.hits:
        assert 0 <= hit.start < hit.end <= 2 * len(text) + 8


@given(ANY_TEXT)
def test_every_stage_takes_any_text(text):
    for hit in EVERYTHING.hits(text + "\u202e" + text[::-1] + " 1@a.com"):
        assert 0 <= hit.start < hit.end <= 2 * len(text) + 9


def exact(words, allowed=()):
    reading = Reading(latin_boundary=False, gaps=False, repeats=False, leet=False, variants=False)
    rule = Rule("r", "c", Klass.HOUSE, Action.MASK, tuple(words), reading=reading)
    return Screen(Ruleset("v", (rule,), tuple(allowed)))


@given(WORDS, SMALL_TEXT)
def test_what_is_spelled_is_found_as_brute_force_finds_it(words, text):
    runs = [word for word in words if len(set(word)) > 1]  # one letter in a row is told in steps
    found = {(hit.start, hit.end, hit.term) for hit in exact(runs).hits(text)} if runs else set()

    assert found == {
        (at, at + len(word), word)
        for word in runs
        for at in range(len(text))
        if text.startswith(word, at)
    }


@given(WORDS, WORDS, SMALL_TEXT)
def test_an_allowed_phrase_never_adds_a_hit(words, allowed, text):
    def places(screen):
        return {(hit.start, hit.end, hit.term) for hit in screen.hits(text)}

    assert places(exact(words, allowed)) <= places(exact(words))


def test_a_phrase_protects_only_what_it_covers_as_it_is_spelled():
    screen = exact(["口交"], ["路口交通", "口"])

    assert screen.inspect("路口交通已恢复").hits == ()
    assert len(screen.inspect("路口交·通 口交").hits) == 2


def test_expired_rules_say_nothing():
    rule = Rule("r", "c", Klass.HOUSE, Action.HOLD, words=("spam",), until_ms=1000)
    screen = Screen(Ruleset("v", (rule,)))

    assert screen.inspect("spam", 999).action is Action.HOLD
    assert screen.inspect("spam", 1000).action is Action.PASS


def test_uncertain_disguises_of_short_words_hold_and_never_refuse():
    rule = Rule("r", "c", Klass.HOUSE, Action.REFUSE, words=("代练", "垃圾广告"))
    screen = Screen(Ruleset("v", (rule,)))

    actions = [screen.inspect(text).action for text in ("代练", "代.练", "代lian", "告广圾垃")]
    assert actions == [Action.REFUSE, Action.REFUSE, Action.HOLD, Action.REFUSE]


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "加微" * 5_000, "\ud83d" * 10_000, "1.2" * 4_000, "a@" * 5_000, "( " * 5_000],
)
def test_ten_thousand_characters_are_looked_at_in_time(text):
    began = thread_time()

    EVERYTHING.inspect(text)

    assert thread_time() - began < 3


@pytest.mark.soak
def test_a_million_words_are_built_and_found():
    words = tuple(
        chr(0x4E00 + at % 9000) + chr(0x4E00 + at // 9000 * 31) + chr(0x4E00 + at * 7 % 9000)
        for at in range(1_000_000)
    )
    rule = Rule("r", "c", Klass.HOUSE, Action.MASK, words, reading=Reading(variants=False))
    screen = Screen(Ruleset("v", (rule,)))

    assert screen.inspect("好" + words[123_456] + "好").action is Action.MASK


@pytest.mark.parametrize(
    ("word", "typed"),
    [(word, typed) for word, row in DISGUISED.items() for typed in row.split(" ")],
)
def test_disguises_of_words_that_no_table_knows(word, typed):
    [hit] = NEUTRAL.inspect(f"看，{typed}！").hits

    assert (hit.term, hit.start) == (word, 2)


@pytest.mark.parametrize("typed", HONEST.split())
def test_what_people_say_is_no_disguise(typed):
    assert not NEUTRAL.hits(typed.replace("_", " "))


@pytest.mark.parametrize(
    ("word", "as_pattern"),
    [
        ("wo.ble", "woxble"),
        ("wo[xy]ble", "woxble"),
        ("wo(x|y)ble", "woyble"),
        ("wo.*ble", "wo table"),
    ],
)
def test_a_word_is_no_pattern_whatever_signs_are_in_it(word, as_pattern):
    rules = f"""
[[rule]]
id = "literal"
category = "ads"
class = "house"
action = "hold"
words = ['{word}']
"""

    screen = Screen(parse_rules(rules))

    assert screen.inspect(f"so {word} it is").hits
    assert not screen.inspect(f"so {as_pattern} it is").hits
