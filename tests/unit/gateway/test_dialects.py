"""What is published for other clients - fixtures, AsyncAPI - says what the codecs do."""

import json
from pathlib import Path

import msgpack
import msgspec
import pytest
import yaml

from danmaku.errors import BadMessage
from danmaku.gateway.dialects.danmaku_v1 import (
    Hello,
    JsonDialect,
    MsgpackDialect,
    Op,
    Ping,
    Recall,
    Send,
)
from tests.house.tree import ROOT

JSON, MSGPACK = JsonDialect(), MsgpackDialect()
INBOUND = {struct.__struct_config__.tag: struct for struct in (Hello, Send, Recall, Ping)}
FIXTURES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(ROOT / "docs/fixtures/danmaku.v1").glob("*.json"))
}
DOCUMENT = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
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
        return all(fits(schema["items"], item) for item in value)
    if isinstance(value, dict):
        known = schema["properties"]
        return set(value) == set(known) and all(fits(known[name], value[name]) for name in value)
    return True


@named("client-")
def test_a_clients_message_means_what_its_fixture_says(fixture):
    messages = [
        JSON.decode(fixture["json"].encode()),
        MSGPACK.decode(bytes.fromhex(fixture["msgpack"])),
    ]

    assert [msgspec.to_builtins(message) for message in messages] == [fixture["means"]] * 2


@named("bad-")
def test_what_a_fixture_calls_bad_is_refused_in_both_dialects(fixture):
    with pytest.raises(BadMessage) as by_json:
        JSON.decode(fixture["json"].encode())
    with pytest.raises(BadMessage):
        MSGPACK.decode(bytes.fromhex(fixture["msgpack"]))

    assert by_json.value.code == fixture["code"]


@named("server-")
def test_the_server_writes_what_its_fixture_says(fixture):
    fields = fixture["fields"]
    for dialect, written in (
        (JSON, fixture["json"].encode()),
        (MSGPACK, bytes.fromhex(fixture["msgpack"])),
    ):
        if "entries" in fields:
            parts = [dialect.encode(entry) for entry in fields["entries"]]
            payload = dialect.batch(Op(fields["op"]), fields["after"], fields["upto"], parts)
        else:
            payload = dialect.encode(fields)
        assert payload == written


@named("server-")
def test_what_the_server_writes_is_described(fixture):
    assert fits(MESSAGES[fixture["fields"]["op"]]["payload"], fixture["fields"])
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
