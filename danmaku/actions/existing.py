"""What a request names, if it is there."""

from collections.abc import AsyncIterator

from danmaku.domain.comment import Comment
from danmaku.domain.ids import AccountId, Number, RoomId
from danmaku.errors import NotFound
from danmaku.ports import Accounts, MeasureRow, Reader, Registry

MEASURES_AT_ONCE = 500


async def account_called(accounts: Accounts, login: str) -> AccountId:
    """The account with this sign-in name.

    Raises:
        NotFound: There is none.
    """
    found = await accounts.credentials(login)
    if found is None:
        raise NotFound("There is no such account.")
    return found.account


async def comment_numbered(
    reader: Reader, room: RoomId, number: Number
) -> tuple[Comment, AccountId]:
    """A comment as it is by now, and whose it is.

    Raises:
        NotFound: There is none.
    """
    found = await reader.comment(room, number)
    author = await reader.author(room, number)
    if found is None or author is None:
        raise NotFound("There is no such comment.")
    return found[1], author


async def measures_against(
    registry: Registry, account: AccountId, room: RoomId
) -> AsyncIterator[MeasureRow]:
    """All measures against somebody in a room, newest first, read as they are asked for.

    One recall of many comments is as many measures, so what is looked for may lie far back.
    """
    before = None
    while rows := await registry.measures(
        account=account, room=room, before=before, limit=MEASURES_AT_ONCE
    ):
        for row in rows:
            yield row
        before = rows[-1].seq
