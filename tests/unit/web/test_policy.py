import pytest

from danmaku.web.policy import PLAIN, origin_of, player_policy


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://cdn.example/a/b.m3u8?x=1", "https://cdn.example"),
        ("http://cdn.example:8080/clip.mp4", "http://cdn.example:8080"),
        ("http://[::1]:8080/clip.mp4", "http://[::1]:8080"),
        ("/media/clip.mp4", None),
        ("", None),
        ("https://user@cdn.example/clip.mp4", None),
        ("https://cdn.example;script-src *", None),
        ("https://cdn.example 'unsafe-eval'/clip.mp4", None),
        ("data:text/html,hello", None),
    ],
)
def test_origin_is_taken_only_from_plain_addresses(url, origin):
    assert origin_of(url) == origin


def test_player_may_load_its_video_and_nothing_else_from_there():
    rules = dict(
        rule.split(" ", 1)
        for rule in player_policy("https://cdn.example/v.m3u8").header("abc").split("; ")
    )

    loose = {name for name, value in rules.items() if "https://cdn.example" in value}
    assert loose == {"media-src", "connect-src"}
    assert rules["script-src"] == "'self' 'nonce-abc'"


def test_plain_page_plays_nothing():
    assert "media-src" not in PLAIN.header("abc")
