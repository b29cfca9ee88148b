"""What is published of the protocol beside its text: the fields of messages, and examples."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from danmaku.conformance.encodings import BINARY, TEXT, Dialect, Fields

_HERE = files("danmaku.conformance")
_TYPES: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fixture:
    """One message as it stands on the wire.

    Attributes:
        about: What it is, for people.
        fields: What a server's message says; empty for a client's.
        code: With what a server refuses it; None: it is in order.
    """

    name: str
    about: str
    fields: Fields
    code: str | None
    _json: str
    _msgpack: str

    def frame(self, dialect: Dialect) -> tuple[int, bytes]:
        """Opcode and payload."""
        if dialect is Dialect.JSON:
            # A lone surrogate cannot be written down here but by an escape of JSON's own.
            return TEXT, self._json.encode()
        return BINARY, bytes.fromhex(self._msgpack)


@cache
def fixtures(kind: str) -> tuple[Fixture, ...]:
    """All of one kind, by name: `bad`, `client` or `server`."""
    return tuple(
        _fixture(path.name.removesuffix(".json"), json.loads(path.read_text("utf-8")))
        for path in sorted(_HERE.joinpath("fixtures").iterdir(), key=lambda path: path.name)
        if path.name.startswith(f"{kind}-")
    )


def _fixture(name: str, said: dict[str, str]) -> Fixture:
    fields = cast("Fields", said.get("fields", {}))
    return Fixture(name, said["about"], fields, said.get("code"), said["json"], said["msgpack"])


def misfit(message: Fields) -> str | None:
    """What of a message is not as the document has it; None: it fits, or is of no known `op`.

    Fields that the document does not have are passed over: a server may say more.
    """
    payload = _messages().get(cast("str", message["op"]))
    if payload is None:
        return None
    return _misfit(payload, message, str(message["op"]))


@cache
def _document() -> Schema:
    return cast("Schema", yaml.safe_load(_HERE.joinpath("asyncapi.yaml").read_text("utf-8")))


@cache
def _messages() -> dict[str, Schema]:
    components = cast("dict[str, dict[str, dict[str, Schema]]]", _document()["components"])
    return {name: message["payload"] for name, message in components["messages"].items()}


def _resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: object = _document()
    for step in str(schema["$ref"]).removeprefix("#/").split("/"):
        found = cast("Schema", found)[step]
    return _resolved(cast("Schema", found))


def _misfit(schema: Schema, value: object, place: str) -> str | None:
    schema = _resolved(schema)
    if "oneOf" in schema:
        return _misfit_of_all(cast("Sequence[Schema]", schema["oneOf"]), value, place)
    if "const" in schema or "enum" in schema:
        known = cast("Sequence[object]", schema.get("enum", [schema.get("const")]))
        return None if value in known else f"{place} is {value!r}, not one of {list(known)}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if type(value) not in {_TYPES[cast("str", kind)] for kind in kinds}:
        return f"{place} is {value!r}, not {' or '.join(map(str, kinds))}"
    return _misfit_inside(schema, value, place)


def _misfit_of_all(schemas: Sequence[Schema], value: object, place: str) -> str | None:
    """What keeps a value from being the one of these that it means to be."""
    meant = next((schema for schema in schemas if _is_meant(_resolved(schema), value)), None)
    return f"{place} is of no known kind" if meant is None else _misfit(meant, value, place)


def _is_meant(schema: Schema, value: object) -> bool:
    if _TYPES[str(schema["type"])] is not type(value):
        return False
    known = cast("dict[str, Schema]", schema.get("properties", {}))
    told = cast("Fields", value) if isinstance(value, dict) else {}
    tags = [name for name in ("op", "kind") if name in known]
    return all(_misfit(known[name], told.get(name), name) is None for name in tags)


def _misfit_inside(schema: Schema, value: object, place: str) -> str | None:
    if isinstance(value, dict):
        return _misfit_of_fields(schema, value, place)
    if isinstance(value, list) and isinstance(items := schema["items"], dict):
        told = (_misfit(items, item, f"{place}[{n}]") for n, item in enumerate(value))
        return next(filter(None, told), None)
    is_wrong = isinstance(value, str | int) and not _is_within(schema, value)
    return f"{place} is {value!r}" if is_wrong else None


def _is_within(schema: Schema, value: str | int) -> bool:
    """Whether a text has its form and length, and a number its size."""
    if isinstance(value, str):
        pattern = schema.get("pattern")
        # All of it: `$` alone would pass a text that ends with a line break.
        if pattern is not None and re.fullmatch(cast("str", pattern), value) is None:
            return False
        size, least, most = len(value), schema.get("minLength"), schema.get("maxLength")
    else:
        size, least, most = value, schema.get("minimum"), schema.get("maximum")
    return (least is None or cast("int", least) <= size) and (
        most is None or size <= cast("int", most)
    )


def _misfit_of_fields(schema: Schema, value: dict[str, object], place: str) -> str | None:
    known = cast("dict[str, Schema]", schema["properties"])
    missing = set(cast("Sequence[str]", schema.get("required", known))) - set(value)
    if missing:
        return f"{place} has no {', '.join(sorted(missing))}"
    if schema.get("additionalProperties") is False and (more := set(value) - set(known)):
        return f"{place} has {', '.join(sorted(more))}, which the protocol does not have"
    told = (_misfit(known[name], value[name], f"{place}.{name}") for name in known if name in value)
    return next(filter(None, told), None)
