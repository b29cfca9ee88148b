"""What who decides cases has to know: questions by category, and what answers to them come to.

Question sets come in versions; the newest one is asked. A record of having passed holds for a time,
whatever is issued later: whoever renews it answers the newest.

Article: articles.Article.REVIEW_TEAM
"""

from collections.abc import Sequence
from dataclasses import dataclass

from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import Millis, is_before
from danmaku.domain.times import MINUTE_MS
from danmaku.errors import BadMessage, Code, Coded

QUESTIONS_MAX = 100
CHOICES_MIN, CHOICES_MAX = 2, 6
PERCENT = 100
ASK_MAX = 500  # code points of a question or a choice in one language
AGAIN_AFTER_MS = 10 * MINUTE_MS  # a test that was failed is taken again no sooner


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both languages; the choices of both stand in the same order."""

    category: str
    ask_zh: str
    ask_en: str
    choices_zh: tuple[str, ...]
    choices_en: tuple[str, ...]
    right: int  # which choice, from 0


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One version of the test; `pass_percent` of its questions must be answered rightly."""

    version: int
    pass_percent: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What answers came to."""

    right_count: int
    asked_count: int
    has_passed: bool
    missed: frozenset[str]  # categories in which something was answered wrongly


@dataclass(frozen=True, slots=True)
class Trained:
    """How somebody stands with the test; times in milliseconds since 1970."""

    version: int = 0  # of the newest question set; 0: none was ever issued
    until_ms: Millis | None = None  # until when the record of having passed holds
    failed_ms: Millis | None = None  # when the test was last failed

    @property
    def is_gated(self) -> bool:
        """Whether a record is asked for at all: from the first question set on."""
        return self.version > 0

    def holds(self, now_ms: Millis) -> bool:
        """Whether somebody has passed, and not too long ago."""
        return self.until_ms is not None and is_before(now_ms, self.until_ms)


def checked(questions: QuestionSet) -> QuestionSet:
    """Hold a question set to its bounds.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    if questions.version < 1:
        raise BadMessage("Versions count from 1.")
    if not 1 <= questions.pass_percent <= PERCENT:
        raise BadMessage("From 1 to 100 of a hundred questions must be answered rightly.")
    if not 1 <= len(questions.questions) <= QUESTIONS_MAX:
        raise BadMessage(f"A test has 1 to {QUESTIONS_MAX} questions.")
    for number, question in enumerate(questions.questions, start=1):
        if (fault := _fault_in(question)) is not None:
            raise BadMessage(f"Question {number}: {fault}")
    return questions


def _fault_in(question: Question) -> str | None:
    count = len(question.choices_zh)
    texts = (question.ask_zh, question.ask_en, *question.choices_zh, *question.choices_en)
    if question.category not in CATEGORIES:
        return "there is no such category."
    if not CHOICES_MIN <= count <= CHOICES_MAX or len(question.choices_en) != count:
        return f"{CHOICES_MIN} to {CHOICES_MAX} choices, as many in both languages."
    if not 0 <= question.right < count:
        return "the right choice is none of them."
    if not all(1 <= len(text) <= ASK_MAX for text in texts):
        return f"each text has 1 to {ASK_MAX} characters."
    return None


def judged(questions: QuestionSet, answers: Sequence[int]) -> Result:
    """Judge a test.

    Args:
        questions: What was asked.
        answers: The choice for each question, from 0, in the order of the questions.

    Raises:
        BadMessage: It is not an answer to each.
    """
    asked = questions.questions
    if len(answers) != len(asked):
        raise BadMessage(f"Answer all {len(asked)} questions.")
    wrong = [one for one, said in zip(asked, answers, strict=True) if said != one.right]
    right_count = len(asked) - len(wrong)
    has_passed = right_count * PERCENT >= questions.pass_percent * len(asked)
    return Result(right_count, len(asked), has_passed, frozenset(one.category for one in wrong))


def require_trained(trained: Trained, now_ms: Millis) -> None:
    """Let only those work on cases whose training is not over, once there is one to take.

    Raises:
        Coded: TRAINING_REQUIRED.
    """
    if trained.is_gated and not trained.holds(now_ms):
        raise Coded(Code.TRAINING_REQUIRED, "Pass the training first: /training.")


def require_again(trained: Trained, now_ms: Millis) -> None:
    """Let nobody find the answers by trying.

    Raises:
        Coded: OWN_LIMIT: the last test was failed too short a time ago; `until_ms` says when.
    """
    if trained.failed_ms is None:
        return
    again_ms = Millis(trained.failed_ms + AGAIN_AFTER_MS)
    if is_before(now_ms, again_ms):
        raise Coded(Code.OWN_LIMIT, "Read the rules again first.", until_ms=again_ms)
