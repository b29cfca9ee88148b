"""The texts that a new server begins with: neutral samples, which bind nobody until issued.

Article: articles.Article.AGREEMENT
"""

from functools import cache
from importlib import resources

from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import Millis
from danmaku.domain.training import QuestionSet
from danmaku.formats.document_file import words_of
from danmaku.formats.question_file import questions_of

SAMPLE_VERSION = 0  # of a text that nobody has issued


@cache
def sample_words(kind: DocumentKind) -> Words:
    """What the sample of a kind says."""
    file = resources.files("danmaku.actions").joinpath("texts", f"{kind.value}.txt")
    return words_of(file.read_text("utf-8"))


@cache
def sample_questions() -> QuestionSet:
    """What the training asks, until somebody writes questions of their own."""
    return questions_of(sample_question_file())


def sample_question_file() -> str:
    """The same as the file that people edit."""
    return resources.files("danmaku.actions").joinpath("texts", "questions.toml").read_text("utf-8")


def sample(kind: DocumentKind) -> Document:
    """The sample, as a document that is shown where nothing was issued."""
    edition = Edition(kind, SAMPLE_VERSION, Millis(0), is_mandatory=False)
    return Document(edition, sample_words(kind))
