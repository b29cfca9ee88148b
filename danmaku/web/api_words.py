"""The JSON API for a room's own words."""

from typing import Annotated, Literal, cast

from pydantic import Field

from danmaku.domain.ids import Seq
from danmaku.domain.room_words import RoomWords, WordsDraft
from danmaku.filter.rules import Action
from danmaku.web.api import api_router
from danmaku.web.fields import Body, RoomPath
from danmaku.web.shapes import EntryShape, Shape
from danmaku.web.visit import ApiVisit

router = api_router("rooms")

WORDS_SENT_MAX = 2000  # the room's own bound is a setting, and less

WordsAction = Literal[Action.MASK, Action.HOLD, Action.REFUSE]


class NewWords(Body):
    """The whole new list."""

    words: Annotated[
        list[str],
        Field(max_length=WORDS_SENT_MAX, description="Each 1 to 32 characters; empty: no list."),
    ]
    action: WordsAction = Action.HOLD

    def draft(self, _now: RoomWords) -> WordsDraft:
        """The value that the verb takes."""
        return WordsDraft(tuple(enumerate(self.words, start=1)), self.action)


class WordsShape(Shape):
    """A room's own words, for those who manage it."""

    words: list[str]
    action: WordsAction = Field(description="What becomes of a comment in which one stands.")
    seq: int | None = Field(description="Of the entry that set them; null: there never were any.")
    words_max: int = Field(description="How many there may be.")


@router.get("/api/rooms/{room}/words")
async def get_words(visit: ApiVisit, room: RoomPath) -> WordsShape:
    """The room's own words; needs `room.manage` there."""
    lists = visit.house.word_lists
    words, seq = await lists.show(visit.signed_in(), room)
    return words_shape_of(words, seq, lists.words_max)


@router.put("/api/rooms/{room}/words")
async def set_words(visit: ApiVisit, room: RoomPath, body: NewWords) -> EntryShape:
    """Replace the room's own words; needs `room.manage` there. The next send feels it."""
    entry = await visit.house.word_lists.set(visit.signed_in(), room, body.draft)
    return EntryShape(seq=entry.seq)


def words_shape_of(words: RoomWords, seq: Seq | None, words_max: int) -> WordsShape:
    """A list as it is shown."""
    action = cast("WordsAction", words.action)  # accepted: no list has another
    return WordsShape(words=list(words.words), action=action, seq=seq, words_max=words_max)
