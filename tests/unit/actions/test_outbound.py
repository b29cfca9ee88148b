import asyncio
import socket
import ssl
from contextlib import asynccontextmanager

import pytest

from danmaku.actions.outbound import ANSWER_BYTES_MAX, Answer, Outcome, Post, Resolver, trust_of
from danmaku.domain.addresses import Reach, allowed_of, networks_of
from tests.patience import PATIENCE_S

OURS, CANARY = "127.0.0.2", "127.0.0.1"  # where messages may go, and where none may

FORMS = [  # of the canary's address, and of what lies about it; {} is its port
    *("127.0.0.1:{}", "127.1:{}", "127.0.1:{}", "2130706433:{}", "0x7f000001:{}", "0x7f.0.0.1:{}"),
    *("0x7f.1:{}", "017700000001:{}", "0177.0.0.1:{}", "0177.1:{}", "127.0.0.01:{}", "0:{}"),
    *("0.0.0.0:{}", "00.0:{}", "0x0:{}", "127.0.0.1.:{}", "127.000.000.001:{}", "127.0.0x0.1:{}"),
    *("[::1]:{}", "[::]:{}", "[0:0:0:0:0:0:0:1]:{}", "[::ffff:127.0.0.1]:{}", "[::ffff:7f00:1]:{}"),
    *("[::127.0.0.1]:{}", "[64:ff9b::7f00:1]:{}", "[2002:7f00:1::]:{}", "[::1%25lo]:{}"),
    *("[fe80::1%25lo]:{}", "[::ffff:0:127.0.0.1]:{}", "[0000::1]:{}", "[::0001]:{}"),
    *("localhost:{}", "LOCALHOST:{}", "localhost.:{}", "ip6-localhost:{}", "localhost4:{}"),
    *("user@127.0.0.1:{}", "user:secret@127.0.0.1:{}", "127.0.0.2@127.0.0.1:{}"),
    *("127.0.0.2:80@127.0.0.1:{}", "127.0.0.1:{}@localhost:{}", "@127.0.0.1:{}"),
    *("127.0.0.2\\@127.0.0.1:{}", "127.0.0.1\\127.0.0.2:{}", "127.0.0.1:{}#@127.0.0.2"),
    *("127.0.0.2#@127.0.0.1:{}", "127.0.0.1:{}\\.127.0.0.2", "127.0.0.2 127.0.0.1:{}"),
    *("127.0.0.2%20127.0.0.1:{}", "127%2e0%2e0%2e1:{}", "%31%32%37.0.0.1:{}", "127。0。0。1:{}"),
    *("①②⑦.⓪.⓪.①:{}", "１２７.0.0.1:{}", "127.0.0.1%00:{}", "127.0.0.1\t:{}", "127.0.0.1\n:{}"),
    *("//127.0.0.1:{}", "127.0.0.1:0{}", "inward.test:{}", "both.test:{}", "none.test:{}"),
]
TRUST = trust_of(None)
NAMES = {"inward.test": [CANARY], "both.test": [OURS, CANARY], "none.test": []}


@asynccontextmanager
async def heard(host, port=0, answer=b"HTTP/1.1 204 No Content\r\n\r\n", tls=None):
    """Somebody who answers each request alike; gives the port, and the heads of what came."""
    heads = []

    async def hear(reader, writer):
        heads.append(b"")
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads[-1] += head
                [length] = [
                    int(line.split()[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ]
                heads[-1] += await reader.readexactly(length)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(hear, host, port, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


@pytest.fixture
def resolver():
    resolver = Resolver()
    yield resolver
    resolver.close()


def post(url, port, look_up, **bounds):
    reach = Reach(networks_of([f"{OURS}/32"]), frozenset({port}), with_http=True)
    bounds = {"connect_s": PATIENCE_S, "answer_s": PATIENCE_S, "parallel_max": 2} | bounds
    return Post(url, reach=reach, look_up=look_up, trust=TRUST, **bounds)


async def sent(url, port, look_up, **bounds):
    async with post(url, port, look_up, **bounds) as way:
        return await way.send(b"{}", [(b"webhook-id", b"msg_1")])


def named(resolver):
    async def look_up(host, port):
        return NAMES[host] if host in NAMES else await resolver(host, port)

    return look_up


async def test_no_way_of_writing_an_address_leads_inwards(resolver):
    assert len(FORMS) >= 60
    async with heard(CANARY) as (port, connects), heard("::1", port) as (_, more):
        for form in FORMS:
            for scheme in ("http", "https"):
                url = f"{scheme}://{form.replace('{}', str(port))}/"
                outcome = (await sent(url, port, named(resolver))).outcome
                # Not every machine knows every name of its own.
                is_unknown = outcome is Outcome.UNREACHABLE and "local" in form
                assert is_unknown or outcome is Outcome.FORBIDDEN, url

    assert (connects, more) == ([], [])


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "127.1", "localhost"])
async def test_what_resolvers_make_of_a_number_is_judged_again(resolver, host):
    found = await resolver(host, 80)

    assert found
    assert allowed_of(found, Reach()) == []


async def test_a_name_that_means_something_else_a_moment_later_leads_nowhere():
    answers = iter([[OURS], [CANARY], [OURS, CANARY]])

    async def look_up(_host, _port):
        return next(answers)

    async with heard(OURS) as (port, heads), heard(CANARY, port) as (_, connects):
        url = f"http://rebound.test:{port}/hook?a=b"
        outcomes = [(await sent(url, port, look_up)).outcome for _ in range(3)]

    assert outcomes == [Outcome.DELIVERED, Outcome.FORBIDDEN, Outcome.FORBIDDEN]
    assert connects == []
    [head] = heads
    assert head.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert f"host: rebound.test:{port}\r\n".encode() in head.lower()


async def test_a_redirect_is_an_answer_and_nobody_goes_there(resolver):
    async with heard(CANARY) as (port, connects):
        answer = (
            f"HTTP/1.1 307 Go\r\nLocation: http://{CANARY}:{port}/\r\nContent-Length: 0\r\n\r\n"
        )
        async with heard(OURS, port, answer.encode()) as (_, heads):
            found = await sent(f"http://{OURS}:{port}/", port, resolver)

    assert found == Answer(Outcome.ANSWERED_NO, 307)
    assert (len(heads), connects) == (1, [])


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0", Answer(Outcome.DELIVERED, 200)),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0", Answer(Outcome.GONE, 410)),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0", Answer(Outcome.ANSWERED_NO, 500)),
        (
            b"HTTP/1.1 429 Later\r\nRetry-After: 30\r\nContent-Length: 0",
            Answer(Outcome.ANSWERED_NO, 429, 30_000),
        ),
        (
            b"HTTP/1.1 503 Later\r\nRetry-After: Tue, 01 Jan 2030\r\nContent-Length: 0",
            Answer(Outcome.ANSWERED_NO, 503),
        ),
        (b"no HTTP at all", Answer(Outcome.UNREACHABLE)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5", Answer(Outcome.LATE)),
    ],
)
async def test_each_answer_says_what_it_means(resolver, head, expected):
    bounds = {"answer_s": 1} if expected.outcome is Outcome.LATE else {}
    async with heard(OURS, answer=head + b"\r\n\r\n") as (port, _):
        assert await sent(f"http://{OURS}:{port}/", port, resolver, **bounds) == expected


async def test_nobody_there_is_an_answer_too(resolver):
    with socket.socket() as unused:
        unused.bind((OURS, 0))
        port = unused.getsockname()[1]

    assert await sent(f"http://{OURS}:{port}/", port, resolver) == Answer(Outcome.UNREACHABLE)


async def test_no_more_of_an_answer_is_read_than_its_bound(resolver):
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"a" * 4 * ANSWER_BYTES_MAX

    async with heard(OURS, answer=endless) as (port, _):
        assert (await sent(f"http://{OURS}:{port}/", port, resolver)).status == 200


async def test_a_look_up_that_hangs_is_no_answer():
    async def look_up(_host, _port):
        await asyncio.Event().wait()

    found = await sent("http://slow.test:9/", 9, look_up, connect_s=0.05)

    assert found == Answer(Outcome.LATE)


async def test_connections_serve_the_messages_of_one_round_and_no_longer(resolver):
    async with heard(OURS) as (port, heads):
        async with post(f"http://{OURS}:{port}/", port, resolver) as way:
            for _ in range(3):
                await way.send(b"{}", [])
        await sent(f"http://{OURS}:{port}/", port, resolver)

    assert [head.count(b"POST") for head in heads] == [3, 1]


async def test_what_settings_name_is_trusted_or_is_an_error(tmp_path):
    assert TRUST.verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(OSError, match="No such file"):
        trust_of(tmp_path / "none.pem")
