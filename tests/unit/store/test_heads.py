from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from danmaku.domain.ids import Millis
from danmaku.store import schema
from danmaku.store.chain import GENESIS
from danmaku.store.database import write_engine
from danmaku.store.heads import CHAINS_AT_ONCE, HeadSigner


def test_chains_that_grew_before_it_began_are_signed_bit_by_bit(tmp_path):
    """A record may have more chains than a start has time for."""
    chains_count = 2 * CHAINS_AT_ONCE + 1
    rows = [
        {"id": f"room{n}", "top": n % 2, "number_top": 0, "version": 0, "link": GENESIS}
        for n in range(chains_count)
    ]
    signer = HeadSigner(Ed25519PrivateKey.generate(), "epoch", every_s=1)
    with write_engine(tmp_path / "x.sqlite").connect() as connection:
        with connection.begin():
            schema.metadata.create_all(connection)
            connection.execute(schema.chain.insert(), rows)

        rounds = 0
        while signer.has_work:
            signer.sign(connection, Millis(1))
            rounds += 1
        signer.note("room1")
        signer.sign(connection, Millis(2))  # once more, as another node would

        head = schema.head.c
        signed = connection.execute(select(head.chain, head.at_ms)).all()

    assert rounds == 3
    assert sorted(signed) == sorted((row["id"], 1) for row in rows if row["top"])
