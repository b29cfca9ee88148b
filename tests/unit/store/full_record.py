"""A small record with at least one row in every table."""

from danmaku.domain.facts import BuiltRules, RulesActivated, TokenRevoked
from danmaku.domain.identity import Strength
from danmaku.domain.ids import Millis
from danmaku.domain.persons import Person
from danmaku.domain.phone_codes import Expected
from danmaku.ports import Disclosure
from tests.contract.facts import (
    ANN,
    BEN,
    PEOPLE_FACTS,
    granted,
    held,
    in_demo,
    issued,
    liked,
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
LATER_MS = Millis(4_000_000_000_000)


async def fill(store):
    for fact in (
        *(registered("Ann"), registered("Ben"), granted(), issued(), issued("t2", digest=b"2")),
        *(TokenRevoked(ANN, "t2"), reported()),
        *PEOPLE_FACTS,
        RulesActivated("1", 1, built=BuiltRules(b"r", None)),
    ):
        await store.commit(on_platform(fact))
    for fact in (
        *(opened(), published("a"), held("b"), refused("c", author=BEN)),
        *(recalled(), restored(), published("d", author=BEN, text="二号弹幕 🎏"), liked()),
    ):
        await store.commit(in_demo(fact))
    await store.sign_out(BEN, Millis(1))
    await store.open_session(SESSION, ANN, LATER_MS)
    await store.open_reset(b"a reset of Ben's", BEN, LATER_MS)
    await store.vault.keep(BEN, Person(Strength.PHONE, "+8613800138000"), accounts_max=1)
    await store.vault.keep_out(BEN, "f1")
    await store.vault.expect_code(BEN, Expected("123456", "+8613800138000", LATER_MS))
    await store.vault.put_disclosure(
        Disclosure("d1", BEN, ANN, purpose="inquiry", basis="law 1", until_ms=LATER_MS)
    )
    await store.retention.destroy_due(Millis(LATER_MS - 1))
