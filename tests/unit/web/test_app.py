import re

import pytest

from tests.unit.web.conftest import OUR_SITE, PARTNER

PAGES = ["/", "/rooms/demo", "/embed/demo", "/report", "/sign-in", "/register", "/docs", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
async def test_scripts_of_a_page_carry_its_nonce_and_nothing_else_runs(stage, path):
    await stage.room()

    pages = [await stage.guest().get(path) for _ in range(2)]

    nonces = set()
    for page in pages:
        policy = page.headers["content-security-policy"]
        [nonce] = re.findall(r"'nonce-([^']+)'", policy)
        nonces.add(nonce)
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert [tag for tag in scripts if f'nonce="{nonce}"' not in tag] == []
        assert "default-src 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert re.search(r'\son[a-z]+="', page.text) is None
    assert len(nonces) == 2


async def test_styles_of_libraries_are_let_in_only_where_the_library_is(stage):
    await stage.room()
    guest = stage.guest()

    loose = {
        path
        for path in PAGES
        if "unsafe-inline" in (await guest.get(path)).headers["content-security-policy"]
    }

    assert loose == {"/rooms/demo", "/embed/demo", "/docs"}


async def test_only_the_embed_page_may_stand_in_a_frame_of_listed_sites(stage):
    await stage.room()

    for path in PAGES:
        policy = (await stage.guest().get(path)).headers["content-security-policy"]
        frames = re.search(r"frame-ancestors ([^;]+)", policy)[1]
        assert frames == (f"'self' {PARTNER}" if path == "/embed/demo" else "'none'")


@pytest.mark.parametrize("path", ["/", "/api/rooms", "/metrics", "/nowhere", "/api/nowhere"])
async def test_every_answer_has_the_safe_headers(stage, path):
    answer = await stage.guest().get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


async def test_unknown_addresses_and_methods_are_answered_in_the_form_of_their_door(stage):
    guest = stage.guest()

    page, api = await guest.get("/nowhere"), await guest.get("/api/nowhere")
    method = await guest.client.put("/api/rooms")

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (api.status_code, api.json()["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["code"]) == (405, "bad_message")
    assert method.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (PARTNER, True),
        (f"{PARTNER}.evil.test", False),
        ("http://partner.test", False),
        (f"{PARTNER}:8443", False),
        ("null", False),
        (OUR_SITE, False),  # needs none
    ],
)
async def test_other_sites_read_only_if_they_are_listed_and_never_with_cookies(
    stage, origin, allowed
):
    answer = await stage.guest().get("/api/rooms", headers={"Origin": origin})

    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "access-control-allow-credentials" not in answer.headers


async def test_listed_sites_may_send_with_a_token(stage):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))
    path = f"/api/rooms/{room}/comments"

    asked = await ann.client.options(
        path,
        headers={
            "Origin": PARTNER,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    sent = await ann.send("POST", path, {"id": "c", "text": "hello"}, Origin=PARTNER)

    assert asked.status_code == 200
    assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (201, PARTNER)


async def test_built_files_are_kept_for_good_and_others_asked_for_again(stage):
    guest = stage.guest()
    page = await guest.get("/")
    [style, *_] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)

    built, manifest = await guest.get(style), await guest.get("/static/manifest.json")

    assert built.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert manifest.headers["cache-control"] == "no-cache"
    assert (await guest.get("/static/../app.py")).status_code == 404


async def test_api_is_described_without_its_pages(stage):
    described = (await stage.guest().get("/openapi.json")).json()

    paths = described["paths"]
    assert [path for path in paths if not path.startswith(("/api/", "/helix/"))] == []
    assert len(paths) >= 20
    unsaid = [
        f"{method} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if not operation.get("description") or "4XX" not in operation["responses"]
    ]
    assert unsaid == []
