import re
from html import unescape

from danmaku.domain.comment import Mode
from danmaku.formats.webvtt import WEBVTT
from tests.unit.formats.hostile import HOSTILE, TEXTS, file_of, shown

CUE = re.compile(r"\n(\d+)\n(\S+) --> (\S+) (\S+) align:center\n([^\n]*)\n")


def test_every_comment_is_a_cue_of_its_own_text():
    cues = CUE.findall(file_of(WEBVTT, HOSTILE).decode())

    assert {unescape(cue[4]) for cue in cues} == {
        text.replace("&", "&").strip() for text in map(unescape_twice, TEXTS)
    }


def unescape_twice(text):
    return unescape(text.replace("&", "&amp;"))


def test_no_text_is_markup_or_an_arrow():
    texts = [cue[4] for cue in CUE.findall(file_of(WEBVTT, HOSTILE).decode())]

    assert not any("<" in text or "-->" in text for text in texts)


def test_times_have_hours_and_modes_have_their_places():
    cues = CUE.findall(
        file_of(
            WEBVTT,
            [
                shown(1, "a", 3_723_004, mode=Mode.TOP),
                shown(2, "b", 0, mode=Mode.BOTTOM),
                shown(3, "c", 0),
            ],
        ).decode()
    )

    assert cues[0][1:4] == ("01:02:03.004", "01:02:08.004", "line:0")
    assert [cue[3] for cue in cues[1:]] == ["line:-1", "line:3"]
