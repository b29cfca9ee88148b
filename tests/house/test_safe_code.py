"""Rules on safe code hold, and each of them finds what it is there for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.rules import (
    RAW_HTML,
    UNESCAPED,
    breaches,
    compares_secrets,
    labels_people,
    logs_people,
    puts_sql_together,
)
from tests.house.tree import ROOT, parsed, project_files, python_files

RULES = {
    puts_sql_together: (
        [
            'connection.execute(f"DELETE FROM {table}")',
            'connection.execute(text("SELECT " + column))',
            'dbapi.executescript("DROP TABLE %s" % table)',
            'connection.exec_driver_sql("SELECT {}".format(column))',
            "eval(words)",
        ],
        [
            'connection.execute(text("SELECT 1"), {"room": room})',
            "connection.execute(table.select().where(table.c.room == room))",
            'paragraph.say(f"hello {name}")',
        ],
    ),
    labels_people: (
        ["metrics.refusals.labels(comment.text).inc()", 'seen.labels("x", request.query)'],
        ["metrics.refusals.labels(code.value).inc()", "asked.labels(scope['method'], 200)"],
    ),
    logs_people: (
        ['log.info("sent", text=draft.text)', '_log.warning("in", who=repr(login))'],
        ['log.info("sent", seq=entry.seq)', 'page.info("sent", text=draft.text)'],
    ),
    compares_secrets: (
        ["token_secret == given", "if answer.signature != expected: pass", "csrf == form.csrf"],
        ["secret == None", "digest(given) == wanted", "hmac.compare_digest(secret, given)"],
    ),
}  # fmt: skip
PARAMS = [pytest.param(rule, id=rule.__name__) for rule in RULES]


@pytest.mark.parametrize("rule", PARAMS)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule):
    bad, good = RULES[rule]

    assert [code for code in bad if not breaches(rule, ast.parse(code))] == []
    assert [code for code in good if breaches(rule, ast.parse(code))] == []


@pytest.mark.parametrize("rule", PARAMS)
def test_our_code_keeps_to_the_rule(rule):
    found = {
        path.as_posix(): lines
        for path in python_files("danmaku")
        if (lines := breaches(rule, parsed(path)))
    }

    assert found == {}


def broken_in(rule, folder, suffix):
    paths = [path for path in project_files() if path.is_relative_to(folder)]
    return [
        path.as_posix()
        for path in paths
        if path.suffix == suffix and rule.search((ROOT / path).read_text(encoding="utf-8"))
    ]


def test_scripts_and_templates_put_no_text_in_as_markup():
    assert RAW_HTML.search("row.innerHTML = text")
    assert UNESCAPED.search("{{ text | safe }}")
    assert not RAW_HTML.search("row.textContent = text")
    assert not UNESCAPED.search("{{ is_safe }}")

    assert broken_in(RAW_HTML, "frontend/src", ".ts") == []
    assert broken_in(UNESCAPED, "danmaku/web/templates", ".html") == []


LINTED = {  # what ruff judges, with our own settings
    "S608": 'def f(db, table): db.execute("SELECT * FROM " + table)\n',
    "S704": "from markupsafe import Markup\n\n\ndef f(text): return Markup(text)\n",
    "DTZ005": "from datetime import datetime\n\n\ndef f(): return datetime.now()\n",
    "ASYNC251": "import time\n\n\nasync def f(): time.sleep(1)\n",
    "ASYNC230": 'async def f():\n    with open("x") as file: return file\n',
}


@pytest.mark.parametrize("code", LINTED)
def test_the_linter_finds_what_we_leave_to_it(code):
    command = [
        sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"),
        "--output-format", "concise", "--no-cache", "--stdin-filename", "danmaku/web/x.py", "-",
    ]  # fmt: skip
    judged = subprocess.run(
        command, input=LINTED[code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert f" {code} " in judged.stdout, judged.stdout + judged.stderr


def test_bandit_finds_what_we_leave_to_it(tmp_path):
    sample = Path(tmp_path, "x.py")
    sample.write_text("import pickle\n\nthings = pickle.loads(sent)\n", encoding="utf-8")
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", str(sample)]
    judged = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert judged.returncode == 1
    assert "B301" in judged.stdout
