"""Parts of an address and of bodies that several doors read, with their bounds."""

from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

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
Before = Annotated[
    Number | None,
    Query(ge=1, le=MAX_SAFE_INTEGER, description="Only numbers below this one, newest first."),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows at most.")]

# A comment is judged by admission, which has the codes; here only types and the coarsest bounds.
ClientIdText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
_Whole = Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]


class Body(BaseModel):
    """What a caller sends, as JSON or as a form: unknown fields and lone surrogates are refused.

    So is U+0000, for not every database has a place for it.
    """

    # The bound also makes the library look into each string, which is what finds the surrogates.
    model_config = ConfigDict(extra="forbid", str_max_length=16_384)

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, sent: object) -> object:
        if _has_nul(sent):
            raise ValueError("U+0000 stands in no text.")
        return sent


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
