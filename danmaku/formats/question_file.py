"""The questions of the training as one file that people edit, in TOML.

`pass_percent`, then a table `[[question]]` each: `category`, `ask_zh`, `ask_en`, `choices_zh`,
`choices_en`, and `right`, which counts the choices from 1.
"""

import tomllib
from typing import Any

import msgspec

from danmaku.domain.training import Question, QuestionSet, checked
from danmaku.errors import BadMessage


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: str
    ask_zh: str
    ask_en: str
    choices_zh: tuple[str, ...]
    choices_en: tuple[str, ...]
    right: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: tuple[_Asked, ...]
    pass_percent: int = 80


def questions_of(content: str) -> QuestionSet:
    """Read a file; the set has version 1 until it is issued.

    Raises:
        BadMessage: It is no TOML, has other fields, or is out of bounds.
    """
    try:
        file = msgspec.convert(_parsed(content), _File)
    except msgspec.ValidationError as error:
        raise BadMessage(f"The questions cannot be read: {error}.") from None
    return checked(QuestionSet(1, file.pass_percent, tuple(map(_question_of, file.question))))


def _parsed(content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise BadMessage(f"The questions are no TOML: {error}.") from None


def _question_of(asked: _Asked) -> Question:
    return Question(
        category=asked.category,
        ask_zh=asked.ask_zh,
        ask_en=asked.ask_en,
        choices_zh=asked.choices_zh,
        choices_en=asked.choices_en,
        right=asked.right - 1,
    )
