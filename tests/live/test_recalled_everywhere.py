"""Once a recall is acknowledged its text is nowhere, and every other text is where it was."""

from http import HTTPStatus
from time import monotonic_ns

from bench.checker import Run, check
from bench.client import Viewer
from bench.recalls import Recalled, Shown, shown_to, shown_too_late
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
