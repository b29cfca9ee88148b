"""Lists to take along: what a page shows of one, as a file that spreadsheets open."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence

from fastapi.responses import Response, StreamingResponse

from danmaku.formats.csv_table import BEGIN, Cell, line_of
from danmaku.web.visit import PRIVATE

_CHUNK_ROWS = 200


def csv_of(name: str, head: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> Response:
    """A list as a stream, whole and in bounded memory: its rows are read as they go out.

    Args:
        name: Of the file, without its ending; not what anybody typed.
        head: Of the columns.
        rows: A cell for each of them.
    """
    return StreamingResponse(
        _chunks(head, rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": PRIVATE,
        },
    )


async def _chunks(head: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    chunk = [BEGIN, line_of(head)]
    async for row in rows:
        chunk.append(line_of(row))
        if len(chunk) >= _CHUNK_ROWS:
            yield "".join(chunk)
            chunk.clear()
    yield "".join(chunk)
