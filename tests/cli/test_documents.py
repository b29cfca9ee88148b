import pytest


@pytest.fixture
def file(shell, tmp_path):
    path = tmp_path / "about.txt"
    path.write_text(shell.say("document", "sample", "about"), "utf-8")
    return path


def test_a_text_is_issued_listed_and_shown_as_the_file_it_came_from(shell, file):
    assert "Version 1" in shell.say("document", "issue", "about", str(file), "--mandatory")
    shell.say("document", "issue", "about", str(file), "--from", "2100-01-01")

    found = shell.ask("document", "list")
    assert [(one["version"], one["mandatory"], one["in_force"]) for one in found] == [
        (1, True, True),
        (2, False, False),
    ]
    assert shell.say("document", "show", "about").strip() == file.read_text("utf-8").strip()


def test_a_file_that_is_none_of_a_text_is_refused(shell, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("no title\n", "utf-8")

    assert "bad_message" in shell.refused("document", "issue", "about", str(path))


def test_what_was_not_issued_is_not_shown(shell):
    assert "not_found" in shell.refused("document", "show", "terms")
