"""Where a refusal leads: the page on which what stands in the way can be settled, or appealed.

Article: articles.Article.MEASURES_ON_USERS
"""

from collections.abc import Mapping
from typing import Final

from danmaku.errors import Code
from danmaku.web.forms import path_with

_WAYS: Final[Mapping[Code, tuple[str, str]]] = {  # path, and the part of the page
    Code.NOT_SIGNED_IN: ("/sign-in", ""),
    Code.NOT_VERIFIED: ("/account/identity", ""),
    Code.AGREEMENT_OUTDATED: ("/accept", ""),
    Code.WARNING_UNREAD: ("/me", "measures"),
    Code.ACCOUNT_SUSPENDED: ("/me", "measures"),
    Code.MUTED: ("/me", "measures"),
    Code.IDENTITY_BARRED: ("/me", "measures"),
    Code.LEVEL_TOO_LOW: ("/me/credit", ""),
    Code.PROHIBITED: ("/me", "comments"),
}


def way_of(code: Code, back: str) -> str | None:
    """The page that a refusal leads to, which leads back to `back`; None: nothing can be done."""
    if code not in _WAYS:
        return None
    path, part = _WAYS[code]
    return path_with(path, next=back) + (f"#{part}" if part else "")


def ways_from(back: str) -> dict[str, str]:
    """All ways from a page, by code, for its script."""
    return {code.value: f"{way_of(code, back)}" for code in _WAYS}
