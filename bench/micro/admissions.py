"""What it costs to decide one comment, from the gates to the verdict, with and without a filter."""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random

from bench.micro.clock import cpu_us
from bench.micro.samples import AT_MS, texts
from bench.outcome import Figure
from bench.rules import rule_file
from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.admission import Asked, admit
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentPublished
from danmaku.domain.ids import AccountId, ClientId, Millis, RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.domain.looks import Look
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import RoomState
from danmaku.filter.floods import Repeats
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen

RULES = 1000
SENDERS = 500
GAP_MS = 2  # between two comments of the room: 500 a second, one for each sender
_ROOM = RoomId("bench")
_GRANTS = (PowerGrant("viewer", Bundle.VIEWER, None, None),)


def figures(seed: int) -> dict[str, Figure]:
    """Microseconds to make a draft of one comment of a busy room and to admit it."""
    screen = Screen(parse_rules(rule_file(RULES)))
    found_nothing = screen.inspect("")
    works = {
        "with the filter": _admitting(seed, lambda text: Look(screen.inspect(text), 2)),
        "all but the filter": _admitting(seed, lambda _text: Look(found_nothing, 2)),
    }
    return {f"admission / {name}": Figure(v, "us") for name, v in cpu_us(works).items()}


def _admitting(seed: int, look: Callable[[str], Look]) -> Callable[[], object]:
    drafts = _asked(seed, look)

    def admit_next() -> None:
        judgement = admit(next(drafts))
        if not isinstance(judgement, CommentPublished):
            raise TypeError(f"a sample comment was not published: {judgement}")

    return admit_next


def _asked(seed: int, look: Callable[[str], Look]) -> Iterator[Asked]:
    """Comments that all pass: their senders take turns, and no two of them say the same."""
    random, said = Random(seed), texts()
    repeats = Repeats(within_ms=30_000, allowed=2, min_length=5)
    room = LiveRoom(
        _ROOM, RoomState("Bench"), owner=None, version=Seq(1), top=Seq(1), repeats=repeats
    )
    buckets = TokenBuckets(per_s=1, burst=5)
    senders = [
        Standing(AccountId(n), f"sender{n}", f"Sender {n}", Seq(n), _GRANTS)
        for n in range(1, SENDERS + 1)
    ]
    for n in count():
        draft = Draft(ClientId(f"b-{n}"), f"{random.choice(said)[:80]} {n}", position_ms=n)
        now_ms = Millis(AT_MS + n * GAP_MS)
        yield Asked(senders[n % SENDERS], room, draft, now_ms, buckets, look)
