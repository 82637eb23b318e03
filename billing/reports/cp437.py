r"""CP437 is the character set of SIE (4C §5.3); what it lacks is transliterated.

>>> encode("Åsa Øberg – 5 €")
Encoded(content=b'\x8fsa Oberg - 5 EUR', transliterated=3)
"""

import unicodedata
from dataclasses import dataclass

CHARACTERS = frozenset(bytes(range(256)).decode("cp437"))

# Signs that no decomposition leads to a neighbour of. A quotation mark never becomes
# ", which would end the field that it stands in.
NEIGHBOURS = {
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ł": "l",
    "Ł": "L",
    "ı": "i",
    "œ": "oe",
    "Œ": "OE",
    "€": "EUR",
    "§": "par.",
    "©": "(c)",
    "®": "(r)",
    "×": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "‑": "-",
    "’": "'",
    "‘": "'",
    "‚": "'",
    "“": "'",
    "”": "'",
    "„": "'",
    "´": "'",
    "•": "*",
}
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Bytes in CP437, and how many characters had to be written otherwise."""

    content: bytes
    transliterated: int


def encode(text: str) -> Encoded:
    """Return the text in CP437; each foreign character by its neighbour, or ?."""
    written = unicodedata.normalize("NFC", text)
    count = 0
    # A text has few kinds of foreign signs: one pass each is quicker than a table.
    for sign in set(written) - CHARACTERS:
        count += written.count(sign)
        written = written.replace(sign, neighbour(sign))
    return Encoded(written.encode("cp437"), count)


def neighbour(sign: str) -> str:
    """Return how a character is written that the set lacks: š as s, Č as C, 李 as ?.

    >>> [neighbour(sign) for sign in "šČ€李＂"]
    ['s', 'C', 'EUR', '?', '?']
    """
    if sign in NEIGHBOURS:
        return NEIGHBOURS[sign]
    letters = [
        part
        for part in unicodedata.normalize("NFKD", sign)
        if not unicodedata.combining(part)
    ]
    plain = "".join(letters)
    if (
        plain
        and plain.isprintable()
        and '"' not in plain
        and CHARACTERS.issuperset(plain)
    ):
        return plain
    return UNKNOWN
