"""A room's life as the live chat of Bilibili tells it: commands, each a JSON object with a `cmd`.

Readers take values by their place in long arrays, and fail where one is missing: so every array is
as long as the longest that any of them reads.
"""

from danmaku.domain.comment import Comment
from danmaku.domain.ids import Number, RoomId, RoomNumber
from danmaku.domain.room import ReviewMode, RoomState, Status
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.players import NUMBER_OF
from danmaku.formats.senders import sender_number_of, sender_of

COMMENT = "DANMU_MSG"
RECALL = "RECALL_DANMU_MSG"
GUEST_KEY = "guest"  # what clients are told to come in with who have no token
_RANK = 10_000  # of an ordinary account
_LEVEL_COLOR = 9_868_950
_FOR_GOOD = -1  # what stands for a silence without an end

Silence = tuple[str, int, int]
"""Whom it is for, from which level on, and until when: seconds since 1970, or `_FOR_GOOD`."""


def comment_id_of(room: RoomId, number: Number | None) -> str:
    """What a comment is called outside its room."""
    return f"{room}-{number}"


def comment_command(room: RoomId, comment: Comment) -> Fields:
    """A comment, with everything that readers of the chat look for."""
    content = comment.content
    assert content is not None
    uid, at_s = sender_number_of(comment.author), comment.at_ms // 1000
    number = comment.number or 0
    return {
        "cmd": COMMENT,
        "info": [
            _looks(room, comment, uid),
            content.text,
            [uid, content.name, 0, 0, 0, _RANK, 1, ""],
            [],
            [0, 0, _LEVEL_COLOR, ">50000", 0],
            ["", ""],
            0,
            0,
            None,
            {"ts": at_s, "ct": sender_of(comment.author).upper()},
            0,
            0,
            None,
            None,
            0,
            number,
            [0],
            None,
        ],
    }


def _looks(room: RoomId, comment: Comment, uid: int) -> list[object]:
    content = comment.content
    assert content is not None
    style = content.style
    mode = NUMBER_OF[style.mode]
    # Some read `extra` as JSON of its own when a text looks like a picture's name.
    extra = f'{{"id_str":"{comment_id_of(room, comment.number)}"}}'
    user = {"uid": uid, "base": {"name": content.name, "face": ""}}
    looks: list[object] = [mode, style.size, style.color, comment.at_ms, comment.number or 0]
    return [
        *(0, *looks, 0, sender_of(comment.author), 0),
        *(0, 0, "", 0, "{}", "{}"),  # lottery, bubble, and what goes with them
        {"mode": 0, "show_player_type": 0, "extra": extra, "user": user},
        {"activity_identity": "", "activity_source": 0, "not_show": 0},
        0,
    ]


def recall_command(room: RoomId, number: Number | None) -> Fields:
    """A comment is taken back; for readers that ask for it: others take it for a comment."""
    return {"cmd": RECALL, "data": {"recall_type": 1, "target_id": comment_id_of(room, number)}}


def viewers_command(count: int) -> Fields:
    """About how many are here."""
    told = str(count)
    return {"cmd": "WATCHED_CHANGE", "data": {"num": count, "text_small": told, "text_large": told}}


def silence_of(state: RoomState) -> Silence | None:
    """Who may not speak here, as far as it is the room's own doing; None: everybody may."""
    if state.status is Status.CLOSED or state.policy.mode is ReviewMode.CLOSED:
        return "member", 1, _FOR_GOOD
    if state.status is Status.PAUSED:
        return "member", 1, _second_of(state.paused_until_ms)
    if state.silent_until_ms is not None:
        return "member", 1, _second_of(state.silent_until_ms)
    if state.policy.level_min:
        return "level", state.policy.level_min, _FOR_GOOD
    return None


def changes_between(was: RoomState, now: RoomState, number: RoomNumber) -> list[Fields]:
    """What readers hear of a room that has changed; nothing where they would see no difference."""
    said: list[Fields] = []
    if was.is_broadcasting is not now.is_broadcasting:
        said.append({"cmd": "LIVE" if now.is_broadcasting else "PREPARING", "roomid": number})
    elif now.status is Status.CLOSED and was.status is not Status.CLOSED:
        said.append({"cmd": "PREPARING", "roomid": number})
    if (silence := silence_of(now)) != silence_of(was):
        said.append(_silence_command(silence, number))
    if was.title != now.title:
        said.append({"cmd": "ROOM_CHANGE", "roomid": number, "data": {"title": now.title}})
    return said


def _silence_command(silence: Silence | None, number: RoomNumber) -> Fields:
    whom, level, second = silence or ("", 0, 0)
    return {
        "cmd": "ROOM_SILENT_OFF" if silence is None else "ROOM_SILENT_ON",
        "data": {"type": whom, "level": level, "second": second},
        "roomid": number,
    }


def _second_of(until_ms: int | None) -> int:
    return _FOR_GOOD if until_ms is None else until_ms // 1000
