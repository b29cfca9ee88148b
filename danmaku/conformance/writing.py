"""What a server is asked by somebody who writes, in a room that is there for it."""

import asyncio
from collections.abc import Sequence
from typing import cast

import httpx

from danmaku.conformance.encodings import Fields, decoded
from danmaku.conformance.line import Line, shortened
from danmaku.conformance.premises import Subject, fresh_id, fresh_text, in_turn
from danmaku.conformance.published import fixtures
from danmaku.conformance.reading import judge_numbers
from danmaku.conformance.verdicts import Check, Failed, Skipped

_LIST_S = 10.0
_UNSHOWN_S = 2.0  # what was not published, and is shown, is shown by then


async def send_published(subject: Subject) -> None:
    """Does a comment reach its sender and a guest as it was sent, with the number answered?"""
    subject.require_writable()
    style = {"mode": "top", "color": 255, "size": 25}
    async with subject.joined() as guest, subject.joined(is_sender=True) as sender:
        if not _is_on_air(sender):
            style["position_ms"] = 61_500
        answer = await subject.post(sender, **style)
        for line in (guest, sender):
            shown = await _shown(line, answer)
            wanted = {**style, "text": answer["text"], "seq": answer["seq"]}
            if (wrong := [name for name in wanted if shown[name] != wanted[name]]) != []:
                raise Failed(f"It is shown with another {', '.join(wrong)}: {shortened(shown)}.")


def _is_on_air(line: Line) -> bool:
    """Whether a broadcast runs, so that the server's clock decides on positions."""
    state = cast("dict[str, Fields | None]", line.welcome["state"])
    broadcast = state["broadcast"]
    return broadcast is not None and broadcast["ended_ms"] is None


async def send_numbers(subject: Subject) -> None:
    """Does every comment get the next number, and no number twice?"""
    subject.require_writable()
    async with subject.joined() as guest, subject.joined(is_sender=True) as sender:
        answers = [await subject.post(sender) for _ in range(3)]
        await guest.reach(cast("int", answers[-1]["seq"]))
        judge_numbers(guest.entries)
        first = cast("int", answers[0]["number"])
        if (told := [answer["number"] for answer in answers]) != [first, first + 1, first + 2]:
            raise Failed(f"Three comments were answered with the numbers {told}.")


async def send_recorded(subject: Subject) -> None:
    """Is a comment that somebody sees there for everybody who comes now?"""
    subject.require_writable()
    async with subject.joined() as guest, subject.joined(is_sender=True) as sender:
        before = cast("int", guest.position)
        posting = asyncio.create_task(subject.post(sender))
        try:
            seen = await _seen(guest, posting)
            async with subject.joined(since=before) as fresh:
                if cast("int", fresh.welcome["top"]) < cast("int", seen["seq"]):
                    raise Failed(
                        f"Seq {seen['seq']} is shown while the record ends at"
                        f" {fresh.welcome['top']}."
                    )
                await fresh.reach(cast("int", seen["seq"]))
                listed = await _listed(subject, before, cast("int", fresh.position))
                if seen not in fresh.entries or seen not in listed:
                    raise Failed("What was shown live is not what the record has.")
        finally:
            await _end(posting)


async def _seen(guest: Line, posting: asyncio.Task[Fields]) -> Fields:
    """The first comment that is shown.

    Raises:
        Skipped: None is, and `posting` has found that none should be.
    """

    def first() -> Fields | None:
        return next((one for one in guest.entries if one["kind"] == "comment"), None)

    seeing = asyncio.create_task(guest.until(lambda: first() is not None))
    try:
        await asyncio.wait({posting, seeing}, return_when=asyncio.FIRST_COMPLETED)
        if posting.done() and posting.exception() is not None:
            await asyncio.wait({seeing}, timeout=_UNSHOWN_S)
            if not seeing.done():
                posting.result()
        await seeing
    finally:
        await _end(seeing)
    return cast("Fields", first())


async def _end(task: asyncio.Task[object]) -> None:
    """Cancel it, and see it end: whatever it waits for may never come."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def send_again(subject: Subject) -> None:
    """Is sending twice with one id recorded once and answered the same, on another line too?"""
    subject.require_writable()
    async with subject.joined() as guest, subject.joined(is_sender=True) as sender:
        first = await subject.post(sender)
        send = {"op": "send", "id": first["id"], "text": first["text"]}
        again = await in_turn(sender, send)
        async with subject.joined(is_sender=True) as other:
            elsewhere = await in_turn(other, send)
            last = await subject.post(other)
        for answer in (again, elsewhere):
            if (answer["op"], answer.get("number")) != ("published", first["number"]):
                raise Failed(f"The second answer is {shortened(answer)}.")
        await guest.reach(cast("int", last["seq"]))
        count = sum(one.get("text") == first["text"] for one in guest.entries)
        if count != 1:
            raise Failed(f"It was recorded {count} times.")


async def send_refused(subject: Subject) -> None:
    """Is a comment without text refused under its id, and the line kept?"""
    subject.require_writable()
    async with subject.joined(is_sender=True) as sender:
        answer = await in_turn(sender, {"op": "send", "id": fresh_id(), "text": ""})
        if (answer["op"], answer.get("code")) != ("refused", "empty"):
            raise Failed(f"It was answered by {shortened(answer)}.")
        await sender.echo()


async def send_guest(subject: Subject) -> None:
    """Is a guest who sends told that it is not signed in, and may watch on?"""
    subject.require_writable()
    async with subject.joined() as guest:
        answer = await in_turn(guest, {"op": "send", "id": fresh_id(), "text": fresh_text()})
        if (answer["op"], answer.get("code")) != ("refused", "not_signed_in"):
            raise Failed(f"It was answered by {shortened(answer)}.")
        await guest.echo()


async def message_examples(subject: Subject) -> None:
    """Is every message of the fixtures understood?"""
    subject.require_writable()
    for fixture in fixtures("client"):
        is_hello = fixture.name.startswith("client-hello")
        if is_hello and fixture.name.endswith("resume"):
            continue  # the token in it is nobody's
        async with subject.line() as line:
            if not is_hello:
                await line.hello(token=subject.token)
            opcode, payload = fixture.frame(subject.dialect)
            await line.say_frame(opcode, payload)
            said = decoded(subject.dialect, payload)
            if "id" in said:
                await line.answer(cast("str", said["id"]))
            await line.echo()
            if any(message["op"] == "error" for message in line.heard):
                raise Failed(f"{fixture.name} was refused.")


async def resume_missed(subject: Subject) -> None:
    """Does a viewer who comes back with a position get all that was missed, in order?"""
    subject.require_writable()
    async with subject.joined(is_sender=True) as sender:
        async with subject.joined() as guest:
            left_at, epoch = guest.position, guest.welcome["epoch"]
        answers = [await subject.post(sender) for _ in range(2)]
        async with subject.joined(since=left_at, epoch=epoch) as back:
            await back.reach(cast("int", answers[-1]["seq"]))
            _require(back, [answer["text"] for answer in answers])


def _require(line: Line, texts: Sequence[object]) -> None:
    got = [entry["text"] for entry in line.entries if entry.get("text") in texts]
    if got != list(texts):
        raise Failed(f"What was missed came as {shortened(got)}, not {shortened(texts)}.")


async def recall_live(subject: Subject) -> None:
    """Is a recall answered, and told to everybody who watches?"""
    subject.require_writable()
    async with subject.joined() as guest, subject.joined(is_sender=True) as sender:
        posted = await subject.post(sender)
        answer = await _recalled(sender, posted)
        for line in (guest, sender):
            await line.reach(cast("int", answer["seq"]))
            if not _recalls(line, posted["number"]):
                raise Failed("The batch that covers the recall does not hold it.")


async def recall_replayed(subject: Subject) -> None:
    """Is a viewer who was away told of the recall, and does no newcomer see the text?"""
    subject.require_writable()
    async with subject.joined(is_sender=True) as sender:
        async with subject.joined() as guest:
            before = guest.position
            posted = await subject.post(sender)
            await _shown(guest, posted)
            known = guest.position
        answer = await _recalled(sender, posted)
        async with subject.joined(since=known) as back:
            await back.reach(cast("int", answer["seq"]))
            if not _recalls(back, posted["number"]):
                raise Failed("Whoever knew the comment and was away is not told of its recall.")
        async with subject.joined(since=before) as fresh:
            await fresh.reach(cast("int", answer["seq"]))
            if any(entry.get("text") == posted["text"] for entry in fresh.entries):
                raise Failed("Whoever comes after the recall is shown the text.")


async def like_answered(subject: Subject) -> None:
    """Is a like answered under its own id, by liked or refused?"""
    subject.require_writable()
    async with subject.joined(is_sender=True) as sender:
        posted = await subject.post(sender)
        like: Fields = {"op": "like", "id": fresh_id(), "number": posted["number"]}
        answer = await in_turn(sender, like)
        if answer["op"] not in {"liked", "refused"}:
            raise Failed(f"It was answered by {shortened(answer)}.")


async def list_entries(subject: Subject) -> None:
    """Does the list have what the socket says?"""
    subject.require_writable()
    since = await subject.recently()
    async with subject.joined(since=since) as line:
        await line.reach(cast("int", line.welcome["top"]))
        if await _listed(subject, since, cast("int", line.position)) != line.entries:
            raise Failed("It has other entries.")


async def _listed(subject: Subject, after: int, upto: int) -> list[Fields]:
    """What the list has of (after, upto]."""
    entries: list[Fields] = []
    async with httpx.AsyncClient(trust_env=False, timeout=_LIST_S) as client:
        while after < upto:
            path = f"/api/rooms/{subject.room}/entries?after={after}&upto={upto}"
            answer = await client.get(subject.api + path)
            if answer.is_error or (page := answer.json())["upto"] <= after:
                raise Failed(f"The list answers {answer.status_code} after {after}.")
            entries += page["entries"]
            after = page["upto"]
    return entries


async def dialects_agree(subject: Subject) -> None:
    """Does every dialect say the same of the same entries?"""
    subject.require_writable()
    if not subject.others:
        raise Skipped("It is tried in one dialect alone.")
    since, read = await subject.recently(), []
    for dialect in (subject.dialect, subject.others[0]):
        async with subject.joined(since=since, dialect=dialect) as line:
            await line.reach(cast("int", line.welcome["top"]))
            read.append(line.entries)
    if read[0] != read[1]:
        raise Failed(f"{subject.others[0]} says something else.")


async def _shown(line: Line, posted: Fields) -> Fields:
    """The comment as it came in a batch.

    Raises:
        Failed: The batch that covers it does not hold it.
    """
    await line.reach(cast("int", posted["seq"]))
    for entry in line.entries:
        if entry["kind"] == "comment" and entry["number"] == posted["number"]:
            return entry
    raise Failed("The batch that covers the comment does not hold it.")


async def _recalled(line: Line, posted: Fields) -> Fields:
    recall: Fields = {"op": "recall", "id": fresh_id(), "number": posted["number"]}
    answer = await in_turn(line, recall)
    if (answer["op"], answer.get("number")) != ("recalled", posted["number"]):
        raise Failed(f"The recall of one's own comment was answered by {shortened(answer)}.")
    return answer


def _recalls(line: Line, number: object) -> bool:
    """Whether the line was told that this comment is gone."""
    gone = {"recall", "marker"}
    return any(one["kind"] in gone and one["number"] == number for one in line.entries)


WRITING: tuple[Check[Subject], ...] = (
    Check(
        "send.published", "`published` means: durable, and on its way to everyone.", send_published
    ),
    Check(
        "send.numbers", "Every entry of a room's record has a `seq`, gap-free from 1.", send_numbers
    ),
    Check("send.recorded", "receives has been written durably first.", send_recorded),
    Check("send.again", "sending twice with one id records once and answers the same", send_again),
    Check("send.refused", "Answered by `published`, `held` or `refused`.", send_refused),
    Check("send.guest", "without either the viewer is a guest, who reads", send_guest),
    Check(
        "message.examples",
        "both directions; `rows` where that dialect differs from MessagePack.",
        message_examples,
    ),
    Check(
        "resume.missed", "The client's position: the server sends what it missed.", resume_missed
    ),
    Check("recall.live", "Remove comment `number` everywhere; show the marker.", recall_live),
    Check("recall.replayed", "a comment that was recalled since is its", recall_replayed),
    Check("like.answered", "Answered by `liked` or `refused`.", like_answered),
    Check("list.entries", "can be read in the list", list_entries),
    Check("dialects.agree", "All dialects carry the same fields.", dialects_agree),
)
"""In the order in which they are asked."""
