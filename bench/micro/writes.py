"""One batch's whole way out, plain and deflated: joined, framed, and written to a room of sockets.

Compressing costs once, and every socket after it is given fewer bytes: only the whole way shows
what a cohort with compression costs.
"""

import resource
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from bench.micro.clock import ROUNDS, Work, spent_ns, without_collector
from bench.micro.codecs import OBJECTS
from bench.micro.samples import views
from bench.outcome import Figure
from danmaku.domain.ids import Seq
from danmaku.gateway.dialects.danmaku_v1 import Dialect, dialects
from danmaku.gateway.dialects.outward import Op
from danmaku.gateway.framing import frame_of

VIEWERS = 1000
COMMENTS = 20
CPU_RATIO_MAX = 1.1
WARM_UP, TIMES_A_ROUND = 2, 4
_TAKEN_AT_ONCE = 1 << 20
_DESCRIPTORS_BESIDE = 100

Pair = tuple[socket.socket, socket.socket]


def figures(seed: int) -> dict[str, Figure]:
    """Microseconds a frame and viewer, plain and deflated, and their ratio in each round."""
    dialect = dialects()[OBJECTS]
    parts = [dialect.part(view) for view in views(COMMENTS, seed=seed)]
    with room_of(VIEWERS) as pairs, without_collector():
        send = partial(_send, dialect, parts, pairs)
        works = {"plain": partial(send, deflate=False), "deflated": partial(send, deflate=True)}
        rounds = [one_round(works, pairs) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    spent = {name: [each[name] for each in rounds] for name in works}
    a_viewer = {name: [value / VIEWERS for value in values] for name, values in spent.items()}
    ratios = [d / p for d, p in zip(a_viewer["deflated"], a_viewer["plain"], strict=True)]
    way = f"whole way of {COMMENTS} to {VIEWERS:,}"
    return {
        f"{way} / {name}, a frame and viewer": Figure(values, "us")
        for name, values in a_viewer.items()
    } | {f"{way} / deflated to plain": Figure(ratios, "ratio", goal=CPU_RATIO_MAX)}


def one_round(works: Mapping[str, Work], pairs: Sequence[Pair]) -> dict[str, float]:
    """Microseconds of each work; what was written is taken off the sockets outside of them."""
    spent_us = dict.fromkeys(works, 0.0)
    for _ in range(TIMES_A_ROUND):
        for name, work in works.items():
            spent_us[name] += spent_ns(work, 1) / 1000 / TIMES_A_ROUND
            for _near, far in pairs:
                far.recv(_TAKEN_AT_ONCE)
    return spent_us


def _send(
    dialect: Dialect, parts: Sequence[bytes], pairs: Sequence[Pair], *, deflate: bool
) -> None:
    payload = dialect.batch(Op.ENTRIES, Seq(0), Seq(len(parts)), parts)
    frame = frame_of(payload, is_text=dialect.is_text, deflate=deflate)
    for near, _far in pairs:
        near.send(frame)


@contextmanager
def room_of(viewers: int) -> Iterator[list[Pair]]:
    """Connections over loopback, as a server has them."""
    _allow_descriptors(2 * viewers + _DESCRIPTORS_BESIDE)
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=viewers) as door:
        yield [_joined(door, stack) for _ in range(viewers)]


def _joined(door: socket.socket, stack: ExitStack) -> Pair:
    far = stack.enter_context(socket.create_connection(door.getsockname()))
    near = stack.enter_context(door.accept()[0])
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return near, far


def _allow_descriptors(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
