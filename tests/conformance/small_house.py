"""A small server of the protocol that shares no code with ours, and what can be wrong with it."""

import asyncio
import json
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import msgpack
import orjson
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, NegotiationError

from danmaku.conformance.encodings import TEXT, Dialect, decoded, encoded
from danmaku.conformance.published import fixtures, misfit

TOKEN = "dm_small"
ROOM = "small"
EPOCH = "5f3a9c0e11d2b7aa"
HELLO_S = 2.0
[STATE] = [one.fields["state"] for one in fixtures("server") if one.name == "server-welcome"]


class Closed(Exception):  # noqa: N818 -- what becomes of the line
    def __init__(self, code, word=None):
        super().__init__(code)
        self.code, self.word = code, word


class SmallHouse:
    """One room, in memory; subclasses get one thing wrong each."""

    BAD = 4400
    REPLAYED_MAX = 10_000

    def __init__(self):
        self.record = []
        self.comments = {}
        self.answers = {}
        self.watchers = {}

    # --- what can go wrong

    def next_number(self):
        return 1 + len(self.comments)

    async def write_and_show(self, entry):
        self.record.append(entry)
        await self.show(entry)

    def known_answer(self, client_id):
        return self.answers.get(client_id)

    def since(self, seq):
        return [self.as_now(entry) for entry in self.record if entry["seq"] > seq]

    def as_now(self, entry):
        if entry["kind"] == "comment" and self.comments[entry["number"]] is None:
            kept = {name: entry[name] for name in ("seq", "number", "at_ms", "position_ms")}
            return {"kind": "marker", **kept, "by": "author", "category": None}
        return entry

    def welcome(self):
        return {
            "op": "welcome",
            "room": ROOM,
            "epoch": EPOCH,
            "top": len(self.record),
            "server_ms": 1790000000000,
            "you": None,
            "state": STATE,
            "viewers": 1,
            "heartbeat_ms": 20000,
        }

    def reset(self, reason):
        return {"op": "reset", "epoch": EPOCH, "top": len(self.record), "reason": reason}

    # --- a line

    async def attend(self, link):
        dialect = Dialect(link.subprotocol)
        try:
            try:
                hello = self.read(dialect, await asyncio.wait_for(link.recv(), HELLO_S))
            except TimeoutError:
                raise Closed(4408) from None
            self.require(hello["op"] == "hello")
            await self.join(link, dialect, hello)
            async for raw in link:
                await self.hear(link, dialect, self.read(dialect, raw), hello.get("token"))
        except Closed as closed:
            if closed.word:
                await self.say(link, dialect, {"op": "error", "code": closed.word, "text": ""})
            await link.close(closed.code)
        except ConnectionClosed:
            pass
        finally:
            self.watchers.pop(link, None)

    def require(self, holds):
        if not holds:
            raise Closed(self.BAD, "bad_message")

    def read(self, dialect, raw):
        self.require(isinstance(raw, str) is (dialect is Dialect.JSON))
        try:
            payload = raw.encode() if isinstance(raw, str) else raw
            message = decoded(dialect, payload)
            read = json.loads if dialect is Dialect.JSON else msgpack.unpackb
            names = [name for name, _ in read(payload, object_pairs_hook=list)]
        except (ValueError, TypeError):
            raise Closed(self.BAD, "bad_message") from None
        known = {"hello", "send", "recall", "like", "ping"}
        is_sound = message["op"] in known and len(names) == len(set(names))
        self.require(is_sound and misfit(message) is None)
        return message

    async def join(self, link, dialect, hello):
        if hello.get("token") not in (None, TOKEN):
            raise Closed(4401, "not_signed_in")
        welcome = self.welcome()
        if hello.get("token"):
            powers = ["comment.send"]
            welcome["you"] = {"name": "ann", "author": "a", "powers": powers, "until_ms": None}
        seq, top = hello.get("since"), welcome["top"]
        self.watchers[link] = dialect
        await self.say(link, dialect, welcome)
        if seq is not None and hello.get("epoch", EPOCH) != EPOCH:
            await self.say(link, dialect, self.reset("epoch"))
        elif seq is not None and top - seq > self.REPLAYED_MAX:
            await self.say(link, dialect, self.reset("too_far"))
        elif seq is not None and seq < top:
            batch = {"op": "entries", "after": seq, "upto": top, "entries": self.since(seq)}
            await self.say(link, dialect, batch)

    async def hear(self, link, dialect, message, token):
        match message["op"]:
            case "hello":
                raise Closed(self.BAD, "bad_message")
            case "ping":
                answer = {"op": "pong"}
            case _ if token is None:
                answer = refused(message, "not_signed_in")
            case "send":
                answer = await self.send(message)
            case "recall":
                answer = await self.recall(message)
            case _:
                answer = refused(message, "not_granted")
        await self.say(link, dialect, answer)

    async def send(self, message):
        if not message["text"]:
            return refused(message, "empty")
        if (known := self.known_answer(message["id"])) is not None:
            return known
        number, seq = self.next_number(), len(self.record) + 1
        answer = {"op": "published", "id": message["id"], "number": number, "seq": seq}
        self.answers[message["id"]] = answer
        comment = comment_of(seq, number, message)
        self.comments[number] = comment
        await self.write_and_show(comment)
        return answer

    async def recall(self, message):
        number, seq = message["number"], len(self.record) + 1
        if self.comments.get(number) is None:
            return refused(message, "not_found")
        self.comments[number] = None
        gone = {"kind": "recall", "seq": seq, "number": number, "by": "author", "category": None}
        await self.write_and_show(gone)
        return {"op": "recalled", "id": message["id"], "number": number, "seq": seq}

    async def show(self, entry):
        seq = entry["seq"]
        batch = {"op": "entries", "after": seq - 1, "upto": seq, "entries": [entry]}
        for link, dialect in list(self.watchers.items()):
            await self.say(link, dialect, batch)

    async def say(self, link, dialect, message):
        opcode, payload = encoded(dialect, message)
        try:
            await link.send(payload, text=opcode == TEXT)
        except ConnectionClosed:
            self.watchers.pop(link, None)

    # --- beside the lines

    def answer_http(self, link, request):
        if request.path == f"/rooms/{ROOM}/live":
            return None
        parts = urlsplit(request.path)
        if parts.path == f"/api/rooms/{ROOM}/entries":
            after, upto = (int(parse_qs(parts.query)[name][0]) for name in ("after", "upto"))
            entries = [entry for entry in self.since(after) if entry["seq"] <= upto]
            page = {"after": after, "upto": upto, "entries": entries}
            return link.respond(HTTPStatus.OK, orjson.dumps(page).decode())
        return link.respond(HTTPStatus.NOT_FOUND, "")

    @staticmethod
    def choose(_link, offered):
        for name in offered:
            if name in set(Dialect):
                return name
        raise NegotiationError("no known subprotocol")

    @asynccontextmanager
    async def open(self):
        async with serve(
            self.attend,
            "127.0.0.1",
            0,
            process_request=self.answer_http,
            select_subprotocol=self.choose,
            max_size=4096,
            compression=None,
        ) as server:
            port = server.sockets[0].getsockname()[1]
            yield f"ws://127.0.0.1:{port}/rooms/{ROOM}/live"


def refused(message, code):
    told = {"op": "refused", "id": message["id"], "code": code, "text": "", "category": None}
    return told | {"retry_after_ms": None, "until_ms": None}


def comment_of(seq, number, message):
    style = {"position_ms": 0, "mode": "scroll", "color": 0xFFFFFF, "size": 25}
    return {
        "kind": "comment",
        "seq": seq,
        "number": number,
        "at_ms": 1790000000000,
        **{name: message.get(name, usual) for name, usual in style.items()},
        "text": message["text"],
        "author": "a",
        "name": "ann",
        "late": False,
        "imported": False,
    }


class Broadcasts(SmallHouse):
    """Its own clock says where on the media clock a comment is."""

    def welcome(self):
        broadcast = {"started_ms": 1789999999000, "ended_ms": None}
        return super().welcome() | {"state": STATE | {"kind": "live", "broadcast": broadcast}}

    async def send(self, message):
        return await super().send(message | {"position_ms": 1000})


class HoldsComments(SmallHouse):
    """A reviewer decides on each."""

    async def send(self, message):
        if not message["text"]:
            return refused(message, "empty")
        held = {"op": "held", "id": message["id"], "seq": len(self.record) + 1}
        return held | {"category": "other", "text": ""}


class NeverAnswers(SmallHouse):
    """What somebody sends is neither answered nor shown."""

    async def hear(self, link, dialect, message, token):
        if message["op"] != "send":
            await super().hear(link, dialect, message, token)


class OldHouse(SmallHouse):
    """Where people have talked for long; it says all of it in one batch.

    Args:
        count: Comments there are.
    """

    def __init__(self, count):
        super().__init__()
        said = {"text": "said long ago"}
        self.comments = {n: comment_of(n, n, said) for n in range(1, count + 1)}
        self.record = list(self.comments.values())


class NumbersTwice(SmallHouse):
    def next_number(self):
        return max(1, len(self.comments))


class ShowsFirst(SmallHouse):
    """What it shows it writes when it is asked the next time."""

    late = ()

    async def hear(self, link, dialect, message, token):
        self.record += self.late
        self.late = ()
        await super().hear(link, dialect, message, token)

    async def write_and_show(self, entry):
        self.late = (entry,)
        await self.show(entry)


class ForgetsWhatWasMissed(SmallHouse):
    def since(self, seq):
        return [] if seq else super().since(seq)


class ForgetsRecalls(SmallHouse):
    def since(self, seq):
        return [entry for entry in self.record if entry["seq"] > seq and entry["kind"] != "recall"]


class ForgetsIds(SmallHouse):
    def known_answer(self, _client_id):
        return None


class ClosesAsIfAllWereWell(SmallHouse):
    BAD = 1000


class LeavesAFieldOut(SmallHouse):
    def welcome(self):
        return {name: told for name, told in super().welcome().items() if name != "heartbeat_ms"}


class KeepsRecallsQuiet(SmallHouse):
    async def show(self, entry):
        if entry["kind"] == "recall":
            entry = entry | {"kind": "sparkle"}
        await super().show(entry)


class LeavesGuestsWhoSend(SmallHouse):
    async def hear(self, link, dialect, message, token):
        await super().hear(link, dialect, message, token)
        if message["op"] == "send" and token is None:
            await link.close(4401)


class ReplaysNothing(SmallHouse):
    REPLAYED_MAX = -1


class SaysItHasALaterEpoch(ReplaysNothing):
    def reset(self, _reason):
        return super().reset("epoch")


class SpeaksOneDialect(SmallHouse):
    async def say(self, link, _dialect, message):
        await super().say(link, Dialect.JSON, message)


class SaysOtherwiseInMsgpack(SmallHouse):
    async def say(self, link, dialect, message):
        if dialect is Dialect.MSGPACK and message["op"] == "entries":
            told = [entry | {"at_ms": 1790000000001} for entry in message["entries"]]
            message = message | {"entries": told}
        await super().say(link, dialect, message)


FAULTS = {
    NumbersTwice: "send.numbers",
    ShowsFirst: "send.recorded",
    ForgetsWhatWasMissed: "resume.missed",
    ForgetsRecalls: "recall.replayed",
    ForgetsIds: "send.again",
    ClosesAsIfAllWereWell: "message.bad",
    LeavesAFieldOut: "message.shape",
    KeepsRecallsQuiet: "recall.live",
    LeavesGuestsWhoSend: "send.guest",
    ReplaysNothing: "resume.whole",
    SaysItHasALaterEpoch: "resume.whole",
}
