"""Once a recall is acknowledged its text is nowhere, and every other text is where it was."""

from http import HTTPStatus
from time import monotonic_ns

from bench.checker import Run, check
from bench.client import Viewer
from bench.recalls import Recalled, Shown, shown_to, shown_too_late
from danmaku.domain.account import Bundle
from tests.live.test_every_ingress import (  # noqa: F401 -- the fixtures among them
    LISTED,
    Scene,
    addresses,
    by_api,
    kept,
    packet_port,
    scene,
    site,
    without,
)

GONE = sorted(LISTED)[::2]
STAYS = sorted(LISTED - {*GONE})
FOR_AUTHORITIES = "bundle"  # what was recalled is in it, as evidence


class Cache:
    """Keeps what it was given of each address that shows comments, and asks whether it holds."""

    def __init__(self, api, answers):
        self._api = api
        self._kept = {path: one for path, one in answers.items() if "ETag" in one.headers}

    @classmethod
    async def filled(cls, scene: Scene):  # noqa: F811
        paths = [path for one in addresses(scene, len(LISTED)).values() for path in one]
        return cls(scene.site.api, {path: await scene.site.api.get(path) for path in paths})

    async def shows(self):
        """By address, after asking."""
        shown = {}
        for path, old in self._kept.items():
            new = await self._api.get(path, headers={"If-None-Match": old.headers["ETag"]})
            holds = new.status_code == HTTPStatus.NOT_MODIFIED
            shown[f"cache {path}"] = (old if holds else new).text
        return shown


READERS = {Bundle.REVIEWER, Bundle.CHIEF_EDITOR, Bundle.INSPECTOR}


async def test_what_was_written_of_a_recalled_comment_is_read_by_reviewers_alone(site):  # noqa: F811
    room, ann = await site.room(), await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    sender = await Viewer.join(site.door(room, ann))
    await sender.send("oh no")
    recall = f"/api/rooms/{room}/comments/1/recall"
    told = await site.api.post(recall, headers=bearer_of(rey), json={"category": "spam"})
    told.raise_for_status()
    rows = await site.api.get("/api/measures", headers=bearer_of(rey))
    [measure] = rows.raise_for_status().json()["measures"]
    path = f"/api/measures/{measure['measure_id']}/evidence"

    people = {bundle: await site.person(f"a-{bundle.value}", bundle) for bundle in Bundle}
    answers = {bundle: await asked(site, path, person) for bundle, person in people.items()}
    outsiders = [await asked(site, path, person) for person in (None, ann)]

    read = {bundle for bundle, answer in answers.items() if "oh no" in answer.text}
    assert read == READERS
    assert {answer.status_code for answer in outsiders} == {401, 403}
    assert not any("oh no" in answer.text for answer in outsiders)
    refused = {one.status_code for bundle, one in answers.items() if bundle not in READERS}
    assert refused == {HTTPStatus.FORBIDDEN}


async def asked(site, path, person):  # noqa: F811
    headers = {} if person is None else bearer_of(person)
    return await site.api.get(path, headers=headers)


def bearer_of(person):
    return {"Authorization": f"Bearer {person.token}"}


async def test_what_was_recalled_is_given_out_nowhere_and_the_rest_everywhere(scene):  # noqa: F811
    site, room = scene.site, scene.room  # noqa: F811
    viewer = await Viewer.join(site.door(room), since=0)
    for text in sorted(LISTED):
        assert await by_api(scene, text) == "published"
    before, cache = await kept(scene, len(LISTED)), await Cache.filled(scene)
    (scene.folder / "bundle.zip").unlink()
    recalls = []
    for text in GONE:
        number = sorted(LISTED).index(text) + 1
        told = await scene.posted(f"/api/rooms/{room}/comments/{number}/recall", json={})
        told.raise_for_status()
        recalls.append(Recalled(text, monotonic_ns()))

    asked_ns = monotonic_ns()
    after, cached = await kept(scene, len(LISTED)), await cache.shows()
    await viewer.reach((await site.core.store.room(room)).top)

    given = [Shown(where, asked_ns, said) for where, said in (after | cached).items()]
    given = [one for one in given if one.where != FOR_AUTHORITIES]
    given += shown_to("viewer", viewer.events, viewer.heard_ns)
    assert shown_too_late(recalls, given, grace_ns=0) == []
    assert check(Run(await site.record(room), {"viewer": viewer.events})) == []
    assert {word: without(before, word) for word in LISTED if without(before, word)} == {}
    assert {word: without(after, word) for word in STAYS if without(after, word)} == {}
    assert cached
