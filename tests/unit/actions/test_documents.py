import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.facts import CommentPublished
from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn
from tests.unit.actions.house import house_on

AGREEMENT = DocumentKind.AGREEMENT
WORDS = Words("协议", "Agreement", "好。", "Fine.")


def version(number, *, effective_ms=0, kind=AGREEMENT):
    return Document(Edition(kind, number, Millis(effective_ms), is_mandatory=True), WORDS)


@pytest.fixture
async def cast(house):
    await house.room()
    return await house.cast(ann=None, eve=Bundle.CHIEF_EDITOR)


async def refusal_of(house, who):
    with pytest.raises(Coded) as refusal:
        await house.say(who)
    return refusal.value.code


async def test_what_binds_is_accepted_before_a_comment(house, cast):
    documents = house.offices.documents
    await documents.issue(cast["eve"], version(1))
    ann = cast["ann"]

    assert documents.missing(ann) == [version(1).edition]
    assert await refusal_of(house, ann) is Code.AGREEMENT_OUTDATED
    await documents.accept(ann, AGREEMENT, 1)
    await documents.accept(await house.people.standings.freshen(ann), AGREEMENT, 1)

    assert isinstance((await house.say(ann)).fact, CommentPublished)


async def test_a_later_version_binds_from_its_date_and_consent_can_be_taken_back(house, cast):
    documents, ann = house.offices.documents, cast["ann"]
    later_ms = house.clock.now_ms + 1000
    await documents.issue(cast["eve"], version(1))
    await documents.accept(ann, AGREEMENT, 1)
    await documents.issue(None, version(2, effective_ms=later_ms))

    await house.say(ann)
    house.clock.now_ms = later_ms
    assert await refusal_of(house, ann) is Code.AGREEMENT_OUTDATED
    await documents.accept(ann, AGREEMENT, 2)
    await house.say(ann, "after the second")
    await documents.withdraw(ann, AGREEMENT)

    assert await refusal_of(house, ann) is Code.AGREEMENT_OUTDATED
    with pytest.raises(NotFound):
        await documents.withdraw(ann, AGREEMENT)


async def test_texts_and_acceptances_outlive_a_restart(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        ann, clock = await house.person("ann"), house.clock
        await house.offices.documents.issue(None, version(1))
        await house.offices.documents.accept(ann, AGREEMENT, 1)
        bob = await house.person("bob")

    async with house_on(tmp_path, clock=clock) as house:
        assert await house.offices.documents.text(AGREEMENT) == version(1)
        assert isinstance((await house.say(ann)).fact, CommentPublished)
        assert await refusal_of(house, bob) is Code.AGREEMENT_OUTDATED


async def test_versions_only_go_up(house, cast):
    documents = house.offices.documents
    await documents.issue(cast["eve"], version(2))

    for number in (1, 2):
        with pytest.raises(BadMessage):
            await documents.issue(cast["eve"], version(number))


async def test_who_may_and_what_is_there(house, cast):
    documents = house.offices.documents
    with pytest.raises(NotAllowed):
        await documents.issue(cast["ann"], version(1))
    with pytest.raises(NotFound):
        await documents.accept(cast["ann"], AGREEMENT, 1)
    with pytest.raises(NotFound):
        await documents.text(AGREEMENT)
    await documents.issue(cast["eve"], version(1))
    with pytest.raises(NotSignedIn):
        await documents.accept(None, AGREEMENT, 1)
    with pytest.raises(NotSignedIn):
        await documents.withdraw(None, AGREEMENT)
