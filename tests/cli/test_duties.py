import json


def test_every_duty_is_listed_and_a_gap_exits_with_one(lounge):
    result = lounge.run("duties", "--json")
    gaps = lounge.run("duties", "--gaps")

    rows = {row["clause"]: row for row in json.loads(result.stdout)}
    assert (result.exit_code, gaps.exit_code) == (1, 1)  # nobody is asked who they are
    assert rows["A4(1)"]["troubles"] == ["verifier"]
    assert rows["A4(3)"]["is_green"]
    assert "verifier" in gaps.stdout
