import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.web.json import script_json
from tests.unit.gateway.dialects.test_danmaku_v1 import BAD_JSON

HOSTILE = st.text(st.sampled_from("</script><!-->&'\"\u2028\u2029\\abc"), max_size=40)


@given(st.dictionaries(HOSTILE, HOSTILE))
def test_nothing_in_it_ends_the_script_and_all_of_it_is_there(value):
    written = script_json(value)

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == value


ANOTHER_WAY = {"exponent"}  # 1e3 is one number, however it is written: only sockets are narrower


@pytest.mark.parametrize("name", sorted(BAD_JSON.keys() - ANOTHER_WAY))
async def test_what_sockets_do_not_take_for_a_message_is_no_body_either(stage, name):
    room, ann = await stage.room(), await stage.person("ann")
    body = BAD_JSON[name].replace(b'"op":"send",', b"").replace(b',"op":"send"', b"")
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"}

    answer = await ann.client.post(f"/api/rooms/{room}/comments", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
