"""What every form of the pages shares: the token that proves where it came from, and ways on."""

import hmac
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import Request

from danmaku.web.fields import Body

ADDRESS_MAX = 2048  # characters of a path and its query that a form may lead back to


class Form(Body):
    """Fields of a posted form."""

    tells_kinds: ClassVar[bool] = False
    csrf: str = ""  # judged by `visit.page_visit` before any form is read


def form_token_of(secret: str) -> str:
    """The token of all forms of one session, or of one guest; it does not give the secret away."""
    return sha256(b"danmaku form\0" + secret.encode()).hexdigest()


def is_form_token(token: str, secret: str) -> bool:
    """Whether `token` belongs to `secret`, in constant time."""
    return hmac.compare_digest(token.encode(), form_token_of(secret).encode())


def local_path_of(path: str) -> str:
    """Where to go on to after a form: a path of ours, or the front page.

    Two slashes, or a slash and a backslash, begin the address of another site; browsers drop
    control characters before they look.
    """
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"


def address_of(request: Request) -> str:
    """Where a page can be asked for again: its path, and all that was asked unless it is long.

    A way back that stood in it is one of ours afterwards.
    """
    path, asked = request.url.path, request.query_params.multi_items()
    query = urlencode([(key, local_path_of(it) if key == "next" else it) for key, it in asked])
    address = f"{path}?{query}" if query else path
    return address if len(address) <= ADDRESS_MAX else path


def path_with(path: str, **query: str | int | None) -> str:
    """A path with those parts of a query that are given."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path
