import pytest

from danmaku.actions.rule_builds import BuildFailed, build
from danmaku.filter.faults import FaultCode, RuleFileError
from danmaku.filter.rule_file import parse_rules
from tests.unit.actions.house import RULES, SCREEN


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES, "utf-8")
    return path


async def test_what_is_built_aside_is_what_would_be_built_here(file):
    built = await build(file, seconds_max=30)

    assert built.ruleset == parse_rules(RULES)
    assert built.inspect("callme").hits == SCREEN.inspect("callme").hits


async def test_faults_come_back_with_their_lines(file):
    file.write_text(RULES[: len(RULES) // 2], "utf-8")

    with pytest.raises(RuleFileError) as caught:
        await build(file, seconds_max=30)

    assert caught.value.faults[0].code in {FaultCode.NOT_READABLE, FaultCode.BAD_VALUE}
    assert str(file) in str(caught.value)


async def test_a_build_that_takes_too_long_is_ended(file):
    with pytest.raises(BuildFailed, match="not built within"):
        await build(file, seconds_max=0.001)


async def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        await build(tmp_path / "none.toml", seconds_max=30)
