"""Services outside the house, real ones on sockets of this machine: they sign, answer, and lie."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from danmaku.actions.webhooks import answer_signature, question_signature
from tests.patience import PATIENCE_S

KEY = b"k" * 32
CLIENT, AUDIENCE = "danmaku", "players"


@asynccontextmanager
async def serving(app):
    """An app on a free port of this machine; gives its address."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, loop="asyncio")
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # signals belong to whoever runs the tests
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it has no other way of telling
        await asyncio.sleep(0.005)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


def _coded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Verifying:
    """A phone gateway and a document service in one; what it answers is up to the test."""

    answer: Callable[[dict], bytes] = lambda question: (
        b'{"sent":true}' if question["ask"] == "send_code" else b'{"match":true}'
    )
    key: bytes = KEY
    status: int = 200
    late_s: float = 0
    signature: str | None = None  # None: the right one
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)  # the right ones, whatever was given

    @property
    def app(self):
        return Starlette(routes=[Route("/ask", self._ask, methods=["POST"])])

    async def _ask(self, request: Request) -> Response:
        body = await request.body()
        signature = request.headers["danmaku-signature"]
        assert signature == question_signature(KEY, request.headers["danmaku-time"], body)
        question = json.loads(body)
        self.asked.append(question)
        await asyncio.sleep(self.late_s)
        answer = self.answer(question)
        self.signatures.append(answer_signature(self.key, signature, answer))
        signed = {"Danmaku-Signature": self.signature or self.signatures[-1]}
        return Response(answer, self.status, headers=signed | self.headers)


@dataclass
class IdentityProvider:
    """OpenID Connect with real keys: signs what the test says, in whatever way it says."""

    clock: Callable[[], int]
    subject: str = "Sub-1"
    claims: dict = field(default_factory=dict)  # over those that are right
    sign: Callable[["IdentityProvider", dict], str] = lambda it, claims: it.signed(claims)
    discovery: dict = field(default_factory=dict)  # over what is right
    is_down: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    keys_asked: int = 0
    url: str = ""
    codes: dict = field(default_factory=dict)

    @property
    def app(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/authorize", self._authorize),
                Route("/token", self._redeem, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def rotate(self):
        self.key = RSAKey.generate_key(2048, {"kid": "k2"})

    def signed(self, claims, key=None, **header):
        key = key or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid} | header, claims, key)

    def signed_by_hand(self, claims, **header):
        """With a head that the library does not let anybody write."""
        parts = ({"alg": "RS256", "typ": "JWT", "kid": self.key.kid} | header, claims)
        coded = ".".join(_coded(json.dumps(part).encode()) for part in parts)
        key = self.key.get_op_key("sign")
        return f"{coded}.{_coded(key.sign(coded.encode(), PKCS1v15(), SHA256()))}"

    def unsigned(self, claims):
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        return ".".join(_coded(json.dumps(part).encode()) for part in parts) + "."

    def signed_with_the_public_key(self, claims):
        parts = ({"alg": "HS256", "kid": self.key.kid}, claims)
        coded = ".".join(_coded(json.dumps(part).encode()) for part in parts)
        secret = self.key.as_pem(private=False)
        return f"{coded}.{_coded(hmac.digest(secret, coded.encode(), 'sha256'))}"

    def bearer(self, **claims):
        return self.sign(self, self._standard(AUDIENCE) | self.claims | claims)

    def _standard(self, audience):
        now = self.clock() // 1000
        return {
            "iss": self.url,
            "sub": self.subject,
            "aud": audience,
            "iat": now,
            "exp": now + 300,
            "name": "Olga",
        }

    async def _discover(self, _request):
        if self.is_down:
            return Response("down", 503)
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse(told | self.discovery)

    async def _keys(self, _request):
        self.keys_asked += 1
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request):
        return RedirectResponse(self.agree(str(request.url)))

    def agree(self, address):
        """What the provider answers a browser that comes to `address`: where to go back to."""
        asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{query}"

    async def _redeem(self, request):
        form = await request.form()
        asked = self.codes.pop(form["code"], None)
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = self._standard(CLIENT) | {"nonce": asked["nonce"]} | self.claims
        return JSONResponse({"id_token": self.sign(self, claims), "token_type": "Bearer"})


@dataclass
class Receiver:
    """Somebody who is told by webhooks; what it answers is up to the test.

    It verifies as anybody would, with the library of those who made the standard.
    """

    secret: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    late_s: float = 0
    refuses: Callable[[dict], bool] = lambda _: False  # which messages it says no to
    told: list[dict] = field(default_factory=list)  # bodies of what it said yes to
    ids: list[str] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)  # ids of all that came, said no to included
    signatures: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self):
        return Starlette(routes=[Route("/{path:path}", self._hear, methods=["POST"])])

    async def _hear(self, request: Request) -> Response:
        body = await request.body()
        message = Webhook(self.secret).verify(body, dict(request.headers))
        message_id = request.headers["webhook-id"]
        self.tries.append(message_id)
        self.signatures.append(request.headers["webhook-signature"])
        await asyncio.sleep(self.late_s)
        status = 500 if self.refuses(message) else self.status
        if status < 300:
            self.told.append(message)
            self.ids.append(message_id)
        self.heard.set()
        return Response(b"", status, headers=self.headers)

    def of(self, event):
        return [message["data"] for message in self.told if message["type"] == event]

    async def until(self, holds):
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.heard.clear()
                await self.heard.wait()
