from xml.etree import ElementTree as ET

from danmaku.conformance.verdicts import Outcome, Result, junit


def result(outcome, why=""):
    return Result("send.again", "danmaku.v1.json", "Is it so?", "It is so.", outcome, why, 1500)


def test_a_build_reads_every_outcome():
    results = [result(Outcome.PASSED), result(Outcome.FAILED, "a\x00<b>"), result(Outcome.SKIPPED)]

    suite = ET.fromstring(junit(results, "server"))  # noqa: S314 -- our own

    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    [failure] = suite.iter("failure")
    assert (failure.get("message"), failure.text) == ("a <b>", "It is so.")
    assert {case.get("time") for case in suite} == {"1.500"}


def test_people_are_told_the_question_or_what_is_wrong_and_the_words_it_rests_on():
    assert result(Outcome.PASSED).line().endswith("Is it so?")
    assert "It is so." not in result(Outcome.PASSED).line()
    assert result(Outcome.FAILED, "It was not.").line().splitlines()[-1].endswith('"It is so."')
