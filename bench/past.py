"""A record with a past: comments of former days, in a room that nobody of the load sends to.

They are written through the record itself, many in one commit, by authors of their own; some have a
word in them that a rule set in the drafts is after.
"""

import asyncio
from pathlib import Path

import msgspec

from bench.cast import person_in
from danmaku.config import Settings, StoreSettings
from danmaku.core import opened
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import CommentPublished, Verdict
from danmaku.domain.ids import ClientId, Millis, RoomId
from danmaku.domain.room import RoomState
from danmaku.ports import Append

ROOM = RoomId("past")
EDITOR = "editor"
AUTHORS = 50
BATCH = 500
SPAN_MS = 90_000
BEFORE_ALL_MS = 1
"""When the first of them was received."""

_PLAIN, _SOUGHT = "往日的弹幕也都还在这里 {:08}", "往日里大家都说好椰子糖 {:08}"
_RULES = """
[[rule]]
id = "sought"
category = "spam"
class = "negative"
action = "refuse"
words = ["椰子糖"]
"""


class Past(msgspec.Struct, frozen=True):
    """What was laid down.

    Attributes:
        room: Holds all of it.
        editor: Login of who may take measures and activate rules.
        recalled: Login of the author whose comments are to be recalled together.
        draft: The rule set that is after some of it.
        comments: How many there are.
    """

    room: str
    editor: str
    recalled: str
    draft: int
    comments: int


def lay_down(data_dir: Path, *, comments: int, sought_every: int) -> Past:
    """Give a record a past, before any server has it.

    Cost: a tenth of a millisecond a comment, and more.

    Args:
        data_dir: Of the server that will be started.
        comments: How many.
        sought_every: One in so many has the word in it.
    """
    return asyncio.run(_lay_down(data_dir, comments, sought_every))


async def _lay_down(data_dir: Path, comments: int, sought_every: int) -> Past:
    async with opened(Settings(store=StoreSettings(data_dir=data_dir))) as core:
        await core.rooms.open(None, ROOM, RoomState("Past"), owner=None)
        authors = [await person_in(core, f"past{n}") for n in range(AUTHORS)]
        editor = await person_in(core, EDITOR, Bundle.CHIEF_EDITOR)
        for first in range(0, comments, BATCH):
            numbers = range(first, min(first + BATCH, comments))
            facts = [_said(authors[n % AUTHORS], n, sought_every) for n in numbers]
            await core.record.commit(*(Append(ROOM, fact) for fact in facts))
        draft = await core.rule_office.book.draft(editor, _RULES, "the bench")
    # What the rules are after is spread over authors in turn: this one wrote none of it.
    return Past(ROOM, EDITOR, "past1", draft.draft, comments)


def _said(author: Standing, n: int, sought_every: int) -> CommentPublished:
    text = (_PLAIN if n % sought_every else _SOUGHT).format(n)
    content = Content(text, Style(), n % SPAN_MS, author.name)
    verdict = Verdict("1", "pass", None, 1)
    client, at_ms = ClientId(f"past-{n}"), Millis(n + BEFORE_ALL_MS)
    return CommentPublished(author.account, author.account, client, at_ms, content, verdict)
