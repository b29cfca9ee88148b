r"""What contacts look like: the reviewed patterns, over the view that `contacts.view_of` gives.

Each is linear in the text: bounded repeats only, and no part that can match in two ways. `\x02`
is a code point that nobody sees; it may follow any digit.

Where a name may begin, its first letter stands before the look behind it: a search that begins with
a class of characters skips in C to the next of them.
"""

import re
from typing import Final

SEPARATED: Final = r"(?:[\s._\-·•*,、/\\|~=+#\x01\x02]{0,3})"
"""Between two digits of one number."""

PHONE: Final = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)\x02*8\x02*6{SEPARATED})?1{SEPARATED}[3-9](?:{SEPARATED}[0-9]){{9}}"
    r"\x02*(?![0-9])"
)
PHONE_DRESSED: Final = re.compile(r"[1li](?<![0-9a-z].)[3-9][0-9oli]{9}(?![0-9a-z])")
"""In one piece, with letters for some of the digits."""

LANDLINE: Final = re.compile(
    r"(?<![0-9])(?:\(0[0-9]{2,3}\)|0(?:10|2[0-9]|[3-9][0-9]{2})[\-\s])\s?[2-8][0-9]{6,7}(?![0-9\-])"
    r"|(?<![0-9\-])[48]00[\-\s][0-9]{3,4}[\-\s]?[0-9]{3,4}(?![0-9\-])"
)
ID_CARD: Final = re.compile(
    rf"(?<![0-9a-z])[1-9](?:{SEPARATED}[0-9]){{16}}{SEPARATED}[0-9x]\x02*(?![0-9a-z])"
)
BANK_CARD: Final = re.compile(r"(?<![0-9a-z.])[3-6](?:[\s\-\x02]{0,2}[0-9]){14,18}(?![0-9a-z])")
IPV4: Final = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9]|\.[0-9])")
DIGITS: Final = re.compile(r"[0-9](?:[^\w\s]{0,8}[0-9])+")

QQ_WORD: Final = re.compile(
    r"(?:q\s?q|扣\s?扣|口\s?口|叩\s?叩|企\s?鹅|🐧|[加➕+]\s?[扣叩q]|(?<![a-z])q(?![a-z])|扣|[群裙峮])"
    r"\s?[\ufe0f\x02]?\s?(?:群|裙|峮|君羊)?(?:号码|号)?\s?[是加搜为]?\s?[:：/~\-→➡]?\s?"
)
QQ_NUMBER: Final = re.compile(rf"[1-9](?:{SEPARATED}[0-9]){{4,10}}\x02*(?![0-9])")

WECHAT_WORD: Final = re.compile(
    r"(?:[微威薇徽徾维]\s?[信芯❤]|[vw]\s?[信芯]|卫\s?星|🛰|围\s?信|微\s?心|⭐信"
    r"|(?<![a-z])(?:wechat|wei\s?xin|vxin|vx|wx|v(?=\s?[:：❤号])|(?<=[加+➕我])\s?[vw薇威微])(?![a-z0-9]))"
    r"[\ufe0f\x02❤♥💗]{0,4}\s?(?:账号|号|id|群)?\s?[是找加搜为]?\s?[:：→➡=\-~]?\s?"
)
WECHAT_CLUE: Final = re.compile(r"[微威薇徽徾维vw卫🛰围⭐]")
"""In every `WECHAT_WORD`."""
WECHAT_ID: Final = re.compile(r"[a-z][a-z0-9_\-]{4,19}(?![a-z0-9_\-])")

_TLDS = (
    "com|cn|net|org|top|xyz|vip|cc|io|me|tv|info|club|shop|site|online|link|live|fun|icu|wang|co|"
    "app|pro|biz|ltd|store|tech|work|space|website|asia|mobi|ru|uk|hk|tw|gg|tk|edu|gov|art|win|bet"
)
_DOT = r"(?:\s[.。．｡]\s|[.。．｡●]|\[\.\]|\(\.\)|【\.】|\(dot\)|\[dot\]|\s?点\s?)"
_REST = r"(?:[a-z0-9\-]{0,61}[a-z0-9])?"
_LABEL = rf"[a-z0-9]{_REST}"
_PATH = r"(?::[0-9]{2,5})?(?:[/?#](?:[!-~]{0,500}[0-9a-z/=#])?)?"
SCHEMED: Final = re.compile(
    r"(?:h(?:tt|xx|\*\*)ps?|ftp)\s?(?:[:：]|\[:\])//[!-~]{0,500}[0-9a-z/=#]"
)
URLS: Final = (
    SCHEMED,
    re.compile(rf"w(?<![a-z0-9]w)ww{_DOT}{_LABEL}(?:{_DOT}{_LABEL}){{1,3}}{_PATH}"),
    re.compile(
        rf"[a-z0-9](?<![a-z0-9@.\-].){_REST}{_DOT}(?:{_LABEL}{_DOT}){{0,3}}"
        rf"(?:{_TLDS})(?![a-z0-9\-]|\.[a-z]){_PATH}"
    ),
    re.compile(
        r"[a-z0-9](?<![a-z0-9].)(?:\s[a-z0-9]){2,30}\s?[.。]\s?(?:c\so\sm|c\sn|n\se\st)(?![a-z0-9])"
    ),
)
IN_CHINESE: Final = re.compile(
    r"[0-9a-z\u4e00-\u9fff]{2,20}[.。](?:中国|公司|网络|网址|在线|中文网)(?![\u4e00-\u9fff])"
)
"""An address that ends in Chinese; begins anywhere, so `CHINESE_HOST` is asked first."""
_AT = r"(?:\s@\s|@|\s?艾特\s?|\s?\(at\)\s?|\s?\[at\]\s?|\s?【at】\s?|\(a\)|#)"
EMAIL: Final = re.compile(
    rf"[a-z0-9](?<![a-z0-9._%+\-].)[a-z0-9._%+\-]{{0,63}}{_AT}(?:{_LABEL}{_DOT}){{1,4}}"
    rf"(?:{_TLDS})(?![a-z0-9\-])"
)
HASH_FOR_AT: Final = re.compile(r"#\s?(?:换|改|替换|变)成?|把\s?#")

CHINESE_HOST: Final = re.compile(r"[.。．｡](?:中国|公司|网络|网址|在线|中文网)")
"""What is left of an address in Chinese when there are no Latin letters in it."""

NO_HOST: Final = re.compile(
    r"(?:asp|ado|vb|dot)\.net|[0-9.\s点]+(?:[a-z]+)?|.*\.(?:png|jpe?g|gif|py|js)"
)
"""Names of things that look like the names of hosts."""
