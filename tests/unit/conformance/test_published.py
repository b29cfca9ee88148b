import pytest

from danmaku.conformance.encodings import Dialect, decoded
from danmaku.conformance.published import fixtures, misfit

SAID = {one.name: one.fields for one in fixtures("server")}


@pytest.mark.parametrize("name", SAID)
def test_what_servers_say_in_the_fixtures_fits_the_document(name):
    assert misfit(SAID[name]) is None


@pytest.mark.parametrize("dialect", Dialect)
def test_what_clients_say_in_the_fixtures_fits_the_document(dialect):
    said = [decoded(dialect, one.frame(dialect)[1]) for one in fixtures("client")]

    assert [misfit(message) for message in said] == [None] * len(said)


def comment(**fields):
    entries = SAID["server-entries"]["entries"]
    return SAID["server-entries"] | {"entries": [entries[0] | fields]}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"op": "pong", "more": 1}, None),
        ({"op": "sparkle"}, None),
        ({"op": "published", "id": "c-1", "number": 1}, "published has no seq"),
        (SAID["server-published"] | {"number": 0}, "published.number is 0"),
        (SAID["server-published"] | {"id": "弹"}, "published.id is '弹'"),
        (SAID["server-published"] | {"id": "c-1\n"}, r"published.id is 'c-1\n'"),
        (SAID["server-viewers"] | {"count": True}, "viewers.count is True, not integer"),
        (comment(text=7), "entries.entries[0].text is 7, not string"),
        (comment(mode="spiral"), "entries.entries[0].mode is 'spiral', not one of"),
        ({"op": "hello", "epoch": "e" * 65}, "hello.epoch is 'eee"),
        ({"op": "ping", "vip": 1}, "ping has vip, which the protocol does not have"),
    ],
)
def test_a_misfit_is_told_by_its_place(message, why):
    told = misfit(message)

    assert told == why if why is None else told.startswith(why)
