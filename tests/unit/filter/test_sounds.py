from danmaku.filter.sounds import is_heard, sound_patterns, sounding


def test_homophones_sound_alike_and_the_rest_stays():
    assert "加威信a".translate(sounding()) == "加微信a".translate(sounding())
    assert "加微信a".translate(sounding()).endswith("a")


def test_digits_sound_like_their_names():
    assert "王8蛋".translate(sounding()) == "王八蛋".translate(sounding())


def test_short_words_and_words_that_are_no_chinese_are_not_heard():
    assert sound_patterns("刷单") == ()
    assert sound_patterns("casino") == ()
    assert "加威信".translate(sounding()) in sound_patterns("加微信")


def test_of_three_letters_two_stand_as_they_are_written():
    assert is_heard("加微信", "加威信")
    assert not is_heard("加微信", "家威信")
    assert not is_heard("加微信", "加微信")


def test_of_four_letters_half_stand_as_they_are_written():
    assert is_heard("免费领取", "免废领娶")
    assert not is_heard("免费领取", "勉废岭取")
