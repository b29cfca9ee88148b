import pytest

from danmaku.domain.account import Bundle
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

ELSEWHERE = {"Origin": "https://tool.test", "Sec-Fetch-Site": "cross-site"}


async def send(stage, caller, msg="hi", *, csrf="proof", cookies=None, **fields):
    form = {"msg": msg, "roomid": 1, "color": 16777215, "mode": 1, "fontsize": 25, "rnd": 1}
    form |= {"bubble": 0, "csrf": csrf, "csrf_token": csrf}
    if cookies is None:
        cookies = {} if caller is None else {"SESSDATA": caller.token, "bili_jct": "proof"}
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = ELSEWHERE | ({"Cookie": said} if said else {})
    answer = await stage.browser().post("/msg/send", data=form | fields, headers=headers)
    return answer.json()


async def data_of(stage, path):
    answer = await stage.browser().get(path, headers=ELSEWHERE)
    told = answer.json()
    assert (answer.status_code, told["code"], told["message"], told["ttl"]) == (200, 0, "0", 1)
    assert answer.headers["access-control-allow-origin"] == "*"
    return told["data"]


# --- before a socket is opened


@pytest.mark.parametrize(
    "path",
    [
        "/room/v1/Room/get_info?room_id=1",
        "/room/v1/Room/mobileRoomInit?id=1",
        "/xlive/web-room/v1/index/getRoomPlayInfo?room_id=1",
    ],
)
async def test_a_room_is_found_by_its_number(stage, path):
    await stage.room()
    told = await data_of(stage, path)

    assert (told["room_id"], told["short_id"], told["live_status"]) == (1, 1, 1)
    assert told["uid"] > 0


async def test_a_room_is_found_one_level_down(stage):
    await stage.room()
    told = await data_of(stage, "/xlive/web-room/v1/index/getInfoByRoom?room_id=1")

    assert told["room_info"]["room_id"] == 1


async def test_a_client_is_told_where_to_connect(stage):
    await stage.room()
    told = await data_of(stage, "/xlive/web-room/v1/index/getDanmuInfo?id=1&type=0&wts=1&w_rid=x")
    [place] = told["host_list"]

    assert told["token"] == "guest"
    assert place["host"]
    assert place["ws_port"] == place["wss_port"] == place["port"] > 0


async def test_clients_get_what_they_ask_for_besides(stage):
    nav = await data_of(stage, "/x/web-interface/nav")

    assert nav["isLogin"] is False
    assert all(len(url.split("/")[-1]) == 36 for url in nav["wbi_img"].values())
    assert set(await data_of(stage, "/x/frontend/finger/spi")) == {"b_3", "b_4"}
    assert await data_of(stage, "/xlive/rdata-interface/v1/heartbeat/webHeartBeat?pf=web") == {}
    for path in (
        "/x/internal/gaia-gateway/ExClimbWuzhi",
        "/xlive/rdata-interface/v1/heartbeat/webHeartBeat",
    ):
        assert (await stage.browser().post(path, json={}, headers=ELSEWHERE)).json()["code"] == 0


@pytest.mark.parametrize("number", ["999", "2147483648", "x", "-1"])
async def test_a_room_that_there_is_not_is_told_with_a_code(stage, number):
    answer = await stage.browser().get(f"/room/v1/Room/get_info?room_id={number}")

    assert answer.status_code == 200
    assert answer.json()["code"] in (-404, -400)


# --- sending


async def test_what_is_sent_is_in_the_list(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    told = await send(stage, ann, "前方高能", mode=5, color=255, fontsize=36)

    assert (told["code"], told["data"]) == (0, {"id": f"{room}-1", "held": False})
    [listed] = (await stage.guest().get(f"/api/rooms/{room}/comments")).json()["comments"]
    assert (listed["text"], listed["mode"], listed["color"]) == ("前方高能", "top", 255)


async def test_a_token_may_stand_in_the_header(stage):
    await stage.room()
    ann = await stage.person("ann")
    bearer = {"Authorization": f"Bearer {ann.token}"}
    answer = await stage.browser().post(
        "/msg/send", data={"msg": "hi", "roomid": 1}, headers=ELSEWHERE | bearer
    )

    assert answer.json()["code"] == 0


async def test_who_is_not_known_sends_nothing(stage):
    await stage.room()
    ann = await stage.person("ann")

    assert (await send(stage, None))["code"] == -101
    wrong = {"SESSDATA": "none", "bili_jct": "proof"}
    assert (await send(stage, None, cookies=wrong))["code"] == -101
    assert (await send(stage, ann, csrf=""))["code"] == -403
    assert (await send(stage, ann, csrf="another"))["code"] == -403
    assert (await send(stage, ann, cookies={"SESSDATA": ann.token}))["code"] == -403


async def test_a_session_of_ours_sends_nothing(stage):
    await stage.room()
    ann = await stage.person("ann")
    answer = await ann.client.post("/msg/send", data={"msg": "hi", "roomid": 1}, headers=ELSEWHERE)

    assert answer.json()["code"] == -101


async def test_what_is_refused_or_held_is_in_no_list(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    refused, held = await send(stage, ann, REFUSED_TEXT), await send(stage, ann, HELD_TEXT)

    assert (refused["code"], refused["message"]) == (-403, "prohibited")
    assert (held["code"], held["data"]) == (0, {"id": None, "held": True})
    assert (await stage.guest().get(f"/api/rooms/{room}/comments")).json()["comments"] == []


async def test_what_is_too_fast_too_long_or_nowhere_has_its_code(stage):
    room = await stage.room()
    ann, mia = await stage.person("ann"), await stage.person("mia", Bundle.OPERATOR)

    assert (await send(stage, ann, "x" * 501))["code"] == 1003212
    assert (await send(stage, ann, roomid=99))["code"] == -404
    assert (await send(stage, ann, roomid="x"))["code"] == -400
    assert (await send(stage, ann, mode=9))["message"] == "type_unsupported"
    slow = {"slow_ms": 60_000}
    bearer = {"Authorization": f"Bearer {mia.token}"}
    changed = await stage.browser().patch(f"/api/rooms/{room}", json=slow, headers=bearer)
    assert changed.status_code == 200
    assert (await send(stage, ann))["code"] == 0
    assert (await send(stage, ann, "again"))["code"] == 10030


async def test_who_comes_by_bilibilis_name_gets_a_name_for_its_browser(stage):
    await stage.room()
    named = await stage.browser().get("/", headers={"Host": "www.bilibili.com"})
    own = await stage.browser().get("/", headers={"Host": "notbilibili.com"})

    assert any("buvid3=" in each for each in named.headers.get_list("set-cookie"))
    assert not any("buvid3=" in each for each in own.headers.get_list("set-cookie"))


async def test_a_form_that_cannot_be_read_is_refused_in_their_words(stage):
    kind = {"Content-Type": "multipart/form-data; boundary=y"}

    answer = await stage.browser().post("/msg/send", content=b"--x", headers=kind)

    assert (answer.status_code, answer.json()["code"]) == (200, -400)
