"""A streamer's own list of words for a room: it stops or hides more than the rules do.

Such a list is sealed: what somebody does not want to read about in their room is for those to know
who keep it. It can free nothing that the rules object to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from danmaku.domain.comment import clean_text
from danmaku.domain.ids import Seq
from danmaku.errors import BadMessage, Code, NotFound, Refused
from danmaku.filter.faults import Fault, FaultCode
from danmaku.filter.normalize import fold
from danmaku.filter.rules import ROOM_CATEGORY, Action, Klass, Rule
from danmaku.filter.small_screen import NEAR, SmallScreen

WORD_MAX: Final = 32  # code points
FAULTS_MAX: Final = 20  # a list of another kind is wrong on every line; so many are told
ACTIONS: Final = frozenset((Action.MASK, Action.HOLD, Action.REFUSE))
REMARK: Final = "#"

RULE: Final = "room"
"""A hit of a list names its rule `room:` and the word's place in the list, from 1."""

Line = tuple[int, str]
"""What somebody wrote, and on which line, or at which place in a row, from 1."""


@dataclass(frozen=True, slots=True)
class RoomWords:
    """The list of one room, replaced as a whole.

    Attributes:
        words: Clean; no two of them are read alike.
        action: What becomes of a comment in which one stands: one of `ACTIONS`.
    """

    words: tuple[str, ...] = ()
    action: Action = Action.HOLD

    def screen(self, seq: Seq) -> SmallScreen:
        """Make it ready for use; `seq` is that of the entry which set it, and names its version."""
        rule = Rule(RULE, ROOM_CATEGORY, Klass.HOUSE, self.action, self.words, reading=NEAR)
        return SmallScreen(rule, f"{RULE}@{seq}")


@dataclass(frozen=True, slots=True)
class WordsDraft:
    """A list as it is asked for, before anybody has looked at its words."""

    lines: tuple[Line, ...]
    action: Action = Action.HOLD


class ListChanged(Refused):
    """Somebody else has set another list since this one was opened; nothing was set."""

    code = Code.DUPLICATE  # as of whatever somebody else has done meanwhile


class BadWords(BadMessage):
    """A list that cannot be used; nothing of it is.

    Args:
        faults: What is wrong, at least one, by line.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def lines_of(text: str) -> tuple[Line, ...]:
    """The words of a plain list, one a line; empty lines and remarks are passed over."""
    lines = enumerate(map(str.strip, text.splitlines()), start=1)
    return tuple((number, line) for number, line in lines if line and not line.startswith(REMARK))


def edited(
    now: RoomWords,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    action: Action | None = None,
) -> WordsDraft:
    """The list with some words more and some fewer.

    Raises:
        NotFound: A word to be removed is not in it.
    """
    gone = {_read(word): word for word in remove}
    kept = [word for word in now.words if _read(word) not in gone]
    if missing := gone.keys() - {_read(word) for word in now.words}:
        named = ", ".join(word for read, word in gone.items() if read in missing)
        raise NotFound(f"Not in the list: {named}.")
    return WordsDraft(tuple(enumerate([*kept, *add], start=1)), action or now.action)


def accepted(draft: WordsDraft, *, words_max: int) -> RoomWords:
    """Clean a list and hold it to its bounds; of words that are read alike the first stays.

    Raises:
        BadWords: With what is wrong.
        BadMessage: Its action is none for a list.
    """
    if draft.action not in ACTIONS:
        raise BadMessage("A list masks, holds or refuses.")
    words: dict[str, str] = {}
    faults: list[Fault] = []
    for number, line in draft.lines:
        word = clean_text(line)
        faults += (Fault(number, *wrong) for wrong in _wrong_with(word))
        words.setdefault(_read(word), word)
    if not faults and len(words) > words_max:
        what = f"{len(words)} words are more than {words_max}"
        faults = [Fault(draft.lines[-1][0], FaultCode.TOO_MANY, "", what)]
    if faults:
        raise BadWords(faults[:FAULTS_MAX])
    return RoomWords(tuple(words.values()), draft.action)


def alike(now: RoomWords, text: str) -> str | None:
    """The word of a list that is read as a text is; None: there is none."""
    read = _read(clean_text(text))
    return next((word for word in now.words if _read(word) == read), None)


def _wrong_with(word: str) -> Iterator[tuple[FaultCode, str, str]]:
    """Why a word cannot be looked for, as code, place and words."""
    if len(word) > WORD_MAX:
        yield FaultCode.BAD_VALUE, "", f"longer than {WORD_MAX} characters"
    elif word.startswith(REMARK):
        yield FaultCode.RESERVED, "", f"{REMARK} begins a remark"
    elif not fold(word).skeleton:
        yield FaultCode.BAD_WORD, "", "no letter, digit or ideograph to look for"


def _read(word: str) -> str:
    return fold(word).skeleton
