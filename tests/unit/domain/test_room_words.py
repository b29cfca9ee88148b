from dataclasses import replace

import pytest

from danmaku.domain.ids import Seq
from danmaku.domain.room_words import (
    FAULTS_MAX,
    WORD_MAX,
    BadWords,
    RoomWords,
    WordsDraft,
    accepted,
    alike,
    edited,
    lines_of,
)
from danmaku.errors import BadMessage, Code, NotFound
from danmaku.filter.normalize import scanned_of
from danmaku.filter.rules import ROOM_CATEGORY, Action, Klass, Ruleset
from danmaku.filter.screen import Screen

NOW = RoomWords(("剧透", "the ending"), Action.MASK)


def draft(*words, action=Action.HOLD):
    return WordsDraft(tuple(enumerate(words, start=1)), action)


def test_a_plain_list_has_a_word_a_line_and_remarks():
    assert lines_of("# mine\n剧透\r\n\n  the ending  \n#x") == ((2, "剧透"), (4, "the ending"))


def test_words_are_cleaned_and_kept_once():
    words = accepted(draft("  剧 透 ", "剧·透", "Ｅnding", "ending"), words_max=2)

    assert words == RoomWords(("剧 透", "Ｅnding"), Action.HOLD)


def test_what_is_wrong_is_told_by_line_and_nothing_is_used():
    asked = WordsDraft(((3, "fine"), (4, "…"), (7, "x" * (WORD_MAX + 1)), (9, " "), (12, "#a")))

    with pytest.raises(BadWords) as refused:
        accepted(asked, words_max=9)

    assert [(fault.line, fault.code) for fault in refused.value.faults] == [
        (4, "bad_word"),
        (7, "bad_value"),
        (9, "bad_word"),
        (12, "reserved"),
    ]
    assert refused.value.code is Code.BAD_MESSAGE
    assert "line 7: longer than 32 characters (bad_value)" in str(refused.value)


def test_a_list_is_bounded_and_so_are_its_faults():
    accepted(draft("a", "b"), words_max=2)
    with pytest.raises(BadWords, match="line 3: 3 words are more than 2"):
        accepted(draft("a", "b", "c"), words_max=2)
    with pytest.raises(BadWords) as refused:
        accepted(draft(*["…"] * 100), words_max=500)
    assert len(refused.value.faults) == FAULTS_MAX


@pytest.mark.parametrize("action", [Action.PASS, Action.NEUTRAL])
def test_a_list_frees_nothing(action):
    with pytest.raises(BadMessage):
        accepted(draft("a", action=action), words_max=9)


def test_words_come_and_go_however_they_are_written():
    asked = edited(NOW, add=["a spoiler"], remove=["T H E ending"])

    assert accepted(asked, words_max=9) == RoomWords(("剧透", "a spoiler"), Action.MASK)
    assert accepted(edited(NOW, action=Action.REFUSE), words_max=9) == replace(
        NOW, action=Action.REFUSE
    )


def test_a_word_is_found_however_it_is_written():
    now = RoomWords(("Spoiler", "end"))

    assert [alike(now, text) for text in (" ＳＰＯＩＬＥＲ", "END", "other")] == [
        "Spoiler",
        "end",
        None,
    ]


def test_what_is_not_in_the_list_cannot_be_removed():
    with pytest.raises(NotFound):
        edited(NOW, remove=["剧透", "nothing"])


def test_a_hit_names_the_word_by_its_place_and_the_version_by_its_entry():
    scanned = scanned_of("that was the e.n.d.i.n.g")
    nothing = Screen(Ruleset("v")).findings(scanned)

    findings = NOW.screen(Seq(12)).tighten(nothing, scanned)

    assert (findings.category, findings.klass) == (ROOM_CATEGORY, Klass.HOUSE)
    assert [hit.rule_id for hit in findings.hits] == ["room:2"]
    assert (findings.ruleset, findings.masked) == ("v+room@12", "that was ***************")
