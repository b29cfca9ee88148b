"""One moderator's round with twitchAPI, unmodified: prints what came of each step, as JSON.

Run in the client's own environment, with the server, a token, a room, an author's public id, a
comment's id and the ids of two comments that wait.
"""

import asyncio
import json
import sys

from twitchAPI.twitch import Twitch
from twitchAPI.type import (
    AuthScope,
    AutoModAction,
    TwitchAPIException,
    TwitchResourceNotFound,
    UnauthorizedException,
)

SERVER, TOKEN, ROOM, AUTHOR, COMMENT, ALLOWED, DENIED = sys.argv[1:]
SCOPES = [
    AuthScope.MODERATION_READ,
    AuthScope.MODERATOR_MANAGE_AUTOMOD,
    AuthScope.MODERATOR_MANAGE_BANNED_USERS,
    AuthScope.MODERATOR_MANAGE_BLOCKED_TERMS,
    AuthScope.MODERATOR_MANAGE_CHAT_MESSAGES,
    AuthScope.MODERATOR_MANAGE_CHAT_SETTINGS,
    AuthScope.MODERATOR_READ_BLOCKED_TERMS,
    AuthScope.MODERATOR_READ_CHATTERS,
    AuthScope.USER_WRITE_CHAT,
]


async def client_of(token):
    api = Twitch(
        "danmaku",
        authenticate_app=False,
        base_url=f"{SERVER}/helix/",
        auth_base_url=f"{SERVER}/helix/oauth2/",
    )
    api.auto_refresh_auth = False
    await api.set_user_authentication(token, SCOPES, validate=token == TOKEN)
    return api


async def words_of(api, me):
    return [one async for one in api.get_blocked_terms(ROOM, me, first=2)]


async def refusal_of(asked):
    try:
        await asked
    except (TwitchAPIException, TwitchResourceNotFound, UnauthorizedException) as error:
        return type(error).__name__, str(error)
    return None


async def people(api, me, told):
    told["rooms"] = [one.display_name async for one in api.get_users(logins=[ROOM])]
    ban = await api.ban_user(ROOM, me, AUTHOR, "Calm down.", duration=600)
    told["ban"] = (ban.end_time - ban.created_at).total_seconds()
    told["banned"] = [(one.user_id, one.reason) async for one in api.get_banned_users(ROOM)]
    told["unbanned"] = await api.unban_user(ROOM, me, AUTHOR)
    told["left"] = [one.user_id async for one in api.get_banned_users(ROOM)]
    told["moderators"] = [one.user_name async for one in api.get_moderators(ROOM)]
    told["chatters"] = (await api.get_chatters(ROOM, me)).total


async def words(api, me, told):
    for text in ("first", "second", "third"):
        await api.add_blocked_term(ROOM, me, text)
    told["terms"] = sorted(one.text for one in await words_of(api, me))
    for one in await words_of(api, me):
        await api.remove_blocked_term(ROOM, me, one.id)
    told["terms left"] = len(await words_of(api, me))


async def chat(api, me, told):
    changed = await api.update_chat_settings(
        ROOM, me, slow_mode=True, slow_mode_wait_time=9, unique_chat_mode=True
    )
    told["slow"] = (changed.slow_mode_wait_time, changed.unique_chat_mode)
    settings = await api.get_chat_settings(ROOM)
    told["settings"] = (settings.slow_mode, settings.non_moderator_chat_delay)
    sent = await api.send_chat_message(ROOM, me, "from afar")
    told["sent"] = (sent.is_sent, sent.message_id)
    dropped = await api.send_chat_message(ROOM, me, "x" * 400)
    told["dropped"] = (dropped.is_sent, dropped.drop_reason.code)
    await api.delete_chat_message(ROOM, me, COMMENT)
    await api.manage_held_automod_message(me, ALLOWED, AutoModAction.ALLOW)
    await api.manage_held_automod_message(me, DENIED, AutoModAction.DENY)


async def refusals(api, me, told):
    stranger = await client_of("dm_nothing")
    told["refused"] = {
        "all": await refusal_of(api.delete_chat_message(ROOM, me)),
        "again": await refusal_of(api.delete_chat_message(ROOM, me, COMMENT)),
        "followers": await refusal_of(api.update_chat_settings(ROOM, me, follower_mode=True)),
        "stranger": await refusal_of(stranger.get_chat_settings(ROOM)),
    }


async def main():
    api, told = await client_of(TOKEN), {}
    [me] = [one.id async for one in api.get_users()]
    for part in (people, words, chat, refusals):
        await part(api, me, told)
    sys.stdout.write(json.dumps(told))


asyncio.run(main())
