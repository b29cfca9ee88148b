import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.accounts import LABEL_MAX, SIGN_INS_BURST, TOKENS_MAX, People
from danmaku.config import AccountSettings
from danmaku.domain.account import NAME_MAX, Bundle, Power, TokenKind
from danmaku.domain.facts import AccountRegistered, PowersGranted
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.times import DAY_MS, MINUTE_MS
from danmaku.errors import (
    BadMessage,
    Code,
    Coded,
    DanmakuError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooFast,
)
from tests.unit.actions.house import DEMO, Late, house_on

FILM = RoomId("film")
OLD, NEW = "correct horse", "battery staple"
CLOSED = AccountSettings(registration=False)


async def answer_of(awaitable):
    """The code of the refusal; None for a yes."""
    try:
        await awaitable
    except DanmakuError as refused:
        return refused.code
    return None


def people_over(house, accounts):
    return People(
        house.store,
        accounts,
        naming=house.naming,
        clock=house.clock,
        settings=AccountSettings(),
    )


# --- registering


async def test_a_new_account_may_comment_and_nothing_more(house):
    ann = await house.people.register("Ann.B", " 安 \n 妮 ", OLD)

    assert (ann.login, ann.name) == ("Ann.B", "安 妮")
    assert ann.powers(None, house.clock()) == {Power.COMMENT_SEND}
    assert [type(entry.fact) for entry in house.announced] == [AccountRegistered, PowersGranted]
    assert {entry.account for entry in house.announced} == {ann.account}


async def test_a_login_is_given_once_whatever_its_case(house):
    await house.people.register("ann", "Ann", OLD)

    with pytest.raises(Coded) as refused:
        await house.people.register("ANN", "Another", OLD)

    assert refused.value.code == Code.DUPLICATE


@pytest.mark.parametrize(
    ("login", "name", "password"),
    [
        ("an", "Ann", OLD),
        ("@1:ann", "Ann", OLD),
        ("ann", "", OLD),
        ("ann", "\u200b\u3164", OLD),
        ("ann", "安" * (NAME_MAX + 1), OLD),
        ("ann", "Ann", "short"),
    ],
)
async def test_an_account_out_of_bounds_is_not_opened(house, login, name, password):
    with pytest.raises(BadMessage):
        await house.people.register(login, name, password)

    assert house.announced == []


async def test_where_registration_is_closed_only_the_operator_adds_accounts(tmp_path):
    async with house_on(tmp_path, accounts=CLOSED) as house:
        with pytest.raises(NotAllowed):
            await house.people.register("ann", "Ann", OLD)

        assert (await house.people.add("ann", "Ann", None)).login == "ann"


# --- sessions


async def test_signing_in_opens_a_session_that_signing_out_ends(house):
    ann = await house.people.register("ann", "Ann", OLD)

    who, secret = await house.people.sign_in("ANN", OLD)

    assert who == ann
    assert await house.people.session(secret) == ann
    await house.people.sessions.close(secret)
    assert await house.people.session(secret) is None


async def test_a_session_ends_after_its_days(house):
    await house.people.register("ann", "Ann", OLD)
    _, secret = await house.people.sign_in("ann", OLD)

    for _ in range(30):
        assert await house.people.session(secret) is not None  # however much it is used
        await house.people.sessions.uses.write()
        house.clock.now_ms += DAY_MS

    assert await house.people.session(secret) is None


@pytest.mark.parametrize("secret", [None, "", "anything"])
async def test_no_session_is_nobody(house, secret):
    assert await house.people.session(secret) is None


@pytest.mark.parametrize(
    ("login", "password"),
    [("ann", NEW), ("bob", OLD), ("token.only", OLD), ("ann", "x" * 300), ("x" * 300, OLD)],
)
async def test_a_wrong_login_and_a_wrong_password_get_the_same_answer(house, login, password):
    await house.people.register("ann", "Ann", OLD)
    await house.people.add("token.only", "Robot", None)

    with pytest.raises(NotSignedIn, match=r"Wrong name or password\."):
        await house.people.sign_in(login, password)


async def test_tries_of_one_login_are_limited_and_those_of_another_are_not(house):
    await house.people.register("ann", "Ann", OLD)
    for _ in range(SIGN_INS_BURST):
        await answer_of(house.people.sign_in("nobody", "x" * 300))

    with pytest.raises(TooFast):
        await house.people.sign_in("NOBODY", OLD)
    await house.people.sign_in("ann", OLD)


# --- passwords


async def test_a_changed_password_ends_every_session_but_the_one_it_was_changed_in(house):
    ann = await house.people.register("ann", "Ann", OLD)
    _, here = await house.people.sign_in("ann", OLD)
    _, elsewhere = await house.people.sign_in("ann", OLD)

    await house.people.change_password(ann, OLD, NEW, keep=here)

    assert [await house.people.session(secret) is None for secret in (here, elsewhere)] == [
        False,
        True,
    ]
    assert await answer_of(house.people.sign_in("ann", OLD)) == Code.NOT_SIGNED_IN
    assert await answer_of(house.people.sign_in("ann", NEW)) is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(NEW, NEW, Code.NOT_SIGNED_IN), (OLD, "short", Code.BAD_MESSAGE)],
)
async def test_a_password_is_not_changed_without_the_old_one_or_to_a_bad_one(house, old, new, code):
    ann = await house.people.register("ann", "Ann", OLD)

    assert await answer_of(house.people.change_password(ann, old, new)) == code
    assert await answer_of(house.people.sign_in("ann", OLD)) is None


async def test_a_reset_link_sets_a_password_once_and_ends_every_session(house):
    await house.people.register("ann", "Ann", OLD)
    _, session = await house.people.sign_in("ann", OLD)
    link = await house.people.open_reset("ann")

    assert await answer_of(house.people.reset(link, "short")) == Code.BAD_MESSAGE
    await house.people.reset(link, NEW)

    assert await house.people.session(session) is None
    assert await answer_of(house.people.sign_in("ann", NEW)) is None
    assert await answer_of(house.people.reset(link, OLD)) == Code.NOT_FOUND


async def test_a_reset_link_runs_out(house):
    await house.people.register("ann", "Ann", OLD)
    link = await house.people.open_reset("ann")

    house.clock.now_ms += 60 * MINUTE_MS

    assert await answer_of(house.people.reset(link, NEW)) == Code.NOT_FOUND


async def test_there_is_no_reset_link_for_nobody(house):
    with pytest.raises(NotFound):
        await house.people.open_reset("nobody")


async def test_no_secret_is_part_of_any_entry(house):
    ann = await house.people.register("ann", "Ann", OLD)
    _, token = await house.people.issue_token(ann, "robot", expires_ms=None, room=None)

    entries = repr([replace(entry) for entry in house.announced])

    assert OLD not in entries
    assert token not in entries


# --- tokens


async def test_a_token_is_its_owner_until_it_is_revoked(house):
    ann = await house.person("ann")

    token_id, token = await house.people.issue_token(ann, " my robot", expires_ms=None, room=None)

    assert await house.people.bearer(token) == await house.people.standings.freshen(ann)
    [row] = await house.people.tokens(ann)
    assert (row.token_id, row.label, row.room) == (token_id, "my robot", None)
    await house.people.revoke_token(ann, token_id)
    assert await answer_of(house.people.bearer(token)) == Code.NOT_SIGNED_IN
    assert await house.people.tokens(ann) == []


async def test_a_token_runs_out(house):
    ann = await house.person("ann")
    expires_ms = Millis(house.clock() + 1_000)
    _, token = await house.people.issue_token(ann, "robot", expires_ms=expires_ms, room=None)
    assert await answer_of(house.people.bearer(token)) is None

    house.clock.now_ms += 1_000

    assert await answer_of(house.people.bearer(token)) == Code.NOT_SIGNED_IN
    assert await house.people.tokens(ann) == []


async def test_a_token_of_one_room_is_good_there_alone(house):
    ann = await house.person("ann", Bundle.REVIEWER)
    await house.room()
    await house.room(FILM)
    _, token = await house.people.issue_token(ann, "robot", expires_ms=None, room=DEMO)

    who = await house.people.bearer(token)

    assert who.token_room == DEMO
    assert await answer_of(house.say(who)) is None
    assert await answer_of(house.say(who, room=FILM)) == Code.NOT_GRANTED


async def test_a_token_of_one_room_has_no_say_over_tokens(house):
    ann = await house.person("ann")
    token_id, token = await house.people.issue_token(ann, "robot", expires_ms=None, room=DEMO)
    who = await house.people.bearer(token)

    answers = [
        await answer_of(house.people.issue_token(who, "more", expires_ms=None, room=None)),
        await answer_of(house.people.tokens(who)),
        await answer_of(house.people.revoke_token(who, token_id)),
    ]

    assert answers == [Code.NOT_GRANTED] * 3


async def test_a_link_is_its_owners_and_lends_none_of_their_powers(house):
    ann = await house.person("ann", Bundle.REVIEWER)
    await house.room()
    token_id, link = await house.people.issue_token(
        ann, "OBS", expires_ms=None, room=DEMO, kind=TokenKind.LINK
    )

    who = await house.people.standings.freshen(await house.people.bearer(link))
    [row] = await house.people.tokens(ann)

    assert (who.account, who.token_room, who.reads_only) == (ann.account, DEMO, True)
    assert who.powers(DEMO, house.clock()) == who.powers(None, house.clock()) == frozenset()
    assert await answer_of(house.say(who)) == Code.NOT_GRANTED
    assert (row.token_id, row.is_link) == (token_id, True)
    own = TokenKind.OWN + link.removeprefix(TokenKind.LINK)
    assert await answer_of(house.people.bearer(own)) == Code.NOT_SIGNED_IN


async def test_nobody_revokes_the_token_of_another(house):
    ann, bob = await house.person("ann"), await house.person("bob")
    token_id, token = await house.people.issue_token(ann, "robot", expires_ms=None, room=None)

    with pytest.raises(NotFound):
        await house.people.revoke_token(bob, token_id)

    assert (await house.people.bearer(token)).account == ann.account


@pytest.mark.parametrize("label", ["", " \u200b", "x" * (LABEL_MAX + 1)])
async def test_a_token_has_a_label_that_can_be_read(house, label):
    ann = await house.person("ann")

    with pytest.raises(BadMessage):
        await house.people.issue_token(ann, label, expires_ms=None, room=None)


async def test_tokens_of_one_account_are_bounded(house):
    ann = await house.person("ann")
    issued = [
        house.people.issue_token(ann, f"robot {place}", expires_ms=None, room=None)
        for place in range(TOKENS_MAX)
    ]
    await asyncio.gather(*issued)

    one_more = house.people.issue_token(ann, "one more", expires_ms=None, room=None)

    assert await answer_of(one_more) == Code.OWN_LIMIT


# --- users of another site


@pytest.fixture
async def site(house):
    return await house.person("site", Bundle.OPERATOR)


async def embedded(house, site, subject, **fields):
    given = {"name": "Guest", "room": DEMO, "ttl_ms": 60_000} | fields
    token = await house.people.embed_token(site, subject=subject, **given)
    return await house.people.bearer(token)


async def test_one_subject_is_one_account_and_another_is_another(house, site):
    first = await embedded(house, site, "user-7", name="Seven")
    again = await embedded(house, site, "user-7", name="Renamed")
    other_case = await embedded(house, site, "USER-7")

    assert (first.account, first.name, first.token_room) == (again.account, "Seven", DEMO)
    assert again.name == "Seven"
    assert other_case.account != first.account


async def test_a_subject_that_comes_twice_at_once_is_one_account(house, site):
    late = Late(house.store, "credentials")
    people = people_over(house, late)
    second = asyncio.create_task(
        people.embed_token(site, subject="user-7", name="Seven", room=DEMO, ttl_ms=60_000)
    )
    await late.has_read.wait()

    first = await embedded(house, site, "user-7")
    late.let_go.set()

    assert (await house.people.bearer(await second)).account == first.account
    people.close()


async def test_the_same_subject_of_two_sites_is_two_accounts(house, site):
    other = await house.person("other.site", Bundle.OPERATOR)

    here, there = [await embedded(house, one, "user-7") for one in (site, other)]

    assert here.account != there.account


async def test_an_embed_token_runs_out(house, site):
    token = await house.people.embed_token(
        site, subject="user-7", name="Seven", room=DEMO, ttl_ms=1_000
    )

    house.clock.now_ms += 1_000

    assert await answer_of(house.people.bearer(token)) == Code.NOT_SIGNED_IN


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": ""},
        {"subject": "x" * (LABEL_MAX + 1)},
        {"subject": "a\nb"},
        {"name": ""},
        {"ttl_ms": 999},
        {"ttl_ms": 30 * DAY_MS + 1},
    ],
)
async def test_an_embed_token_out_of_bounds_is_not_given(house, site, fields):
    with pytest.raises(BadMessage):
        await embedded(house, site, **({"subject": "user-7"} | fields))


async def test_who_may_not_issue_embed_tokens_does_not(house):
    for who in (
        None,
        await house.person("ann"),
        await house.person("mia", (Bundle.STREAMER, DEMO)),
    ):
        assert await answer_of(embedded(house, who, "user-7")) in {
            Code.NOT_SIGNED_IN,
            Code.NOT_GRANTED,
        }


# --- grants


async def test_a_grant_is_felt_at_once_and_ends_when_it_says(house):
    ann = await house.person("ann")
    until_ms = Millis(house.clock() + 1_000)

    grant = await house.people.grant(None, "Ann", Bundle.MODERATOR, room=DEMO, until_ms=until_ms)

    fresh = await house.people.standings.freshen(ann)
    assert fresh.grants == (*ann.grants, grant)
    assert fresh.may(Power.COMMENT_REVIEW, DEMO, house.clock())
    assert not fresh.may(Power.COMMENT_REVIEW, DEMO, until_ms)


async def test_a_grant_that_is_revoked_is_gone_at_once(house):
    tom = await house.person("tom", (Bundle.MODERATOR, DEMO))

    await house.people.revoke(None, "tom", tom.grants[-1].grant_id)

    assert (await house.people.standings.freshen(tom)).grants == tom.grants[:-1]
    with pytest.raises(NotFound):
        await house.people.revoke(None, "tom", tom.grants[-1].grant_id)


async def test_what_nobody_has_is_neither_given_nor_ended(house):
    with pytest.raises(NotFound):
        await house.people.grant(None, "nobody", Bundle.VIEWER, room=None, until_ms=None)
    with pytest.raises(NotFound):
        await house.people.revoke(None, "nobody", "g-1")


GIVES = {
    "guest": None,  # which is the operator at the command line
    "ann": Code.NOT_GRANTED,
    "mia": Code.NOT_GRANTED,
    "eve": Code.NOT_GRANTED,
    "opal": None,
    "olaf": Code.NOT_GRANTED,
}


@pytest.mark.parametrize("giver", GIVES)
async def test_who_may_give_and_end_powers(house, giver):
    cast = await house.cast(
        ann=None,
        bob=(Bundle.MODERATOR, DEMO),
        mia=(Bundle.STREAMER, DEMO),
        eve=Bundle.CHIEF_EDITOR,
        opal=Bundle.OPERATOR,
        olaf=(Bundle.OPERATOR, DEMO),
    )
    who, grant_id = cast[giver], cast["bob"].grants[-1].grant_id
    until_ms = Millis(house.clock() + 1_000)

    giving = house.people.grant(who, "bob", Bundle.REVIEWER, room=None, until_ms=until_ms)
    given = await answer_of(giving)
    ended = await answer_of(house.people.revoke(who, "bob", grant_id))

    # The grant to be ended is of one room, and so are an operator's powers there.
    assert (given, ended) == (GIVES[giver], None if giver == "olaf" else GIVES[giver])


async def test_nobody_gives_powers_to_themselves(house):
    opal = await house.person("opal", Bundle.OPERATOR)
    giving = house.people.grant(opal, "opal", Bundle.CHIEF_EDITOR, room=None, until_ms=None)

    assert await answer_of(giving) == Code.OWN_INTEREST
    assert await house.people.standings.freshen(opal) == opal


# --- standings


async def test_a_standing_that_changes_while_it_is_read_is_fresh_whoever_gives_up_meanwhile(house):
    ann = await house.person("ann")
    late = Late(house.store, "standing")
    people = people_over(house, late)
    house.store.subscribe(people.standings.apply)
    impatient, patient = [asyncio.create_task(people.standings.of(ann.account)) for _ in range(2)]
    await late.has_read.wait()

    impatient.cancel()
    await asyncio.wait([impatient])
    grant = await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None)
    late.let_go.set()

    read = await patient
    assert read.grants == (*ann.grants, grant)
    assert read == await people.standings.of(ann.account) == await house.store.standing(ann.account)
    people.close()


async def test_standings_in_memory_are_bounded_and_read_again(house, monkeypatch):
    monkeypatch.setattr("danmaku.actions.standings.STANDINGS_MAX", 2)
    people = [await house.person(login) for login in ("ann", "bob", "cid")]

    assert len(house.people.standings._known) == 2
    assert [await house.people.standings.freshen(who) for who in people] == people


async def test_nobody_has_no_standing(house):
    ann = await house.person("ann")

    assert await house.people.standings.of(AccountId(99)) is None
    with pytest.raises(NotSignedIn):
        await house.people.standings.freshen(replace(ann, account=AccountId(99)))


async def test_entries_of_rooms_change_no_standing(house):
    ann = await house.person("ann")
    await house.room()
    await house.say(ann)

    assert await house.people.standings.freshen(ann) == ann
    assert house.announced[-1].chain != PLATFORM
