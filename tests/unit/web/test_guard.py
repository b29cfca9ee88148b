import orjson
import structlog

from tests.unit.web.conftest import REFUSED_TEXT

SECRET = "planted-secret-words"


def break_route(stage, path):
    async def fail():
        raise RuntimeError(SECRET)

    app = stage.app
    app.add_api_route(path, fail)
    app.router.routes.insert(0, app.router.routes.pop())


async def test_unexpected_error_is_answered_internal_and_logged_with_its_place(stage):
    break_route(stage, "/api/broken")
    break_route(stage, "/broken")

    with structlog.testing.capture_logs() as lines:
        api, page = await stage.guest().get("/api/broken"), await stage.guest().get("/broken")

    assert (api.status_code, api.json()["code"], api.json()["text"]) == (500, "internal", "")
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert SECRET not in api.text + page.text
    assert [line["event"] for line in lines] == ["request_failed", "request"] * 2


async def test_request_lines_hold_no_words_names_tokens_or_addresses(stage):
    room = await stage.room("secret-room")
    ann = await stage.person("ann-the-author")

    with structlog.testing.capture_logs() as lines:
        await ann.post_form(f"/rooms/{room}/comments", text=REFUSED_TEXT)
        await ann.get(f"/rooms/{room}?said=held")
        await ann.get("/reset/one-time-secret")
        await ann.send("GET", "/api/me")

    written = orjson.dumps(lines).decode()
    for planted in (REFUSED_TEXT, "ann-the-author", ann.token, ann.secret, "one-time-secret"):
        assert planted not in written
    assert [line["route"] for line in lines] == [
        "/rooms/{room}/comments",
        "/rooms/{room}",
        "/reset/{token}",
        "/api/me",
    ]
    assert {frozenset(line) for line in lines} == {
        frozenset({"event", "log_level", "request_id", "method", "route", "status", "ms"})
    }


async def test_long_bodies_are_refused_in_the_words_of_the_house(stage):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))

    answer = await ann.send(
        "POST", f"/api/rooms/{room}/comments", {"id": "c", "text": "x" * 70_000}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "bad_message")


async def test_requests_are_counted_by_route_and_refusals_by_code(stage):
    await stage.guest().get("/api/rooms/nowhere")

    counted = (await stage.guest().get("/metrics")).text

    assert (
        'danmaku_http_requests_total{method="GET",route="/api/rooms/{room}",status="404"} 1.0'
        in counted
    )
    assert 'danmaku_refusals_total{code="not_found"} 1.0' in counted
