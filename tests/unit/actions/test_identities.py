import asyncio
import gzip
from contextlib import asynccontextmanager

import pytest

from danmaku.actions.identities import Method
from danmaku.actions.proofs import Services
from danmaku.actions.verifiers import Verifiers
from danmaku.actions.webhooks import Webhook
from danmaku.config import IdentitySettings
from danmaku.domain.account import Bundle, Power
from danmaku.domain.facts import CommentPublished
from danmaku.domain.identity import Identity, Strength
from danmaku.domain.people_facts import (
    DisclosureAgreed,
    DisclosureAsked,
    IdentityRead,
    IdentityVerified,
)
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn, Overloaded
from tests.patience import PATIENCE_S
from tests.services import KEY, Verifying, serving
from tests.unit.actions.house import Clock, house_on

PHONE = "13800138000"
NAME, NUMBER = "王小明", "11010519491231002X"


@asynccontextmanager
async def house_with(folder, service, **settings):
    """A house whose verifiers are asked at a real address."""
    async with serving(service.app) as url:

        def services(clock):
            phones, documents = (
                Webhook(f"{url}/ask", KEY, millis_max=int(PATIENCE_S * 1000), clock=clock)
                for _ in range(2)
            )
            return Services(Verifiers(phones, documents), ())

        async with house_on(
            folder,
            services=services,
            identity_required=True,
            identity=IdentitySettings(**settings),
        ) as house:
            yield house


@pytest.fixture
def service():
    return Verifying()


@pytest.fixture
async def house(tmp_path, service):
    async with house_with(tmp_path, service) as house:
        yield house


@pytest.fixture
async def ann(house):
    return await house.person("ann")


async def now(house, who):
    return await house.people.standings.freshen(who)


async def code_of(awaitable):
    with pytest.raises(Coded) as refused:
        await awaitable
    return refused.value.code


def entered(house, kind):
    return [entry.fact for entry in house.announced if isinstance(entry.fact, kind)]


async def by_document(house, who):
    await house.proofs.identities.confirm_document(who, NAME, NUMBER)


async def test_a_code_sent_to_a_phone_verifies_and_lets_one_speak(house, ann, service):
    await house.room()
    assert await code_of(house.say(ann)) is Code.NOT_VERIFIED

    await house.proofs.identities.send_code(ann, PHONE)
    [question] = service.asked
    assert await code_of(house.proofs.identities.confirm_code(ann, "none")) is Code.NOT_VERIFIED
    await house.proofs.identities.confirm_code(ann, question["code"])

    assert question["phone"] == "+8613800138000"
    assert (await now(house, ann)).identity == Identity("phone", Strength.PHONE)
    assert isinstance((await house.say(await now(house, ann))).fact, CommentPublished)


async def test_a_document_is_confirmed_and_nothing_of_it_is_in_the_chain(house, ann, service):
    await by_document(house, ann)

    assert service.asked == [{"ask": "confirm_document", "legal_name": NAME, "number": NUMBER}]
    assert entered(house, IdentityVerified) == [
        IdentityVerified(ann.account, "document", Strength.DOCUMENT, None)
    ]
    assert NUMBER not in repr(house.announced)
    assert NAME not in repr(house.announced)


async def test_a_document_of_somebody_else_verifies_nobody(house, ann, service):
    service.answer = lambda _: b'{"match":false}'

    assert await code_of(by_document(house, ann)) is Code.NOT_VERIFIED
    assert await house.store.vault.persons(ann.account) == []


@pytest.mark.parametrize("number", ["110105194912310021", "1101051949123100"])
async def test_a_number_that_cannot_be_is_not_asked_about(house, ann, service, number):
    with pytest.raises(BadMessage):
        await house.proofs.identities.confirm_document(ann, NAME, number)

    assert service.asked == []


@pytest.mark.parametrize(
    "lie",
    [
        {"key": b"another key of thirty-two bytes.."},
        {"signature": "none"},
        {"status": 500},
        {"late_s": 0.6},
        {"answer": lambda _: b'{"match":true}{"match":true}'},  # twice
        {"answer": lambda _: b'{"match":"yes"}'},
        {"answer": lambda _: b'{"match":true,"also":"that"}'},
        {"answer": lambda _: b"[]"},
        {"answer": lambda _: b"\xff"},
        {"answer": lambda _: b" " * 5000},
        {"answer": lambda _: b" " * 5_000_000},
        {
            "answer": lambda _: gzip.compress(b'{"match":true}' + b" " * 3000),
            "headers": {"Content-Encoding": "gzip"},
        },
        {"status": 307, "headers": {"Location": "/ask"}},
    ],
)
async def test_whatever_is_no_whole_signed_answer_verifies_nobody_and_may_be_tried_again(
    house, ann, service, lie, monkeypatch
):
    honest = {name: getattr(service, name) for name in lie}
    for name, value in lie.items():
        setattr(service, name, value)

    with monkeypatch.context() as moment:
        if "late_s" in lie:
            documents = house.proofs.identities._verifiers.documents
            moment.setattr(documents, "_seconds_max", lie["late_s"] / 2)
        with pytest.raises(Overloaded, match="Try again"):
            await by_document(house, ann)
    assert (await now(house, ann)).identity is None
    for name, value in honest.items():
        setattr(service, name, value)
    await by_document(house, ann)

    assert (await now(house, ann)).identity.strength is Strength.DOCUMENT


async def test_an_answer_to_another_question_is_none(house, ann, service):
    await by_document(house, ann)
    bob = await house.person("bob")
    service.signature = service.signatures[-1]  # right, for what was asked about ann

    with pytest.raises(Overloaded):
        await house.proofs.identities.confirm_document(bob, "李雷", "110101199003070118")

    assert (await now(house, bob)).identity is None


async def test_a_code_that_was_asked_for_meanwhile_outlives_one_that_was_not_sent(
    house, ann, service
):
    identities = house.proofs.identities
    service.late_s = 0.5  # so that the one that is asked for meanwhile is sent first
    failing = asyncio.create_task(identities.send_code(ann, PHONE))
    while not service.asked:  # noqa: ASYNC110 -- the service has no other way of telling
        await asyncio.sleep(0)
    [first], service.late_s = service.asked, 0
    service.answer = lambda asked: b'{"sent":false}' if asked is first else b'{"sent":true}'
    await identities.send_code(ann, PHONE)
    with pytest.raises(Overloaded):
        await failing

    await identities.confirm_code(ann, service.asked[-1]["code"])

    assert (await now(house, ann)).identity.strength is Strength.PHONE


async def test_who_has_left_is_not_verified_again(house, ann):
    await house.offices.privacy.leaving.close(ann, login="ann")

    assert await code_of(by_document(house, await now(house, ann))) is Code.ACCOUNT_SUSPENDED
    assert await house.store.vault.persons(ann.account) == []


async def test_of_two_who_agree_at_once_one_does_and_a_used_request_stays_used(house, ann):
    await by_document(house, ann)
    disclosures, vault = house.proofs.disclosures, house.store.vault
    ins, eve, eva = await staff(
        house, ins=Bundle.INSPECTOR, eve=Bundle.CHIEF_EDITOR, eva=Bundle.CHIEF_EDITOR
    )
    request = (await disclosures.ask(ins, "ann", "an order", "letter 7")).request_id

    agreed = await asyncio.gather(
        *(disclosures.agree(who, request) for who in (eve, eva)), return_exceptions=True
    )
    looks = await asyncio.gather(
        *(disclosures.read(ins, request) for _ in range(2)), return_exceptions=True
    )

    assert {type(each) for each in agreed} == {NotFound, type(None)}
    assert {type(each) for each in looks} == {NotFound, list}
    assert not await vault.second_disclosure(request, eva.account)
    assert await vault.disclosures() == []


async def test_one_person_with_two_accounts_is_no_second_person(tmp_path, service):
    async with house_with(tmp_path, service, accounts_of_one_max=2) as house:
        ann = await house.person("ann")
        await by_document(house, ann)
        ins, eve = await house.person("ins"), await house.person("eve")
        for who, bundle in ((ins, Bundle.INSPECTOR), (eve, Bundle.CHIEF_EDITOR)):
            await house.proofs.identities.confirm_document(who, "李雷", "110101199003070118")
            await house.people.grant(None, who.login, bundle, room=None, until_ms=None)
        disclosures = house.proofs.disclosures
        request = await disclosures.ask(await now(house, ins), "ann", "an order", "letter 7")

        refused = disclosures.agree(await now(house, eve), request.request_id)

        assert await code_of(refused) is Code.OWN_INTEREST


async def test_a_code_that_may_not_have_been_sent_is_not_expected(house, ann, service):
    service.status = 503
    with pytest.raises(Overloaded):
        await house.proofs.identities.send_code(ann, PHONE)
    [question] = service.asked

    verdict = await code_of(house.proofs.identities.confirm_code(ann, question["code"]))

    assert verdict is Code.NOT_VERIFIED


async def test_a_weaker_proof_takes_nothing_from_a_stronger_one(house, ann, service):
    await by_document(house, ann)
    await house.proofs.identities.send_code(ann, PHONE)
    await house.proofs.identities.confirm_code(ann, service.asked[-1]["code"])

    assert (await now(house, ann)).identity == Identity("document", Strength.DOCUMENT)
    assert len(await house.store.vault.persons(ann.account)) == 2


async def test_one_document_verifies_one_account(house, ann):
    bob = await house.person("bob")
    await by_document(house, ann)

    assert await code_of(by_document(house, bob)) is Code.DUPLICATE
    await house.proofs.identities.forget(ann.account)
    await by_document(house, bob)


async def test_a_house_without_services_verifies_in_its_own_way_alone(tmp_path):
    async with house_on(tmp_path) as house:
        ann, identities = await house.person("ann"), house.proofs.identities

        assert identities.methods == (Method.SANDBOX,)
        for verb in (identities.send_code(ann, PHONE), by_document(house, ann)):
            with pytest.raises(NotFound):
                await verb
        await identities.pass_sandbox(ann)
        assert (await now(house, ann)).identity.method == "sandbox"


async def test_powers_are_for_the_verified_and_begin_a_term(house, ann):
    assert (
        await code_of(house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None))
        is Code.NOT_VERIFIED
    )
    await by_document(house, ann)

    await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None)

    until_ms = house.clock() + 365 * DAY_MS
    assert (await now(house, ann)).identity.until_ms == until_ms


async def test_powers_pause_when_the_term_is_over_and_come_back_with_a_new_proof(house, ann):
    await by_document(house, ann)
    await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None)
    reviewer = await now(house, ann)
    house.clock.now_ms += 365 * DAY_MS

    assert not reviewer.may(Power.COMMENT_REVIEW, None, house.clock())
    assert reviewer.may(Power.COMMENT_SEND, None, house.clock())
    await by_document(house, reviewer)

    assert (await now(house, ann)).may(Power.COMMENT_REVIEW, None, house.clock())


async def test_powers_wait_when_an_identity_is_ended_and_come_back_with_the_next(house, ann):
    await by_document(house, ann)
    await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None)

    await house.proofs.identities.end(ann.account, actor=None, reason="an impostor")
    ended = await now(house, ann)
    house.people.standings.forget(ann.account)
    read_again = await now(house, ann)
    await by_document(house, ann)

    assert ended == read_again
    assert not ended.may(Power.COMMENT_REVIEW, None, house.clock())
    assert (await now(house, ann)).may(Power.COMMENT_REVIEW, None, house.clock())


# --- looking


async def staff(house, **bundles):
    people = []
    for login, bundle in bundles.items():
        who = await house.person(login)
        await house.proofs.identities.pass_sandbox(who)
        await house.people.grant(None, login, bundle, room=None, until_ms=None)
        people.append(await now(house, who))
    return people


async def test_a_look_needs_a_request_a_basis_and_a_second_person_and_is_entered(house, ann):
    await by_document(house, ann)
    disclosures = house.proofs.disclosures
    ins, eve, eva = await staff(
        house, ins=Bundle.INSPECTOR, eve=Bundle.CHIEF_EDITOR, eva=Bundle.CHIEF_EDITOR
    )

    with pytest.raises(BadMessage):
        await disclosures.ask(ins, "ann", "an order", " ")
    request = await disclosures.ask(ins, "ann", "an order", "letter 7")
    assert await code_of(disclosures.read(ins, request.request_id)) is Code.NOT_GRANTED
    with pytest.raises(NotAllowed):
        await disclosures.agree(ins, request.request_id)
    await disclosures.agree(eve, request.request_id)
    with pytest.raises(NotFound):
        await disclosures.read(eva, request.request_id)
    assert entered(house, IdentityRead) == []
    [person] = await disclosures.read(ins, request.request_id)

    assert (person.legal_name, person.number) == (NAME, NUMBER)
    number = request.request_id
    why = ("an order", "letter 7")
    assert entered(house, (DisclosureAsked, DisclosureAgreed, IdentityRead)) == [
        DisclosureAsked(ins.account, ann.account, number, *why),
        DisclosureAgreed(eve.account, ann.account, number),
        IdentityRead(ins.account, ann.account, *why, eve.account, number),
    ]
    with pytest.raises(NotFound):
        await disclosures.read(ins, request.request_id)


@pytest.mark.usefixtures("ann")
async def test_nobody_agrees_to_a_request_of_their_own_or_about_themselves(house):
    disclosures = house.proofs.disclosures
    eve, eva = await staff(house, eve=Bundle.CHIEF_EDITOR, eva=Bundle.CHIEF_EDITOR)

    own = await disclosures.ask(eve, "ann", "an order", "letter 7")
    about = await disclosures.ask(eva, "eve", "an order", "letter 8")

    for request in (own, about):
        assert await code_of(disclosures.agree(eve, request.request_id)) is Code.OWN_INTEREST


async def test_requests_are_seen_by_who_asked_and_by_who_may_agree(house, ann):
    disclosures = house.proofs.disclosures
    ins, eve, rey = await staff(
        house, ins=Bundle.INSPECTOR, eve=Bundle.CHIEF_EDITOR, rey=Bundle.REVIEWER
    )
    by_eve = await disclosures.ask(eve, "ann", "an order", "letter 7")

    assert await disclosures.waiting(ins) == []
    assert await disclosures.waiting(eve) == [by_eve]
    for who, refusal in ((rey, NotAllowed), (None, NotSignedIn), (ann, NotAllowed)):
        with pytest.raises(refusal):
            await disclosures.waiting(who)
        with pytest.raises(refusal):
            await disclosures.ask(who, "ann", "curious", "none")
    house.clock.now_ms += 8 * DAY_MS
    assert await disclosures.waiting(eve) == []


async def test_one_sees_what_is_known_of_oneself_and_that_is_entered_too(house, ann):
    await by_document(house, ann)

    [person] = await house.proofs.identities.own(await now(house, ann))

    assert person.number == NUMBER
    assert [fact.actor for fact in entered(house, IdentityRead)] == [ann.account]


def test_the_settings_choose_the_services(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(KEY)
    with pytest.raises(ValueError, match="key_file"):
        IdentitySettings(phone_url="http://127.0.0.1:9/")
    named = IdentitySettings(phone_url="http://127.0.0.1:9/", key_file=key)

    chosen = Verifiers.chosen(named, Clock())

    assert (chosen.phones is None, chosen.documents is None) == (False, True)
    assert Verifiers.chosen(IdentitySettings(), Clock()).phones is None
