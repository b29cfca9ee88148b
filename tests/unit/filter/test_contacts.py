import pytest

from danmaku.filter import contact_forms as forms
from danmaku.filter.contacts import contacts_in, is_id_card, may_reach, passes_luhn, view_of
from danmaku.filter.normalize import fold
from danmaku.filter.rules import Contact

ALL = tuple(one for one in Contact if one not in (Contact.DIGITS, Contact.IPV4))


def reached(text, wanted=ALL, digits_min=8):
    return [
        (one.contact.value, text[one.start : one.end], one.value)
        for one in contacts_in(view_of(text), wanted, digits_min)
    ]


CONTACTS = [
    ("电话13912345678呀", "phone", "13912345678", "13912345678"),
    ("1.3-9 1 2 3 4 5 6 7 8", "phone", "1.3-9 1 2 3 4 5 6 7 8", "13912345678"),
    ("+86 139 1234 5678", "phone", "+86 139 1234 5678", "13912345678"),
    ("①③⑨①②③④⑤⑥⑦⑧", "phone", "①③⑨①②③④⑤⑥⑦⑧", "13912345678"),
    ("一三九一二三四五六七八", "phone", "一三九一二三四五六七八", "13912345678"),
    ("l39l2345678", "phone", "l39l2345678", "13912345678"),
    ("+86-139-1234-5678", "phone", "+86-139-1234-5678", "13912345678"),
    ("0086 13912345678", "phone", "0086 13912345678", "13912345678"),
    ("139❤1234❤5678", "phone", "139❤1234❤5678", "13912345678"),
    ("139…1234…5678", "phone", "139…1234…5678", "13912345678"),
    ("13九12三4五678", "phone", "13九12三4五678", "13912345678"),
    ("㈠㈢㈨㈠㈡㈢㈣㈤㈥㈦㈧", "phone", "㈠㈢㈨㈠㈡㈢㈣㈤㈥㈦㈧", "13912345678"),
    ("(010) 62345678", "landline", "(010) 62345678", "01062345678"),
    ("021－8765－4321", "landline", "021－8765－4321", "02187654321"),
    ("热线4001234567", "landline", "4001234567", "4001234567"),
    ("座机020-87654321", "landline", "020-87654321", "02087654321"),
    ("证11010519491231002x", "id_card", "11010519491231002x", "11010519491231002X"),
    ("卡4111 1111 1111 1111", "bank_card", "4111 1111 1111 1111", "4111111111111111"),
    ("qq：2345678901", "qq", "2345678901", "2345678901"),
    ("扣扣 二三四五六七八", "qq", "二三四五六七八", "2345678"),
    ("裙 7654321", "qq", "7654321", "7654321"),
    ("加qq 2345678901", "qq", "2345678901", "2345678901"),
    ("抠抠987654321", "qq", "987654321", "987654321"),
    ("球 球：987654321", "qq", "987654321", "987654321"),
    ("Q-Q号码是 12 34 56 789", "qq", "12 34 56 789", "123456789"),
    ("qun987654321", "qq", "987654321", "987654321"),
    ("加薇tea2024", "wechat", "tea2024", "tea2024"),
    ("微❤️信tea2024", "wechat", "tea2024", "tea2024"),
    ("w❤x：tea2024", "wechat", "tea2024", "tea2024"),
    ("V➕tea2024", "wechat", "tea2024", "tea2024"),
    ("薇：tea2024", "wechat", "tea2024", "tea2024"),
    ("嶶信搜索：teatime", "wechat", "teatime", "teatime"),
    ("vx同号 13912345678", "phone", "13912345678", "13912345678"),
    ("薇信：tea_2024", "wechat", "tea_2024", "tea_2024"),
    ("加v tea_2024", "wechat", "tea_2024", "tea_2024"),
    ("看https://example.org/a?b=c吧", "url", "https://example.org/a?b=c", None),
    ("www。example。org", "url", "www。example。org", None),
    ("来example点com", "url", "example点com", None),
    ("来example[dot]com", "url", "example[dot]com", None),
    ("来example dot com", "url", "example dot com", None),
    ("example·com", "url", "example·com", None),
    ("example{.}com", "url", "example{.}com", None),
    ("me[at]example[dot]org", "email", "me[at]example[dot]org", None),
    ("me at example dot org", "email", "me at example dot org", None),
    ("me{at}example.org", "email", "me{at}example.org", None),
    ("me爱特163点com", "email", "me爱特163点com", None),
    ("me#qq.com", "email", "me#qq.com", None),
    ("me@example.org", "email", "me@example.org", "me@example.org"),
    ("me艾特example点com", "email", "me艾特example点com", None),
]


@pytest.mark.parametrize(("text", "contact", "typed", "value"), CONTACTS)
def test_contacts_are_found_at_their_exact_place(text, contact, typed, value):
    assert may_reach(text, fold(text).skeleton)
    [one] = reached(text)
    assert one[:2] == (contact, typed)
    assert value in (None, one[2])


@pytest.mark.parametrize(
    "text",
    [
        "139123456789",
        "1391234567",
        "20241111",
        "11010519491231002a",
        "110105194912310021",
        "4111111111111112",
        "2333333333",
        "扣66666",
        "扣123456血",
        "QQ，123456人在线",
        "qq2012版",
        "1.6180339887",
        "1 3 5 7 9 11 13 15",
        "15、16、17、18、19、2",
        "13:00:00 20:00:00",
        "微信：没有",
        "加V认证",
        "v我50吃饭",
        "企鹅好可爱",
        "meet me at the dot",
        "哈利·波特",
        "扣1扣1",
        "微信8.0.50",
        "我没有微信",
        "v1.12.2",
        "node.js",
        "ASP.NET",
        "main.py",
        "Dr.Stone",
        "at 8 pm",
        "a@b",
        "点com是什么",
        "晚上8点live",
        "3.14159265358979",
        "2024-11-11 12:30:45",
        "nice. live tonight",
    ],
)
def test_what_looks_like_a_contact_is_none(text):
    assert reached(text) == []


def test_rows_of_digits_and_addresses_of_machines_only_where_asked_for():
    assert reached("这是=123456==70002吧", [Contact.DIGITS]) == [
        ("digits", "123456==70002", "12345670002")
    ]
    assert reached("1234567", [Contact.DIGITS]) == []
    assert reached("连127.0.0.1。", [Contact.IPV4]) == [("ipv4", "127.0.0.1", "127.0.0.1")]
    assert reached("999.0.0.1", [Contact.IPV4]) == []


def test_a_number_is_told_once():
    assert [one[0] for one in reached("13912345678", (*ALL, Contact.DIGITS))] == ["phone"]


def test_comments_without_anything_are_not_looked_at():
    assert not any(
        may_reach(text, fold(text).skeleton) for text in ["哈哈哈", "awsl", "666", "。。。"]
    )


def test_check_digits():
    assert is_id_card("11010519491231002X")
    assert not is_id_card("11010519491331002X")
    assert not is_id_card("01010519491231002X")
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("01012345678", None),  # needs a mark after the area
        ("010-2345678", "landline"),
        ("400-123-456", "landline"),
        ("扣12345", "qq"),
        ("l" + "3" + "o" * 9, "phone"),
        ("一" + "3" + "o" * 9, "phone"),
        ("看例子.中国", "url"),
        ("w w w", None),
        ("a.b.c.com", "url"),
        ("x_a@b.com", "email"),
    ],
)
def test_no_form_is_passed_over_for_want_of_digits(text, contact):
    assert [one[0] for one in reached(text)] == ([] if contact is None else [contact])


def test_words_for_accounts_have_one_of_the_letters_that_are_asked_for_first():
    words = ["微信", "微心", "v信", "w芯", "卫星", "🛰", "围信", "⭐信", "wechat", "wei xin", "vxin"]
    words += ["vx", "wx", "v:", "加薇", "我w", "+威"]
    for word in words:
        assert forms.WECHAT_WORD.search(word), word
        assert forms.WECHAT_CLUE.search(word), word
