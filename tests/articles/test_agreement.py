"""A dated agreement is accepted before sending, each version anew, from its own date on.

Article: Article.AGREEMENT, Article.EFFECTIVE_DATES
"""

from bench.client import Viewer
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import Millis

WORDS = Words("用户协议", "Agreement", "请文明发言。", "Be civil.")
AGREEMENT = DocumentKind.AGREEMENT


def version(number, effective_ms=0):
    return Document(Edition(AGREEMENT, number, Millis(effective_ms), is_mandatory=True), WORDS)


async def test_a_new_version_stops_an_open_socket_until_it_is_accepted(site):
    room = await site.room()
    ann = await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    documents = site.core.offices.documents
    first = await socket.send("before there was any")

    await documents.issue(None, version(1))
    stopped = await socket.send("not accepted")
    await documents.accept(ann.who, AGREEMENT, 1)
    accepted = await socket.send("accepted")

    assert (first["op"], accepted["op"]) == ("published", "published")
    assert (stopped["op"], stopped["code"]) == ("refused", "agreement_outdated")


async def test_a_version_of_the_future_binds_from_its_date(site):
    room = await site.room()
    ann = await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    documents = site.core.offices.documents
    now_ms = socket.welcome["server_ms"]

    await documents.issue(None, version(1, now_ms + 60_000))
    before = await socket.send("it does not bind yet")
    await documents.issue(None, version(2, now_ms))
    after = await socket.send("this one does")

    assert before["op"] == "published"
    assert after["code"] == "agreement_outdated"
    assert documents.binding()[AGREEMENT].version == 2
