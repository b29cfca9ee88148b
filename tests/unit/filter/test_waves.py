from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.normalize import fold, key_of
from danmaku.filter.waves import TEXTS_MAX, Measures, Wave, Waves, are_alike, pairs_of

ADVERT = "免费皮肤私信我领取哦"
TAILS = ("f19", "g83", "a9", "x12", "f74", "a64", "d4", "b55", "g8")
SAME_SUBJECT = (
    "主播今天的衣服真好看",
    "主播今天唱歌真好听",
    "主播今天这把打得漂亮",
    "主播今天几点下播啊",
    "主播今天吃的什么呀",
    "主播今天好像有点累",
    "主播今天怎么这么早",
    "主播今天的发型不错",
    "主播今天播到几点",
)
MEASURES = Measures(authors_min=8)

said = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 3), st.integers(0, 20), st.text(max_size=20)),
    max_size=80,
)


def noted(texts, *, step_ms=300, waves=None, place="room"):
    """What each of the texts is part of, each by another author."""
    waves = waves or Waves(MEASURES)
    return [
        waves.note(place, author, key_of(fold(text).skeleton), author * step_ms)
        for author, text in enumerate(texts)
    ]


def test_the_same_long_text_of_many_is_a_chorus():
    assert noted(["让我们荡起双桨"] * 9) == [Wave.NONE] * 7 + [Wave.CHORUS] * 2


def test_a_counter_at_the_end_makes_no_other_text():
    waves = noted([ADVERT + tail for tail in TAILS])

    assert waves == [Wave.NONE] * 7 + [Wave.VARIED] * 2


def test_what_shares_enough_pairs_is_alike():
    advert, other = (pairs_of(ADVERT + tail) for tail in TAILS[:2])

    assert are_alike(advert, other, MEASURES.likeness)
    assert not are_alike(advert, pairs_of(SAME_SUBJECT[0]), MEASURES.likeness)


def test_laughter_is_no_wave_however_long_it_is_stretched():
    assert set(noted(["哈" * length for length in range(2, 60)])) == {Wave.NONE}


def test_many_sentences_on_one_subject_are_no_wave():
    assert set(noted(SAME_SUBJECT * 3)) == {Wave.NONE}


def test_one_author_counts_once():
    waves = Waves(MEASURES)

    assert {waves.note("room", "ann", ADVERT, at) for at in range(50)} == {Wave.NONE}


def test_each_place_is_for_itself():
    waves = Waves(MEASURES)

    seen = {waves.note(author % 3, author, ADVERT, author) for author in range(20)}

    assert seen == {Wave.NONE}


def test_what_is_said_slowly_is_no_wave():
    assert set(noted([ADVERT] * 30, step_ms=1_500)) == {Wave.NONE}


def test_a_clock_that_steps_back_takes_nobody_out_of_the_wave():
    waves = Waves(MEASURES)

    seen = [waves.note("room", author, ADVERT, 100_000 - author) for author in range(8)]

    assert seen[-1] is Wave.CHORUS


def test_silent_places_are_forgotten():
    waves = Waves(MEASURES)
    for place in range(100):
        waves.note(place, "ann", ADVERT, 0)

    waves.note("room", "ann", ADVERT, 10_000)

    assert len(waves._places) == 1


@given(said)
def test_of_each_place_only_so_much_is_kept(said):
    waves, now_ms = Waves(MEASURES), 0
    for step_ms, place, author, text in said:
        now_ms += step_ms
        waves.note(place, author, text, now_ms)

    for place in waves._places.values():
        assert len(place._texts) <= TEXTS_MAX
        assert set(place._with_pair) == {p for t in place._texts.values() for p in t.pairs}


def test_a_flood_of_other_texts_pushes_the_oldest_out():
    waves = Waves(MEASURES)
    for number in range(TEXTS_MAX * 2):
        waves.note("room", "bot", f"{number:08d}", number)

    assert len(waves._places["room"]._texts) == TEXTS_MAX


def test_pairs_are_those_of_neighbours():
    assert pairs_of("abab") == {"ab", "ba"}
    assert pairs_of("a") == frozenset()
