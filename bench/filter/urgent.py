"""How long an urgent word takes to stop a comment, measured from outside, at a server that runs.

The clock starts when the file is written. From then on comments with the word are sent, one after
the other, until one is held; what counts is the moment at which that one was sent.
"""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx

from bench.filter.material import words
from bench.filter.ratios import Ratio
from bench.server import Server

WORDS = 5
LARGE = 100_000
EVERY_S = 0.02
PATIENCE_S = 20.0
SECONDS_MAX = 1.0
ROOM = "urgent"


def ratios(_said: object, seed: int) -> list[Ratio]:
    """Measure a few words, one after the other, over a large list that is in force."""
    listed = [*words(LARGE + WORDS, seed=seed)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        urgent, large = folder / "urgent.txt", folder / "large.txt"
        urgent.write_text("", "utf-8")
        large.write_text("\n".join(listed[:LARGE]), "utf-8")
        settings = {
            "FILTER__RULES_FILE": str(large),
            "FILTER__URGENT_FILE": str(urgent),
            "ADMISSION__SENDS_PER_S": "1000",
            "ADMISSION__SENDS_BURST": "1000",
        }
        with Server(folder, settings) as server, _sender(server) as sender:
            rows = [listed[LARGE : LARGE + count] for count in range(1, WORDS + 1)]
            took_s = [_seconds(sender, urgent, row) for row in rows]
    return [
        Ratio(
            "urgent word: seconds from file to first comment held",
            median(took_s),
            SECONDS_MAX,
            f"{min(took_s):.2f} to {max(took_s):.2f} s, beside {LARGE:,} words",
        )
    ]


def _sender(server: Server) -> httpx.Client:
    server.open_room(ROOM)
    return httpx.Client(
        base_url=f"http://{server.address}/api/rooms/{ROOM}",
        headers={"Authorization": f"Bearer {server.account('sender')}"},
        trust_env=False,
    )


def _seconds(sender: httpx.Client, urgent: Path, listed: Sequence[str]) -> float:
    """Add the last of the words to the file, and comment with it until that is held.

    Raises:
        RuntimeError: It was held before, or never.
    """
    place, word = len(listed), listed[-1]
    if _is_held(sender, f"{place}-0", word):
        raise RuntimeError("the word is held before it is written down")
    draft = urgent.with_suffix(".new")
    draft.write_text("\n".join(listed), "utf-8")
    draft.rename(urgent)
    began_s = perf_counter()
    for number in count(1):
        sent_s = perf_counter() - began_s
        if sent_s > PATIENCE_S:
            break
        if _is_held(sender, f"{place}-{number}", word):
            return sent_s
        sleep(EVERY_S)
    raise RuntimeError(f"an urgent word was not in force after {PATIENCE_S:g} s")


def _is_held(sender: httpx.Client, name: str, word: str) -> bool:
    """Send a comment with the word; its own id and name keep it from being a repeat."""
    answer = sender.post("/comments", json={"id": name, "text": f"{name} {word} {name}"})
    return bool(answer.raise_for_status().json()["outcome"] == "held")
