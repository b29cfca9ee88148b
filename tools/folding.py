"""What one character is folded to: the reasoning behind `danmaku/filter/tables.bin`.

Runs where the tables are built, never in the server. Every rule here gives one code point for one,
so that an offset in a folded text is an offset in the original.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import opencc

GAP: Final = "\x01"
NOTHING: Final = "\x02"

# Letters by category that show nothing: the Hangul fillers and the blank Braille cell.
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800" + NOTHING

# Characters named after one Latin letter that normalisation does not reach: letters with a stroke
# or hook, small capitals, negative circled and squared letters, regional indicators.
_NAMED_AFTER_LETTER = re.compile(
    r"(?:(?:NEGATIVE )?(?:CIRCLED|SQUARED) |CROSSED NEGATIVE SQUARED )?"
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER |REGIONAL INDICATOR SYMBOL LETTER |"
    r"MODIFIER LETTER (?:SMALL |CAPITAL )?)"
    r"(?:SMALL CAPITAL |SCRIPT )?([A-Z])(?: WITH .+)?"
)

# Scripts whose letters pass for Latin ones in ordinary type. Han, kana, Hangul, Arabic, Hebrew and
# the Indic scripts are left alone: there a likeness is chance, not disguise.
_PASSES_FOR_LATIN = (
    *("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET", "LATIN"),
    *("CANADIAN", "MODIFIER", "MATHEMATICAL", "OLD ITALIC", "CARIAN", "LYCIAN", "LYDIAN"),
    *("ELBASAN", "OSAGE", "WARANG", "TIFINAGH", "VAI", "BAMUM", "MIAO"),
)

# Which letter a character passes for, where the lists of confusables are silent or of another mind;
# the first rows of the "fancy text" that pages all over the web produce.
_LOOK_ALIKES = {
    "a": "АаΑαɑᗩᎪꓮѧΛ",
    "b": "ВвЬьΒβᗷᏴꓐƅъҍɮ",
    "c": "СсϲᑕᏟꓚєς",
    "d": "ԁᗪᗞᎠꓓժ",
    "e": "ЕеΕεᗴᎬꓰєэΞξɛ",
    "f": "ᖴꓝʃϝʄ",
    "g": "ɡᏀꓖց",
    "h": "НнһΗᕼᎻꓧћђհ",
    "i": "ІіΙιɩıᏆꓲїӏ",
    "j": "ЈјϳᒍᎫꓙջ",
    "k": "КкΚκᏦꓗҟӄ",
    "l": "ᒪᏞꓡʟ",
    "m": "МмΜᗰᎷꓟʍ",
    "n": "ΝηɴᑎꓠпПիող",
    "o": "ОоΟοσӨөՕօꓳ",
    "p": "РрΡρᑭᏢꓑÞþք",
    "q": "ԛᑫզ",
    "r": "ѓгГʀᖇᏒꓣЯя",
    "s": "ЅѕᔕᏚꓢƧƨֆ",
    "t": "ТтΤτ\u01abᎢꓔէ",
    "u": "ʋυᑌꓴԱսɄʉʊմ",
    "v": "ѵνᐯᏙꓦʌ",
    "w": "ԝѡωшщᗯᏔꓪ",
    "x": "ХхΧχ᙭ꓫӾӿӼӽ",
    "y": "УуΥγүҮꓬվ",
    "z": "ΖʒᏃꓜᘔ",
}
_LETTER_OF = {char: letter for letter, chars in _LOOK_ALIKES.items() for char in chars}

# Variants of scholars and of shop signs that the conversion tables do not reach, and characters
# that nobody types but to write another one strangely.
_VARIANTS = dict(
    zip(
        "愽躶礮砲囯菓児乗覇伝検髪掛喫妳祢唇夲氺囬兲靑髙靣亾仦尛伱沵恏吥伓昰媞洅嶶徾啝咊倁",
        "博裸炮炮国果儿乘霸传检发挂吃你你唇本水回天青高面亡小小你你好不不是是再微微和和知",
        strict=True,
    )
)

# Radicals that have no decomposition, and the character that each is a form of.
_RADICALS = dict(
    zip(
        "⺀⺁⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹"
        "⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "冫厂乙亻冂几刀刂卜卩小小兀尢尢尢巳彐彐忄心扌攵无日月歹母民氵水灬爪爪丬牛犭王疋网示礻竹丝纟网罒网网网羊羊羊老"
        "聿聿月臼艹艹艹虎衤西西见角角讠贝足车辶辶辶阝钅长长长门阜阝雨青韦页风飞食食饣饣首马骨鬼鱼鸟卤麦黄黾齐齐齿齿龙龙龟龟",
        strict=True,
    )
)

# Ideographs in a circle or a square that serve as ornaments, not as letters of a word.
_ORNAMENTS = "㊗㊙"

NUMERALS: Final = {
    char: str(digit)
    for digit, chars in enumerate(
        (
            "〇零",
            "一壹弌幺",
            "二贰弍貳",
            "三叁弎叄",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
"""Chinese numerals; 参 and 两 are left out, for they are everyday words."""


def folded(char: str) -> str:
    """Fold one code point to one: what the matcher reads for it. Folding twice changes nothing."""
    once = _folded(char)
    return once if once in (char, GAP, NOTHING) else folded(once)


def _folded(char: str) -> str:
    if _is_unseen(char):
        return NOTHING
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    letter = _letter(char)
    return NUMERALS.get(letter, letter) or GAP


def plain(char: str) -> str:
    """Fold one code point to one as patterns of people read it: marks and numerals stay."""
    if _is_unseen(char):
        return NOTHING
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return _letter(char) or _mark(char)


def _is_unseen(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "M" or category == "Cf" or char in _UNSEEN


def _mark(char: str) -> str:
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 and normal.isprintable() else char


def _letter(char: str) -> str:
    """The plain letter or ideograph that a character stands for; empty if it is none."""
    if char in _ORNAMENTS:
        return ""
    letter = (
        _LETTER_OF.get(char)
        or _named_letter(char)
        or _only_letter(unicodedata.normalize("NFKC", char))
    )
    if not letter:
        return _RADICALS.get(char, "")
    stem = unicodedata.normalize("NFD", letter)[0]
    latin = _latin(letter) or _latin(stem)
    if latin:
        return latin
    lowered = letter.lower()
    letter = lowered if len(lowered) == 1 else letter
    return _simplified(_RADICALS.get(letter, letter))


def _named_letter(char: str) -> str:
    named = _NAMED_AFTER_LETTER.fullmatch(unicodedata.name(char, ""))
    return named[1] if named else ""


def _only_letter(text: str) -> str:
    """Take the one letter or digit out of a form that has brackets, dots or marks around it."""
    letters = [char for char in text if unicodedata.category(char)[0] in "LN"]
    return letters[0] if len(letters) == 1 else ""


def _latin(letter: str) -> str:
    """The small ASCII letter that `letter` is or passes for; accents have come off before."""
    if letter.isascii():
        return letter.lower() if letter.isalnum() else ""
    if letter in _LETTER_OF:
        return _LETTER_OF[letter]
    if not unicodedata.name(letter, "").startswith(_PASSES_FOR_LATIN):
        return ""
    twins = {twin.lower() for twin in _confusables().get(letter, ()) if _is_ascii_letter(twin)}
    return min(twins) if len(twins) == 1 else ""


def _is_ascii_letter(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalpha()


@cache
def _confusables() -> dict[str, list[str]]:
    path = files("confusable_homoglyphs").joinpath("confusables.json")
    entries = json.loads(path.read_text("utf-8"))
    return {char: [twin["c"] for twin in twins] for char, twins in entries.items()}


@cache
def _converters() -> tuple[opencc.OpenCC, ...]:
    return tuple(map(opencc.OpenCC, ("jp2t", "hk2t", "tw2t", "t2s")))


def _simplified(char: str) -> str:
    """The simplified form of an ideograph, whichever of the four traditions it is written in."""
    if not "\u3400" <= char <= "\U000323af":
        return char
    char = _VARIANTS.get(char, char)
    for converter in _converters():
        converted = converter.convert(char)
        # Forms outside the basic plane are for print, not for the phone that the rule is typed on.
        if len(converted) == 1 and (converted < "\U00010000" or char >= "\U00010000"):
            char = converted
    return _VARIANTS.get(char, char)


def assigned_letters() -> Iterator[str]:
    """All code points that may fold to something else than a gap."""
    for at in (*range(0x323B0), *range(0xE0000, 0xE01F0)):
        yield chr(at)
