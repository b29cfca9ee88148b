"""What is published for other clients - fixtures, AsyncAPI - says what the codecs do."""

import json
from pathlib import Path

import msgpack
import msgspec
import pytest
import yaml

from danmaku.domain.comment import Comment, CommentStatus, Content, Mode, RecalledBy, Style
from danmaku.domain.room import (
    Broadcast,
    MediaType,
    ReviewMode,
    RoomKind,
    RoomPolicy,
    RoomState,
    Status,
)
from danmaku.domain.views import View, ViewKind
from danmaku.errors import BadMessage
from danmaku.gateway.dialects.danmaku_v1 import (
    Hello,
    JsonDialect,
    Like,
    MsgpackDialect,
    Ping,
    Recall,
    RowsDialect,
    Send,
)
from danmaku.gateway.dialects.outward import Op
from tests.house.tree import ROOT

JSON, MSGPACK, ROWS = JsonDialect(), MsgpackDialect(), RowsDialect()
INBOUND = {struct.__struct_config__.tag: struct for struct in (Hello, Send, Recall, Like, Ping)}
FIXTURES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(ROOT / "danmaku/conformance/fixtures").glob("*.json"))
}
DOCUMENT = yaml.safe_load((ROOT / "danmaku/conformance/asyncapi.yaml").read_text(encoding="utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def named(prefix):
    names = [name for name in FIXTURES if name.startswith(prefix)]
    return pytest.mark.parametrize("fixture", [FIXTURES[name] for name in names], ids=names)


def resolved(schema):
    if "$ref" not in schema:
        return schema
    found = DOCUMENT
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def fits(schema, value):
    """Whether a value is described by a schema, with no field left undescribed or out."""
    schema = resolved(schema)
    if "oneOf" in schema:
        return sum(fits(one, value) for one in schema["oneOf"]) == 1
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if type(value) not in {TYPES[kind] for kind in kinds}:
        return False
    if isinstance(value, list):
        return list_fits(schema, value)
    if isinstance(value, dict):
        known = schema["properties"]
        needed = set(schema.get("required", known))
        is_whole = needed <= set(value) <= set(known)
        return is_whole and all(fits(known[name], value[name]) for name in value)
    return True


def list_fits(schema, value):
    """As `fits`; a list is described by what each item is, or by what stands where."""
    if isinstance(schema["items"], dict):
        return all(fits(schema["items"], item) for item in value)
    fewest, most = schema["minItems"], len(schema["items"])
    return fewest <= len(value) <= most and all(map(fits, schema["items"], value))


def rows_of(fixture):
    """The fixture in the rows dialect, which is MessagePack's but for batches."""
    return bytes.fromhex(fixture.get("rows", fixture["msgpack"]))


def view_of(entry):
    if entry["kind"] == "room":
        return View(ViewKind.ROOM, entry["seq"], state=state_of(entry["state"]))
    content = None
    if "text" in entry:
        style = Style(Mode(entry["mode"]), entry["color"], entry["size"])
        content = Content(entry["text"], style, entry["position_ms"], entry["name"])
    comment = Comment(
        origin=entry["seq"],
        number=entry["number"],
        status=CommentStatus.PUBLISHED if content else CommentStatus.RECALLED,
        at_ms=entry.get("at_ms", 0),
        position_ms=entry.get("position_ms", 0),
        author=entry.get("author", ""),
        content=content,
        late=entry.get("late", False),
        imported=entry.get("imported", False),
        by=RecalledBy(entry["by"]) if "by" in entry else None,
        category=entry.get("category"),
    )
    return View(ViewKind(entry["kind"]), entry["seq"], comment)


def state_of(fields):
    return RoomState(
        title=fields["title"],
        summary=fields["summary"],
        kind=RoomKind(fields["kind"]),
        status=Status(fields["status"]),
        media_url=fields["media_url"],
        media_type=MediaType(fields["media_type"]),
        policy=RoomPolicy(
            mode=ReviewMode(fields["mode"]),
            slow_ms=fields["slow_ms"],
            text_max=fields["text_max"],
            modes=frozenset(map(Mode, fields["modes"])),
            colors=fields["colors"],
            sizes=fields["sizes"],
            level_min=fields["level_min"],
            unique=fields["unique"],
            delay_ms=fields["delay_ms"],
            recall_within_ms=fields["recall_within_ms"],
        ),
        broadcast=Broadcast(**fields["broadcast"]),
        paused_until_ms=fields["paused_until_ms"],
        silent_until_ms=fields["silent_until_ms"],
    )


@named("client-")
def test_a_clients_message_means_what_its_fixture_says(fixture):
    messages = [
        JSON.decode(fixture["json"].encode()),
        MSGPACK.decode(bytes.fromhex(fixture["msgpack"])),
        ROWS.decode(rows_of(fixture)),
    ]

    assert [msgspec.to_builtins(message) for message in messages] == [fixture["means"]] * 3


@named("bad-")
def test_what_a_fixture_calls_bad_is_refused_in_every_dialect(fixture):
    with pytest.raises(BadMessage) as by_json:
        JSON.decode(fixture["json"].encode())
    with pytest.raises(BadMessage):
        MSGPACK.decode(bytes.fromhex(fixture["msgpack"]))
    with pytest.raises(BadMessage):
        ROWS.decode(rows_of(fixture))

    assert by_json.value.code == fixture["code"]


@named("server-")
def test_the_server_writes_what_its_fixture_says(fixture):
    fields = fixture["fields"]
    for dialect, written in (
        (JSON, fixture["json"].encode()),
        (MSGPACK, bytes.fromhex(fixture["msgpack"])),
        (ROWS, rows_of(fixture)),
    ):
        if "entries" in fields:
            parts = [dialect.part(view_of(entry)) for entry in fields["entries"]]
            reach = (fields["after"], fields["upto"])
            payload = dialect.batch(Op(fields["op"]), *reach, parts, fields.get("left_out", 0))
        else:
            payload = dialect.encode(fields)
        assert payload == written


@named("server-")
def test_what_the_server_writes_is_described(fixture):
    described = MESSAGES[fixture["fields"]["op"]]["payload"]
    assert fits(described, fixture["fields"])
    assert fits(described, msgpack.unpackb(rows_of(fixture)))
    assert json.loads(fixture["json"]) == fixture["fields"]
    assert msgpack.unpackb(bytes.fromhex(fixture["msgpack"])) == fixture["fields"]


def test_every_op_is_described_once_and_has_a_fixture():
    told = {name: operation["messages"] for name, operation in DOCUMENT["operations"].items()}
    ops = {name: {ref["$ref"].rsplit("/", 1)[1] for ref in refs} for name, refs in told.items()}

    assert ops == {"hear": set(INBOUND), "say": {op.value for op in Op}}
    assert set(MESSAGES) == ops["hear"] | ops["say"]
    assert set(DOCUMENT["channels"]["live"]["messages"]) == set(MESSAGES)
    assert {fixture["fields"]["op"] for name, fixture in FIXTURES.items() if "server" in name} == (
        ops["say"]
    )
    assert {fixture["means"]["op"] for name, fixture in FIXTURES.items() if "client" in name} == (
        ops["hear"]
    )


@pytest.mark.parametrize(("op", "struct"), INBOUND.items(), ids=INBOUND)
def test_the_fields_of_a_clients_message_are_described_with_their_defaults(op, struct):
    payload = MESSAGES[op]["payload"]
    fields = msgspec.structs.fields(struct)
    defaults = {
        name: resolved(schema)["default"]
        for name, schema in payload["properties"].items()
        if "default" in resolved(schema)
    }

    assert set(payload["properties"]) == {"op", *(field.name for field in fields)}
    assert set(payload["required"]) == {"op", *(field.name for field in fields if field.required)}
    assert defaults == {
        field.name: msgspec.to_builtins(field.default)
        for field in fields
        if not field.required and field.default is not None
    }
