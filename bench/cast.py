"""Accounts that a bench makes for itself, in a house that it runs in its own process."""

from danmaku.core import Core
from danmaku.domain.account import Bundle, Standing


async def person_in(core: Core, login: str, bundle: Bundle | None = None) -> Standing:
    """A new account, which nobody can sign in to; with powers over the platform, if any."""
    await core.people.add(login, login, None)
    if bundle is not None:
        await core.people.grant(None, login, bundle, room=None, until_ms=None)
    found = await core.people.known(login)
    if found is None:
        raise LookupError(login)
    return found
