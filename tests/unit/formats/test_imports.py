import pytest

from danmaku.formats.imports import MEDIA_TYPES, SOURCES, ImportName, import_name_of


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.jsonl", ImportName.JSONL),
        ("a", ImportName.JSONL),
        ("A.XML", ImportName.XML),
        ("seg.so", ImportName.PROTOBUF),
        ("seg.pb", ImportName.PROTOBUF),
    ],
)
def test_endings_promise_a_format(file, name):
    assert import_name_of(file) is name


def test_every_format_has_a_reader_and_a_type_of_content():
    assert set(SOURCES) == set(ImportName) == set(MEDIA_TYPES.values())
    assert all(source().end() == [] for name, source in SOURCES.items() if name != "xml")
