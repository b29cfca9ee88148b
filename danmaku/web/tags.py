"""What a caller has already, by its tag."""

from fastapi import Request

_WEAK = "W/"


def is_known(request: Request, etag: str) -> bool:
    """Whether the caller has what bears this tag; a proxy that packs answers weakens it."""
    offered = request.headers.get("if-none-match", "")
    bare = [each.strip().removeprefix(_WEAK) for each in offered.split(",")]
    return offered.strip() == "*" or etag.removeprefix(_WEAK) in bare
