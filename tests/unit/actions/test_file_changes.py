import os

from danmaku.actions.file_changes import FileChanges


async def test_a_change_is_told_once_and_only_when_it_has_settled(tmp_path):
    path = tmp_path / "file"
    changes, told = FileChanges(path), []

    for content in (None, None, "half", "whole", None, None):
        if content is not None:
            path.write_text(content, "utf-8")
            os.utime(path, ns=(len(told), len(told)))  # clocks of files may be coarse
        told.append(await changes.has_settled())

    assert told == [False, True, False, False, True, False]


async def test_that_a_file_is_gone_is_a_change(tmp_path):
    path = tmp_path / "file"
    path.write_text("whole", "utf-8")
    changes = FileChanges(path)
    told = [await changes.has_settled() for _ in range(2)]
    path.unlink()

    assert [*told, *[await changes.has_settled() for _ in range(3)]] == [
        *(False, True),
        *(False, True, False),
    ]


async def test_a_change_that_could_not_be_looked_into_is_told_again(tmp_path):
    changes = FileChanges(tmp_path / "file")
    told = [await changes.has_settled() for _ in range(3)]

    changes.tell_again()

    assert [*told, *[await changes.has_settled() for _ in range(2)]] == [
        *(False, True, False),
        *(True, False),
    ]
