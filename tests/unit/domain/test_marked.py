from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.facts import Hit
from danmaku.domain.marked import Stretch, marked


def hit(start, end, rule="ads"):
    return Hit(rule, "spam", "hold", start, end)


def test_the_place_of_a_match_is_a_stretch_of_its_own():
    ads = hit(3, 9)

    assert marked("so 限时抢购 cheap", [hit(3, 7)])[1].text == "限时抢购"
    assert marked("so cheap!", [ads]) == (Stretch("so "), Stretch("cheap!", (ads,)))


def test_where_matches_overlap_each_is_named():
    first, second = hit(0, 4, "a"), hit(2, 6, "b")

    assert marked("abcdefg", [first, second]) == (
        Stretch("ab", (first,)),
        Stretch("cd", (first, second)),
        Stretch("ef", (second,)),
        Stretch("g"),
    )


def test_a_match_that_names_a_text_as_a_whole_and_no_text_mark_nothing_twice():
    assert marked("", [hit(0, 5)]) == ()
    assert marked("ab", [hit(0, 0)]) == (Stretch("ab"),)


hits = st.builds(hit, st.integers(-3, 30), st.integers(-3, 30))


@given(st.text(max_size=20), st.lists(hits, max_size=6))
def test_the_pieces_are_the_text(text, found):
    assert "".join(stretch.text for stretch in marked(text, found)) == text
