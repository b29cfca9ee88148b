from bench.filter import learned
from bench.micro.samples import texts


def test_the_same_seed_gives_the_same_model_of_many_rows(monkeypatch):
    monkeypatch.setattr(learned, "MADE_UP", 2000)

    first, again = (learned.model_by_lot(texts(), 1) for _ in range(2))

    assert first.version == again.version
    assert len(first.linear.weights.rows) > 1000
