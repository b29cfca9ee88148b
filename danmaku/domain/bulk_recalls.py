"""Choosing published comments to be recalled together: which, and what a preview says of them.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.times import HOUR_MS
from danmaku.errors import BadMessage, NotAllowed

ROOMS_MAX: Final = 2_000  # that one bulk recall reaches
SAMPLE_MAX: Final = 40
PREVIEW_MS: Final = HOUR_MS  # a preview can be executed for so long
RULE_CHARS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """Which published comments, by any of these together; `upto_ms` is None until it is previewed.

    The period is that of the server's receipt, its end excluded.
    """

    author: AccountId | None = None
    rule: str | None = None  # of the rules in force: it objects to the text, whatever it then does
    room: RoomId | None = None
    since_ms: Millis | None = None
    upto_ms: Millis | None = None
    like: str | None = None  # a comment, as `ids.comment_place_of` reads it: nearly what it says


def checked(selection: Selection) -> Selection:
    """Hold a selection to what makes sense.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    if {selection.author, selection.rule, selection.room, selection.like} == {None}:
        raise BadMessage("Choose by author, rule, room or likeness; a period alone is everything.")
    if selection.rule is not None and not 1 <= len(selection.rule) <= RULE_CHARS_MAX:
        raise BadMessage(f"A rule is named by 1 to {RULE_CHARS_MAX} characters.")
    since_ms, upto_ms = selection.since_ms, selection.upto_ms
    if since_ms is not None and upto_ms is not None and since_ms >= upto_ms:
        raise BadMessage("A period ends after it begins.")
    return selection


@dataclass(frozen=True, slots=True)
class Pick:
    """What the record is asked for.

    Attributes:
        category: As what the comments are recalled.
        but: Whose comments are left out: nobody decides on a thing of their own.
        tops: How far the record of each room had come when it was looked at, so that a comment
            which came, or changed, since is not chosen; None: look now, and say so.
        like: A text as it is scanned, which it has to be alike; None: whatever it says.
    """

    category: str
    but: AccountId
    author: AccountId | None = None
    rule: str | None = None
    tops: dict[RoomId, Seq] | None = None
    like: str | None = None


class Choice(NamedTuple):
    """One published comment that fits."""

    room: RoomId
    origin: Seq
    number: Number
    author: AccountId
    was_restored: bool


@dataclass(slots=True)
class Picked:
    """What fits, in numbers, and an even sample of it.

    Attributes:
        comments: What would be recalled.
        own: What fits and is left out, as the asker's own.
        restored: Of `comments`: what somebody has restored before.
        tops: As `Pick.tops`, of the rooms in which something fits.
        is_too_wide: More rooms than ROOMS_MAX; the numbers stop there.
    """

    comments: int = 0
    own: int = 0
    restored: int = 0
    rooms: dict[RoomId, int] = field(default_factory=dict)
    tops: dict[RoomId, Seq] = field(default_factory=dict)
    sample: list[tuple[RoomId, Number]] = field(default_factory=list)
    is_too_wide: bool = False
    stride: int = 1  # between two of the sample

    def note(self, choice: Choice, pick: Pick, top: Seq) -> None:
        """Count one comment of a room whose record has come to `top`."""
        if choice.author == pick.but:
            self.own += 1
            return
        if choice.room not in self.tops and len(self.tops) >= ROOMS_MAX:
            self.is_too_wide = True
            return
        if self.comments % self.stride == 0:
            self.sample.append((choice.room, choice.number))
        if len(self.sample) > SAMPLE_MAX:
            self.sample, self.stride = self.sample[::2], 2 * self.stride
        self.comments += 1
        self.restored += choice.was_restored
        self.tops[choice.room] = top
        self.rooms[choice.room] = self.rooms.get(choice.room, 0) + 1


# --- who may


def require_bulk_recall(who: Standing | None, author: AccountId | None, now_ms: Millis) -> Standing:
    """Let `who` recall many comments at once; `author` wrote all of them, None: several people.

    Raises:
        NotSignedIn, NotAllowed: As `grants.require`.
        Coded: OWN_INTEREST.
    """
    who = require(who, Power.MEASURE_TAKE, None, now_ms)
    if author is not None:
        require_other(who, author)
    return who


def require_bulk_turn(
    who: Standing | None, actor: AccountId, against: AccountId | None, now_ms: Millis
) -> Standing:
    """Let `who` stop or undo what `actor` has executed: the same person, or a chief editor.

    Args:
        who: Who asks.
        actor: Who has executed it.
        against: Who wrote all of it; None: several people.
        now_ms: When.

    Raises:
        NotSignedIn, NotAllowed: Otherwise.
        Coded: OWN_INTEREST.
    """
    who = require(who, Power.MEASURE_TAKE, None, now_ms)
    if who.account != actor and not who.may(Power.MEASURE_GRAVE, None, now_ms):
        raise NotAllowed("Who executed it undoes it, or a chief editor.")
    if against is not None:
        require_other(who, against)
    return who
