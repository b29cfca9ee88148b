from danmaku.filter.faults import Fault, FaultCode, RuleFileError


def test_error_tells_all_faults_by_line_with_the_file():
    error = RuleFileError(
        [Fault(9, FaultCode.TWICE, "", "again"), Fault(2, FaultCode.EMPTY, "rule 1", "nothing")],
        "house.toml",
    )

    assert str(error) == (
        "house.toml: line 2: rule 1: nothing (empty)\nhouse.toml: line 9: again (twice)"
    )
    assert [fault.line for fault in error.faults] == [2, 9]
