"""Which pages of the web may do what here: one table of origins for sockets, API and forms.

The house has a name with TLS and two friends: one whose pages may open sockets and read the API,
one that may only show rooms in a frame.
"""

from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from bench.frames import upgrade_request
from bench.messages import Dialect
from bench.server import free_port
from danmaku.web.forms import form_token_of
from tests.faults.raw import requested
from tests.live.site import running, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUR, FRIEND, FRAME = "https://danmaku.test", "https://friend.test", "https://frame.test"
HOST = "danmaku.test"

# Origin: whether it opens sockets, reads the API, sends forms.
NOTHING = (False, False, False)
ORIGINS = {
    OUR: (True, False, True),  # reads as our own page does, without being let
    FRIEND: (True, True, False),
    FRAME: (True, False, False),
    "null": NOTHING,
    "": NOTHING,
    "http://danmaku.test": NOTHING,  # anybody on the way may have made that page
    "https://danmaku.test:8443": NOTHING,
    "https://danmaku.test.": NOTHING,
    "https://danmaku.test/": NOTHING,
    "https://DANMAKU.test": NOTHING,
    "https://sub.danmaku.test": NOTHING,
    "https://evildanmaku.test": NOTHING,
    "https://danmaku.test.evil.test": NOTHING,
    "https://danmaku.test@evil.test": NOTHING,
    "https://evil.test#danmaku.test": NOTHING,
    "https://friend.test.evil.test": NOTHING,
    "https://evil-friend.test": NOTHING,
    "http://friend.test": NOTHING,
    "file://": NOTHING,
    "https://friend.test https://evil.test": NOTHING,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    server = {
        "port": (port := free_port()), "public_url": OUR, "audience": "private",
        "origins": (FRIEND,), "embed_origins": (FRAME,),
    }  # fmt: skip
    async with running(settings_of(tmp_path_factory.mktemp("data"), server=server)) as site:
        await site.room()
        address = f"127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as api:
            yield replace(site, address=address, api=api)


async def opens_socket(site, origin):
    request = upgrade_request("/rooms/r1/live", host=HOST, key=bytes(16), subprotocol=Dialect.JSON)
    head, raw = await requested(
        site.address, request[:-2] + f"Origin: {origin}\r\n\r\n".encode("ascii")
    )
    raw.drop()
    return b" 101 " in head.splitlines()[0]


async def reads_api(site, origin):
    answer = await site.api.get("/api/rooms", headers={"Origin": origin})
    assert "access-control-allow-credentials" not in answer.headers
    return answer.headers.get("access-control-allow-origin") == origin


async def sends_form(site, origin):
    browser = "a-guest-of-this-browser"
    headers = {"Origin": origin, "Cookie": f"__Host-danmaku-guest={browser}"}
    fields = {"csrf": form_token_of(browser), "name": "nobody", "password": "x" * 12}
    answer = await site.api.post("/sign-in", data=fields, headers=headers)
    return answer.status_code != httpx.codes.FORBIDDEN


async def test_each_origin_gets_what_the_table_says(site):
    found = {
        origin: (
            await opens_socket(site, origin),
            await reads_api(site, origin),
            await sends_form(site, origin),
        )
        for origin in ORIGINS
    }

    assert found == ORIGINS


async def test_cookies_are_bound_to_this_host_and_to_tls(site):
    page = await site.api.get("/sign-in")
    browser = page.cookies["__Host-danmaku-guest"]
    await site.core.people.add("ann", "Ann", "correct horse battery")
    signed_in = await site.api.post(
        "/sign-in",
        data={"csrf": form_token_of(browser), "name": "ann", "password": "correct horse battery"},
        headers={"Origin": OUR, "Cookie": f"__Host-danmaku-guest={browser}"},
    )

    cookies = page.headers.get_list("set-cookie") + signed_in.headers.get_list("set-cookie")
    assert any(each.startswith("__Host-danmaku=") for each in cookies)
    for cookie in cookies:
        parts = set(cookie.split("; "))
        assert cookie.startswith("__Host-danmaku"), cookie
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= parts
        assert not any(part.lower().startswith("domain") for part in parts)


async def test_every_answer_keeps_other_sites_out(site):
    for path in ("/", "/rooms/r1", "/api/rooms", "/nowhere", "/healthz", "/static/manifest.json"):
        headers = (await site.api.get(path)).headers

        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
