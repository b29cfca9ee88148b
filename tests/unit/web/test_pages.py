import pytest

from danmaku.domain.ids import Millis
from danmaku.errors import Broken
from danmaku.web.pages import Pages, position_text_of, time_text_of


@pytest.mark.parametrize(
    ("position_ms", "text"),
    [(0, "00:00"), (999, "00:00"), (83_000, "01:23"), (3_599_999, "59:59"), (3_723_000, "1:02:03")],
)
def test_position_is_shown_as_players_show_it(position_ms, text):
    assert position_text_of(position_ms) == text


def test_moment_is_shown_in_utc():
    assert time_text_of(Millis(1_790_000_000_999)) == "2026-09-21T14:13:20Z"


def test_house_without_its_built_pages_says_what_to_do(tmp_path):
    with pytest.raises(Broken, match="run `make`"):
        Pages(tmp_path)


def test_styles_of_what_a_script_imports_come_first(tmp_path):
    (tmp_path / "manifest.json").write_text(
        '{"_shared.js": {"file": "s.js", "css": ["s.css"]},'
        ' "src/a.ts": {"file": "a.js", "isEntry": true, "imports": ["_shared.js"],'
        ' "css": ["a.css", "s.css"]}}'
    )

    asset = Pages(tmp_path)._asset("src/a.ts")

    assert (asset.js, asset.css) == ("/static/a.js", ("/static/s.css", "/static/a.css"))
