r"""What contacts look like: the reviewed patterns, over the view that `contacts.view_of` gives.

Each is linear in the text: bounded repeats only, and no part that can match in two ways. `\x02`
is a code point that nobody sees; it may follow any digit.

Where a name may begin, its first letter stands before the look behind it: a search that begins with
a class of characters skips in C to the next of them.
"""

import re
from typing import Final

SEPARATED: Final = r"(?:[^\w:：]|_){0,3}"
"""Between two digits of one number: any sign but the colon of times and scores, and no letter."""

PHONE: Final = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)\x02*8\x02*6{SEPARATED})?1{SEPARATED}[3-9](?:{SEPARATED}[0-9]){{9}}"
    r"\x02*(?![0-9])"
)
PHONE_DRESSED: Final = re.compile(r"[1li](?<![0-9a-z].)[3-9][0-9oli]{9}(?![0-9a-z])")
"""In one piece, with letters for some of the digits."""

_DASH = r"[\s\-－‐-―.·]"
LANDLINE: Final = re.compile(
    rf"(?<![0-9])(?:[(（]0[0-9]{{2,3}}[)）]{_DASH}?|0(?:10|2[0-9]|[3-9][0-9]{{2}}){_DASH})"
    rf"[2-8][0-9]{{2,3}}{_DASH}?[0-9]{{4}}(?![0-9\-])"
    rf"|(?<![0-9\-])[48]00{_DASH}[0-9]{{3,4}}{_DASH}?[0-9]{{3,4}}(?![0-9\-])"
    r"|(?<=热线|电话|客服|拨打|致电)[48]00[0-9]{7}(?![0-9\-])"
)
ID_CARD: Final = re.compile(
    rf"(?<![0-9a-z])[1-9](?:{SEPARATED}[0-9]){{16}}{SEPARATED}[0-9x]\x02*(?![0-9a-z])"
)
BANK_CARD: Final = re.compile(r"(?<![0-9a-z.])[3-6](?:[\s\-\x02]{0,2}[0-9]){14,18}(?![0-9a-z])")
IPV4: Final = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9]|\.[0-9])")
DIGITS: Final = re.compile(r"[0-9](?:[^\w\s]{0,8}[0-9])+")

_SIGN = r"(?:[^\w]|_)"
_UP_TO_IT = (
    rf"(?:{_SIGN}{{0,4}}(?:账号|号码|号|群|裙|峮|君羊|id|是|为|找|加|搜索?|联系|同号|我)){{0,3}}"
    rf"{_SIGN}{{0,4}}"
)
"""What people write between the name of a service and the account there."""

QQ_WORD: Final = re.compile(
    rf"(?:(?<![a-z0-9])q{_SIGN}{{0,2}}q|(?<![a-z0-9])q(?![a-z])|(?<![a-z])qun"
    rf"|([扣口叩抠蔻球丘秋]){_SIGN}{{0,2}}\1|企{_SIGN}{{0,2}}鹅|鹅(?=号|群)|🐧|[扣叩抠群裙峮]|君羊)"
    + _UP_TO_IT
)
QQ_NUMBER: Final = re.compile(rf"[1-9](?:{SEPARATED}[0-9]){{4,10}}\x02*(?![0-9])")
COUNTED: Final = re.compile(r"\s?[个元块万亿千名次条岁分秒级米斤%人位血张点]")
"""After a number: what is counted, so that it is no account."""

WECHAT_WORD: Final = re.compile(
    rf"(?:[微威薇徽徾维卫围嶶]{_SIGN}{{0,3}}[信芯心星❤]|[vw]{_SIGN}{{0,2}}[信芯]|🛰|⭐信|绿泡泡"
    rf"|(?<=[加+➕我个])\s?[薇威微]|[薇微](?=\s?[:：])"
    rf"|(?<![a-z])(?:wechat|wei\s?xin|vxin|[vw]{_SIGN}{{0,2}}x|[vw](?=\s?[:：❤号➕+])"
    r"|(?<=[加+➕我个])\s?[vw])(?![a-z0-9]))" + _UP_TO_IT
)
WECHAT_CLUE: Final = re.compile(r"[微威薇徽徾维卫围嶶vw🛰⭐绿]")
"""In every `WECHAT_WORD`."""
WECHAT_ID: Final = re.compile(r"[a-z][a-z0-9_\-]{4,19}(?![a-z0-9_\-])")
NAMED: Final = re.compile("[号是搜:：]|id")
"""What tells that an account follows, though there are only letters in it."""

_TLDS = (
    "com|cn|net|org|top|xyz|vip|cc|io|me|tv|info|club|shop|site|online|link|live|fun|icu|wang|co|"
    "app|pro|biz|ltd|store|tech|work|space|website|asia|mobi|ru|uk|hk|tw|gg|tk|edu|gov|art|win|bet"
)
_DOT = (
    r"(?:\s[.。．｡]\s|[.。．｡●•·・]|\sdot\s|[\s_]?点[\s_]?"
    r"|[\[({<【（「](?:[.。点]|dot)[\])}>】）」])"
)
_REST = r"(?:[a-z0-9\-]{0,61}[a-z0-9])?"
_LABEL = rf"[a-z0-9]{_REST}"
_PATH = r"(?::[0-9]{2,5})?(?:[/?#](?:[!-~]{0,500}[0-9a-z/=#])?)?"
SCHEMED: Final = re.compile(
    r"(?:h(?:tt|xx|\*\*)ps?|ftp)\s?(?:[:：]|\[:\])//[!-~]{0,500}[0-9a-z/=#]"
)
WWW: Final = re.compile(rf"w(?<![a-z0-9]w)ww{_DOT}{_LABEL}(?:{_DOT}{_LABEL}){{1,3}}{_PATH}")
HOSTS: Final = (
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
_AT = (
    r"(?:\s?[@＠]\s?|\s?[艾爱]特\s?|\s?[\[({<【（](?:at|a|@)[\])}>】）]\s?"
    r"|\sat\s(?=\S{1,63}\sdot\s)|#)"
)
EMAIL: Final = re.compile(
    rf"[a-z0-9](?<![a-z0-9._%+\-].)[a-z0-9._%+\-]{{0,63}}{_AT}(?:{_LABEL}{_DOT}){{1,4}}"
    rf"(?:{_TLDS})(?![a-z0-9\-])"
)
HASH_FOR_AT: Final = re.compile(
    r"#\s?(?:换|改|替换|变)成?|把\s?#|#(?:qq|163|126|gmail|outlook|hotmail|sina"
    r"|foxmail|yeah|139|189)\W"
)

CHINESE_HOST: Final = re.compile(r"[.。．｡](?:中国|公司|网络|网址|在线|中文网)")
"""What is left of an address in Chinese when there are no Latin letters in it."""

NO_HOST: Final = re.compile(
    r"(?:asp|ado|vb|dot)\.net|[0-9.\s点]+(?:[a-z]+)?|.*\.(?:png|jpe?g|gif|py|js)"
)
"""Names of things that look like the names of hosts."""
