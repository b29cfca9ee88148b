"""What each fact of the platform's chain does to the page: check first, then put."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.brownout import LevelForced
from danmaku.domain.facts import (
    AccountRegistered,
    Entry,
    Fact,
    PasswordChanged,
    PowersGranted,
    PowersRevoked,
    RulesActivated,
    TokenIssued,
    TokenRevoked,
)
from danmaku.domain.ids import AccountId, RoomId
from danmaku.domain.inspection import BundleMade, CaseTimed, RecordViewed
from danmaku.errors import Code, Coded
from danmaku.store.codec import powers_text_of
from danmaku.store.page import Page
from danmaku.store.touched import login_key_of


def _register(page: Page, chain: RoomId, fact: AccountRegistered) -> Entry:
    key, account = login_key_of(fact.login), AccountId(page.next(chain))
    if key in page.ground.logins:
        raise Coded(Code.DUPLICATE, "There is such an account already.")
    entry = page.put(chain, fact, account=account)
    page.ground.logins[key] = account
    page.ground.versions[account] = entry.seq
    page.rows["account_new"].append(
        {
            "id": account,
            "login_key": key,
            "login": fact.login,
            "name": fact.name,
            "password_hash": fact.password_hash,
            "version": entry.seq,
        }
    )
    return entry


def about_account(page: Page, chain: RoomId, fact: Fact, account: AccountId) -> Entry:
    """Put a fact about an account: its version is the fact's seq from here on.

    Raises:
        Coded: NOT_FOUND: there is no such account.
    """
    if account not in page.ground.versions:
        raise Coded(Code.NOT_FOUND)
    entry = page.put(chain, fact, account=account)
    page.ground.versions[account] = entry.seq
    return entry


def _change_password(page: Page, chain: RoomId, fact: PasswordChanged) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    page.rows["password"].append({"_id": fact.account, "password_hash": fact.password_hash})
    return entry


def _issue_token(page: Page, chain: RoomId, fact: TokenIssued) -> Entry:
    if fact.token_id in page.ground.tokens:
        raise Coded(Code.DUPLICATE)
    entry = about_account(page, chain, fact, fact.account)
    page.ground.tokens[fact.token_id] = fact.account
    page.rows["token_new"].append(
        {
            "id": fact.token_id,
            "account": fact.account,
            "digest": fact.digest,
            "label": fact.label,
            "room": fact.room,
            "created_ms": page.now_ms,
            "expires_ms": fact.expires_ms,
            "issued_seq": entry.seq,
            "revoked_seq": None,
        }
    )
    return entry


def _revoke_token(page: Page, chain: RoomId, fact: TokenRevoked) -> Entry:
    if page.ground.tokens.get(fact.token_id) != fact.account:
        raise Coded(Code.NOT_FOUND)
    entry = about_account(page, chain, fact, fact.account)
    page.ground.tokens[fact.token_id] = None
    page.rows["token"].append({"_id": fact.token_id, "revoked_seq": entry.seq})
    return entry


def _grant(page: Page, chain: RoomId, fact: PowersGranted) -> Entry:
    grant = fact.grant
    if grant.grant_id in page.ground.grants:
        raise Coded(Code.DUPLICATE)
    entry = about_account(page, chain, fact, fact.holder)
    page.ground.grants[grant.grant_id] = fact.holder
    page.rows["grant_new"].append(
        {
            "id": grant.grant_id,
            "account": fact.holder,
            "bundle": grant.bundle.value,
            "room": grant.room,
            "until_ms": grant.until_ms,
            "powers": powers_text_of(grant),
            "granted_seq": entry.seq,
            "revoked_seq": None,
        }
    )
    return entry


def _revoke_grant(page: Page, chain: RoomId, fact: PowersRevoked) -> Entry:
    if page.ground.grants.get(fact.grant_id) != fact.holder:
        raise Coded(Code.NOT_FOUND)
    entry = about_account(page, chain, fact, fact.holder)
    page.ground.grants[fact.grant_id] = None
    page.rows["grant"].append({"_id": fact.grant_id, "revoked_seq": entry.seq})
    return entry


def _activate_rules(page: Page, chain: RoomId, fact: RulesActivated) -> Entry:
    entry = page.put(chain, fact)
    if fact.built is not None:
        page.rows["rule_set"].append(
            {
                "seq": entry.seq,
                "version": fact.version,
                "at_ms": page.now_ms,
                "large": fact.built.large,
                "urgent": fact.built.urgent,
            }
        )
    return entry


_Noted = BundleMade | RecordViewed | CaseTimed | LevelForced


def _note(page: Page, chain: RoomId, fact: _Noted) -> Entry:
    return page.put(chain, fact)


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    AccountRegistered: _register,
    PasswordChanged: _change_password,
    TokenIssued: _issue_token,
    TokenRevoked: _revoke_token,
    PowersGranted: _grant,
    PowersRevoked: _revoke_grant,
    RulesActivated: _activate_rules,
    BundleMade: _note,
    RecordViewed: _note,
    CaseTimed: _note,
    LevelForced: _note,
}
