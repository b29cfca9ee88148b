"""The JSON API for one's own account and tokens."""

from typing import Annotated

from pydantic import Field

from danmaku.domain.account import Bundle, Standing
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, RoomId, room_id_of
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body
from danmaku.web.shapes import Shape
from danmaku.web.visit import ApiVisit, Visit

router = api_router("accounts")

EMBEDDING_SITE = "embed"  # who vouches for its users, where a provider would have a name


class NewAccount(Body):
    """Somebody who wants to comment."""

    login: Annotated[str, Field(description="3 to 32 letters, digits, '_', '.' or '-'.")]
    name: Annotated[str, Field(description="Public name.")]
    password: str


class GrantShape(Shape):
    """A bundle of powers, where and until when."""

    bundle: Bundle
    room: str | None
    until_ms: int | None


class MeShape(Shape):
    """The caller's account."""

    login: str
    name: str
    powers: list[str] = Field(description="Those held on the whole platform.")
    grants: list[GrantShape]


class NewToken(Body):
    """A bearer token for one's own client."""

    label: str
    expires_ms: Annotated[int | None, Field(ge=0, le=MAX_SAFE_INTEGER)] = None
    room: Annotated[str | None, Field(description="Good in this room only.")] = None


class IssuedToken(Shape):
    """The only time that the secret is shown."""

    id: str
    token: str


class TokenShape(Shape):
    """A token in force, without its secret."""

    id: str
    label: str
    created_ms: int
    expires_ms: int | None
    room: str | None


class TokensShape(Shape):
    """One's tokens in force."""

    tokens: list[TokenShape]


class EmbedTokenRequest(Body):
    """For whom a site wants a token."""

    subject: Annotated[str, Field(description="The user's id on that site; the same every time.")]
    name: Annotated[str, Field(description="Public name, taken when the user is new here.")]
    room: Annotated[str, Field(description="Where the token is good.")]
    ttl_ms: Annotated[int, Field(description="How long it is good.")] = 3_600_000
    verified: Annotated[bool, Field(description="Whether the site knows who its user is.")] = False


class EmbedToken(Shape):
    """A token for `#token=` of the framed page's address."""

    token: str


@router.post("/api/register", openapi_extra=OPEN, status_code=201)
async def register(visit: ApiVisit, body: NewAccount) -> MeShape:
    """Open an account. Tokens for it are made on its page, or with its session."""
    who = await visit.house.people.register(body.login, body.name, body.password)
    return _me_of(visit, who)


@router.get("/api/me")
async def get_me(visit: ApiVisit) -> MeShape:
    """Who the caller is."""
    return _me_of(visit, visit.signed_in())


@router.get("/api/tokens")
async def list_tokens(visit: ApiVisit) -> TokensShape:
    """One's own tokens in force."""
    tokens = await visit.house.people.tokens(visit.signed_in())
    return TokensShape(
        tokens=[
            TokenShape(
                id=token.token_id,
                label=token.label,
                created_ms=token.created_ms,
                expires_ms=token.expires_ms,
                room=token.room,
            )
            for token in tokens
        ]
    )


@router.post("/api/tokens", status_code=201)
async def issue_token(visit: ApiVisit, body: NewToken) -> IssuedToken:
    """Make a token."""
    token_id, secret = await visit.house.people.issue_token(
        visit.signed_in(),
        body.label,
        expires_ms=None if body.expires_ms is None else Millis(body.expires_ms),
        room=await _room_of(visit, body.room),
    )
    return IssuedToken(id=token_id, token=secret)


@router.delete("/api/tokens/{token}", status_code=204)
async def revoke_token(visit: ApiVisit, token: str) -> None:
    """Make a token worthless at once."""
    await visit.house.people.revoke_token(visit.signed_in(), token)


@router.post("/api/embed-tokens", status_code=201)
async def issue_embed_token(visit: ApiVisit, body: EmbedTokenRequest) -> EmbedToken:
    """Issue a token for one user of the calling site; needs the power `token.issue`.

    Article: articles.Article.REAL_IDENTITY
    """
    who = visit.signed_in()
    await visit.house.rooms.live(RoomId(body.room))
    secret = await visit.house.people.embed_token(
        who,
        subject=body.subject,
        name=body.name,
        room=RoomId(body.room),
        ttl_ms=body.ttl_ms,
    )
    if body.verified:
        await _believe_site(visit, secret, body.subject)
    return EmbedToken(token=secret)


async def _believe_site(visit: Visit, secret: str, subject: str) -> None:
    """Verify a site's user by its word, unless that still holds: sites ask for tokens often."""
    user = await visit.house.people.bearer(secret)
    if user.identity is None or not user.identity.holds(visit.now_ms):
        identities = visit.house.proofs.identities
        await identities.believe_claim(user, issuer=EMBEDDING_SITE, subject=subject)


async def _room_of(visit: Visit, room: str | None) -> RoomId | None:
    return None if room is None else (await visit.house.rooms.live(room_id_of(room))).room


def _me_of(visit: Visit, who: Standing) -> MeShape:
    return MeShape(
        login=who.login,
        name=who.name,
        powers=sorted(who.powers(None, visit.now_ms)),
        grants=[
            GrantShape(bundle=grant.bundle, room=grant.room, until_ms=grant.until_ms)
            for grant in who.grants
        ],
    )
