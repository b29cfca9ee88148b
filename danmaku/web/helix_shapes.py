"""The bodies and answers of the Helix-shaped API; the names are Twitch's.

Where nothing of ours stands behind a field that clients look for, it says so by being empty.
"""

from dataclasses import asdict, replace
from typing import Annotated, Literal

from pydantic import Field

from danmaku.actions.mutes import Muted
from danmaku.domain.account import Standing
from danmaku.domain.ids import Millis, Pseudonym, RoomId
from danmaku.domain.measures import Measure
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.errors import BadMessage
from danmaku.formats.helix import delayed, settings_of, slowed, term_id_of
from danmaku.ports import RoomRow
from danmaku.web.fields import Asked, Body
from danmaku.web.pages import time_text_of
from danmaku.web.shapes import Shape

NOTE_CHARS_MAX = 500
_ABSENT = ("emote_mode", "follower_mode", "follower_mode_duration", "subscriber_mode")


class FaultShape(Shape):
    """Any answer other than yes."""

    error: str = Field(description="The status in words.")
    status: int
    message: str
    code: str = Field(description="Of docs/errors.md; not Twitch's.")


class TokenShape(Shape):
    """Whose token it is, and what for."""

    client_id: str
    login: str
    user_id: str
    scopes: list[str]
    expires_in: int = Field(default=0, description="0: nothing is said of it.")


class UserShape(Shape):
    """A room, or the caller."""

    id: str
    login: str
    display_name: str
    description: str = ""
    created_at: str = ""
    type: str = ""
    broadcaster_type: str = ""
    profile_image_url: str = ""
    offline_image_url: str = ""
    view_count: int = 0


class UsersShape(Shape):
    """Those that there are of whom was asked for."""

    data: list[UserShape]


class PersonShape(Shape):
    """Somebody with more powers than others."""

    user_id: str
    user_login: str
    user_name: str


class PeopleShape(Shape):
    """Some of them."""

    data: list[PersonShape]
    pagination: dict[str, str]


class ChattersShape(PeopleShape):
    """How many are there; who they are is not told."""

    total: int


class Ban(Body):
    """Who shall be silent, and for how long."""

    user_id: Annotated[str, Field(max_length=64, description="Public id of an author.")]
    duration: Annotated[int | None, Field(description="Seconds; null: until it is undone.")] = None
    reason: Annotated[str, Field(max_length=NOTE_CHARS_MAX)] = ""


class NewBan(Body):
    """As there."""

    data: Ban


class BanShape(Shape):
    """A ban or a timeout that was taken."""

    broadcaster_id: str
    moderator_id: str
    user_id: str
    created_at: str
    end_time: str | None


class BansTakenShape(Shape):
    """It alone."""

    data: list[BanShape]


class BannedShape(Shape):
    """A ban or a timeout in force. The room is named as who took it: a room's acts are its own."""

    user_id: str
    user_login: str
    user_name: str
    expires_at: str = Field(description="Empty: until it is undone.")
    created_at: str
    reason: str
    moderator_id: str
    moderator_login: str
    moderator_name: str


class BannedPageShape(Shape):
    """Some of them, newest first; a page may be empty and yet lead on."""

    data: list[BannedShape]
    pagination: dict[str, str]


class NewTerm(Body):
    """A word for the room's own list."""

    text: str


class TermShape(Shape):
    """A word of the room's own list. When each came is not kept."""

    broadcaster_id: str
    moderator_id: str
    id: str
    text: str
    created_at: str = ""
    updated_at: str = ""
    expires_at: str | None = None


class TermsShape(Shape):
    """Some of them, by their ids."""

    data: list[TermShape]
    pagination: dict[str, str]


class SettingsShape(Shape):
    """What a room allows, as far as there is a word for it there."""

    broadcaster_id: str
    moderator_id: str
    slow_mode: bool
    slow_mode_wait_time: int | None
    unique_chat_mode: bool
    non_moderator_chat_delay: bool
    non_moderator_chat_delay_duration: int | None
    emote_mode: bool = False
    follower_mode: bool = False
    follower_mode_duration: int | None = None
    subscriber_mode: bool = False


class SettingsPageShape(Shape):
    """They alone."""

    data: list[SettingsShape]


class SettingsChange(Body):
    """What is given changes; what there is nothing of here can only be off."""

    slow_mode: bool | None = None
    slow_mode_wait_time: Annotated[int | None, Field(ge=1, le=3600)] = None
    unique_chat_mode: bool | None = None
    non_moderator_chat_delay: bool | None = None
    non_moderator_chat_delay_duration: Annotated[int | None, Field(ge=1, le=60)] = None
    emote_mode: bool | None = None
    follower_mode: bool | None = None
    follower_mode_duration: int | None = None
    subscriber_mode: bool | None = None

    def change(self, state: RoomState) -> RoomState:
        """The room's state with what is asked for.

        Raises:
            BadMessage: It asks for what there is nothing of, or for what makes no sense.
        """
        for name in _ABSENT:
            if getattr(self, name):
                raise BadMessage(f"There is nothing here that {name} could be about.")
        return replace(state, policy=self._policy(state.policy))

    def _policy(self, now: RoomPolicy) -> RoomPolicy:
        slow = slowed(now, on=self.slow_mode, wait_s=self.slow_mode_wait_time)
        delay_s = self.non_moderator_chat_delay_duration
        put_off = delayed(slow, on=self.non_moderator_chat_delay, wait_s=delay_s)
        is_unique = now.unique if self.unique_chat_mode is None else self.unique_chat_mode
        return replace(put_off, unique=is_unique)


class HeldDecision(Body):
    """What becomes of a comment that waits; `msg_id` is the room, a colon, and its `origin`."""

    user_id: Annotated[str, Field(max_length=64, description="The caller's own.")]
    msg_id: Annotated[str, Field(max_length=64)]
    action: Literal["ALLOW", "DENY"]


class NewMessage(Asked):
    """A comment; some clients send these fields in the query instead."""

    broadcaster_id: Annotated[str | None, Field(max_length=64)] = None
    sender_id: Annotated[str | None, Field(max_length=64)] = None
    message: str | None = None
    reply_parent_message_id: str | None = None
    for_source_only: bool | None = None


class DropShape(Shape):
    """Why a comment was not published."""

    code: str
    message: str


class SentShape(Shape):
    """What became of a comment."""

    message_id: str = Field(description="Of a held one: what a reviewer decides on.")
    is_sent: bool
    drop_reason: DropShape | None


class SentPageShape(Shape):
    """It alone."""

    data: list[SentShape]


# --- ours as theirs


def user_of_room(row: RoomRow) -> UserShape:
    """A room as a broadcaster."""
    state, at = row.state, time_text_of(row.created_ms)
    return UserShape(
        id=row.room,
        login=row.room,
        display_name=state.title,
        description=state.summary,
        created_at=at,
    )


def user_of_caller(who: Standing) -> UserShape:
    """The caller, by the sign-in name that only they are told."""
    return UserShape(
        id=who.login, login=who.login, display_name=who.name, created_at=_time(who.since_ms)
    )


def ban_of(room: RoomId, moderator: str, author: str, measure: Measure) -> BansTakenShape:
    """A mute that was just taken."""
    until_ms = measure.until_ms
    ban = BanShape(
        broadcaster_id=room,
        moderator_id=moderator,
        user_id=author,
        created_at=time_text_of(measure.from_ms),
        end_time=None if until_ms is None else time_text_of(until_ms),
    )
    return BansTakenShape(data=[ban])


def banned_of(room: RoomId, title: str, author: Pseudonym, muted: Muted) -> BannedShape:
    """A mute in force."""
    measure = muted.row.fact.measure
    return BannedShape(
        user_id=author,
        user_login=author,
        user_name=muted.name,
        expires_at=_time(measure.until_ms),
        created_at=time_text_of(measure.from_ms),
        reason=muted.row.fact.note,
        moderator_id=room,
        moderator_login=room,
        moderator_name=title,
    )


def term_of(room: RoomId, moderator: str, word: str) -> TermShape:
    """A word of the room's list."""
    return TermShape(broadcaster_id=room, moderator_id=moderator, id=term_id_of(word), text=word)


def settings_shape_of(room: RoomId, moderator: str, policy: RoomPolicy) -> SettingsPageShape:
    """What a room allows."""
    told = asdict(settings_of(policy))
    shape = SettingsShape(broadcaster_id=room, moderator_id=moderator, **told)
    return SettingsPageShape(data=[shape])


def _time(at_ms: Millis | None) -> str:
    return "" if at_ms is None else time_text_of(at_ms)
