"""A rule file of any size: words that look like words, and that no comment of a run says."""

from random import Random

SEED = 20
_FIRST, _LAST = 0x4E00, 0x9FA5  # the Chinese characters of the oldest block
_LENGTHS = (2, 3, 4, 6)


def rule_file(words: int) -> str:
    """Rules with that many words, the same ones each time.

    A hit would hold the comment, and the run would fail for it: nothing is measured by accident.
    """
    random = Random(SEED)
    lines = [
        f'[[rule]]\nid = "word-{n}"\ncategory = "bench"\nclass = "house"\naction = "hold"\n'
        f'words = ["{_word(random)}"]\n'
        for n in range(words)
    ]
    return "\n".join(lines)


def _word(random: Random) -> str:
    return "".join(chr(random.randint(_FIRST, _LAST)) for _ in range(random.choice(_LENGTHS)))
