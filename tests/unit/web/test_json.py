import json

from hypothesis import given
from hypothesis import strategies as st

from danmaku.web.json import script_json

HOSTILE = st.text(st.sampled_from("</script><!-->&'\"\u2028\u2029\\abc"), max_size=40)


@given(st.dictionaries(HOSTILE, HOSTILE))
def test_nothing_in_it_ends_the_script_and_all_of_it_is_there(value):
    written = script_json(value)

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == value
