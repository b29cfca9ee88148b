"""The real server as several workers, on a real database and a real bus."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bench.server import free_ports
from tests.patience import PATIENCE_S

WORKERS = 2
JSON = "danmaku.v1.json"


class Site:
    """Workers, and what they can be asked and told."""

    def __init__(self, process, address, ops_port, shell, settings):
        self.process = process
        self.address = address
        self._ops_port = ops_port
        self._shell = shell
        self._settings = settings

    def ask(self, *words, stdin=""):
        return self._shell.ask("--config", self._settings, *words, stdin=stdin)

    def say(self, *words, stdin=""):
        return self._shell.say("--config", self._settings, *words, stdin=stdin)

    @property
    def pids(self):
        """Of the workers, by the ports for keepers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(pid) for pid in children.split()}

    async def metric(self, number, name):
        async with httpx.AsyncClient() as client:
            said = await client.get(f"http://127.0.0.1:{self._ops_port + number}/metrics")
        return float(re.search(rf"^{name} (\S+)$", said.text, re.MULTILINE)[1])


def test_what_is_refused_at_a_shared_record_is_said_in_one_line(shell, postgres_url, tmp_path):
    settings = tmp_path / "danmaku.toml"
    settings.write_text(f'[store]\nurl = "{postgres_url}"\n')

    refused = shell.run("--config", str(settings), "account", "grant", "nobody", "reviewer")

    assert refused.exit_code == 1
    assert "error: There is no such account." in refused.output
    assert "Traceback" not in refused.output


@pytest.fixture
def site(shell, postgres_url, redis_url, tmp_path):
    ops_port = free_ports(WORKERS)[0]
    settings = tmp_path / "danmaku.toml"
    settings.write_text(
        f'[server]\nport = 0\nops_port = {ops_port}\n[store]\nurl = "{postgres_url}"\n'
        f'[nodes]\nbus = "{redis_url}"\nworkers = {WORKERS}\n[admission]\nsends_per_s = 1000\n'
    )
    words = ["--config", str(settings), "--data-dir", str(shell.data_dir), "serve"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "danmaku", *words],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, (tmp_path / "log").read_text()
        yield Site(process, found[0], ops_port, shell, str(settings))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


class Sender:
    """Comments over a connection that is kept; `sent` are the numbers of what was published."""

    def __init__(self, client, address):
        self.sent, self.lost = [], []
        self._client = client
        self._url = f"{address}/api/rooms/lounge/comments"

    async def send(self):
        """One comment; again where the connection ended just as it was to be used once more."""
        fields = {"text": f"comment {len(self.sent)}", "id": str(len(self.sent))}
        try:
            said = await self._client.post(self._url, json=fields)
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError) as error:
            self.lost.append(error)
            return await self.send()
        if said.status_code == 201:
            self.sent.append(said.json()["number"])
        return said


async def watch(address, seen):
    """A viewer who comes back whenever let go; `seen` gets the numbers of comments in order."""
    epoch = since = None
    url = address.replace("http", "ws") + "/rooms/lounge/live"
    while True:
        with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
            async with connect(url, subprotocols=[JSON], proxy=None) as socket:
                hello = {"op": "hello"} | (
                    {} if since is None else {"since": since, "epoch": epoch}
                )
                await socket.send(json.dumps(hello))
                async for text in socket:
                    message = json.loads(text)
                    epoch = message.get("epoch", epoch)
                    if message["op"] == "welcome" and since is None:
                        since = message["top"]
                    if message["op"] == "entries":
                        since = message["upto"]
                        seen += [each["number"] for each in message["entries"] if "number" in each]
        await asyncio.sleep(0.05)


async def until(holds, within_s=PATIENCE_S):
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 -- others tell nothing when they change
            await asyncio.sleep(0.05)


async def all_know_another(site):
    """They tell of themselves every two seconds."""
    async with asyncio.timeout(PATIENCE_S):
        for number in range(WORKERS):
            while await site.metric(number, "danmaku_nodes_seen") < 1:  # noqa: ASYNC110 -- asked
                await asyncio.sleep(0.2)


async def test_viewers_and_senders_live_through_the_replacing_of_all_workers(site):
    await asyncio.to_thread(
        site.say, "account", "create", "mia", "--password-stdin", stdin="long enough\n"
    )
    await asyncio.to_thread(site.say, "room", "create", "lounge", "--title", "L", "--owner", "mia")
    secret = (await asyncio.to_thread(site.ask, "token", "create", "mia"))["secret"]
    seen = [[] for _ in range(10)]
    viewers = [asyncio.create_task(watch(site.address, each)) for each in seen]

    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(timeout=PATIENCE_S, headers=headers) as client:
        before, sender = site.pids, Sender(client, site.address)
        async with asyncio.timeout(PATIENCE_S):
            while not any(seen):  # who comes after a comment is not shown it
                await sender.send()
                await asyncio.sleep(0.1)
        site.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(PATIENCE_S):
            while before & site.pids or len(site.pids) < WORKERS:
                said = await sender.send()
                assert said.status_code in {201, 429, 503}, said.text
                await asyncio.sleep(0.3)
        for _ in range(20):
            await sender.send()
            await asyncio.sleep(0.1)
    newest = sender.sent[-1]
    await until(lambda: all(each and each[-1] == newest for each in seen))
    for viewer in viewers:
        viewer.cancel()

    assert sender.sent == list(range(1, newest + 1))
    assert len(sender.lost) <= WORKERS, sender.lost  # each worker leaves once
    assert all(each == list(range(each[0], newest + 1)) for each in seen)
    await all_know_another(site)


async def test_all_end_with_the_keeper_however_it_ends(site):
    workers = site.pids
    os.kill(site.process.pid, signal.SIGKILL)

    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
