"""Names and times, so that no two of them can be mistaken for each other."""

import re
from typing import NewType

from danmaku.errors import BadMessage

AccountId = NewType("AccountId", int)  # 1.. ; never leaves the house
RoomId = NewType("RoomId", str)  # a slug, see ROOM_ID
RoomNumber = NewType("RoomNumber", int)  # of a room: 1.. as they opened, given once, for others
Seq = NewType("Seq", int)  # place of an entry in its chain, gap-free from 1; 0 = before the first
Number = NewType("Number", int)  # public number of a comment in its room, gap-free from 1
Millis = NewType("Millis", int)  # since 1970 in UTC
ClientId = NewType("ClientId", str)  # a sender's own name for one message: the idempotency key
Pseudonym = NewType("Pseudonym", str)  # random public id of one account in one room

ROOM_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
COMMENT_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
PLATFORM = RoomId("@platform")  # the chain of everything that belongs to no room

MAX_SAFE_INTEGER = 2**53 - 1


def room_id_of(text: str) -> RoomId:
    """Check a room's id.

    Raises:
        BadMessage: If it is not 1 to 32 of `a-z 0-9 _ -`, starting with a letter or digit.
    """
    if not ROOM_ID.fullmatch(text):
        raise BadMessage("A room id is 1 to 32 of a-z, 0-9, '-' and '_'.")
    return RoomId(text)


def comment_place_of(text: str) -> tuple[RoomId, Number]:
    """Where a comment is that is named by its room and its number.

    Raises:
        BadMessage: It is not written as `room-12`.
    """
    room, _, number = text.rpartition("-")
    if not COMMENT_NUMBER.fullmatch(number):
        raise BadMessage("A comment is named by its room and its number, as `demo-12`.")
    return room_id_of(room), Number(int(number))


def is_before(now_ms: Millis, until_ms: Millis | None) -> bool:
    """Whether the end of something has yet to come; None: it never began."""
    return until_ms is not None and now_ms < until_ms
