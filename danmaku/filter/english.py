"""What the filter knows of English: which short words stand side by side, which endings follow."""

from typing import Final

_COMMON = """
a after also am an and are as at ate back bad bag ban bar bat be bed big bit box boy bus
but buy by can car cat come cop cup cut dad day did die dig do dog eat egg end eye far
fat few fit fix for fox from fun get go god good got gun ha had has hat have he her here
hi him his hit ho hot how i ice if ill in into is it its job joy just key kid know law
leg let lie like log lot low mad make man map may me men mix mom more most my new no nor
not now o of off oh ok old on one only or our out over own ox pa pay pen pet pig put ran
re red rid run sad sat saw say sea see set she shy sit six sky so some son such sun take
tax tea ten than that the them then there they thing this tie time to too top toy try
two u up us use van very war was way we well were wet what when who why win with won ye
year yes yet yo you your
about away back been best both call come does done down each else even ever from give goes gone
good hand hard hear help home into just keep know last left life like line live long look made make
many more most move much must name need next only open over part play read real right said same seen
show side some such sure take talk tell than that them then they this time told turn very wait want
well went were what when will with word work year your app
"""

COMMON: Final = frozenset(_COMMON.split())
"""A word that falls into pieces which are all of these was most likely never one word."""

ENDINGS: Final = frozenset(("s", "es", "ed", "er", "ers", "ing", "ings", "in", "y"))
PLURAL: Final = "s"
PLURAL_LETTERS_MIN: Final = 5
"""From this length on a plural is read as the word itself."""
