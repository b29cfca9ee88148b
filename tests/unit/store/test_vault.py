import asyncio
import shutil
import sqlite3

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.account import login_of
from danmaku.domain.facts import AccountRegistered
from danmaku.domain.identity import Disclosure, Kept, Strength
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import IdentityBarred, MeasureReversed, MeasureTaken
from danmaku.domain.persons import Person
from danmaku.domain.phone_codes import TRIES_MAX, Expected
from danmaku.errors import Broken
from danmaku.ports import Append
from danmaku.store.database import DATABASE_FILE
from danmaku.store.sqlite import SqliteStore
from danmaku.store.vault import VAULT_FILE

NOW = Millis(1_700_000_000_000)
NUMBER = "11010519491231002X"
DOCUMENT = Person(Strength.DOCUMENT, NUMBER, "王小明")
PHONE = Person(Strength.PHONE, "+8613800138000")


def barring(account, fingerprint_id):
    measure = Measure("m1", Step.FORBID, "fraud", "rule 1", NOW)
    return (
        MeasureTaken(measure, account, None),
        IdentityBarred(fingerprint_id, account, "m1"),
    )


async def open_store(folder, **settings):
    return await SqliteStore.open(StoreSettings(data_dir=folder, **settings), lambda: NOW)


@pytest.fixture
async def store(tmp_path):
    store = await open_store(tmp_path / "data")
    yield store
    await store.close()


@pytest.fixture
async def accounts(store):
    made = [
        await store.commit(
            Append(PLATFORM, AccountRegistered(login_of(name), name, password_hash=None))
        )
        for name in ("ann", "bob", "cat")
    ]
    return [entry.account for [entry] in made]


async def test_a_person_is_kept_and_read_and_forgotten(store, accounts):
    ann, bob, _ = accounts

    assert await store.vault.persons(ann) == []
    for person in (DOCUMENT, PHONE):
        assert await store.vault.keep(ann, person, accounts_max=1) is Kept.KEPT
    assert await store.vault.persons(ann) == [DOCUMENT, PHONE]
    assert await store.vault.persons(bob) == []
    await store.vault.forget(ann)
    assert await store.vault.persons(ann) == []


async def test_a_later_verification_of_one_strength_replaces_the_earlier(store, accounts):
    another = Person(Strength.PHONE, "+8613800138001")
    await store.vault.keep(accounts[0], PHONE, accounts_max=1)

    assert await store.vault.keep(accounts[0], another, accounts_max=1) is Kept.KEPT
    assert await store.vault.persons(accounts[0]) == [another]
    assert await store.vault.keep(accounts[1], PHONE, accounts_max=1) is Kept.KEPT


async def test_one_person_has_only_so_many_accounts(store, accounts):
    kept = [await store.vault.keep(each, DOCUMENT, accounts_max=2) for each in accounts]

    assert kept == [Kept.KEPT, Kept.KEPT, Kept.TAKEN]
    assert await store.vault.keep(accounts[0], DOCUMENT, accounts_max=2) is Kept.KEPT


async def test_of_two_who_come_at_once_one_is_kept(store, accounts):
    kept = await asyncio.gather(
        *(store.vault.keep(each, DOCUMENT, accounts_max=1) for each in accounts[:2])
    )

    assert sorted(each.name for each in kept) == ["KEPT", "TAKEN"]


async def test_the_barred_stay_barred_when_what_is_known_of_them_is_destroyed(store, accounts):
    ann, bob, cat = accounts
    for account in (ann, bob):
        await store.vault.keep(account, DOCUMENT, accounts_max=9)
    await store.vault.keep(ann, PHONE, accounts_max=9)

    assert await store.vault.accounts_like(ann) == [bob]
    assert await store.vault.keep_out(ann, "bar-1") == ["bar-1"]
    assert await store.vault.keep_out(ann, "bar-2") == ["bar-1"]
    assert await store.vault.keep(cat, PHONE, accounts_max=9) is Kept.KEPT  # no measure so far
    await store.vault.forget(cat)
    await store.commit(*(Append(PLATFORM, fact) for fact in barring(ann, "bar-1")))
    await store.vault.forget(ann)
    await store.vault.rotate()

    for person in (DOCUMENT, PHONE):
        assert await store.vault.keep(cat, person, accounts_max=9) is Kept.BARRED
    await store.commit(Append(PLATFORM, MeasureReversed("m1", ann, None, "a mistake")))
    assert await store.vault.keep(cat, DOCUMENT, accounts_max=9) is Kept.KEPT


async def test_a_copy_of_the_database_tells_nobody(store, accounts, tmp_path):
    await store.vault.keep(accounts[0], DOCUMENT, accounts_max=1)
    await store.vault.keep(accounts[1], PHONE, accounts_max=1)
    await store.vault.keep_out(accounts[0], "bar-1")
    await store.close()

    dump = "".join(sqlite3.connect(tmp_path / "data" / DATABASE_FILE).iterdump()).casefold()
    for told in (NUMBER, "王小明", PHONE.number):
        assert told.casefold() not in dump
        assert told.encode().hex() not in dump
    (tmp_path / "data" / VAULT_FILE).unlink()
    with pytest.raises(Broken, match=r"vault\.key does not hold"):
        await open_store(tmp_path / "data")


async def test_a_row_that_is_moved_to_another_account_does_not_open(store, accounts, tmp_path):
    ann, bob, _ = accounts
    await store.vault.keep(ann, DOCUMENT, accounts_max=1)
    with sqlite3.connect(tmp_path / "data" / DATABASE_FILE) as database:
        database.execute("UPDATE sealed_person SET account = ?", (bob,))
    database.close()

    with pytest.raises(Broken):
        await store.vault.persons(bob)


async def test_a_rotation_opens_with_the_new_key_alone(tmp_path):
    folder, keys = tmp_path / "data", tmp_path / "keys"
    keys.mkdir()
    settings = {"vault_key_file": keys / "k"}
    store = await open_store(folder, **settings)
    fact = AccountRegistered(login_of("ann"), "ann", password_hash=None)
    [entry] = await store.commit(Append(PLATFORM, fact))
    await store.vault.keep(entry.account, DOCUMENT, accounts_max=1)
    shutil.copy(keys / "k", keys / "old")

    assert await store.vault.rotate() == 1
    assert await store.vault.persons(entry.account) == [DOCUMENT]
    await store.close()

    with pytest.raises(Broken):
        await open_store(folder, vault_key_file=keys / "old")
    both = (keys / "k").read_text() + (keys / "old").read_text()
    (keys / "k").write_text(both)  # as a crash in mid-rotation leaves it
    again = await open_store(folder, **settings)
    assert await again.vault.persons(entry.account) == [DOCUMENT]
    await again.close()
    assert len(both.splitlines()) == 2


async def test_an_empty_vault_can_be_rotated_and_asked(store, accounts):
    assert await store.vault.rotate() == 0
    assert await store.vault.disclosures() == []
    assert await store.vault.keep(accounts[0], PHONE, accounts_max=1) is Kept.KEPT


async def test_requests_are_kept_until_their_time_and_taken_once(store, accounts):
    ann, bob, _ = accounts
    request = Disclosure("r1", ann, bob, "an order", "§ 7", Millis(NOW + 1))
    late = Disclosure("r2", ann, bob, "an order", "§ 7", NOW)
    agreed = Disclosure("r1", ann, bob, "an order", "§ 7", Millis(NOW + 1), AccountId(3))

    for each in (request, late, agreed):
        await store.vault.put_disclosure(each)
    await store.vault.rotate()

    assert await store.vault.disclosures() == [agreed]
    assert await store.vault.take_disclosure("r1") is True
    assert await store.vault.take_disclosure("r1") is False
    assert await store.vault.disclosures() == []


@pytest.mark.usefixtures("store")
async def test_a_new_record_has_its_key_from_the_first_start_for_its_owner_alone(tmp_path):
    key_file = tmp_path / "data" / VAULT_FILE

    assert key_file.stat().st_mode & 0o777 == 0o600


async def test_a_node_without_the_key_starts_while_nothing_is_sealed_and_seals_nothing(tmp_path):
    await (await open_store(tmp_path / "data")).close()
    (tmp_path / "data" / VAULT_FILE).unlink()

    again = await open_store(tmp_path / "data")
    fact = AccountRegistered(login_of("ann"), "ann", password_hash=None)
    [entry] = await again.commit(Append(PLATFORM, fact))
    with pytest.raises(Broken):
        await again.vault.keep(entry.account, PHONE, accounts_max=1)
    await again.close()


async def test_a_key_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(Broken, match="cannot be written"):
        await open_store(tmp_path / "data", vault_key_file=tmp_path / "nowhere" / "k")


async def test_whatever_was_found_out_later_bars_as_well(store, accounts):
    ann, bob, _ = accounts
    await store.vault.keep(ann, DOCUMENT, accounts_max=1)
    assert await store.vault.keep_out(ann, "f1") == ["f1"]
    await store.vault.keep(ann, PHONE, accounts_max=1)

    assert await store.vault.keep_out(ann, "f2") == ["f1", "f2"]
    assert await store.vault.keep_out(bob, "f3") == []


def expected(code="123456", until_ms=NOW + 600_000):
    return Expected(code, "+8613800138000", Millis(until_ms))


async def test_a_code_is_of_one_account_tried_so_often_and_used_once(store, accounts):
    ann, bob, _ = accounts
    await store.vault.expect_code(ann, expected())

    assert await store.vault.try_code(bob, "123456") is None
    tries = await asyncio.gather(*(store.vault.try_code(ann, f"00000{n}") for n in range(4)))
    assert tries == [None] * 4
    assert await store.vault.try_code(ann, "123456") == "+8613800138000"
    assert await store.vault.try_code(ann, "123456") is None
    await store.vault.expect_code(ann, expected())
    for number in range(TRIES_MAX):
        await store.vault.try_code(ann, f"00000{number}")
    assert await store.vault.try_code(ann, "123456") is None


async def test_only_the_code_that_was_not_sent_is_dropped(store, accounts):
    ann, *_ = accounts
    await store.vault.expect_code(ann, expected())

    await store.vault.drop_code(ann, "another")
    assert await store.vault.try_code(ann, "123456") is not None
    await store.vault.expect_code(ann, expected())
    await store.vault.drop_code(ann, "123456")
    assert await store.vault.try_code(ann, "123456") is None


@pytest.mark.parametrize("act", ["forget", "rotate"])
async def test_a_code_goes_with_what_is_known_of_its_account_and_with_the_keys(
    store, accounts, act
):
    ann, *_ = accounts
    await store.vault.expect_code(ann, expected())

    await (store.vault.forget(ann) if act == "forget" else store.vault.rotate())

    assert await store.vault.try_code(ann, "123456") is None
