from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from danmaku.config import ServerSettings
from danmaku.gateway.doorkeeper import Doorkeeper, Rejection, Visit

HOST = "danmaku.example:8000"
PLAIN = ServerSettings(
    origins=("https://friend.example",), embed_origins=("https://frame.example",)
)
SECURE = ServerSettings(public_url="https://danmaku.example/")


def judge(path="/rooms/demo/live", settings=PLAIN, **headers):
    return Doorkeeper(settings).judge(Request(path, Headers({"Host": HOST, **headers})))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/rooms/demo",
        "/rooms/demo/live/",
        "/rooms//live",
        "/rooms/De/live",
        "/rooms/../live",
        "/rooms/a%2fb/live",
        "/rooms/" + "x" * 33 + "/live",
        "http://danmaku.example/rooms/demo/live",
        "/rooms/demo/live\n",
    ],
)
def test_other_paths_have_no_socket(path):
    assert judge(path).status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/rooms/demo/live", "/rooms/demo/live?x=1"])
def test_the_room_is_in_the_path(path):
    assert judge(path) == Visit("demo", None)


COOKIE = {"Cookie": "lang=en; danmaku=s3cret"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Visit("demo", None)),
        (COOKIE, None),
        ({"Origin": f"http://{HOST}"}, Visit("demo", None)),
        ({"Origin": f"http://{HOST}"} | COOKIE, Visit("demo", "s3cret")),
        ({"Origin": f"https://{HOST}"} | COOKIE, Visit("demo", "s3cret")),
        ({"Origin": "https://friend.example"}, Visit("demo", None)),
        ({"Origin": "https://friend.example"} | COOKIE, Visit("demo", None)),
        ({"Origin": "https://frame.example"} | COOKIE, Visit("demo", None)),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": "https://evil.example"} | COOKIE, None),
        ({"Origin": "https://friend.example.evil.example"}, None),
        ({"Origin": "http://danmaku.example"}, None),
        ({"Origin": "null"}, None),
        ({"Origin": ""}, None),
    ],
)
def test_whose_pages_may_open_sockets(headers, expected):
    judged = judge(**headers)

    if expected is None:
        assert judged == Rejection(HTTPStatus.FORBIDDEN, "This origin may not open sockets here.")
    else:
        assert judged == expected


def test_the_public_name_is_ours_and_its_cookie_is_bound_to_the_host():
    origin = {"Origin": "https://danmaku.example"}

    assert judge(settings=SECURE, Cookie="__Host-danmaku=s", **origin) == Visit("demo", "s")
    assert judge(settings=SECURE, Cookie="danmaku=s", **origin) == Visit("demo", None)


def test_two_origins_are_a_bad_request():
    headers = Headers({"Host": HOST})
    headers["Origin"] = "https://friend.example"
    headers["Origin"] = "https://evil.example"

    judged = Doorkeeper(PLAIN).judge(Request("/rooms/demo/live", headers))

    assert judged.status is HTTPStatus.BAD_REQUEST
