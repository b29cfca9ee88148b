import json
import time

import httpx

from tests.cli.test_server import running
from tests.patience import PATIENCE_S

RULES = """
[[rule]]
id = "greetings"
category = "spam"
class = "house"
action = "hold"
words = ["hello"]
"""


def test_a_server_counts_what_its_shadow_file_would_change(lounge, tmp_path, monkeypatch):
    rules, comments = tmp_path / "shadow.toml", tmp_path / "comments.jsonl"
    rules.write_text(RULES, "utf-8")
    monkeypatch.setenv("DANMAKU_FILTER__SHADOW_FILE", str(rules))
    told = ""
    with running(lounge, "--port", "0") as (_, address):
        until = time.monotonic() + PATIENCE_S
        while 'danmaku_shadow_looks_total{change="stricter"}' not in told:
            assert time.monotonic() < until
            # Each one another: what was sent before is recorded, and heard of, once.
            line = {"t": time.monotonic(), "x": f"hello {time.monotonic_ns()}"}
            comments.write_text(json.dumps(line) + "\n", "utf-8")
            said = lounge.ask("feed", str(comments), "--room", "lounge", "--accounts", "1")
            assert "held" not in said
            metrics = httpx.get(f"{address}/metrics").text.splitlines()
            told = "\n".join(line for line in metrics if not line.endswith(" 0.0"))
            time.sleep(0.2)
