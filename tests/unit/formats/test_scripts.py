import pytest

from danmaku.formats.scripts import Script, brought_to


@pytest.mark.parametrize(
    ("script", "written"),
    [
        (Script.AS_WRITTEN, "头发 發財 <b>hi</b>"),
        (Script.SIMPLIFIED, "头发 发财 <b>hi</b>"),
        (Script.TRADITIONAL, "頭髮 發財 <b>hi</b>"),
    ],
)
def test_a_text_is_brought_to_a_script_by_its_words(script, written):
    assert brought_to(script)("头发 發財 <b>hi</b>") == written
