import pytest

from danmaku.web.forms import form_token_of, is_form_token, local_path_of, path_with


def test_token_belongs_to_one_secret_and_does_not_show_it():
    token = form_token_of("a secret")

    assert is_form_token(token, "a secret")
    assert not is_form_token(token, "another secret")
    assert not is_form_token("", "a secret")
    assert not is_form_token("é", "a secret")
    assert "secret" not in token


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/rooms/demo?before=3", "/rooms/demo?before=3"),
        ("rooms", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/\nfoo", "/"),
        ("https://evil.test/", "/"),
        ("", "/"),
    ],
)
def test_only_our_own_paths_are_gone_on_to(path, expected):
    assert local_path_of(path) == expected


def test_query_holds_what_is_given():
    assert path_with("/a") == "/a"
    assert path_with("/a", b=None, c="") == "/a"
    assert path_with("/a", b=1, c="d&e=f") == "/a?b=1&c=d%26e%3Df"
