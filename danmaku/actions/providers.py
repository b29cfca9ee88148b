"""An identity provider outside: OpenID Connect with PKCE, and the tokens that it signs.

What it says of itself and its keys are fetched when first needed, and again after a while; a token
signed with a key that nobody knows has them fetched anew, though not more often than every so
many seconds. A token counts if its signature, issuer, audience and times do; nothing else is
believed, an algorithm least of all.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from danmaku.config import ProviderSettings
from danmaku.domain.account import Bundle
from danmaku.domain.ids import Millis, RoomId, room_id_of
from danmaku.errors import BadMessage, NotSignedIn, Overloaded
from danmaku.ports import Clock

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Those with a public key alone: a key that anybody can read must never be one that signs."""

TOKEN_BYTES_MAX: Final = 8192
ANSWER_BYTES_MAX: Final = 262_144
ANSWER_S_MAX: Final = 10.0
FRESH_MS: Final = 3_600_000  # discovery and keys
KEYS_AGAIN_MS: Final = 30_000  # between two looks for a key that was not there
FAULT_MS: Final = 3_000  # after a fault nobody asks again for so long
LEEWAY_S: Final = 60  # by which clocks may differ
SUBJECT_MAX: Final = 255  # as OpenID Connect has it

_NO_ANSWER: Final = "The identity provider does not answer; try again."
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that counts says."""

    issuer: str
    subject: str
    name: str
    is_verified: bool
    roles: frozenset[Bundle] | None  # None: it says nothing of roles
    issued_ms: Millis
    room: RoomId | None  # good in this room only


class _Discovered(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct):
    id_token: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What a provider told of itself."""

    endpoints: _Discovered
    keys: KeySet
    at_ms: Millis


class Provider:
    """One provider of the settings.

    Raises:
        ValueError: Its address is not https, or a role leads to no bundle.
        OSError: The secret cannot be read.
    """

    def __init__(self, settings: ProviderSettings, clock: Clock) -> None:
        self.name, self.title = settings.name, settings.title
        self._settings = settings
        self._clock = clock
        self._issuer = _safe(settings.issuer)
        self._roles = {role: Bundle(bundle) for role, bundle in settings.roles.items()}
        file = settings.client_secret_file
        self._secret = None if file is None else file.read_text(encoding="utf-8").strip()
        self._found: _Found | None = None
        self._finding = asyncio.Lock()
        self._fault_ms: Millis | None = None  # of the last fault
        self._client = httpx.AsyncClient(
            timeout=ANSWER_S_MAX,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},  # a short body may not grow in our hands
        )

    @property
    def takes_bearers(self) -> bool:
        """Whether players may bring its tokens."""
        return bool(self._settings.bearer_audience)

    def signed(self, token: str) -> bool:
        """Whether a token says that it comes from here; to be proven yet."""
        try:
            _, body, _ = token.split(".")
            claims = msgspec.json.decode(_unpadded(body))
            return isinstance(claims, dict) and claims.get("iss") == self._settings.issuer
        except ValueError:
            return False

    async def address(self, *, back: str, state: str, nonce: str, challenge: str) -> str:
        """Where to send somebody who would sign in.

        Args:
            back: Where they are sent back to.
            state: What they bring back.
            nonce: What their token must name.
            challenge: Digest of the verifier that the code will be redeemed with.

        Raises:
            Overloaded: The provider does not answer.
        """
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._known()).endpoints.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def redeem(self, code: str, *, back: str, verifier: str, nonce: str) -> Claims:
        """Who came back with a code.

        Raises:
            NotSignedIn: The provider does not take the code, or its token does not count.
            Overloaded: The provider does not answer.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._settings.client_id,
            "code_verifier": verifier,
        }
        client_id = self._settings.client_id
        secret = None if self._secret is None else httpx.BasicAuth(client_id, self._secret)
        endpoint = (await self._known()).endpoints.token_endpoint
        answer = await self._ask("POST", endpoint, data=form, auth=secret)
        token = self._read(answer, _Tokens).id_token
        claims = await self._checked(token, client_id, nonce={"essential": True, "value": nonce})
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != client_id:
            raise NotSignedIn("The provider's token is for somebody else.")
        return self._claims_of(claims)

    async def bearer(self, token: str) -> Claims:
        """Whose token a player brings.

        Raises:
            NotSignedIn: It does not count.
            Overloaded: The provider does not tell its keys.
        """
        return self._claims_of(await self._checked(token, self._settings.bearer_audience))

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    # --- tokens

    async def _checked(
        self, token: str, audience: str, **also: jwt.ClaimsOption
    ) -> Mapping[str, Any]:
        if len(token) > TOKEN_BYTES_MAX:
            raise NotSignedIn("The token is not valid.")
        registry = jwt.JWTClaimsRegistry(
            now=self._clock() // 1000,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            **also,
        )
        try:
            claims = (await self._opened(token)).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            log.warning("token_refused", reason=type(error).__name__)
            raise NotSignedIn("The token is not valid.") from None
        return claims

    async def _opened(self, token: str) -> jwt.Token:
        found = await self._known()
        try:
            return jwt.decode(token, found.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            if self._clock() - found.at_ms < KEYS_AGAIN_MS:
                raise
        found = await self._known(newer_than=found)
        return jwt.decode(token, found.keys, algorithms=ALGORITHMS)

    def _claims_of(self, claims: Mapping[str, Any]) -> Claims:
        settings, subject, room = self._settings, claims["sub"], claims.get("room")
        name = claims.get(settings.name_claim)
        if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_MAX:
            raise NotSignedIn("The token is not valid.")
        try:
            scope = None if room is None else room_id_of(str(room))
        except BadMessage:
            raise NotSignedIn("The token is not valid.") from None
        return Claims(
            issuer=settings.issuer,
            subject=subject,
            name=name if isinstance(name, str) else "",
            is_verified=claims.get(settings.verified_claim) is True,
            roles=self._roles_in(claims),
            issued_ms=Millis(int(claims["iat"]) * 1000),
            room=scope,
        )

    def _roles_in(self, claims: Mapping[str, Any]) -> frozenset[Bundle] | None:
        told = claims.get(self._settings.roles_claim)
        if not isinstance(told, list):
            return None
        return frozenset(self._roles[role] for role in self._roles if role in told)

    # --- discovery

    async def _known(self, *, newer_than: _Found | None = None) -> _Found:
        """What the provider tells of itself; fetched when it is stale, or is `newer_than`.

        Raises:
            Overloaded: It does not answer, or tells something else.
        """
        async with self._finding:
            found, now_ms = self._found, self._clock()
            if found is not None and found is not newer_than and now_ms - found.at_ms <= FRESH_MS:
                return found
            if self._fault_ms is not None and 0 <= now_ms - self._fault_ms < FAULT_MS:
                raise Overloaded(_NO_ANSWER)
            found = self._found = await self._find()
            return found

    async def _find(self) -> _Found:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        endpoints = self._read(await self._ask("GET", address), _Discovered)
        if endpoints.issuer != self._settings.issuer:
            raise self._fault("issuer")
        try:
            for endpoint in (endpoints.authorization_endpoint, endpoints.token_endpoint):
                _safe(endpoint)
            keys = KeySet.import_key_set(
                msgspec.json.decode(await self._ask("GET", _safe(endpoints.jwks_uri)))
            )
        except (JoseError, ValueError, TypeError, KeyError):
            raise self._fault("keys") from None
        return _Found(endpoints, keys, self._clock())

    async def _ask(self, method: str, address: str, **parts: Any) -> bytes:
        try:
            async with (
                asyncio.timeout(ANSWER_S_MAX),
                self._client.stream(method, address, **parts) as response,
            ):
                if response.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED):
                    raise NotSignedIn("The provider does not take this sign-in; begin again.")
                if response.status_code != httpx.codes.OK:
                    raise self._fault("error")
                return await self._short_body(response)
        except TimeoutError:
            raise self._fault("late") from None
        except (httpx.HTTPError, OSError):
            raise self._fault("error") from None

    async def _short_body(self, response: httpx.Response) -> bytes:
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > ANSWER_BYTES_MAX:
                raise self._fault("unknown")
        return body

    def _read(self, body: bytes, shape: type[_T]) -> _T:
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise self._fault("unknown") from None

    def _fault(self, reason: str) -> Overloaded:
        log.warning("provider_fault", reason=reason)
        self._fault_ms = self._clock()
        return Overloaded(_NO_ANSWER)


def _safe(address: str) -> str:
    """An address that nobody on the way can answer for.

    Raises:
        ValueError: It is neither https, nor on this machine.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or "")):
        return address
    raise ValueError(f"{address} is not https.")


def is_here(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
