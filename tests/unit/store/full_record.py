"""A small record with at least one row in every table."""

from danmaku.domain.facts import BuiltRules, RulesActivated, TokenRevoked
from danmaku.domain.ids import Millis
from tests.contract.facts import (
    ANN,
    BEN,
    granted,
    held,
    in_demo,
    issued,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    restored,
)

SESSION = b"a session of Ann's"


async def fill(store):
    for fact in (
        *(registered("Ann"), registered("Ben"), granted(), issued(), issued("t2", digest=b"2")),
        *(
            TokenRevoked(ANN, "t2"),
            reported(),
            RulesActivated("1", 1, built=BuiltRules(b"r", None)),
        ),
    ):
        await store.commit(on_platform(fact))
    for fact in (
        *(opened(), published("a"), held("b"), refused("c", author=BEN)),
        *(recalled(), restored(), published("d", author=BEN, text="二号弹幕 🎏")),
    ):
        await store.commit(in_demo(fact))
    await store.open_session(SESSION, ANN, Millis(4_000_000_000_000))
    await store.open_reset(b"a reset of Ben's", BEN, Millis(4_000_000_000_000))
