import re
from html.parser import HTMLParser

import pytest

from bench.page.axis import Span, linear, logarithmic, shares
from bench.page.plots import WIDTH, Drawn, gauge_plot, line_plots
from bench.page.report import page_of
from tests.unit.bench.outcomes import curve, figure, outcome

SPAN = Span(0, 100)
VOID = {"meta", "link", "br", "img"}


class Balance(HTMLParser):
    """Names what is opened and not closed, and what would be fetched or run."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.tags, self.labels = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.labels += [value for name, value in attrs if name == "aria-label"]
        self.fetched += [value for name, value in attrs if name in {"src", "srcset", "data"}]
        self.fetched += [v for n, v in attrs if n == "href" and not v.startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page):
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    return balance


def test_even_steps_begin_at_zero_and_are_round():
    axis = linear("s", [3, 48], SPAN)

    assert [tick.text for tick in axis.ticks] == ["0", "10", "20", "30", "40"]
    assert axis.place(24) == 50


def test_one_value_alone_has_an_axis_too():
    assert linear("s", [0], SPAN).ticks
    assert linear("s", [7, 7], SPAN, from_zero=False).ticks
    assert logarithmic("ms", [5], SPAN).ticks
    assert shares("share", [0.5], SPAN).ticks


def test_decades_are_as_long_as_each_other():
    axis = logarithmic("ms", [1, 1000], SPAN)

    assert axis.place(10) == pytest.approx(100 / 3)
    assert [tick.text for tick in axis.ticks] == ["1", "10", "100", "1,000"]


def test_what_is_next_to_nothing_lies_on_the_ground():
    axis = logarithmic("ms", [1e-9, 1000], SPAN)

    assert axis.place(1e-9) == axis.place(0.01) == 0
    assert axis.place(0.1) == pytest.approx(20)


def test_each_further_nine_has_as_much_room_as_the_one_before():
    axis = shares("share", [0, 0.5, 0.9, 0.99, 0.999, 1], SPAN)

    assert [tick.text for tick in axis.ticks] == ["50 %", "90 %", "99 %", "99.9 %"]
    assert axis.place(0.99) - axis.place(0.9) == pytest.approx(axis.place(0.9) - axis.place(0))
    assert axis.place(1) == 100


def test_curves_of_the_same_axes_share_a_plot_and_none_leaves_it():
    curves = {
        "a": curve((0, 1), (10, 900)),
        "b": curve((2, 5), (8, 50)),
        "c": curve((0, 1), (1, 2), x="share of all"),
        "empty": curve(),
    }

    plots = line_plots(Drawn(name, each, name) for name, each in curves.items())

    assert [[line.name for line in plot.lines] for plot in plots] == [["a", "b"], ["c"]]
    for plot in plots:
        for line in plot.lines:
            places = [tuple(map(float, p.split())) for p in line.path[1:].split("L")]
            assert all(plot.left - 1 <= x <= plot.right + 1 for x, _ in places)
            assert all(plot.top - 1 <= y <= plot.bottom + 1 for _, y in places)


def test_bars_keep_goals_and_the_yardstick_within_the_drawing():
    plot = gauge_plot(
        "Ratios",
        {
            "ours": figure(0.5, 0.6, 0.7, unit="ratio", goal=1.25),
            "a peer": figure(2, 2.1, 9, unit="ratio"),
        },
    )

    ours, peer = plot.gauges
    assert ours.low < ours.end < ours.high < plot.one < ours.goal < peer.high <= WIDTH
    assert (ours.text, peer.text) == ("0.6", "2.1")


def test_the_page_stands_alone_and_says_where_seed_and_verdict():
    page = page_of(
        [
            outcome("good", figures={"f": figure(1, 2, goal=5)}, details={"sent": 3}),
            outcome("bad", failures=["hole between two batches: 1"], findings=["viewer 3 (1, 2]"]),
        ]
    )
    balance = read(page)

    assert balance.fetched == []
    assert {"script", "iframe", "object"}.isdisjoint(balance.tags)
    assert not re.search(r"url\(|@import", page)
    for said in ("a processor", "seed 7", "commit abc", "hole between two batches: 1", "viewer 3"):
        assert said in page
    assert page.index(">failed<") < page.index("Figures")
    assert "before and after" not in page


def test_every_drawing_says_what_it_shows():
    page = page_of(
        [
            outcome(
                figures={"a": figure(1, 2, unit="ratio"), "b": figure(3, unit="ratio", goal=2)},
                curves={"end to end": curve((0, 1), (0.9, 5), (1, 70), x="share of deliveries")},
            )
        ]
    )
    assert read(page).labels == ["Ratios", "end to end"]


def test_what_an_outcome_says_stays_text():
    page = page_of(
        [
            outcome(
                "<script>alert(1)</script>",
                title="<b>bold</b>",
                figures={"<i>f</i>": figure(1, unit="ratio"), "g": figure(1, unit="ratio")},
                curves={"<u>c</u>": curve((0, 1), (1, 2), y="<s>y</s>")},
                notes=["<img src=x>"],
                details={"<p>": "</pre><script>"},
            )
        ]
    )

    assert {"script", "b", "i", "u", "s", "img"}.isdisjoint(read(page).tags)


def test_two_outcomes_of_one_name_are_compared_the_older_first():
    slow = outcome(at="2026-01-02", figures={"f": figure(2)}, curves={"c": curve((0, 2), (1, 3))})
    fast = outcome(at="2026-01-01", figures={"f": figure(1)}, curves={"c": curve((0, 1), (1, 1))})

    page = page_of([slow, fast, outcome("other", at="2026-01-01")])

    assert page.count("before and after") == 1
    assert ">worse<" in page
    assert "c, before" in page
    assert page.index("2026-01-01, abc") < page.index("2026-01-02, abc")
