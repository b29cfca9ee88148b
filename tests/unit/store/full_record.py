"""A small record with at least one row in every table."""

from danmaku.domain.deliveries import Try
from danmaku.domain.endpoints import EndpointSet, EndpointState
from danmaku.domain.facts import BuiltRules, RulesActivated, TokenRevoked
from danmaku.domain.identity import Disclosure, Strength
from danmaku.domain.ids import Millis, Seq
from danmaku.domain.persons import Person
from danmaku.domain.phone_codes import Expected
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
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
    await tell_an_endpoint(store.endpoints)
    await store.retention.destroy_due(Millis(LATER_MS - 1))


async def tell_an_endpoint(endpoints):
    now_ms = Millis(1)
    one = EndpointSet("e2", EndpointState.ACTIVE, (), None, ANN, "https://example.org/", "site")
    await endpoints.prepare(one, b"a secret")
    turn = await endpoints.take("e2", "a node", now_ms=now_ms, until_ms=LATER_MS)
    told = Try(now_ms, "msg_1", "comment.published", DEMO, Seq(2), "done", 200, 7)
    assert await endpoints.note("e2", turn, [(DEMO, Seq(2))], [told])
