"""With nothing outside reachable the house still reviews, records and publishes.

Article: Article.SAFE_MEANS
"""

import asyncio
import ipaddress
import sys

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import ReviewMode
from danmaku.store.backups import make
from danmaku.store.envelope import MasterKey
from danmaku.store.restoring import restore
from tests.articles.seen import texts_of
from tests.contract.soundness import findings_in
from tests.live.site import running, settings_of

NAMES = ("127.0.0.1", "::1", "localhost", "", None)


class Cut:
    """Lets no connection leave this machine, and looks up no name, while it is on."""

    def __init__(self):
        self.is_on = False
        self.tried = []
        sys.addaudithook(self._hear)  # for as long as the process lives: off, it does nothing

    def _hear(self, event, args):
        if not self.is_on or event not in {"socket.connect", "socket.getaddrinfo"}:
            return
        host = args[0] if event == "socket.getaddrinfo" else self._host_of(args[1])
        if host not in NAMES and not self._is_here(host):
            self.tried.append(host)
            raise OSError(f"{host} cannot be reached")

    @staticmethod
    def _host_of(address):
        return address[0] if isinstance(address, tuple) else "127.0.0.1"  # a path: on this machine

    @staticmethod
    def _is_here(host):
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


@pytest.fixture(scope="module")
def hook():
    return Cut()


@pytest.fixture
def cut(hook):
    hook.is_on, hook.tried = True, []
    yield hook
    hook.is_on = False


async def test_it_reviews_records_and_publishes_without_anything_outside(tmp_path, cut):
    async with running(settings_of(tmp_path / "data")) as site:
        room = await site.room()
        reviewed = await site.room(mode=ReviewMode.EVERY)
        ann, judge = await site.person("ann"), await site.person("judge", Bundle.REVIEWER)
        author, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, None)]

        passed = await author.send("hello")
        held = await author.send("咕噜待审 here")
        refused = await author.send("咕噜禁语 here")
        waiting = await (await Viewer.join(site.door(reviewed, ann))).send("by hand")
        await site.core.moderation.approve(judge.who, reviewed, waiting["seq"])
        await viewer.until(lambda: bool(texts_of(viewer)))
        page = (await site.api.get(f"/rooms/{room}")).raise_for_status().text
        approved = [one["text"] for one in await site.listed(reviewed)]

    assert [one["op"] for one in (passed, held, refused)] == ["published", "held", "refused"]
    assert (texts_of(viewer), approved) == (["hello"], ["by hand"])
    assert "hello" in page
    assert findings_in(tmp_path / "data") == []
    assert cut.tried == []


async def test_the_page_asks_a_browser_for_nothing_from_elsewhere(site):
    room = await site.room()

    answer = await site.api.get(f"/rooms/{room}")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "http://" not in policy
    assert "https://" not in policy


def test_it_would_be_noticed(cut):
    with pytest.raises(OSError, match="cannot be reached"):
        cut._hear("socket.connect", (None, ("192.0.2.7", 443)))
    assert cut.tried == ["192.0.2.7"]


async def test_it_comes_back_from_a_backup_with_every_chain_proved(tmp_path, cut):
    key, silent = MasterKey.fresh(), lambda _step: None
    settings = settings_of(tmp_path / "data")
    async with running(settings) as site:
        room = await site.room()
        author = await Viewer.join(site.door(room, await site.person("ann")))
        await author.send("hello")
        place = (settings.store, key, tmp_path / "backup", 1, silent)
        await asyncio.to_thread(make, *place)
        await author.send("after the backup")

    with (tmp_path / "backup").open("rb") as file:
        restored = restore(file, [key], tmp_path / "new", silent)
    async with running(settings_of(tmp_path / "new")) as site:
        back = [one["text"] for one in await site.listed(room)]

    assert back == ["hello"]
    assert restored.entries_of[room] > 1
    assert findings_in(tmp_path / "new") == []
    assert cut.tried == []
