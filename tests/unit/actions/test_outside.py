from contextlib import asynccontextmanager

import pytest
from joserfc.jwk import RSAKey

from danmaku.actions.proofs import Services
from danmaku.actions.providers import FAULT_MS, FRESH_MS, KEYS_AGAIN_MS, Provider
from danmaku.actions.verifiers import Verifiers
from danmaku.config import ProviderSettings
from danmaku.domain.account import Bundle
from danmaku.domain.identity import Strength
from danmaku.errors import NotFound, NotSignedIn, Overloaded
from tests.services import AUDIENCE, CLIENT, IdentityProvider, serving
from tests.unit.actions.house import Clock, house_on

BROWSER, BACK = "a browser's secret", "http://danmaku.test/sign-in/site/back"


def settings_at(url, **more):
    given = {
        "name": "site",
        "title": "Our site",
        "issuer": url,
        "client_id": CLIENT,
        "bearer_audience": AUDIENCE,
        "verified_claim": "verified",
        "roles_claim": "roles",
        "roles": {"team": "reviewer", "desk": "chief_editor"},
    }
    return ProviderSettings(**given | more)


@pytest.fixture
async def provider():
    provider = IdentityProvider(Clock())
    async with serving(provider.app) as url:
        provider.url = url
        yield provider


@asynccontextmanager
async def house_with(folder, provider, **settings):
    def services(clock):
        return Services(Verifiers(), [Provider(settings_at(provider.url, **settings), clock)])

    async with house_on(folder, clock=provider.clock, services=services) as house:
        yield house


@pytest.fixture
async def house(tmp_path, provider):
    async with house_with(tmp_path, provider) as house:
        yield house


async def begun(house):
    return await house.proofs.outside.begin("site", browser=BROWSER, back=BACK, next="/rooms/demo")


async def finished(house, back, browser=BROWSER):
    query = dict(part.split("=") for part in back.partition("?")[2].split("&"))
    return await house.proofs.outside.finish(
        "site", browser=browser, state=query["state"], code=query["code"]
    )


async def signed_in(house, provider):
    who, _ = await finished(house, provider.agree(await begun(house)))
    return who


async def test_somebody_signs_in_there_and_is_the_same_account_each_time(house, provider):
    who, on = await finished(house, provider.agree(await begun(house)))
    again = await signed_in(house, provider)
    provider.subject = "sub-1"  # subjects tell letters apart
    other = await signed_in(house, provider)

    assert (who.name, on, who.identity) == ("Olga", "/rooms/demo", None)
    assert who.account == again.account != other.account
    assert provider.subject not in who.login


async def test_a_sign_in_ends_once_in_the_browser_that_began_it_and_in_time(house, provider):
    back = provider.agree(await begun(house))
    await finished(house, back)
    elsewhere, waiting = [provider.agree(await begun(house)) for _ in range(2)]

    with pytest.raises(NotSignedIn):
        await finished(house, back)
    with pytest.raises(NotSignedIn, match="elsewhere"):
        await finished(house, elsewhere, browser="another's")
    provider.clock.now_ms += 600_000
    with pytest.raises(NotSignedIn, match="over"):
        await finished(house, waiting)
    with pytest.raises(NotFound):
        await house.proofs.outside.begin("other", browser=BROWSER, back=BACK, next="/")


def forged(it, claims):
    return it.signed(claims, RSAKey.generate_key(2048, {"kid": it.key.kid}))


def with_own_key(it, claims):
    key = RSAKey.generate_key(2048, {"kid": it.key.kid})
    return it.signed(claims, key, jwk=key.as_dict(private=False))


def changed(**claims):
    return lambda it, right: it.signed(right | claims)


def without(name):
    return lambda it, right: it.signed({key: right[key] for key in right if key != name})


FAULTY = {
    "no algorithm": lambda it, claims: it.unsigned(claims),
    "the public key as a secret": lambda it, claims: it.signed_with_the_public_key(claims),
    "another key": forged,
    "an unknown key": lambda it, claims: it.signed(claims, RSAKey.generate_key(2048, {"kid": "x"})),
    "another audience": changed(aud="somebody else"),
    "another issuer": changed(iss="https://evil.example"),
    "over": changed(exp=1_600_000_000),
    "from the future": changed(iat=1_900_000_000, nbf=1_900_000_000),
    "not yet": changed(nbf=1_900_000_000),
    "never issued": without("iat"),
    "issued at no number": changed(iat=float("nan")),
    "issued at infinity": changed(iat=float("-inf")),
    "issued in words": changed(iat="yesterday"),
    "ends at no number": changed(exp=float("nan")),
    "no end": without("exp"),
    "a path for a key": lambda it, claims: it.signed(claims, kid="../../../dev/null"),
    "a key that is no text": lambda it, claims: it.signed_by_hand(claims, kid=7),
    "a key in its own head": with_own_key,
    "a key from elsewhere": lambda it, claims: it.signed(
        claims, RSAKey.generate_key(2048, {"kid": it.key.kid}), jku="https://evil.example/keys"
    ),
    "something critical": lambda it, claims: it.signed_by_hand(claims, crit=["exp"], exp=1),
    "nobody": without("sub"),
    "an odd subject": changed(sub=["x"]),
    "an endless subject": changed(sub="x" * 256),
    "too long": changed(also="x" * 9000),
    "cut": lambda it, claims: it.signed(claims)[:-9],
    "no token": lambda _, __: "a.b.c",
}


async def test_what_is_signed_by_hand_counts_like_any(house, provider):
    provider.sign = lambda it, claims: it.signed_by_hand(claims)

    assert (await house.people.bearer(provider.bearer())).name == "Olga"


@pytest.mark.parametrize("fault", FAULTY)
async def test_a_faulty_token_signs_nobody_in(house, provider, fault):
    back = provider.agree(await begun(house))
    provider.sign = FAULTY[fault]

    with pytest.raises(NotSignedIn):
        await finished(house, back)


@pytest.mark.parametrize("fault", FAULTY)
async def test_a_faulty_token_of_a_player_is_nobodys(house, provider, fault):
    provider.sign = FAULTY[fault]

    with pytest.raises(NotSignedIn):
        await house.people.bearer(provider.bearer())


@pytest.mark.parametrize(
    "claims", [{"nonce": "of an earlier sign-in"}, {"aud": [CLIENT, "x"], "azp": "x"}]
)
async def test_a_token_for_another_sign_in_does_not_count(house, provider, claims):
    provider.claims = claims

    with pytest.raises(NotSignedIn):
        await signed_in(house, provider)


async def test_a_code_is_good_for_who_holds_its_verifier(house, provider):
    back = provider.agree(await begun(house))
    for asked in provider.codes.values():
        asked["code_challenge"] = "of another browser"

    with pytest.raises(NotSignedIn, match="begin again"):
        await finished(house, back)


async def test_any_server_of_the_house_ends_a_sign_in(tmp_path, provider):
    (tmp_path / "two").mkdir()
    async with (
        house_with(tmp_path / "one", provider) as one,
        house_with(tmp_path / "two", provider) as two,
    ):
        who, on = await finished(two, provider.agree(await begun(one)))

        assert (who.name, on) == ("Olga", "/rooms/demo")


async def test_known_keys_outlive_an_outage_for_a_while_and_no_longer(house, provider):
    await house.people.bearer(provider.bearer())
    provider.is_down = True
    provider.clock.now_ms += FRESH_MS

    assert (await house.people.bearer(provider.bearer())).name == "Olga"
    provider.clock.now_ms += 1
    with pytest.raises(Overloaded, match="try again"):
        await house.people.bearer(provider.bearer())
    provider.is_down = False
    provider.clock.now_ms += FAULT_MS
    assert (await house.people.bearer(provider.bearer())).name == "Olga"


@pytest.mark.parametrize("jump_ms", [-7_200_000, 7_200_000])
async def test_a_clock_that_jumps_lets_no_token_and_no_sign_in_live_longer(
    house, provider, jump_ms
):
    back, token = provider.agree(await begun(house)), provider.bearer()
    provider.clock.now_ms += jump_ms

    with pytest.raises(NotSignedIn):
        await house.people.bearer(token)
    with pytest.raises(NotSignedIn):
        await finished(house, back)


async def test_keys_that_are_rotated_are_found_though_not_asked_for_all_the_time(house, provider):
    await house.people.bearer(provider.bearer())
    provider.rotate()
    with pytest.raises(NotSignedIn):
        await house.people.bearer(provider.bearer())
    assert provider.keys_asked == 1
    provider.clock.now_ms += KEYS_AGAIN_MS

    who = await house.people.bearer(provider.bearer())

    assert (who.name, provider.keys_asked) == ("Olga", 2)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://evil.example/keys"},
        {"token_endpoint": None},
    ],
)
async def test_a_provider_that_tells_something_else_is_not_believed(house, provider, told):
    provider.discovery = told

    with pytest.raises(Overloaded):
        await begun(house)


async def test_a_provider_that_is_down_is_left_alone_for_a_moment_and_tried_again(house, provider):
    provider.is_down = True
    with pytest.raises(Overloaded):
        await begun(house)
    provider.is_down = False
    with pytest.raises(Overloaded, match="try again"):
        await begun(house)
    provider.clock.now_ms += FAULT_MS

    assert (await signed_in(house, provider)).name == "Olga"


async def test_whom_the_provider_has_verified_is_verified_here(house, provider):
    provider.claims = {"verified": True}

    who = await signed_in(house, provider)

    assert (who.identity.method, who.identity.strength) == ("claim", Strength.CLAIM)


async def test_roles_follow_what_the_provider_says(house, provider):
    def held(who):
        return {grant.bundle for grant in who.grants if grant.bundle is not Bundle.VIEWER}

    provider.claims = {"roles": ["team", "unknown", "desk"]}
    first = await signed_in(house, provider)
    await house.people.grant(None, first.login, Bundle.OPERATOR, room=None, until_ms=None)
    provider.claims = {"roles": ["team"]}
    second = await signed_in(house, provider)
    provider.claims = {}
    third = await signed_in(house, provider)

    assert held(first) == {Bundle.REVIEWER, Bundle.CHIEF_EDITOR}
    assert held(second) == held(third) == {Bundle.REVIEWER, Bundle.OPERATOR}


async def test_a_name_that_may_not_stand_here_gives_way(house, provider):
    provider.claims = {"name": "buynow"}
    refused = await signed_in(house, provider)
    provider.claims, provider.subject = {"name": 7}, "2"
    nameless = await signed_in(house, provider)

    assert refused.name.startswith("user ")
    assert nameless.name.startswith("user ")


async def test_a_players_token_is_good_in_the_room_that_it_names(house, provider):
    who = await house.people.bearer(provider.bearer(room="demo"))

    assert (who.token_room, who.name) == ("demo", "Olga")
    with pytest.raises(NotSignedIn):
        await house.people.bearer(provider.bearer(room="no room!"))


async def test_no_player_brings_tokens_where_the_settings_name_no_audience(tmp_path, provider):
    async with house_with(tmp_path, provider, bearer_audience="") as house:
        with pytest.raises(NotSignedIn):
            await house.people.bearer(provider.bearer())


async def test_signing_out_everywhere_voids_tokens_and_sessions(house, provider):
    token = provider.bearer()
    who = await house.people.bearer(token)
    sessions = [await house.people.sessions.open(who.account, "Firefox") for _ in range(2)]
    _, own = await house.people.issue_token(who, "mine", expires_ms=None, room=None)
    ended = []
    house.people.sessions.when_they_end(ended.append)

    await house.people.sign_out_everywhere(who)

    assert ended == [who.account]
    assert [await house.people.session(secret) for secret in sessions] == [None, None]
    for void in (token, own):
        with pytest.raises(NotSignedIn):
            await house.people.bearer(void)
    provider.clock.now_ms += 1000
    assert (await house.people.bearer(provider.bearer())).account == who.account


async def test_settings_that_cannot_be_are_refused_at_the_start():
    with pytest.raises(ValueError, match="https"):
        Provider(settings_at("http://id.example"), Clock())
    with pytest.raises(ValueError, match="king"):
        Provider(settings_at("https://id.example", roles={"a": "king"}), Clock())
