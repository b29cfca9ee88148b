"""Whoever uses the service is in a role: what has no role, no route or no power is refused.

Article: Article.ROLES
"""

import pytest

from danmaku.clock import now_ms
from danmaku.domain.account import BUNDLES, Bundle, Power
from danmaku.domain.comment import Draft
from danmaku.errors import NotSignedIn
from tests.articles.verbs import bearer

WRITES = ("POST", "PUT", "PATCH", "DELETE")


async def cast_of(site):
    """One person of each role that the platform gives."""
    return {
        bundle: await site.person(f"p-{bundle.value.replace('_', '-')}", bundle)
        for bundle in (Bundle.VIEWER, Bundle.REVIEWER, Bundle.CHIEF_EDITOR, Bundle.OPERATOR)
    }


async def test_an_unknown_route_is_refused_to_everybody(site):
    people = (await cast_of(site)).values()

    for headers in ({}, *(bearer(person) for person in people)):
        answers = {
            (await site.api.request(verb, "/api/everything", headers=headers, json={})).status_code
            for verb in WRITES
        }
        assert answers == {404}


async def test_an_unknown_power_or_token_is_worth_nothing(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    room = await site.room()
    made_up = {"Authorization": "Bearer everything"}

    unknown = await site.api.post(
        f"/api/rooms/{room}/comments", json={"id": "c", "text": "hello"}, headers=made_up
    )
    asked = await site.api.post(
        f"/api/rooms/{room}/application",
        json={"powers": ["everything"], "reason": "please"},
        headers=bearer(eve),
    )

    assert (unknown.status_code, unknown.json()["code"]) == (401, "not_signed_in")
    assert (asked.status_code, asked.json()["code"]) == (400, "bad_message")
    assert not eve.who.may("everything", None, now_ms())


async def test_nobody_without_an_account_writes(site):
    room = await site.room()

    with pytest.raises(NotSignedIn):
        await site.core.comments.post(None, room, Draft("c-1", "hello"))
    sent = await site.api.post(f"/api/rooms/{room}/comments", json={"id": "c", "text": "hello"})

    assert sent.json()["code"] == "not_signed_in"
    assert await site.listed(room) == []


async def test_each_role_does_its_own_and_nothing_of_the_others(site):
    people = await cast_of(site)
    brake = {"mode": "closed", "room": None, "lasts_ms": 60_000, "reason": "a try"}
    asked = {
        ("POST", "/api/controls"): (brake, {Bundle.CHIEF_EDITOR}),
        ("POST", "/api/rooms"): ({"room": "made", "title": "Made"}, {Bundle.OPERATOR}),
        ("GET", "/api/cases"): (None, {Bundle.REVIEWER, Bundle.CHIEF_EDITOR}),
    }

    for (verb, path), (body, may) in asked.items():
        answers = {
            bundle: (
                await site.api.request(verb, path, json=body, headers=bearer(person))
            ).status_code
            for bundle, person in people.items()
        }
        assert {bundle for bundle, code in answers.items() if code < 300} == may, path
        assert {code for bundle, code in answers.items() if bundle not in may} == {403}, path


def test_every_power_belongs_to_a_role_and_no_role_has_them_all():
    assert frozenset[Power]().union(*BUNDLES.values()) == set(Power)
    assert [bundle for bundle, powers in BUNDLES.items() if powers == set(Power)] == []
