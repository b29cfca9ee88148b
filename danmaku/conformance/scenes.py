"""What a client is tried by: scenes in which a server does what servers do, and lines break."""

import asyncio
from time import monotonic

from websockets.exceptions import ConnectionClosed

from danmaku.conformance.encodings import Dialect, Fields
from danmaku.conformance.play import LATER_EPOCH, Play, batch, comment, refused
from danmaku.conformance.published import fixtures
from danmaku.conformance.stage import Visit
from danmaku.conformance.verdicts import Check, Failed

_AWAY_S = 2.0  # longer than a first wait of whoever means to come back
_QUIET_S = 1.2
_AGAIN = (1011, 1013, 4008, 4408, 4429)
_ROUNDS = 4
_HAMMERING_S = 0.2  # four evenly drawn, doubling waits from half a second on are longer
_BYE_MS = (1000, 1500)
_LATE_S = 3.0  # a machine may be busy, a range is a range
_APART = tuple(f"server-{op}" for op in ("welcome", "entries", "skipped", "reset", "bye", "error"))


async def hello(play: Play) -> None:
    """Is a hello the first that is said, in time, with the protocol's fields?"""
    await play.said_hello(await play.comes())


async def pong(play: Play) -> None:
    """Is a WebSocket ping answered?"""
    visit = await play.joins()
    await (await visit.link.ping())


async def resume_position(play: Play) -> None:
    """After a cut, does it come back with the position of the last batch, and its epoch?"""
    visit = await play.joins()
    await play.publish(visit, "one")
    await play.publish(visit, "two", upto=play.top + 3)
    visit.cut()
    await play.joins(since=play.top)


async def resume_once(play: Play) -> None:
    """Is everything shown once, in order, over a cut line?"""
    play.require_driver()
    visit = await play.joins()
    await play.publish(visit, "one")
    visit.cut()
    away = comment(play.top + 1, 2, "while it was away")
    play.place.record.append(away)
    play.top += 1
    visit = await play.joins()
    await play.publish(visit, "three")
    await play.shows("one", "while it was away", "three")


async def resume_hole(play: Play) -> None:
    """Does it join again from its position when a batch does not continue it?"""
    visit = await play.joins()
    await play.publish(visit, "one")
    known = play.top
    later = comment(known + 3, 2, "after a hole")
    await visit.say(batch(known + 2, known + 3, later))
    await visit.link.wait_closed()
    await play.joins(since=known)


async def unknown_op(play: Play) -> None:
    """Is a message of an unknown kind ignored?"""
    visit = await play.joins()
    await visit.say({"op": "sparkle", "glow": 7})
    await _goes_on(play, visit)


async def unknown_field(play: Play) -> None:
    """Are fields, cells and rows that it does not know ignored?"""
    visit = await play.joins()
    entries: list[Fields] = [comment(play.top + 1, 1, "one", sparkle={"glow": 7})]
    if visit.dialect is Dialect.ROWS:
        entries.append({"kind": "sparkle", "seq": play.top + 2, "glow": 7})
    await visit.say({"op": "viewers", "count": 3, "glow": [7]})
    await visit.say(batch(play.top, play.top + 2, *entries) | {"glow": None})
    play.top += 2
    await _goes_on(play, visit)


async def message_examples(play: Play) -> None:
    """Is every message of the fixtures taken without falling over?"""
    visit = await play.joins()
    for fixture in fixtures("server"):
        if not fixture.name.startswith(_APART):
            await visit.say_frame(*fixture.frame(visit.dialect))
    await _goes_on(play, visit)


async def _goes_on(play: Play, visit: Visit) -> None:
    """See that the client takes the next batch on the same line, as its next hello tells.

    Raises:
        Failed: It has left, or come back with another position.
    """
    await play.publish(visit, "and on")
    answered = await visit.link.ping()
    try:
        await answered
    except ConnectionClosed:
        raise Failed("It left.") from None
    visit.cut()
    await play.joins(since=play.top)


async def skipped_position(play: Play) -> None:
    """Is the position the end of what was skipped?"""
    visit = await play.joins()
    await _skip(play, visit)
    visit.cut()
    await play.joins(since=play.top)


async def skipped_list(play: Play) -> None:
    """Are comments that were skipped read in the list, and shown?"""
    visit = await play.joins()
    await _skip(play, visit)
    await play.place.is_read.wait()
    await play.shows("known", "skipped")


async def _skip(play: Play, visit: Visit) -> None:
    await play.publish(visit, "known")
    after = play.top
    play.place.record.append(comment(after + 40, 2, "skipped"))
    play.top = after + 266
    await visit.say(batch(after, play.top, op="skipped"))


async def left_out_position(play: Play) -> None:
    """Is the position the end of a batch that leaves comments out, and the line kept?"""
    visit = await play.joins()
    after, play.top = play.top, play.top + 4
    shown = comment(after + 2, 2, "drawn")
    play.place.record += [comment(after + 1, 1, "left out"), shown]
    await visit.say(batch(after, play.top, shown) | {"left_out": 1})
    await _goes_on(play, visit)


async def reset_position(play: Play) -> None:
    """After a reset, does it go on from the top that was told, in the epoch that was told?"""
    visit = await _reset(play)
    await play.publish(visit, "after it")
    visit.cut()
    await play.joins(since=play.top, epoch=LATER_EPOCH)


async def reset_list(play: Play) -> None:
    """After a reset, is the list read anew, and shown in place of what was there?"""
    visit = await _reset(play)
    await play.place.is_read.wait()
    await play.publish(visit, "after it")
    await play.shows("of the new epoch", "after it")


async def _reset(play: Play) -> Visit:
    """The record was restored from a backup while the client was away."""
    visit = await play.joins()
    await play.publish(visit, "of the old epoch")
    visit.cut()
    visit = await play.comes()
    await play.said_hello(visit)
    play.place.is_read.clear()
    play.epoch, play.top = LATER_EPOCH, 90_210
    play.place.record[:] = [comment(90_000, 1, "of the new epoch")]
    await visit.say(play.welcome(is_guest=True))
    reset: Fields = {"op": "reset", "epoch": LATER_EPOCH, "top": play.top, "reason": "epoch"}
    await visit.say(reset)
    return visit


async def recall_removes(play: Play) -> None:
    """Is a recalled comment shown no more?"""
    play.require_driver()
    visit = await play.joins()
    await play.publish(visit, "recalled")
    await play.publish(visit, "kept")
    await play.shows("recalled", "kept")
    await _recall(play, visit, number=1)
    await play.shows("kept")


async def recall_restored(play: Play) -> None:
    """Is a restored comment shown again, and is no marker shown as a comment?"""
    play.require_driver()
    visit = await play.joins()
    first = await play.publish(visit, "back again")
    await _recall(play, visit, number=1)
    await play.shows()
    restore = first | {"kind": "restore", "seq": play.top + 1, "restored": True}
    place = ("number", "at_ms", "position_ms")
    marker = {"kind": "marker", "seq": play.top + 2} | {name: first[name] for name in place}
    marker |= {"number": 2, "by": "room", "category": "spam"}
    await visit.say(batch(play.top, play.top + 2, restore, marker))
    await play.shows("back again")


async def _recall(play: Play, visit: Visit, *, number: int) -> None:
    gone: Fields = {"kind": "recall", "seq": play.top + 1, "number": number}
    gone |= {"by": "author", "category": None}
    await visit.say(batch(play.top, play.top + 1, gone))
    play.top += 1


async def send_once(play: Play) -> None:
    """Is a comment sent once, and not again when it was answered?"""
    play.require_driver()
    visit = await play.joins()
    await play.order("send", text="once")
    send = await _sent(visit, "once")
    await visit.say({"op": "published", "id": send["id"], "number": 1, "seq": play.top + 1})
    await play.publish(visit, "once")
    await _says_nothing(visit)
    visit.cut()
    await _says_nothing(await play.joins())


async def send_retry(play: Play) -> None:
    """Is a comment whose answer was lost sent again, word for word under the same id?"""
    play.require_driver()
    visit = await play.joins()
    await play.order("send", text="lost answer")
    first = await _sent(visit, "lost answer")
    visit.cut()
    again = await _sent(await play.joins(), "lost answer")
    if again != first:
        raise Failed(f"The second time it said {again}, the first time {first}.")


async def send_unknown(play: Play) -> None:
    """Is a comment whose outcome the server does not know sent again under the same id?"""
    play.require_driver()
    visit = await play.joins()
    await play.order("send", text="who knows")
    first = await _sent(visit, "who knows")
    await visit.say(refused(first, "unknown"))
    again = await _sent(visit, "who knows")
    if again["id"] != first["id"]:
        raise Failed("It came under another id.")


async def send_refused(play: Play) -> None:
    """Is a comment that was refused not sent again?"""
    play.require_driver()
    visit = await play.joins()
    await play.order("send", text="not here")
    await visit.say(refused(await _sent(visit, "not here"), "prohibited"))
    await _says_nothing(visit)


async def _sent(visit: Visit, text: str) -> Fields:
    try:
        send = await visit.hear()
    except ConnectionClosed:
        raise Failed("It left before it sent anything.") from None
    if (send["op"], send.get("text")) != ("send", text):
        raise Failed(f"It said {send}.")
    return send


async def _says_nothing(visit: Visit) -> None:
    try:
        async with asyncio.timeout(_QUIET_S):
            said = await visit.hear()
    except TimeoutError:
        return
    except ConnectionClosed:
        raise Failed("It left.") from None
    raise Failed(f"It said {said}.")


async def close_bad_message(play: Play) -> None:
    """Does it stay away after 4400, since it would say the same again?"""
    await _closed_for_good(play, 4400, "bad_message")


async def close_not_signed_in(play: Play) -> None:
    """Does it stay away after 4401, since its token is not valid?"""
    await _closed_for_good(play, 4401, "not_signed_in")


async def close_not_found(play: Play) -> None:
    """Does it stay away after 4404, since there is no such room?"""
    await _closed_for_good(play, 4404, "not_found")


async def _closed_for_good(play: Play, code: int, word: str) -> None:
    visit = await play.comes()
    await play.said_hello(visit)
    await visit.say({"op": "error", "code": word, "text": "No."})
    await visit.close(code)
    await play.stays_away(_AWAY_S)


async def close_again(play: Play) -> None:
    """Does it come back with its position after 1011, 1013, 4008, 4408 and 4429?"""
    visit = await play.joins()
    for code in _AGAIN:
        await play.publish(visit, f"before {code}")
        await visit.close(code)
        visit = await play.joins(since=play.top)


async def close_backoff(play: Play) -> None:
    """Does it wait before it comes back to a server that is overloaded?"""
    visit, waited_s = await play.comes(), 0.0
    for _ in range(_ROUNDS):
        await play.said_hello(visit)
        told_s = monotonic()
        await visit.close(1013)
        visit = await play.comes()
        waited_s += visit.at_s - told_s
    if waited_s < _HAMMERING_S:
        raise Failed(f"It came {_ROUNDS} times within {waited_s * 1000:.0f} ms.")


async def bye_range(play: Play) -> None:
    """After a bye, does it come back within the range that was told?"""
    visit = await play.joins()
    least_ms, most_ms = _BYE_MS
    told = {"code": "draining", "retry_min_ms": least_ms, "retry_max_ms": most_ms}
    told_s = monotonic()  # the client may count from then, and closing takes its time
    await visit.say({"op": "bye", **told})
    await visit.close(1012)
    waited_s = (await play.joins(since=play.top)).at_s - told_s
    if not least_ms / 1000 - 0.05 <= waited_s <= most_ms / 1000 + _LATE_S:
        raise Failed(f"It came after {waited_s * 1000:.0f} ms, not {least_ms} to {most_ms}.")


_IGNORES = "a client must ignore fields and `op`s that it does not know."
_CODES = "| code | word | come back? |"

SCENES: tuple[Check[Play], ...] = (
    Check("hello", "The first message, within 10 s.", hello),
    Check("pong", "WebSocket pings work in both directions too.", pong),
    Check("resume.position", "its position: the `upto` of the last batch.", resume_position),
    Check("resume.once", "A batch whose `after` equals the position continues it", resume_once),
    Check("resume.hole", "closes and joins again with `since` = its position.", resume_hole),
    Check("unknown.op", _IGNORES, unknown_op),
    Check("unknown.field", _IGNORES, unknown_field),
    Check("message.examples", "both directions", message_examples),
    Check("skipped.position", "The position is now `upto`.", skipped_position),
    Check("skipped.list", "can be read in the list", skipped_list),
    Check("left_out.position", "The position is `upto`", left_out_position),
    Check(
        "reset.position", "The client reads the list anew and goes on from `top`.", reset_position
    ),
    Check("reset.list", "The client reads the list anew and goes on from `top`.", reset_list),
    Check("recall.removes", "Remove comment `number` everywhere; show the marker.", recall_removes),
    Check("recall.restored", "Comment `number` is back at its old place.", recall_restored),
    Check("send.once", "`published` means: durable, and on its way to everyone.", send_once),
    Check("send.retry", "sending twice with one id records once and answers the same", send_retry),
    Check("send.unknown", "not known: send again with the same `id`.", send_unknown),
    Check("send.refused", "Answered by `published`, `held` or `refused`.", send_refused),
    Check("close.4400", "| 4400 | `bad_message` | no |", close_bad_message),
    Check("close.4401", "| 4401 | `not_signed_in`: the token is not valid |", close_not_signed_in),
    Check("close.4404", "| 4404 | `not_found` | no |", close_not_found),
    Check("close.again", _CODES, close_again, limit_s=60.0),
    Check(
        "close.backoff", "| 1013 | `overloaded` | yes, with back-off", close_backoff, limit_s=60.0
    ),
    Check("bye.range", "a time drawn evenly from that range", bye_range),
)
"""In the order in which they are played."""
