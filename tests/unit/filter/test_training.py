from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.cli.fitting import fit
from danmaku.filter import training
from danmaku.filter.learned import ROWS_MAX, Band, Linear, Model, letters_of, rows_of
from danmaku.filter.model_file import unpack_model
from danmaku.filter.model_quality import Labelled
from danmaku.filter.training import (
    Fitted,
    Lesson,
    Lessons,
    Parts,
    TrainingError,
    tenth_of,
    trained,
)
from tests.unit.filter.models import ADVERTS, chatter, lessons_of

PACKED = trained(lessons_of(), fit, seed=1)


def test_what_people_took_back_is_learned():
    model = unpack_model(PACKED)
    quality = model.card.quality

    assert quality.macro_f1 > 0.95
    assert quality.auc > 0.98
    assert quality.wrongly_held <= 0.02
    assert model.linear.opinion(letters_of(f"好啊{ADVERTS[0]}")).band is Band.HOLD
    assert model.linear.opinion("主播唱歌好棒").band is Band.PASS


def test_the_card_says_what_it_was_learned_from():
    card = unpack_model(PACKED).card

    assert dict(card.decisions) == {"kept": 400, "refused": 400}
    assert dict(card.categories) == {"spam": 400}
    assert (card.first_ms, card.last_ms, card.seed, card.former) == (0, 799_000, 1, None)
    assert card.quality.texts + card.quality.bad > 0
    assert card.plain_held is None


def test_the_same_decisions_give_the_same_file_in_any_order():
    forward, backward = Lessons(), Lessons()
    random = Random(3)  # noqa: S311 -- a corpus, no secret
    lessons = [
        Lesson(chatter(random) + (ADVERTS[at % 4] if at % 2 else ""), bool(at % 2), "s")
        for at in range(900)
    ]
    for gathered, order in ((forward, lessons), (backward, reversed(lessons))):
        for lesson in order:
            gathered.add(lesson)

    assert trained(forward, fit, seed=2) == trained(backward, fit, seed=2)


def test_too_few_decisions_are_refused():
    with pytest.raises(TrainingError, match="Too few decisions: 150 bad and 150 good"):
        trained(lessons_of(150), fit, seed=1)


def test_texts_that_cannot_be_divided_are_refused():
    lessons, random = lessons_of(300), Random(1)  # noqa: S311 -- a corpus, no secret
    counted = Lessons()
    for _ in range(300):
        counted.add(Lesson(chatter(random), is_bad=False, source="kept"))
    for at in range(300):
        counted.add(Lesson(f"加我{at:03}", is_bad=True, source="refused"))

    assert len({tenth_of(one.letters) for one in lessons.labelled()}) == 10
    with pytest.raises(TrainingError, match="too much alike"):
        trained(counted, fit, seed=1)


def test_a_model_that_is_worse_is_refused_with_both_numbers():
    with pytest.raises(TrainingError, match=r"macro-F1 0\.\d+, before 0\.\d+"):
        trained(lessons_of(seed=8, mislabelled=0.45), fit, seed=1, former=unpack_model(PACKED))


def test_a_model_that_is_no_worse_names_the_former_one():
    former = unpack_model(PACKED)

    again = trained(lessons_of(), fit, seed=1, former=former)

    assert unpack_model(again).card.former == former.version


def test_ordinary_comments_set_the_threshold_too():
    random = Random(5)  # noqa: S311 -- a corpus, no secret
    plain = [chatter(random) + ADVERTS[0] for _ in range(300)]

    strict = unpack_model(trained(lessons_of(), fit, seed=1, plain=plain))

    assert strict.card.plain_texts > 0
    assert strict.card.plain_held == pytest.approx(0, abs=0.02)
    assert strict.linear.weights.hold_at > unpack_model(PACKED).linear.weights.hold_at


def test_a_model_that_holds_more_is_refused():
    strict = replace(unpack_model(PACKED).linear.weights, hold_at=1000.0)
    former = Model("strict", Linear(strict), unpack_model(PACKED).card)
    random = Random(6)  # noqa: S311 -- a corpus, no secret
    said = [chatter(random) + ADVERTS[0] for _ in range(300)]
    unseen = [
        text for text in said if tenth_of(letters_of(text)) >= 8
    ]  # when the threshold was set

    again = trained(lessons_of(), fit, seed=1, former=former)

    assert unpack_model(again).card.former == "strict"
    with pytest.raises(TrainingError, match=r"plain comments held 1\.0+, before 0\.0+\."):
        trained(lessons_of(), fit, seed=1, plain=unseen, former=former)


def test_a_fitting_that_tells_nothing_apart_gives_no_model():
    with pytest.raises(TrainingError, match="Nothing tells"):
        trained(lessons_of(), lambda *_: Fitted(["好"], [0.0], 0.0), seed=1)


def test_of_too_many_rows_the_heaviest_are_kept():
    rows = [chr(0x4E00 + at // 200) + chr(0x5E00 + at % 200) for at in range(ROWS_MAX + 50)]
    weights = [float(at + 1) for at in range(len(rows))]

    model = unpack_model(trained(lessons_of(), lambda *_: Fitted(rows, weights, -1.0), seed=1))

    assert len(model.linear.weights.rows) == ROWS_MAX
    assert min(model.linear.weights.weights) == 51


def test_texts_that_read_the_same_are_one_and_most_decide():
    lessons = Lessons()
    for text, is_bad in (
        *(("buy  it", True), ("b.u.y it", True), ("BUYYY IT", False)),
        *(("even so", True), ("even-so", False), ("hi", True)),
    ):
        lessons.add(Lesson(text, is_bad, "s"))

    assert lessons.labelled() == [Labelled("buyit", is_bad=True)]
    assert (lessons.decisions["s"], lessons.left_out_count) == (5, 1)


def test_so_many_texts_are_kept_at_most(monkeypatch):
    monkeypatch.setattr(training, "TEXTS_MAX", 2)
    lessons = Lessons()
    for text in ("first one", "second one", "third one", "first one"):
        lessons.add(Lesson(text, is_bad=True, source="s"))

    assert (len(lessons.labelled()), lessons.left_out_count) == (2, 1)


@given(st.text(alphabet="abcd12", min_size=4, max_size=12), st.integers(0, 10**6))
def test_copies_with_another_number_are_in_the_same_part(text, number):
    assert tenth_of(f"{text}{number}") == tenth_of(text)


def test_parts_are_of_seven_one_and_two_tenths():
    random = Random(2)  # noqa: S311 -- a corpus, no secret
    texts = [Labelled(chatter(random), is_bad=False) for _ in range(4000)]

    parts = Parts.of(texts)

    sizes = Counter(
        {"learn": len(parts.learn), "tune": len(parts.tune), "measure": len(parts.measure)}
    )
    assert sizes.total() == 4000
    assert sizes["learn"] / 4000 == pytest.approx(0.7, abs=0.04)
    assert sizes["tune"] / 4000 == pytest.approx(0.1, abs=0.03)


def test_the_fitting_counts_rows_as_the_model_does():
    texts = [Labelled("abab", is_bad=True), Labelled("abcd", is_bad=False)] * 3

    fitted = fit(texts, 1)

    assert set(fitted.rows) == {*rows_of("abab"), *rows_of("abcd")}
    assert len(fitted.weights) == len(fitted.rows)
