"""Items that neither a case nor one measure begins.

Held comments that are refused in their list are such, and those that are taken away many at a time.

Article: articles.Article.STOP_DELETE_KEEP_REPORT
"""

from collections.abc import Sequence

from danmaku.domain.categories import class_of
from danmaku.domain.filing_facts import FilingBegun, FilingKind, Line, Section
from danmaku.domain.filings import Topic, comment_subject
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.rule_facts import BackScanBegun, BulkRecallPlanned
from danmaku.filter.rules import Klass


def after_refusal(
    room: RoomId, origins: Sequence[Seq], category: str, at_ms: Millis, term_ms: int
) -> list[FilingBegun]:
    """What has to be reported because a person refused what was held: one item for all of it.

    Args:
        room: Where.
        origins: Private ids of what is refused in one go, oldest first; one at least.
        category: Why.
        at_ms: When.
        term_ms: Within what time.
    """
    if class_of(category) is not Klass.ILLEGAL:
        return []
    first, last = origins[0], origins[-1]
    where, many = (Line("room", room), Line("entry", str(first))), len(origins) > 1
    return [
        _item(
            f"cluster:{room}/{first}" if many else comment_subject(room, first),
            (Line("category", category), *([Line("comments", str(len(origins)))] if many else ())),
            (*where, *([Line("last_entry", str(last))] if many else ())),
            at_ms,
            term_ms,
        )
    ]


def after_bulk(
    scan: Seq,
    work: BackScanBegun | BulkRecallPlanned,
    category: str,
    at_ms: Millis,
    term_ms: int,
) -> list[FilingBegun]:
    """What has to be reported because bulk work took a comment away: one item for all of the work.

    It says how many were expected; how many it came to stands at the work, which it names.

    Args:
        scan: The work.
        work: What it is.
        category: As what this comment went.
        at_ms: When it went.
        term_ms: Within what time.
    """
    if class_of(category) is not Klass.ILLEGAL:
        return []
    if isinstance(work, BackScanBegun):  # of several categories: its rules say which
        count, ground = work.hits, Line("rules", work.version)
    else:
        count, ground = work.comments, Line("category", category)
    summary = (ground, Line("comments", str(count)))
    return [_item(f"bulk:{scan}", summary, (Line("bulk", str(scan)),), at_ms, term_ms)]


def _item(
    subject: str,
    summary: tuple[Line, ...],
    evidence: tuple[Line, ...],
    at_ms: Millis,
    term_ms: int,
) -> FilingBegun:
    sections = (
        Section(Topic.SUMMARY, (*summary, Line("decided", str(at_ms)))),
        Section(Topic.EVIDENCE, evidence),
    )
    due_ms = Millis(at_ms + term_ms)
    return FilingBegun(FilingKind.ITEM, subject, due_ms, actor=None, sections=sections)
