import msgspec
from hdrh.histogram import HdrHistogram

from bench.served import Precise, Stages
from danmaku.telemetry import Telemetry


def test_every_value_is_kept_to_a_thousandth_and_told(tmp_path):
    telemetry = Telemetry(Precise)
    stages = Stages(telemetry, tmp_path / "stages.json")
    telemetry.filter_seconds.observe(1.0)
    stages.empty()
    for micros in (10, 20, 30):
        telemetry.filter_seconds.observe(micros / 1e6)
    telemetry.note_commit(3, 0.002, 0.003)
    stages.decision.observe(0.001)

    stages.write()

    told = stages_of(tmp_path / "stages.json")
    assert told["filter"].get_total_count() == 3
    assert abs(told["filter"].get_max_value() - 30_000) < 100
    assert told["commit"].get_total_count() == 1
    assert told["decision"].get_total_count() == 1
    assert told["fanout"].get_total_count() == 0
    assert b"danmaku_filter_seconds_count 4.0" in telemetry.exposition()


def test_metrics_with_labels_are_as_they_were():
    telemetry = Telemetry(Precise)

    telemetry.request_seconds.labels("/rooms").observe(0.1)

    assert b'danmaku_http_request_seconds_count{route="/rooms"} 1.0' in telemetry.exposition()


def stages_of(path):
    encoded = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return {name: HdrHistogram.decode(text) for name, text in encoded.items()}
