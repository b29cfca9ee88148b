from collections import ChainMap
from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle, PowerGrant
from danmaku.domain.comment import RecalledBy
from danmaku.domain.facts import (
    Hit,
    PasswordChanged,
    PowersGranted,
    PowersRevoked,
    RoomChanged,
    RulesActivated,
    TokenRevoked,
    Verdict,
)
from danmaku.domain.ids import AccountId, Millis, Pseudonym, Seq
from danmaku.domain.room import Broadcast, RoomState
from danmaku.store import (
    brownout_codec,
    endpoint_codec,
    feature_codec,
    filing_codec,
    keeping_codec,
    legal_hold_codec,
    naming_codec,
    people_codec,
    platform_codec,
    room_codec,
    rule_codec,
    team_codec,
)
from danmaku.store.bodies import Part
from danmaku.store.codec import Place, Stored, canonical
from danmaku.store.entries import Scribe, header_of
from tests.contract.facts import (
    ANN,
    BEN,
    PEOPLE_FACTS,
    SECRET,
    held,
    issued,
    liked,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    restored,
    words_set,
)

CODECS = (
    *(brownout_codec, endpoint_codec, feature_codec, filing_codec, keeping_codec),
    *(legal_hold_codec, naming_codec, people_codec, platform_codec, room_codec),
    *(rule_codec, team_codec),
)
NAMES = {
    Pseudonym("ann-here"): ANN,
    Pseudonym("ben-here"): BEN,
    Pseudonym("new-here"): AccountId(7),
}
PLACE = Place(Seq(7), origin=Seq(7), number=3)
LATE = Place(Seq(7), origin=Seq(4), number=3)

MASKED = Verdict("2", "mask", "abuse", 9, (Hit("r1", "abuse", "mask", 0, 4),), original=SECRET)
LIVE_STATE = RoomState(title="直播", broadcast=Broadcast(Millis(5), Millis(9)))

FACTS = [
    (opened(), PLACE),
    (RoomChanged(actor=None, state=LIVE_STATE), PLACE),
    (words_set("剧透", "two words"), Place(Seq(7))),
    (published(), PLACE),
    (published("é ♥", text="弹幕 🎉"), PLACE),
    (replace(published(), verdict=MASKED, imported=True), PLACE),
    (published(origin=Seq(4)), LATE),
    (held(), PLACE),
    (refused(), PLACE),
    (refused(origin=Seq(4)), LATE),
    (recalled(3, by=RecalledBy.PLATFORM, category="abuse"), LATE),
    (restored(3, actor=BEN), LATE),
    (liked(3), LATE),
    (replace(liked(3, stands=False), likes=4), LATE),
    (registered(), Place(Seq(7))),
    (PasswordChanged(ANN, "hash"), Place(Seq(7))),
    (issued(expires_ms=Millis(9)), Place(Seq(7))),
    (TokenRevoked(ANN, "t1"), Place(Seq(7))),
    (PowersGranted(PowerGrant("g", Bundle.REVIEWER, None, Millis(9)), ANN, BEN), Place(Seq(7))),
    (PowersRevoked(ANN, "g", BEN), Place(Seq(7))),
    (RulesActivated("v", 3, BEN), Place(Seq(7))),
    (reported(reporter=BEN), Place(Seq(7))),
    *((fact, Place(Seq(7))) for fact in PEOPLE_FACTS),
]
SECRETS = {
    "account_registered": "hash of Ann",
    "password_changed": "hash",
    "token_issued": b"digest",
}


def written(fact, place):
    chain = "demo" if type(fact) in room_codec.PACKERS else "@platform"
    names = {account: name for name, account in NAMES.items()}
    scribe = Scribe(Millis(1), entries_count=1)
    return scribe.write_down(fact, chain, place, previous=bytes(32), name_of=names.__getitem__)


def read_back(rows, secret):
    header = header_of(rows.entry["header"])
    bodies = {body["part"]: body["content"] for body in rows.bodies}
    stored = Stored(
        chain=header.chain,
        seq=header.seq,
        about=header.about,
        open=bodies.get(Part.OPEN),
        sealed=bodies.get(Part.SEALED),
        accounts=NAMES,
        secret=secret,
    )
    unpackers = ChainMap(*(codec.UNPACKERS for codec in CODECS))
    return unpackers[type(header.about)](stored, header.about)


@pytest.mark.parametrize(("fact", "place"), FACTS, ids=lambda value: type(value).__name__)
def test_every_fact_is_read_as_it_was_written(fact, place):
    rows = written(fact, place)

    assert read_back(rows, SECRETS.get(rows.entry["kind"])) == fact


def test_every_fact_has_its_example():
    packers = [codec.PACKERS for codec in CODECS]

    assert {type(fact) for fact, _ in FACTS} == set().union(*packers)


@pytest.mark.parametrize("fact", PEOPLE_FACTS, ids=lambda fact: type(fact).__name__)
def test_no_header_holds_what_staff_wrote_of_people(fact):
    assert SECRET.encode() not in written(fact, Place(Seq(7))).entry["header"]


@pytest.mark.parametrize("make", [published, held, refused])
def test_headers_say_nothing_of_the_text_nor_of_the_sender(make):
    fact = make("client-one", text=SECRET)
    first, second = written(fact, PLACE), written(fact, PLACE)
    header = first.entry["header"].decode()

    assert SECRET not in header
    assert fact.client_id not in header
    assert header_of(first.entry["header"]).sealed != header_of(second.entry["header"]).sealed


@pytest.mark.parametrize("fact", [held(), refused()])
def test_held_and_refused_comments_are_sealed_whole(fact):
    assert [body["part"] for body in written(fact, PLACE).bodies] == [Part.SEALED]


def test_a_room_s_own_words_are_sealed_and_erased_they_read_as_none():
    rows = written(words_set(SECRET), PLACE)

    assert [body["part"] for body in rows.bodies] == [Part.SEALED]
    assert SECRET not in rows.entry["header"].decode()
    rows.bodies.clear()
    assert read_back(rows, None) == words_set()


def test_what_was_masked_is_sealed():
    rows = written(replace(published(text="****"), verdict=MASKED), PLACE)

    [open_body] = [body["content"] for body in rows.bodies if body["part"] == Part.OPEN]
    assert SECRET.encode() not in open_body


@pytest.mark.parametrize(
    ("fact", "secret"), [(registered(), b"hash of"), (issued(digest=b"planted"), b"planted")]
)
def test_passwords_and_tokens_are_in_no_chain(fact, secret):
    rows = written(fact, Place(Seq(7)))

    assert not any(secret in part for part in (rows.entry["header"], *contents(rows)))


def test_logins_and_reports_are_sealed():
    for fact, planted in ((registered("Ann"), b"Ann"), (reported(text=SECRET), SECRET.encode())):
        assert planted not in written(fact, Place(Seq(7))).entry["header"]


def contents(rows):
    return [body["content"] for body in rows.bodies]


@pytest.mark.parametrize("fact", [published(), held(), refused(), registered(), reported()])
def test_what_was_erased_reads_as_empty(fact):
    rows = written(fact, PLACE)
    rows.bodies.clear()

    read = read_back(rows, secret=None)

    assert type(read) is type(fact)
    assert "hello" not in repr(read)
    assert SECRET not in repr(read)


def test_one_value_is_written_down_in_one_way():
    states = [
        RoomState(title="x", policy=replace(RoomState("").policy, modes=modes)) for modes in ORDERS
    ]

    assert len({canonical(state) for state in states}) == 1


MODES = sorted(RoomState("").policy.modes)
ORDERS = [frozenset(MODES), frozenset(reversed(MODES))]
