"""Messages in and out: what it costs to read a comment, and to write entries in each dialect."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle
from random import Random

import msgpack
import orjson

from bench.micro.clock import Work, cpu_us
from bench.micro.samples import texts, views
from bench.outcome import Figure
from danmaku.domain.ids import Seq
from danmaku.domain.views import View
from danmaku.gateway.dialects.danmaku_v1 import Dialect, dialects
from danmaku.gateway.dialects.outward import Op
from danmaku.gateway.framing import frame_of

BATCHES = (1, 5, 20, 100)
OBJECTS, ROWS = "danmaku.v1.json", "danmaku.v1.rows"
DEFLATED_BYTES_MAX = 0.45  # of the plain bytes, at 20 comments a batch
DEFLATED_AT = 20
ROWS_BYTES_MAX = 1.0  # of the deflated objects, where batches are small
ROWS_SMALL = (1, 5)
_SET = 200


def figures(seed: int) -> dict[str, Figure]:
    """Microseconds of reading and writing, and bytes of frames."""
    spoken = dialects()
    works = dict(_works(spoken, views(max(BATCHES), seed=seed), seed))
    times = {f"codec / {name}": Figure(v, "us") for name, v in cpu_us(works).items()}
    return times | _sizes(spoken, views(max(BATCHES) * 10, seed=seed))


def _works(spoken: dict[str, Dialect], some: list[View], seed: int) -> Iterator[tuple[str, Work]]:
    for name, dialect in spoken.items():
        short = name.rpartition(".")[2]
        sends = cycle(_sends(dialect, seed))
        entries = cycle(some)
        yield f"read a comment, {short}", partial(_read, dialect, sends)
        yield f"write an entry, {short}", partial(_write, dialect, entries)
        parts = [dialect.part(view) for view in some]
        for size in BATCHES:
            yield f"join {size}, {short}", partial(_batch, dialect, parts[:size])
    json = spoken[OBJECTS]
    for size in BATCHES:
        payload = _batch(json, [json.part(view) for view in some[:size]])
        yield f"frame {size}", partial(frame_of, payload, is_text=True)
        yield f"frame {size}, deflated", partial(frame_of, payload, is_text=True, deflate=True)


def _sends(dialect: Dialect, seed: int) -> list[bytes]:
    random = Random(seed)
    encode = orjson.dumps if dialect.is_text else msgpack.packb
    return [
        encode({"op": "send", "id": f"b-{n}", "text": text, "position_ms": 1000 + n})
        for n, text in enumerate(random.choices(texts(), k=_SET))
    ]


def _read(dialect: Dialect, sends: Iterator[bytes]) -> object:
    return dialect.decode(next(sends))


def _write(dialect: Dialect, entries: Iterator[View]) -> object:
    return dialect.part(next(entries))


def _batch(dialect: Dialect, parts: Sequence[bytes]) -> bytes:
    return dialect.batch(Op.ENTRIES, Seq(0), Seq(len(parts)), parts)


# --- bytes


def _sizes(spoken: dict[str, Dialect], some: list[View]) -> dict[str, Figure]:
    """Bytes of frames by their batch; the same ones each time, so they are given once."""
    found: dict[str, Figure] = {}
    plain = {(n, size): _bytes(d, some, size) for n, d in spoken.items() for size in BATCHES}
    deflated = {size: _bytes(spoken[OBJECTS], some, size, deflate=True) for size in BATCHES}
    for (name, size), count in plain.items():
        found[f"bytes / {size} a batch, {name.rpartition('.')[2]}"] = _count(count)
    for size, count in deflated.items():
        found[f"bytes / {size} a batch, json deflated"] = _count(count)
        found[f"bytes / {size} a batch, deflated to plain objects"] = Figure(
            [count / plain[OBJECTS, size]],
            "ratio",
            goal=DEFLATED_BYTES_MAX if size == DEFLATED_AT else None,
        )
        found[f"bytes / {size} a batch, rows to deflated objects"] = Figure(
            [plain[ROWS, size] / count],
            "ratio",
            goal=ROWS_BYTES_MAX if size in ROWS_SMALL else None,
        )
    return found


def _bytes(dialect: Dialect, some: list[View], size: int, *, deflate: bool = False) -> float:
    """Mean over several batches of that size: one may hold long comments by chance."""
    batches = [some[first : first + size] for first in range(0, len(some), size)]
    frames = [
        frame_of(
            _batch(dialect, [dialect.part(view) for view in batch]),
            is_text=dialect.is_text,
            deflate=deflate,
        )
        for batch in batches
    ]
    return sum(map(len, frames)) / len(frames)


def _count(count: float) -> Figure:
    return Figure([count], "bytes")
