"""A small corpus that can be learned, and models made by hand."""

from random import Random

from danmaku.filter.learned import Linear, Model, Weights
from danmaku.filter.model_card import Card, Quality
from danmaku.filter.training import Lesson, Lessons

ADVERTS = ("点我头像领福利", "低价出号加我", "兼职日结带你", "free coins here")
CHATTER = "这个角色真的好可爱啊哈我也想去看海边日落今天晚上吃什么呢主播唱歌太棒了期待下次直播"
QUALITY = Quality(*(100, 50), *[0.5] * 10)
CARD = Card((("refused", 50),), (("spam", 50),), 100, 0, 86_400_000, seed=1, quality=QUALITY)


def weights(rows, *, bias=0.0, shadow_at=0.0, hold_at=1.0):
    return Weights(tuple(rows), tuple(rows.values()), bias, shadow_at, hold_at)


def model(rows, **thresholds):
    return Model("by-hand", Linear(weights(rows, **thresholds)), CARD)


def chatter(random):
    return "".join(random.choices(CHATTER, k=random.randint(5, 12)))


def lessons_of(each=400, *, seed=7, mislabelled=0.0):
    """As many good texts as bad ones; some of them with the other's label."""
    random, lessons = Random(seed), Lessons()  # noqa: S311 -- a corpus, no secret
    for at in range(2 * each):
        is_bad = at % 2 == 1
        text = chatter(random) + (random.choice(ADVERTS) if is_bad else "")
        if random.random() < mislabelled:
            is_bad = not is_bad
        category = "spam" if is_bad else None
        lessons.add(Lesson(text, is_bad, "refused" if is_bad else "kept", category, at * 1000))
    return lessons
