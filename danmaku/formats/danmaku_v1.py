"""The fields of docs/protocol.md: one public shape for sockets, API and exports."""

from danmaku.domain.comment import Comment
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind

Fields = dict[str, object]


def fields_of(view: View) -> Fields:
    """One entry as docs/protocol.md, "entries", describes it."""
    fields: Fields = {"kind": view.kind.value, "seq": view.seq}
    match view.kind:
        case ViewKind.COMMENT | ViewKind.RESTORE:
            assert view.comment is not None
            fields |= _comment(view.comment)
        case ViewKind.MARKER:
            assert view.comment is not None
            fields |= {
                "number": view.comment.number,
                "at_ms": view.comment.at_ms,
                "position_ms": view.comment.position_ms,
                **_recalled(view.comment),
            }
        case ViewKind.RECALL:
            assert view.comment is not None
            fields |= {"number": view.comment.number, **_recalled(view.comment)}
        case ViewKind.ROOM:
            assert view.state is not None
            fields["state"] = state_fields_of(view.state)
    return fields


def state_fields_of(state: RoomState) -> Fields:
    """A room's state as docs/protocol.md, "Room state", describes it."""
    policy, broadcast = state.policy, state.broadcast
    return {
        "title": state.title,
        "summary": state.summary,
        "kind": state.kind.value,
        "status": state.status.value,
        "mode": state.mode.value,
        "media_url": state.media_url,
        "media_type": state.media_type.value,
        "paused_until_ms": state.paused_until_ms,
        "silent_until_ms": state.silent_until_ms,
        "slow_ms": policy.slow_ms,
        "text_max": policy.text_max,
        "modes": sorted(mode.value for mode in policy.modes),
        "colors": policy.colors,
        "sizes": policy.sizes,
        "level_min": policy.level_min,
        "unique": policy.unique,
        "delay_ms": policy.delay_ms,
        "recall_within_ms": policy.recall_within_ms,
        "news": state.news,
        "commerce": state.commerce,
        "minor_safe": state.minor_safe,
        "broadcast": None
        if broadcast is None
        else {"started_ms": broadcast.started_ms, "ended_ms": broadcast.ended_ms},
    }


def _comment(comment: Comment) -> Fields:
    content = comment.content
    assert content is not None
    fields: Fields = {
        "number": comment.number,
        "at_ms": comment.at_ms,
        "position_ms": comment.position_ms,
        "mode": content.style.mode.value,
        "color": content.style.color,
        "size": content.style.size,
        "text": content.text,
        "author": comment.author,
        "name": content.name,
        "late": comment.late,
        "imported": comment.imported,
    }
    if comment.restored:  # few are, and every viewer would pay for the word
        fields["restored"] = True
    return fields


def _recalled(comment: Comment) -> Fields:
    return {"by": None if comment.by is None else comment.by.value, "category": comment.category}
