"""Clients of others that listen while it happens, unmodified."""

import json
import re
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from queue import Empty, Queue

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.server import Server, free_port
from tests.clients.conftest import SETTINGS, ask
from tests.clients.test_converters import CLIENTS
from tests.clients.test_integrations import BLOCKS
from tests.house.tree import ROOT

SOON_S = 30
NODE = shutil.which("node") or "node"
MODULES = CLIENTS / "npm/node_modules"
TEXTS = ["plain", '<b>M\'ia & "x"</b>', "[dog]", "前方高能 👩‍👩‍👧", "{\\b1}", "=cmd()"]

# Clients that know one host only, over TLS: a line to us behind a certificate, and a resolver that
# leads there. That is what a site does that takes over the name.
FRONT = """
import asyncio, json, socket, ssl, sys
from aiohttp.abc import AbstractResolver

port, number, certificate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()

async def front(reader, writer):
    near = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(pump(reader, near[1]), pump(near[0], writer))

class Here(AbstractResolver):
    async def resolve(self, host, _port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": "127.0.0.1", "port": self.port,
                 "family": socket.AF_INET, "proto": 0, "flags": 0}]
    async def close(self):
        pass

async def opened():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(front, "127.0.0.1", 0, ssl=context)
    Here.port = server.sockets[0].getsockname()[1]
    return server

def say(**told):
    print(json.dumps(told), flush=True)
"""
BLIVEDM = """
import aiohttp, blivedm

class Printing(blivedm.BaseHandler):
    def _on_heartbeat(self, client, message):
        say(live=True)
        if OLD: return asyncio.sleep(0)
    def _on_danmaku(self, client, message):
        say(text=message.msg, name=message.uname)
        if OLD: return asyncio.sleep(0)

OLD = hasattr(blivedm, "BLiveClient") and not hasattr(blivedm, "clients")

async def main():
    server = await opened()
    trust = ssl.create_default_context(cafile=certificate)
    trust.check_hostname = False
    connector = aiohttp.TCPConnector(resolver=Here(), ssl=trust, use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector) as session:
        client = blivedm.BLiveClient(number, session=session, **({"ssl": trust} if OLD else {}))
        (client.add_handler if OLD else client.set_handler)(Printing())
        client.start()
        await client.join()

asyncio.run(main())
"""
# This one makes its own connector, which asks whatever resolver there is.
BILIBILI_API = """
import aiohttp.connector
from bilibili_api import live, request_settings, select_client

async def main():
    server = await opened()
    aiohttp.connector.DefaultResolver = lambda **_: Here()
    select_client("aiohttp")
    request_settings.set_verify_ssl(False)
    room = live.LiveDanmaku(number)

    @room.on("VERIFICATION_SUCCESSFUL")
    async def verified(_event):
        say(live=True)

    @room.on("DANMU_MSG")
    async def heard(event):
        info = event["data"]["info"]
        say(text=info[1], name=info[2][1])

    await room.connect()

asyncio.run(main())
"""


@dataclass
class Live:
    """A server with one room in which somebody may speak."""

    address: str
    packet_port: int
    room: str
    number: int
    token: str

    @property
    def host(self):
        return self.address.partition(":")[0]

    @property
    def port(self):
        return self.address.partition(":")[2]

    def ask(self, method, path, fields):
        bearer = {"Authorization": f"Bearer {self.token}"}
        url = f"http://{self.address}/api/rooms/{self.room}{path}"
        answer = httpx.request(method, url, json=fields, headers=bearer, trust_env=False)
        return answer.raise_for_status().json()

    def say(self, text, **fields):
        said = {"id": f"c{next(_IDS)}", "text": text} | fields
        return self.ask("POST", "/comments", said)


_IDS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    port = free_port()
    settings = SETTINGS | {"SERVER__BILIBILI_PORT": str(port)}
    with Server(tmp_path_factory.mktemp("live"), settings) as server:
        wire = httpx.HTTPTransport(uds=str(server.desk))
        with httpx.Client(transport=wire, base_url="http://desk", timeout=60) as desk:
            ask(desk, "/accounts", {"login": "mia", "name": "M'ia"})
            token = ask(desk, "/tokens", {"login": "mia", "label": "test"})["secret"]
            yield server.address, port, desk, token


@pytest.fixture
def live(server):
    address, packet_port, desk, token = server
    room = f"live-{next(_IDS)}"
    ask(desk, "/rooms", {"room": room, "title": "Live", "owner": "mia"})
    number = httpx.get(f"http://{address}/api/rooms/{room}", trust_env=False).json()["number"]
    return Live(address, packet_port, room, number, token)


class Client:
    """A client's process; what it prints, line by line."""

    def __init__(self, process):
        self.process = process
        self.lines = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")  # it has ended

    def line(self):
        return self.lines.get(timeout=SOON_S).strip()

    def next(self, name):
        """The next that is of this name; others are passed over."""
        while True:
            line = self.line()
            assert line, "the client has ended"
            if name in (told := json.loads(line)):
                return told

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@contextmanager
def started(*command, **options):
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    ) as process:
        try:
            yield Client(process)
        finally:
            process.kill()


def node(script, *arguments):
    program = [NODE, "--unhandled-rejections=strict", str(ROOT / f"tests/clients/{script}")]
    return started(*program, *map(str, arguments), env={"NODE_PATH": str(MODULES)})


def listening(live, kind):
    return node("listen.cjs", kind, live.host, live.port, live.packet_port, live.number)


@pytest.mark.parametrize("kind", ["ws0", "ws2", "ws3", "keep", "tcp", "tiny"])
def test_what_is_said_is_heard_in_order(live, kind):
    with listening(live, kind) as client:
        client.next("live")
        assert client.next("online")["online"] == 1
        for text in TEXTS:
            live.say(text, color=255, mode="top")

        heard = [client.next("text") for _ in TEXTS]

    assert [told["text"] for told in heard] == TEXTS
    assert {told["name"] for told in heard} == {"M'ia"}
    assert [told["id"] for told in heard] == [f"{live.room}-{n + 1}" for n in range(len(TEXTS))]
    assert {(told["color"], told["mode"], told["isOne"]) for told in heard} == {(255, 5, True)}


def test_the_typed_listener_hears_every_text(live):
    with listening(live, "listener") as client:
        client.next("live")
        for text in TEXTS:
            live.say(text)

        heard = [client.next("text") for _ in TEXTS]

    assert [told["text"] for told in heard] == TEXTS
    assert {told["name"] for told in heard} == {"M'ia"}


def test_silence_and_recalls_are_heard(live):
    with listening(live, "recalls") as client:
        client.next("live")
        live.ask("POST", "/silence", {"seconds": 60})
        assert client.next("command")["command"] == "ROOM_SILENT_ON"
        live.ask("POST", "/silence", {"seconds": 0})
        assert client.next("command")["command"] == "ROOM_SILENT_OFF"
        number = live.say("gone")["number"]
        live.ask("POST", f"/comments/{number}/recall", None)

        assert client.next("command")["data"]["target_id"] == f"{live.room}-{number}"


def test_a_room_that_there_is_not_closes(live):
    with listening(live, "lost") as client:
        client.next("close")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.fromtimestamp(time.time_ns() / 1e9, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("front") / "here.pem"
    file.write_bytes(key.private_bytes(pem, *plain) + made.public_bytes(pem))
    return file


@pytest.mark.parametrize(
    ("name", "script"),
    [("blivedm", BLIVEDM), ("bili-listener", BLIVEDM), ("bilibili-api-python", BILIBILI_API)],
)
def test_clients_that_know_one_host_come_by_its_name_alone(live, certificate, name, script):
    command = [str(CLIENTS / name / "bin/python"), "-c", FRONT + script]
    arguments = [str(each) for each in (live.port, live.number, certificate)]
    with started(*command, *arguments) as client:
        client.next("live")
        for text in TEXTS:
            live.say(text)

        assert [client.next("text")["text"] for _ in TEXTS] == TEXTS


def resuming(live, script):
    """Centrifugo's client, in JavaScript or in Python."""
    arguments = (live.host, live.port, f"room:{live.room}", live.token)
    if script.endswith(".cjs"):
        return node(script, *arguments)
    python = CLIENTS / "centrifuge-python/bin/python"
    return started(str(python), str(ROOT / "tests/clients" / script), *arguments)


CENTRIFUGE = pytest.mark.parametrize("script", ["resume.cjs", "resume.py"])


@CENTRIFUGE
def test_centrifuge_misses_nothing_and_hears_nothing_twice_over_a_cut_line(live, script):
    with resuming(live, script) as client:
        assert client.next("recovered") == {"wasRecovering": False, "recovered": False}
        texts = [f"said {n}" for n in range(60)]
        for n, text in enumerate(texts):
            if n in (15, 30, 45):
                client.tell("cut")
            live.say(text)

        heard = [client.next("data")["data"]["text"] for _ in texts]
    assert heard == texts


@CENTRIFUGE
def test_centrifuge_recovers_from_the_record(live, script):
    with resuming(live, script) as client:
        client.next("recovered")
        live.say("one")
        assert client.next("data")["data"]["text"] == "one"
        client.tell("cut")

        assert client.next("recovered") == {"wasRecovering": True, "recovered": True}


def test_centrifuge_in_python_speaks_and_asks(live):
    with resuming(live, "resume.py") as client:
        client.next("recovered")
        client.tell('publish {"text": "hi"}')
        assert client.next("data")["data"]["text"] == "hi"
        client.tell('publish {"text": "grumblewock"}')
        assert client.next("error")["code"] == 103
        client.tell("history")
        assert client.next("history")["history"][0]["text"] == "hi"
        client.tell("stats")
        assert client.next("stats")["stats"] == [1, 1]


def test_centrifuge_speaks_and_asks(live):
    with node("resume.cjs", live.host, live.port, f"room:{live.room}", live.token) as client:
        client.next("recovered")
        client.tell('publish {"text": "hi", "nonce": "n-1"}')
        told = client.next("message")["message"]
        assert (told["type"], told["nonce"]) == ("published", "n-1")
        client.tell('publish {"text": "grumblewock"}')
        error = client.next("error")["error"]
        assert error == {"code": 103, "message": "prohibited", "temporary": False}
        client.tell('history {"limit": 10, "reverse": true}')
        found = client.next("history")["history"]["publications"]
        assert found[0]["data"]["text"] == "hi"
        client.tell("stats")
        assert client.next("stats")["stats"] == {"numClients": 1, "numUsers": 1}


# --- the lines of docs/integrations.md


def pasted(live, kind):
    [lines] = [lines for each, lines in BLOCKS if each == kind]
    for stands_for, what in (
        ("wss://danmaku.example", f"ws://{live.address}"),
        ("https://danmaku.example", f"http://{live.address}"),
        ("NUMBER", str(live.number)),
        ("TOKEN", live.token),
        ("room:demo", f"room:{live.room}"),
    ):
        lines = lines.replace(stands_for, what)
    return lines


def repeated(live, client, text):
    """What the client prints of a comment; it is said until somebody listens."""
    for n in range(SOON_S):
        live.say(f"{text} {n}")
        try:
            return client.lines.get(timeout=1)
        except Empty:
            continue
    raise AssertionError("nobody heard it")


@pytest.mark.parametrize("kind", ["live_ws", "centrifuge"])
def test_lines_for_node_hear_what_is_said(live, tmp_path, kind):
    (tmp_path / "lines.mjs").write_text(pasted(live, kind), "utf-8")
    (tmp_path / "node_modules").symlink_to(MODULES)
    with started(NODE, str(tmp_path / "lines.mjs")) as client:
        assert re.search("前方高能", repeated(live, client, "前方高能"))


@pytest.mark.parametrize(
    ("name", "kind"), [("bili-listener", "blivedm"), ("centrifuge-python", "centrifuge_py")]
)
def test_lines_for_python_hear_what_is_said(live, name, kind):
    python = CLIENTS / name / "bin/python"
    with started(str(python), "-u", "-c", pasted(live, kind)) as client:
        assert re.search("前方高能", repeated(live, client, "前方高能"))


def test_lines_that_send_are_heard(live):
    command = ["bash", "-euo", "pipefail", "-c", pasted(live, "send")]
    with listening(live, "ws2") as client:
        client.next("live")
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

        assert json.loads(told.stdout)["code"] == 0
        assert client.next("text")["text"] == "前方高能"
