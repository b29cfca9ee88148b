"""Parts of an address and of bodies that several doors read, with their bounds."""

import re
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Final, NewType, Union, get_args, get_origin

from fastapi import Path, Query
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from danmaku.domain.comment import NORMAL, WHITE, Draft, Mode, Style
from danmaku.domain.ids import MAX_SAFE_INTEGER, ClientId, Number, RoomId, Seq

PAGE_ROWS: Final = 100
LIMIT_MAX: Final = 1000

RoomPath = Annotated[RoomId, Path(description="Id of the room.", examples=["demo"])]
NumberPath = Annotated[
    Number, Path(ge=1, le=MAX_SAFE_INTEGER, description="Public number of the comment.")
]
OriginPath = Annotated[
    Seq, Path(ge=1, le=MAX_SAFE_INTEGER, description="Private id of a held comment.")
]
ClusterPath = Annotated[str, Path(max_length=40, description="Name of a cluster of held comments.")]
ReceiptPath = Annotated[str, Path(max_length=64, description="As it was given out.")]
Before = Annotated[
    Number | None,
    Query(ge=1, le=MAX_SAFE_INTEGER, description="Only numbers below this one, newest first."),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows at most.")]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day_as_written(sent: object) -> object:
    """Only what is written as a day: the library would take a number of seconds for one, too."""
    if isinstance(sent, str) and _DAY.fullmatch(sent) is None:
        raise ValueError("A day is written as 2026-01-31.")
    return sent


Day = Annotated[date, BeforeValidator(_day_as_written)]

# A comment is judged by admission, which has the codes; here only types and the coarsest bounds.
ClientIdText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
_Whole = Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]


def _describe_lists(schema: dict[str, Any]) -> None:
    """Of what is a set to us, a list may say something twice."""
    for field in schema.get("properties", {}).values():
        for kind in (field, *field.get("anyOf", ())):
            kind.pop("uniqueItems", None)


class Body(BaseModel):
    """What a caller sends, as JSON or as a form: unknown fields and lone surrogates are refused.

    So is U+0000, for not every database has a place for it, and in JSON a number or a choice that
    is written as a text.
    """

    # The bound also makes the library look into each string, which is what finds the surrogates.
    model_config = ConfigDict(
        extra="forbid", str_max_length=16_384, json_schema_extra=_describe_lists
    )
    tells_kinds: ClassVar[bool] = True  # JSON does; forms and addresses hold text alone

    @model_validator(mode="before")
    @classmethod
    def _in_its_kind(cls, sent: object) -> object:
        if _has_nul(sent):
            raise ValueError("U+0000 stands in no text.")
        if cls.tells_kinds and isinstance(sent, dict):
            for name, field in cls.model_fields.items():
                if not _is_of_kind(sent.get(field.alias or name), field.annotation):
                    raise ValueError(f"{name} is of another kind.")
        return sent


class Asked(Body):
    """What stands in an address, behind the question mark."""

    tells_kinds: ClassVar[bool] = False


def _is_of_kind(sent: object, annotation: object) -> bool:
    """Whether `sent` could be meant so: only numbers and choices are looked at."""
    while isinstance(annotation, NewType):
        annotation = annotation.__supertype__
    parts = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Annotated:
            return _is_of_kind(sent, parts[0])
        case origin if origin in (Union, UnionType):
            return any(_is_of_kind(sent, part) for part in parts)
        case origin if origin in (list, tuple, frozenset) and isinstance(sent, list):
            return all(_is_of_kind(each, parts[0]) for each in sent)
    if sent is None or annotation is NoneType:
        return sent is None
    if annotation in (int, float):
        return isinstance(sent, int | float) and not isinstance(sent, bool)
    return annotation is not bool or isinstance(sent, bool)


def _has_nul(sent: object) -> bool:
    match sent:
        case str():
            return "\0" in sent
        case dict():
            return any(map(_has_nul, sent.values()))
        case list():
            return any(map(_has_nul, sent))
        case _:
            return False


class DraftFields(Body):
    """A comment as its sender asks for it; docs/protocol.md, "send", has the ranges."""

    id: ClientIdText = Field(description="Chosen by the client: sending twice records once.")
    text: str
    position_ms: _Whole = 0
    mode: Mode = Mode.SCROLL
    color: _Whole = WHITE
    size: _Whole = NORMAL
    latency_ms: _Whole = 0

    def draft(self) -> Draft:
        """The value that the verbs take."""
        return Draft(
            client_id=ClientId(self.id),
            text=self.text,
            position_ms=self.position_ms,
            style=Style(self.mode, self.color, self.size),
            latency_ms=self.latency_ms,
        )
