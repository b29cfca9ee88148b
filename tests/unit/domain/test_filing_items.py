import pytest

from danmaku.domain.filing_facts import FilingKind, Line
from danmaku.domain.filing_items import after_bulk, after_refusal
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.rule_facts import BackScanBegun, BulkRecallPlanned, Treatment

DEMO, NOW, REY = RoomId("demo"), Millis(1_000), AccountId(2)
SCAN = BackScanBegun("v1", Treatment.RECALL, None, None, NOW, 1_000, 30, REY)
BULK = BulkRecallPlanned("porn", NOW, 40, REY)


def lines_of(begun):
    return {line.word: line.value for section in begun.sections for line in section.lines}


def test_one_refusal_is_an_item_about_its_comment():
    [begun] = after_refusal(DEMO, [Seq(7)], "fraud", NOW, 60)

    assert (begun.filing_kind, begun.subject) == (FilingKind.ITEM, "comment:demo/7")
    assert (begun.due_ms, begun.actor) == (NOW + 60, None)
    said = {"category": "fraud", "decided": "1000", "room": "demo", "entry": "7"}
    assert lines_of(begun) == said


def test_many_refusals_are_one_item_that_says_how_many_and_where():
    [begun] = after_refusal(DEMO, [Seq(7), Seq(8), Seq(12)], "fraud", NOW, 60)

    assert begun.subject == "cluster:demo/7"
    many = {"comments": "3", "last_entry": "12", "entry": "7"}
    assert lines_of(begun).items() >= many.items()


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (SCAN, {"rules": "v1", "comments": "30"}),
        (BULK, {"category": "porn", "comments": "40"}),
    ],
)
def test_bulk_work_is_one_item_that_names_it(work, said):
    [begun] = after_bulk(Seq(9), work, "porn", NOW, 60)

    assert begun.subject == "bulk:9"
    assert lines_of(begun) == said | {"decided": "1000", "bulk": "9"}
    assert begun.sections[1].lines == (Line("bulk", "9"),)


def test_what_is_not_unlawful_is_no_item():
    assert after_refusal(DEMO, [Seq(7)], "spam", NOW, 60) == []
    assert after_bulk(Seq(9), SCAN, "spam", NOW, 60) == []
