from danmaku.telemetry import Telemetry


def test_two_houses_in_one_process_count_apart():
    first, second = Telemetry(), Telemetry()

    first.comments.labels("published").inc()
    first.note_commit(3, 0.002, 0.003)

    assert b'danmaku_comments_total{outcome="published"} 1.0' in first.exposition()
    assert b"danmaku_commit_entries_sum 3.0" in first.exposition()
    assert b'outcome="published"' not in second.exposition()
