"""What the routes of the operator's desk ask of a request: the house, and who is named in it."""

from typing import Annotated

from fastapi import Depends

from danmaku.domain.account import Standing
from danmaku.errors import NotFound
from danmaku.web.house import House
from danmaku.web.visit import house_of

At = Annotated[House, Depends(house_of)]


async def named(house: House, login: str) -> Standing:
    """Whose act it is: nobody signs in here, so the request says so.

    Raises:
        NotFound: There is no such account.
    """
    who = await house.people.known(login)
    if who is None:
        raise NotFound(f"There is no account {login}.")
    return who
