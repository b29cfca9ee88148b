import json
import signal
import subprocess
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from bench.commands import app, shell
from bench.scenario import names
from tests.unit.bench.outcomes import figure, outcome


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def kept(path, **fields):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.encode(outcome(**fields)))
    return path


@pytest.fixture
def before(tmp_path):
    return kept(tmp_path / "before" / "a.json", figures={"p99": figure(10)})


def test_every_scenario_is_listed_in_one_line():
    listed = run("list")

    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == names()
    assert [scenario["name"] for scenario in json.loads(run("list", "--json").stdout)] == names()


def test_an_unknown_scenario_is_refused_with_the_names_of_all():
    refused = run("run", "smoke", "no_such")

    assert refused.exit_code == 2
    assert "no_such" in refused.stderr
    assert all(name in refused.stderr for name in names())


@pytest.mark.parametrize(("slower", "exit_code"), [(10, 0), (11, 0), (20, 1)])
def test_comparing_ends_with_1_when_something_got_worse(before, slower, exit_code):
    after = kept(before.parent.parent / "after" / "a.json", figures={"p99": figure(slower)})

    assert run("compare", before, after).exit_code == exit_code
    assert run("compare", before.parent, after.parent).exit_code == exit_code


def test_the_margin_of_a_comparison_is_chosen_and_too_few_rounds_are_said(before, tmp_path):
    after = kept(tmp_path / "after.json", figures={"p99": figure(11)})

    strict = run("compare", before, after, "--margin", "5")

    assert strict.exit_code == 1
    assert "1 rounds" in strict.stderr
    assert "rounds" not in run("compare", before, after).stderr


def test_a_comparison_is_told_to_scripts_as_json(before, tmp_path):
    after = kept(tmp_path / "after.json", figures={"p99": figure(20)}, failures=["hole"])

    [comparison] = json.loads(run("compare", before, after, "--json").stdout)

    assert comparison["new_failures"] == ["hole"]
    assert comparison["changes"][0]["turn"] == "worse"
    assert comparison["changes"][0]["times_worse"] == {"low": 2.0, "median": 2.0, "high": 2.0}


def test_what_cannot_be_compared_is_said_plainly(before, tmp_path):
    other = kept(tmp_path / "other.json", name="another")
    (tmp_path / "broken.json").write_text("{")

    for path in (other, tmp_path / "broken.json", tmp_path / "nothing.json"):
        refused = run("compare", before, path)
        assert refused.exit_code == 2
        assert refused.stderr.startswith("error: ")


def test_a_report_is_one_file(before, tmp_path):
    after = kept(tmp_path / "after.json", at="2026-01-02", figures={"p99": figure(20)})
    page = tmp_path / "new" / "report.html"

    drawn = run("report", before, after, "-o", page)

    assert drawn.exit_code == 0
    assert drawn.stdout.strip() == str(page)
    assert "before and after" in page.read_text(encoding="utf-8")
    assert run("report", tmp_path / "nothing.json", "-o", page).exit_code == 2
    assert run("report", tmp_path / "new", "-o", page).exit_code == 2  # no outcome in it


def test_an_unknown_peer_or_workload_is_refused_with_the_names_of_all():
    for words in (("--workload", "nope"), ("--only", "nope")):
        refused = run("peers", *words)

        assert refused.exit_code == 2
        assert "nope" in refused.stderr
    assert "websockets" in refused.stderr


def test_contests_are_printed_as_tables_of_markdown(before, tmp_path):
    fields = {"kind": "contest", "figures": {"ours / us per delivery": figure(5, unit="us")}}
    contest = kept(tmp_path / "contest.json", **fields)

    assert "| ours | 5" in run("table", contest, before).stdout
    assert run("table", before).exit_code == 2


def test_who_was_started_and_never_waited_for_is_collected_too(tmp_path, monkeypatch):
    """An interrupt may fall between the birth of a process and its parent's knowing of it."""
    monkeypatch.setattr(shell, "ALONE", tmp_path / "lock")
    started = []

    def interrupted():
        with shell.alone():
            started.append(subprocess.Popen(["sleep", "60"]))
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(typer.Exit) as ended:
        interrupted()

    assert ended.value.exit_code == shell.EXIT_INTERRUPTED
    assert not Path(f"/proc/{started[0].pid}").exists()
    started[0].wait()
