"""What a room's things are called in Twitch's Helix API, and its settings as that API has them.

A room is its own broadcaster. Whoever comments goes by their random public id in that room, which
leads to no account; only callers themselves and the moderators of their rooms go by sign-in names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from danmaku.domain.account import Power
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId, Seq
from danmaku.domain.room import ReviewMode, RoomPolicy
from danmaku.errors import BadMessage, NotFound

CLIENT_ID: Final = "danmaku"
"""What tokens are told to be of, for clients that compare; nobody looks at what they send."""

SLOW_S: Final = 30
"""Seconds of slow mode, where it is switched on without any."""

_SCOPES: dict[str, Collection[Power]] = {
    "moderation:read": (Power.ACCOUNT_MUTE, Power.MODERATOR_INVITE),
    "moderator:manage:automod": (Power.COMMENT_REVIEW,),
    "moderator:manage:banned_users": (Power.ACCOUNT_MUTE,),
    "moderator:manage:blocked_terms": (Power.ROOM_MANAGE,),
    "moderator:manage:chat_messages": (Power.COMMENT_RECALL,),
    "moderator:manage:chat_settings": (Power.ROOM_MANAGE,),
    "moderator:read:blocked_terms": (Power.ROOM_MANAGE,),
    "moderator:read:chatters": tuple(Power),
    "user:write:chat": (Power.COMMENT_SEND,),
}


def scopes_of(powers: Collection[Power]) -> list[str]:
    """What a token is said to be good for; each call asks for the power itself, in its room."""
    return [scope for scope, needs in _SCOPES.items() if not set(needs).isdisjoint(powers)]


def message_of(message_id: str) -> tuple[RoomId, Number]:
    """The room and the number of a comment, as `bilibili_live.comment_id_of` wrote them.

    Raises:
        NotFound: It is no such id.
    """
    room, number = _parts_of(message_id, "-")
    return room, Number(number)


def held_id_of(room: RoomId, origin: Seq) -> str:
    """What a comment is called that waits for a reviewer."""
    return f"{room}:{origin}"


def held_of(message_id: str) -> tuple[RoomId, Seq]:
    """The room and the private id of a comment that waits.

    Raises:
        NotFound: It is no such id.
    """
    room, origin = _parts_of(message_id, ":")
    return room, Seq(origin)


def _parts_of(message_id: str, mark: str) -> tuple[RoomId, int]:
    room, _, number = message_id.rpartition(mark)
    is_number = number.isascii() and number.isdecimal() and len(number) <= len(_GREATEST)
    if not room or not is_number or not 1 <= int(number) <= MAX_SAFE_INTEGER:
        raise NotFound("There is no such message.")
    return RoomId(room), int(number)


_GREATEST = str(MAX_SAFE_INTEGER)


def term_id_of(word: str) -> str:
    """What a word of a room's list is called: the same as long as it is in the list."""
    return sha256(word.encode()).hexdigest()[:32]


def cut(keys: Sequence[str], after: str | None, most: int) -> tuple[Sequence[str], dict[str, str]]:
    """One page of sorted keys, and the `pagination` that leads to the next.

    A page begins after a key and not at a place, so whoever removes what they have read misses
    nothing.
    """
    rest = [key for key in keys if after is None or key > after]
    page = rest[:most]
    return page, {"cursor": page[-1]} if len(rest) > len(page) else {}


@dataclass(frozen=True, slots=True)
class Settings:
    """A room's policy, as far as there is a word for it there. Waits are in seconds."""

    slow_mode: bool
    slow_mode_wait_time: int | None
    unique_chat_mode: bool
    non_moderator_chat_delay: bool
    non_moderator_chat_delay_duration: int | None


def settings_of(policy: RoomPolicy) -> Settings:
    """What is told of a room; parts of seconds count as whole ones."""
    slow_s, delay_s = -(-policy.slow_ms // 1000), -(-policy.delay_ms // 1000)
    is_slow, is_delayed = policy.slow_ms > 0, _reviewing(policy) is ReviewMode.DELAYED
    return Settings(
        is_slow,
        slow_s if is_slow else None,
        policy.unique,
        is_delayed,
        delay_s if is_delayed else None,
    )


def slowed(policy: RoomPolicy, *, on: bool | None, wait_s: int | None) -> RoomPolicy:
    """The policy with slow mode on or off; None: as it is.

    Raises:
        BadMessage: A wait is given, and slow mode is not switched on.
    """
    if wait_s is not None and not on:
        raise BadMessage("slow_mode_wait_time goes with slow_mode.")
    if on is None:
        return policy
    known_ms = policy.slow_ms or SLOW_S * 1000
    slow_ms = known_ms if wait_s is None else wait_s * 1000
    return replace(policy, slow_ms=slow_ms if on else 0)


def delayed(policy: RoomPolicy, *, on: bool | None, wait_s: int | None) -> RoomPolicy:
    """The policy with comments put off for moderators, or not; None: as it is.

    Raises:
        BadMessage: A wait is given, and no delay is switched on; or a person looks at each
            comment, which is stricter.
    """
    if wait_s is not None and not on:
        raise BadMessage("non_moderator_chat_delay_duration goes with non_moderator_chat_delay.")
    now = _reviewing(policy)
    if on and now is ReviewMode.EVERY:
        raise BadMessage("A person approves each comment here, and that is stricter.")
    if on:
        delay_ms = policy.delay_ms if wait_s is None else wait_s * 1000
        return replace(policy.reviewing(ReviewMode.DELAYED), delay_ms=delay_ms)
    is_ended = on is False and now is ReviewMode.DELAYED
    return policy.reviewing(ReviewMode.MACHINE) if is_ended else policy


def _reviewing(policy: RoomPolicy) -> ReviewMode:
    """How the room reviews while it takes comments."""
    return policy.open_mode if policy.mode is ReviewMode.CLOSED else policy.mode
