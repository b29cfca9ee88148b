import pytest

from danmaku.actions.sample_texts import sample_questions
from danmaku.domain.training import Question, QuestionSet
from danmaku.errors import BadMessage
from danmaku.formats.question_file import questions_of

FILE = """
pass_percent = 60
[[question]]
category = "spam"
ask_zh = "广告？"
ask_en = "An advert?"
choices_zh = ["删", "留"]
choices_en = ["remove", "leave"]
right = 2
"""


def test_choices_count_from_one_in_the_file():
    asked = Question("spam", "广告？", "An advert?", ("删", "留"), ("remove", "leave"), 1)

    assert questions_of(FILE) == QuestionSet(1, 60, (asked,))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no toml",
        FILE.replace("right = 2", 'right = "2"'),
        FILE.replace("right = 2", "right = 3"),
        FILE.replace("right = 2", "right = 2\nwhy = 'because'"),
        FILE.replace('"spam"', '"nonsense"'),
    ],
)
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(BadMessage):
        questions_of(content)


def test_the_sample_can_be_issued_as_it_is():
    sample = sample_questions()

    assert len(sample.questions) >= 8
    assert len({one.category for one in sample.questions}) >= 8
