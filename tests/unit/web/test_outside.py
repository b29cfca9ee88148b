import pytest

from danmaku.web.outside import folded


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/api/v2/comment/7", "/api/v2/comment/7"),
        ("/token-1/api/v2/comment/7", "/api/v2/comment/7"),
        ("/api/v2/api/v2/comment/7", "/api/v2/comment/7"),
        ("/v2/comment/7", "/api/v2/comment/7"),
        ("/api/comment/7", "/api/v2/comment/7"),
        ("/token/v2/search/anime", "/api/v2/search/anime"),
        ("/api/v2/match/", "/api/v2/match"),
        ("/api/rooms/demo/comments", "/api/rooms/demo/comments"),
        ("/comment/7", "/comment/7"),
        ("/rooms/api/comments/7", "/rooms/api/comments/7"),
        ("/api/v2/comment/7/more", "/api/v2/comment/7/more"),
    ],
)
def test_addresses_are_taken_however_they_were_typed(typed, path):
    assert folded(typed) == path


async def test_both_forms_of_an_address_answer_alike(stage):
    await stage.room()

    plain = await stage.guest().get("/api/v2/comment/10001")
    typed = await stage.guest().get("/some-token/api/v2/comment/10001")

    assert plain.status_code == typed.status_code == 200
    assert plain.content == typed.content
    assert typed.headers["access-control-allow-origin"] == "*"


async def test_our_own_addresses_stay_closed_to_other_sites(stage):
    await stage.room()

    answer = await stage.guest().get("/api/rooms/demo", headers={"Origin": "https://player.test"})

    assert "access-control-allow-origin" not in answer.headers
