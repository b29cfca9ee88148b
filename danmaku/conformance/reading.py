"""What a server is asked by somebody who writes nothing: upgrades, hellos, refusals, resuming."""

import asyncio
import secrets
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from danmaku.conformance.encodings import BINARY, TEXT, Dialect, Fields, encoded
from danmaku.conformance.line import Line, connected, shortened
from danmaku.conformance.premises import Subject
from danmaku.conformance.published import fixtures
from danmaku.conformance.verdicts import Check, Failed

BAD_MESSAGE, NOT_SIGNED_IN, IDLE = 4400, 4401, 4408
INVALID_UTF8, TOO_BIG = 1007, 1009
_BIG_BYTES = 70_000
_HELLO_S = 15.0
_REPLAYED_MAX = 10_000  # entries, over a socket


async def upgrade_choice(subject: Subject) -> None:
    """Of the subprotocols that a client offers, is the first known one taken?"""
    others = [dialect.value for dialect in Dialect if dialect is not subject.dialect]
    offered = ["danmaku.v0.smoke", subject.dialect.value, *others]
    async with connected(subject.url, offered, subject.dialect, subject.misfits):
        pass


async def upgrade_none(subject: Subject) -> None:
    """Is a client that offers no known subprotocol refused with HTTP 400?"""
    await _refused(subject.url, ["danmaku.v0.smoke"], 400)


async def upgrade_room(subject: Subject) -> None:
    """Is a room that there is not answered by HTTP 404?"""
    await _refused(subject.in_room("conform-is-nowhere"), [subject.dialect.value], 404)


async def _refused(url: str, offered: list[str], status: int) -> None:
    names = [Subprotocol(name) for name in offered]
    try:
        async with connect(url, subprotocols=names, proxy=None, close_timeout=2) as link:
            raise Failed(f"The upgrade was done, with {link.subprotocol}.")
    except InvalidStatus as refused:
        if refused.response.status_code != status:
            raise Failed(f"It was HTTP {refused.response.status_code}.") from None


async def hello_welcome(subject: Subject) -> None:
    """Is a hello answered by a welcome to this room?"""
    async with subject.joined() as line:
        if line.welcome["you"] is not None:
            raise Failed("A guest is told to be somebody.")
        if line.welcome["room"] != subject.room:
            raise Failed(f"It is a welcome to {line.welcome['room']}.")


async def hello_first(subject: Subject) -> None:
    """Is a send before the hello refused, and the line closed?"""
    async with subject.line() as line:
        await line.say({"op": "send", "id": "c-1", "text": "early"})
        await _closes(line, BAD_MESSAGE, "bad_message")


async def hello_twice(subject: Subject) -> None:
    """Is a second hello refused, and the line closed?"""
    async with subject.joined() as line:
        await line.say({"op": "hello"})
        await _closes(line, BAD_MESSAGE, "bad_message")


async def hello_late(subject: Subject) -> None:
    """Is a line on which nobody says hello closed as idle?"""
    async with subject.line() as line:
        await _closes(line, IDLE)


async def hello_token(subject: Subject) -> None:
    """Is a token that is none refused, and the line closed?"""
    async with subject.line() as line:
        await line.say({"op": "hello", "token": f"dm_{secrets.token_hex(16)}"})
        await _closes(line, NOT_SIGNED_IN, "not_signed_in")


async def ping_pong(subject: Subject) -> None:
    """Are pings answered, the protocol's own and those of WebSocket?"""
    async with subject.joined() as line:
        await line.echo()
        await (await line.link.ping())


async def message_bad(subject: Subject) -> None:
    """Is every message that is none refused as bad_message, and the line closed with 4400?"""
    faults = []
    for fixture in fixtures("bad"):
        async with subject.joined() as line:
            await line.say_frame(*fixture.frame(subject.dialect))
            try:
                await _closes(line, BAD_MESSAGE, fixture.code)
            except Failed as fault:
                faults.append(f"{fixture.name}: {fault}")
    if faults:
        raise Failed(" ".join(faults))


async def message_frame(subject: Subject) -> None:
    """Is a message in the other kind of frame refused, and the line closed?"""
    async with subject.joined() as line:
        opcode, payload = encoded(subject.dialect, {"op": "ping"})
        await line.say_frame(BINARY if opcode == TEXT else TEXT, payload)
        await _closes(line, BAD_MESSAGE, INVALID_UTF8)


async def message_big(subject: Subject) -> None:
    """Is a message that is far too big answered by close code 1009?"""
    async with subject.joined() as line:
        await line.say({"op": "send", "id": "c-1", "text": "x" * _BIG_BYTES})
        await _closes(line, TOO_BIG)


async def _closes(line: Line, *expected: object) -> None:
    """Wait for the close; `expected` are codes of which one has to be it, and the error's word."""
    async with asyncio.timeout(_HELLO_S):
        code = await line.ends()
    codes = [one for one in expected if isinstance(one, int)]
    if code not in codes:
        raise Failed(f"The close code is {code}, not {' or '.join(map(str, codes))}.")
    words = [one for one in expected if isinstance(one, str)]
    errors = [message["code"] for message in line.heard if message["op"] == "error"]
    if code == codes[0] and words and errors != words:
        raise Failed(f"Before the close came the errors {errors}, not {words}.")


async def resume_epoch(subject: Subject) -> None:
    """Is a position of another epoch answered by reset, from where the client goes on?"""
    async with subject.joined(since=0, epoch="0" * 16) as line:
        reset = await line.said("reset")
        if reset["reason"] != "epoch" or reset["epoch"] != line.welcome["epoch"]:
            raise Failed(f"It was {shortened(reset)}.")


async def resume_whole(subject: Subject) -> None:
    """Does a client that knows nothing get all there is, numbered without gaps?"""
    async with subject.joined(since=0) as line:
        top = cast("int", line.welcome["top"])
        await line.reach(top)
        await line.echo()  # of a record without entries it may be told something all the same
        resets = [message for message in line.heard if message["op"] == "reset"]
        if not resets:
            judge_numbers(line.entries, 1)
        elif resets[0]["reason"] != "too_far" or top <= _REPLAYED_MAX:
            raise Failed(f"Of a record up to {top} it was told {shortened(resets[0])}.")


def judge_numbers(entries: Sequence[Fields], due: int | None = None) -> None:
    """Whether entries that follow one another are numbered as they have to be.

    Args:
        entries: As they came.
        due: Number of the first comment; None: any.

    Raises:
        Failed: They are not.
    """
    seqs = [cast("int", entry["seq"]) for entry in entries]
    if (wrong := next(((a, b) for a, b in pairwise(seqs) if a >= b), None)) is not None:
        raise Failed(f"After seq {wrong[0]} comes seq {wrong[1]}.")
    numbered = [entry for entry in entries if entry["kind"] in {"comment", "marker"}]
    for entry in numbered:
        number = cast("int", entry["number"])
        if entry["kind"] == "marker" and (due is None or number < due):
            continue  # it may be that of a restore that was undone, at the place of the restore
        if due is not None and number != due:
            raise Failed(f"The comment of seq {entry['seq']} has the number {number}, not {due}.")
        due = number + 1


async def message_shape(subject: Subject) -> None:
    """Does all that the server has said so far have the fields that the protocol gives it?"""
    if not subject.misfits:
        # So something was said, where this alone is asked.
        async with subject.joined(since=await subject.recently()) as line:
            await line.reach(cast("int", line.welcome["top"]))
            await line.echo()
    if subject.misfits:
        raise Failed("; ".join(sorted(set(subject.misfits))))


ONCE: tuple[Check[Subject], ...] = (
    Check("upgrade.none", "client that offers none of them is refused with HTTP 400", upgrade_none),
    Check("upgrade.room", "An unknown room is HTTP 404.", upgrade_room),
    Check(
        "hello.late", "| 4408 | `idle`: no hello in time, or no sign of life | yes |", hello_late
    ),
)
"""What does not depend on the dialect."""

READING: tuple[Check[Subject], ...] = (
    Check(
        "upgrade.choice",
        "A server picks the first one it knows from the client's list",
        upgrade_choice,
    ),
    Check("hello.welcome", "`you` is null for a guest.", hello_welcome),
    Check("hello.first", "The first message, within 10 s.", hello_first),
    Check("hello.twice", "| 4400 | `bad_message` | no |", hello_twice),
    Check("hello.token", "| 4401 | `not_signed_in`: the token is not valid |", hello_token),
    Check("ping.pong", "WebSocket pings work in both directions too.", ping_pong),
    Check("message.bad", "goes before a close with a 44xx code.", message_bad, limit_s=60.0),
    Check("message.frame", "(text frames, one JSON object each)", message_frame),
    Check("message.big", "| a client's message | 4096 bytes, 8 fragments |", message_big),
    Check("resume.epoch", "Another epoch is answered by `reset`.", resume_epoch),
    Check("resume.whole", "`number`, gap-free from 1, which never changes.", resume_whole),
)
"""In the order in which they are asked."""

LAST: tuple[Check[Subject], ...] = (
    Check("message.shape", "All dialects carry the same fields.", message_shape),
)
"""Asked when everything else has been said."""
