"""The one place that knows which database an address means."""

from danmaku.config import StoreSettings
from danmaku.ports import Clock
from danmaku.store.postgres import PostgresStore
from danmaku.store.sqlite import SqliteStore
from danmaku.store.store import Store
from danmaku.store.writer import Watch


async def open_store(
    settings: StoreSettings, clock: Clock, *, watch: Watch = lambda _entries, _s: None
) -> Store:
    """Open the record that the settings name, making or migrating it as needed.

    Args:
        settings: Where it lies and how it is written.
        clock: The time that entries bear.
        watch: Told of each commit.

    Raises:
        StoreLocked: Another process has the embedded record open.
        StoreDown: The database gives no answer.
        Broken: The key is unreadable or another node's, or commits would not be durable there.
    """
    kind = PostgresStore if settings.url.startswith("postgresql:") else SqliteStore
    return await kind.open(settings, clock, watch=watch)
