"""Pages about who one is: verifying oneself, signing in from outside, one's open sessions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.forms import Form, local_path_of
from danmaku.web.pages import time_text_of
from danmaku.web.people import Next, signed_in
from danmaku.web.visit import PageVisit, Visit, guest_cookie, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PATH = "/account/identity"
FromOutside = Annotated[str, Query(max_length=2048)]


class ProofForm(Form):
    """Where to go on to, once one is verified."""

    next: str = PATH


class PhoneForm(ProofForm):
    """A phone to send a code to."""

    phone: str = ""


class CodeForm(ProofForm):
    """The code that was sent."""

    code: str = ""


class DocumentForm(ProofForm):
    """A name and a number as they stand in one document."""

    legal_name: str = ""
    number: str = ""


@router.get(PATH)
async def show_identity(
    visit: PageVisit,
    next: Next = PATH,  # noqa: A002 -- the field
) -> Response:
    """How well one is known here, and the ways to be known better."""
    return _identity_page(visit, next)


@router.post(f"{PATH}/phone")
async def send_code(
    request: Request, visit: PageVisit, form: Annotated[PhoneForm, FormBody()]
) -> Response:
    """Send a code."""
    _again(request, visit, form)
    await visit.house.proofs.identities.send_code(visit.signed_in(), form.phone)
    return _identity_page(visit, form.next, sent=True)


@router.post(f"{PATH}/code")
async def confirm_code(
    request: Request, visit: PageVisit, form: Annotated[CodeForm, FormBody()]
) -> Response:
    """Verify by the code."""
    _again(request, visit, form, sent=True)
    await visit.house.proofs.identities.confirm_code(visit.signed_in(), form.code)
    return visit.go_to(local_path_of(form.next))


@router.post(f"{PATH}/document")
async def confirm_document(
    request: Request, visit: PageVisit, form: Annotated[DocumentForm, FormBody()]
) -> Response:
    """Verify by a document; nothing of it is shown again."""
    _again(request, visit, form)
    await visit.house.proofs.identities.confirm_document(
        visit.signed_in(), form.legal_name, form.number
    )
    return visit.go_to(local_path_of(form.next))


@router.post(f"{PATH}/sandbox")
async def pass_sandbox(
    request: Request, visit: PageVisit, form: Annotated[ProofForm, FormBody()]
) -> Response:
    """Be believed, in the demo."""
    _again(request, visit, form)
    await visit.house.proofs.identities.pass_sandbox(visit.signed_in())
    return visit.go_to(local_path_of(form.next))


@router.post("/account/sessions/{session}/end")
async def end_session(visit: PageVisit, session: str) -> Response:
    """End one of one's own sessions."""
    await visit.house.people.sessions.end(visit.signed_in(), session)
    return visit.go_to("/account/sessions")


@router.post("/account/sign-out-everywhere")
async def sign_out_everywhere(visit: PageVisit) -> Response:
    """End every session and token of one's own."""
    await visit.house.people.sign_out_everywhere(visit.signed_in())
    return visit.go_to("/sign-in")


@router.get("/account/sessions")
async def show_sessions(visit: PageVisit) -> Response:
    """Where one is signed in."""
    rows = await visit.house.people.sessions.own(visit.signed_in())
    sessions = [
        {
            "id": row.session_id,
            "device": row.device,
            "opened_iso": time_text_of(row.opened_ms),
            "used_iso": None if row.used_ms is None else time_text_of(row.used_ms),
        }
        for row in rows
    ]
    return visit.page("sessions.html", {"sessions": sessions})


@router.get("/sign-in/{provider}")
async def begin_outside(
    visit: PageVisit,
    provider: str,
    next: Next = "/",  # noqa: A002 -- the field
) -> Response:
    """Go to an identity provider; only this browser can come back from there."""
    back = f"{_site_of(visit)}/sign-in/{provider}/back"
    address = await visit.house.proofs.outside.begin(
        provider, browser=visit.secret, back=back, next=local_path_of(next)
    )
    response = visit.go_to(address)
    if visit.who is None:
        visit.set_cookie(response, guest_cookie(visit.house), visit.secret, days=1)
    return response


@router.get("/sign-in/{provider}/back")
async def finish_outside(
    visit: PageVisit, provider: str, state: FromOutside = "", code: FromOutside = ""
) -> Response:
    """Come back from an identity provider, with its code or without."""
    house = visit.house
    who, on = await house.proofs.outside.finish(
        provider, browser=visit.secret, state=state, code=code
    )
    secret = await house.people.sessions.open(who.account, visit.device)
    return await signed_in(visit, secret, on)


def _site_of(visit: Visit) -> str:
    return (visit.house.server.public_url or str(visit.request.base_url)).rstrip("/")


def _again(request: Request, visit: Visit, form: ProofForm, *, sent: bool = False) -> None:
    async def again(refusal: Refusal) -> Response:
        words = words_of(visit, refusal)
        return _identity_page(visit, form.next, error=words, status=refusal.http_status, sent=sent)

    visit.signed_in()  # a guest is sent to sign in, not shown the form again
    show_again(request, again)


def _identity_page(
    visit: Visit,
    on: str,
    *,
    error: str | None = None,
    status: int = 200,
    sent: bool = False,
) -> Response:
    """One's own page.

    Args:
        visit: Whose.
        on: Where one goes on to once one is verified.
        error: Why the last try was refused.
        status: Of HTTP.
        sent: A code is under way, and a field for it is shown.
    """
    identity = visit.signed_in().identity
    until_ms = None if identity is None else identity.until_ms
    values = {
        "error": error,
        "next": local_path_of(on),
        "sent": sent,
        "methods": [method.value for method in visit.house.proofs.identities.methods],
        "identity": identity,
        "holds": identity is not None and identity.holds(visit.now_ms),
        "until_iso": None if until_ms is None else time_text_of(until_ms),
        "required": visit.house.offices.prevailing().identity_required,
        "path": PATH,
    }
    return visit.page("identity.html", values, status=status)
