"""The Content-Security-Policy of each kind of page: nothing, and then what the page needs.

`trusted-types default`: the player and the API's description write their own markup as strings,
which only a policy of that name lets through; it admits nothing that runs
(frontend/src/page/trust.ts). The API's description also cleans markup under a policy of its own.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://[a-zA-Z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:.]+\](:\d{1,5})?")

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""For every answer that is not a page."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a page does beyond showing text.

    Args:
        inline_styles: A library inserts styles of its own.
        plays: It plays a video.
        media: Origin of that video, unless it is ours.
        framed_by: Sites that may show the page in a frame.
        trusted: Names of Trusted Types policies that its scripts may make.
    """

    inline_styles: bool = False
    plays: bool = False
    media: str | None = None
    framed_by: tuple[str, ...] = ()
    trusted: str = "default"

    def header(self, nonce: str) -> str:
        """The header's value, for an answer whose scripts carry `nonce`."""
        also = f" {self.media}" if self.media else ""
        rules = {
            "default-src": "'none'",
            "script-src": f"'self' 'nonce-{nonce}'",
            "style-src": "'self' 'unsafe-inline'" if self.inline_styles else "'self'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": f"'self'{also}",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": " ".join(self.framed_by) or "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": self.trusted,
        }
        if self.plays:
            rules |= {"media-src": f"'self' blob:{also}", "worker-src": "blob:"}
        return "; ".join(f"{name} {value}" for name, value in rules.items())


PLAIN = Policy()
DOCS = Policy(inline_styles=True, trusted="default dompurify")


def player_policy(media_url: str, framed_by: tuple[str, ...] = ()) -> Policy:
    """The policy of a page with the player, which styles itself."""
    return Policy(inline_styles=True, plays=True, media=origin_of(media_url), framed_by=framed_by)


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an absolute address; None for a path or anything odd."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _ORIGIN.fullmatch(origin) else None
