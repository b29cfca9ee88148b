"""A model as one file, and back: checked whole before a single comment is scored by it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from danmaku.filter.envelope import content_of, enclosed
from danmaku.filter.learned import Linear, Model, Weights
from danmaku.filter.model_card import Card
from danmaku.filter.rules import VERSION_HEX_DIGITS
from danmaku.filter.tables import tables

FORMAT: Final = b"danmaku-model-1\n"
MODEL_BYTES_MAX: Final = 8 << 20
"""Twenty times a model of all the rows that it may have."""


class ModelError(ValueError):
    """These bytes are no model that can be used here."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """What is written; the version of the model is a digest of it."""

    tables: str
    weights: Weights
    card: Card


def pack_model(weights: Weights, card: Card) -> bytes:
    """Write a model down; the same one gives the same bytes."""
    return enclosed(FORMAT, msgspec.msgpack.encode(_Packed(tables().version, weights, card)))


def unpack_model(packed: bytes) -> Model:
    """Load what `pack_model` wrote.

    Raises:
        ModelError: It is damaged, of another format, or learned with other tables.

    Cost: tens of milliseconds.
    """
    content = content_of(FORMAT, packed) if len(packed) <= MODEL_BYTES_MAX else None
    if content is None:
        raise ModelError("not a model, or not a whole one; train it anew")
    try:
        read = msgspec.msgpack.decode(content, type=_Packed)
    except msgspec.MsgspecError as error:
        raise ModelError(f"a model of another form ({error}); train it anew") from error
    if read.tables != tables().version:
        raise ModelError("learned with other tables; train it anew")
    if (fault := read.weights.fault()) is not None:
        raise ModelError(f"a model needs {fault}")
    version = sha256(content).hexdigest()[:VERSION_HEX_DIGITS]
    return Model(version, Linear(read.weights), read.card)
