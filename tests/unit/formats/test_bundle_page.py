from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.times import DAY_MS
from danmaku.formats.bundle_page import ChainPart, Contents, bundle_page


def contents(**more):
    return Contents(
        Millis(0), Millis(DAY_MS), more.pop("room", None), Millis(5), "e1", "ab", **more
    )


def test_the_page_counts_what_is_there():
    made = contents(parts=[ChainPart(RoomId("demo"), "chains/demo.chain.jsonl", Seq(3), Seq(9))])
    made.kinds.update({"comment_published": 5, "comment_recalled": 2})
    made.days.update({(0, "comment_published"): 5})
    made.categories.update({"spam": 2})
    made.withheld_count = 4

    page = bundle_page(made)

    for shown in (
        '<a href="chains/demo.chain.jsonl">demo</a>',
        '<td>comment_published</td><td class="n">5</td>',
        "<td>1970-01-01</td>",
        '<td>spam</td><td class="n">2</td>',
        "(4 bodies)",
        "all rooms",
    ):
        assert shown in page


def test_what_people_chose_cannot_become_markup():
    made = contents(room=RoomId("<b>"))
    made.categories["<script>"] = 1

    page = bundle_page(made)

    assert "<script>" not in page
    assert "<b>" not in page
