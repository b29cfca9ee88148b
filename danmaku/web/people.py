"""Pages about oneself: registering, signing in, one's account, the language of the site."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.documents import DocumentKind, Edition
from danmaku.errors import Code, Coded
from danmaku.ports import TokenRow
from danmaku.web.answers import Refusal, show_again, show_page_again, words_of
from danmaku.web.forms import ADDRESS_MAX, Form, local_path_of
from danmaku.web.pages import Values, time_text_of
from danmaku.web.visit import (
    PageVisit,
    Visit,
    guest_cookie,
    page_visit,
    session_cookie,
)

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

YEAR_DAYS = 365
_NO_OWN_WORDS: Mapping[Code, str] = {}
Next = Annotated[str, Query(max_length=ADDRESS_MAX)]


class SignInForm(Form):
    """Sign-in name, password, and where to go on to."""

    name: str = ""
    password: str = ""
    next: str = "/"


class RegisterForm(SignInForm):
    """A new account, and that what binds was agreed to."""

    display_name: str = ""
    accept: bool = False


class PasswordForm(Form):
    """One's password, changed. `username` only tells password stores whose it is."""

    old: str = ""
    new: str = ""
    username: str = ""


class ResetForm(Form):
    """A password set with a one-time link."""

    password: str = ""


class TokenForm(Form):
    """A new token for one's own client."""

    label: str = ""


class LanguageForm(Form):
    """The language of the site."""

    lang: Literal["en", "zh-CN"]
    next: str = Field("/", max_length=ADDRESS_MAX)


@router.get("/sign-in")
async def show_sign_in(visit: PageVisit, next: Next = "/") -> Response:  # noqa: A002 -- the field
    """The form."""
    providers = visit.house.proofs.outside.offers
    return visit.page("sign_in.html", {"next": local_path_of(next), "providers": providers})


@router.post("/sign-in")
async def sign_in(
    request: Request, visit: PageVisit, form: Annotated[SignInForm, FormBody()]
) -> Response:
    """Open a session: a new secret, whatever the browser held before."""
    _again_with(
        request,
        visit,
        "sign_in.html",
        {"name": form.name, "next": local_path_of(form.next)},
        own_words={Code.NOT_SIGNED_IN: "sign_in.failed"},
    )
    _, secret = await visit.house.people.sign_in(form.name, form.password, device=visit.device)
    return await signed_in(visit, secret, form.next)


@router.get("/register")
async def show_register(visit: PageVisit, next: Next = "/") -> Response:  # noqa: A002 -- the field
    """The form."""
    asked = _asked_rows(_asked(visit))
    return visit.page("register.html", {"next": local_path_of(next), "asked": asked})


@router.post("/register")
async def register(
    request: Request, visit: PageVisit, form: Annotated[RegisterForm, FormBody()]
) -> Response:
    """Open an account and sign in; who does not accept what binds gets none.

    Article: articles.Article.AGREEMENT
    """
    asked = _asked(visit)
    _again_with(
        request,
        visit,
        "register.html",
        {
            "name": form.name,
            "display_name": form.display_name,
            "next": local_path_of(form.next),
            "asked": _asked_rows(asked),
        },
        own_words={
            Code.AGREEMENT_OUTDATED: "register.accept_first",
            Code.DUPLICATE: "register.name_taken",
            Code.NOT_GRANTED: "register.closed",
        },
    )
    if asked and not form.accept:
        raise Coded(Code.AGREEMENT_OUTDATED, "Accept what binds first.")
    house = visit.house
    who = await house.people.register(form.name, form.display_name or form.name, form.password)
    for edition in asked:
        await house.offices.documents.accept(who, edition.kind, edition.version)
    _, secret = await visit.house.people.sign_in(form.name, form.password, device=visit.device)
    return await signed_in(visit, secret, form.next)


def _asked(visit: Visit) -> list[Edition]:
    """What is agreed to with a new account; the civility note is for the first comment."""
    bound = visit.house.offices.documents.binding()
    editions = (bound.get(kind) for kind in (DocumentKind.AGREEMENT, DocumentKind.PRIVACY))
    return [edition for edition in editions if edition is not None and edition.is_mandatory]


def _asked_rows(asked: Iterable[Edition]) -> list[Mapping[str, object]]:
    return [
        {
            "kind": edition.kind.value,
            "version": edition.version,
            "from_iso": time_text_of(edition.effective_ms),
        }
        for edition in asked
    ]


@router.post("/sign-out")
async def sign_out(visit: PageVisit) -> Response:
    """End this session."""
    if visit.who is not None:
        await visit.house.people.sessions.close(visit.secret)
    response = visit.go_to("/")
    response.delete_cookie(
        session_cookie(visit.house), secure=visit.house.is_https, httponly=True, samesite="lax"
    )
    return response


@router.get("/account")
async def show_account(visit: PageVisit) -> Response:
    """One's own account."""
    return await _account_page(visit, {})


@router.post("/account/password")
async def change_password(visit: PageVisit, form: Annotated[PasswordForm, FormBody()]) -> Response:
    """Change one's password; every other session ends."""
    who = visit.signed_in()
    show_page_again(visit, _account_page)
    await visit.house.people.change_password(who, form.old, form.new, keep=visit.secret)
    notice = {"kind": "good", "text": visit.say("account.changed")}
    return await _account_page(visit, {"notice": notice})


@router.post("/account/tokens")
async def issue_token(visit: PageVisit, form: Annotated[TokenForm, FormBody()]) -> Response:
    """Make a token; its secret is on this one page and nowhere else."""
    who = visit.signed_in()
    show_page_again(visit, _account_page)
    _, secret = await visit.house.people.issue_token(who, form.label, expires_ms=None, room=None)
    return await _account_page(visit, {"new_token": secret})


@router.post("/account/tokens/{token}/revoke")
async def revoke_token(visit: PageVisit, token: str) -> Response:
    """Make a token worthless."""
    await visit.house.people.revoke_token(visit.signed_in(), token)
    return visit.go_to("/account")


@router.get("/reset/{token}")
async def show_reset(visit: PageVisit, token: str) -> Response:
    """The form behind a one-time link."""
    return visit.page("reset.html", {"token": token})


@router.post("/reset/{token}")
async def reset(
    request: Request, visit: PageVisit, token: str, form: Annotated[ResetForm, FormBody()]
) -> Response:
    """Set a password with a one-time link."""
    _again_with(request, visit, "reset.html", {"token": token})
    await visit.house.people.reset(token, form.password)
    notice = {"kind": "good", "text": visit.say("reset.done")}
    return visit.page("sign_in.html", {"notice": notice, "next": "/"})


@router.post("/language")
async def choose_language(visit: PageVisit, form: Annotated[LanguageForm, FormBody()]) -> Response:
    """Set the language of the pages in this browser."""
    response = visit.go_to(local_path_of(form.next))
    visit.set_cookie(response, "lang", form.lang, days=YEAR_DAYS)
    return response


async def signed_in(visit: Visit, secret: str, next: str) -> Response:  # noqa: A002 -- the field
    """Let a new session begin in this browser, and end what it held before."""
    house = visit.house
    if visit.who is not None:
        await house.people.sessions.close(visit.secret)
    response = visit.go_to(local_path_of(next))
    visit.set_cookie(response, session_cookie(house), secret, days=house.session_days)
    response.delete_cookie(guest_cookie(house), secure=house.is_https, httponly=True)
    return response


def _again_with(
    request: Request,
    visit: Visit,
    template: str,
    typed: Values,
    *,
    own_words: Mapping[Code, str] = _NO_OWN_WORDS,
) -> None:
    """Show the form again when it is refused, with what was typed; never a password."""

    async def again(refusal: Refusal) -> Response:
        key = own_words.get(refusal.code)
        words = visit.say(key) if key else words_of(visit, refusal)
        return visit.page(template, {**typed, "error": words}, status=refusal.http_status)

    show_again(request, again)


async def _account_page(visit: Visit, values: Values, *, status: int = 200) -> Response:
    who = visit.signed_in()
    tokens = [_token_row_of(each) for each in await visit.house.people.tokens(who)]
    own = {"login": who.login, "tokens": tokens, "path": "/account"}
    return visit.page("account.html", {**own, **values}, status=status)


def _token_row_of(token: TokenRow) -> dict[str, str]:
    return {
        "id": token.token_id,
        "label": token.label,
        "created_iso": time_text_of(token.created_ms),
    }
