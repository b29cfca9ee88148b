"""What messages to endpoints are signed with, sealed with the keys of the vault."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from danmaku.domain.ids import Millis
from danmaku.store.endpoint_schema import endpoint_secret
from danmaku.store.envelope import Envelope, opened, sealed

Secrets = Sequence[tuple[bytes, Millis | None]]
"""The newest first, which has no end yet."""

_secret = endpoint_secret.c
_SECRETS = msgspec.json.Decoder(list[tuple[bytes, Millis | None]])


def secrets_in(connection: Connection, envelope: Envelope, endpoint_id: str) -> Secrets:
    """All that are kept; none: it was forgotten."""
    wanted = select(_secret.sealed).where(_secret.endpoint == endpoint_id)
    blob = connection.scalar(wanted)
    if blob is None:
        return []
    return _SECRETS.decode(opened(envelope.seal_key, blob, purpose=f"endpoint {endpoint_id}"))


def put_secrets(
    connection: Connection, envelope: Envelope, endpoint_id: str, secrets: Secrets
) -> None:
    """Keep these in place of those that were kept."""
    content = msgspec.json.encode(secrets)
    blob = sealed(envelope.seal_key, content, purpose=f"endpoint {endpoint_id}")
    connection.execute(delete(endpoint_secret).where(_secret.endpoint == endpoint_id))
    connection.execute(endpoint_secret.insert(), {"endpoint": endpoint_id, "sealed": blob})


def reseal_secrets(connection: Connection, *, old: Envelope, new: Envelope) -> None:
    """Seal all of them with other keys."""
    for endpoint_id in connection.scalars(select(_secret.endpoint)).all():
        put_secrets(connection, new, endpoint_id, secrets_in(connection, old, endpoint_id))
