"""What is read and agreed on is what the library alone would read and agree on."""

from http import HTTPStatus

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol

from danmaku.gateway.doorkeeper import Rejection
from danmaku.gateway.upgrade import OFFERS_MAX, Agreement, Upgrades

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
USUAL = {
    "host": "example.org",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "origin": "https://example.org",
    "upgrade": "websocket",
    "connection": "keep-alive, Upgrade",
    "sec-websocket-key": KEY,
    "sec-websocket-version": "13",
    "sec-websocket-protocol": "one",
    "sec-websocket-extensions": "permessage-deflate; client_max_window_bits",
}


def head(first="GET /rooms/demo/live?x=1 HTTP/1.1", *, more=(), **changed):
    fields = USUAL | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [first, *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")


def upgrades(*dialects, compress=True):
    return Upgrades(dialects or ["one", "two"], compress=compress, message_bytes_max=100)


def library():
    deflate = ServerPerMessageDeflateFactory(
        server_no_context_takeover=True, client_no_context_takeover=True
    )
    return ServerProtocol(subprotocols=["one", "two"], extensions=[deflate])


def without_date(answer):
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"Date")]


@pytest.mark.parametrize(
    "given",
    [
        head(),
        head(host="   spaced \t"),
        head(host=""),
        head(more=["cookie: a=1", "cookie: b=2"]),
        head(host="caf\xe9"),
        head("GET /%E5%BC%B9 HTTP/1.1"),
        head("POST / HTTP/1.1"),
        head(more=["x: " + "y" * 8000]),
        head(more=[f"x{count}: y" for count in range(100)]),
        head(more=["content-length: 0"]),
    ],
)
def test_requests_are_read_as_the_library_reads_them(given):
    machine = library()
    machine.receive_data(given)
    [expected] = [event for event in machine.events_received() if isinstance(event, Request)]

    read = upgrades().read(given)

    assert isinstance(read, Request)
    assert (read.path, read.method) == (expected.path, expected.method)
    assert list(read.headers.raw_items()) == list(expected.headers.raw_items())


@pytest.mark.parametrize("field", ["content-length: 5", "transfer-encoding: chunked"])
def test_a_request_with_a_body_is_told_that_it_is_none(field):
    assert upgrades().read(head(more=[field])).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "given", [head(more=[f"x{count}: y" for count in range(200)]), head(more=["x: " + "y" * 9000])]
)
def test_a_head_that_is_too_large_is_no_request(given):
    assert upgrades().read(given).startswith(b"HTTP/1.1 431 ")


WRONG = {
    "no key": head(sec_websocket_key=None),
    "two keys": head(more=[f"sec-websocket-key: {KEY}"]),
    "short key": head(sec_websocket_key="AAAA"),
    "no base64": head(sec_websocket_key="!" * 24),
    "no version": head(sec_websocket_version=None),
    "old version": head(sec_websocket_version="8"),
    "no upgrade": head(upgrade=None),
    "another upgrade": head(upgrade="h2c"),
    "no connection": head(connection="keep-alive"),
    "no dialect": head(sec_websocket_protocol=None),
    "broken dialect": head(sec_websocket_protocol=";"),
    "broken extension": head(sec_websocket_extensions="=;"),
    "method": head("POST / HTTP/1.1"),
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
def test_wrong_requests_are_answered_in_the_librarys_words(given):
    machine = library()
    machine.receive_data(given)
    for event in machine.events_received():
        machine.send_response(machine.accept(event))
    ours = upgrades()
    request = ours.read(given)
    answer = request if isinstance(request, bytes) else ours.agree(request)

    assert without_date(answer) == without_date(b"".join(machine.data_to_send()))
    assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("extensions", [None, USUAL["sec-websocket-extensions"], "x-own, x-other"])
@pytest.mark.parametrize("times", [1, 2])
def test_an_upgrade_says_what_the_library_says(extensions, times):
    given = head(sec_websocket_extensions=extensions)
    machine = library()
    machine.receive_data(given)
    [event] = machine.events_received()
    theirs = machine.accept(event).headers
    ours = upgrades()

    answers = [ours.agree(ours.read(given)).answer(KEY) for _ in range(times)]

    said = dict(line.split(": ") for line in answers[-1].decode().split("\r\n")[1:-2])
    del theirs["Date"]
    assert answers[-1].startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert said == dict(theirs.raw_items())


@pytest.mark.parametrize(
    ("offer", "compress", "is_shareable"),
    [
        (None, True, False),
        ("permessage-deflate", False, False),
        ("permessage-deflate", True, True),
        ("permessage-deflate; server_max_window_bits=10", True, False),
    ],
)
def test_frames_are_shared_with_whom_they_suit(offer, compress, is_shareable):
    ours = upgrades(compress=compress)

    agreed = ours.agree(ours.read(head(sec_websocket_extensions=offer)))

    assert agreed.is_shareable is is_shareable
    assert len(agreed.machine().extensions) == int(compress and offer is not None)


def test_who_speaks_no_known_dialect_is_not_let_in():
    ours = upgrades()

    assert ours.agree(ours.read(head(sec_websocket_protocol="three"))).startswith(b"HTTP/1.1 400 ")


def test_the_first_known_dialect_is_chosen():
    ours = upgrades("one", "two")

    agreed = ours.agree(ours.read(head(sec_websocket_protocol="three, two, one")))

    assert agreed.dialect == "two"


def test_equal_offers_are_judged_once_and_machines_are_not_shared():
    ours = upgrades()

    first, second = (ours.agree(ours.read(head(host=host))) for host in ("a", "b"))

    assert isinstance(first, Agreement)
    assert first is second
    assert first.machine() is not second.machine()
    assert first.machine().extensions[0] is not second.machine().extensions[0]


def test_offers_are_not_remembered_without_bound():
    ours = upgrades()
    for count in range(OFFERS_MAX + 10):
        ours.agree(ours.read(head(sec_websocket_protocol=f"one, x{count}")))

    assert ours._agreed.cache_info().currsize == OFFERS_MAX


def test_an_offer_that_would_fill_the_memory_is_turned_away():
    ours, long = upgrades(), f"sec-websocket-protocol: {'x, ' * 2000}one"

    answer = ours.agree(ours.read(head(more=[long])))

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert ours._agreed.cache_info().currsize == 0


def test_a_rejection_says_when_to_come_back():
    rejection = Rejection(HTTPStatus.SERVICE_UNAVAILABLE, "No room.", retry_after_s=8)

    answer = upgrades().reject(rejection)

    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nRetry-After: 8\r\n" in answer
    assert answer.endswith(b"\r\n\r\nNo room.\n")
