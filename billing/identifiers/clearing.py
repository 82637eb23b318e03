"""A clearing number says which bank keeps a Swedish account and how it is checked.

Source: Bankernas kontonummer (Bankinfrastruktur i Sverige), edition of 2019-08-21 with
the changes published up to August 2026.

>>> find("5000")
Clearing(first=5000, last=5999, kind=1, variant=1, bank='SEB')
>>> find("0999") is None
True
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clearing:
    """A range of clearing numbers; kind 1 has 7 digits, kind 2 has its own length."""

    first: int
    last: int
    kind: int
    variant: int
    bank: str


# first-last kind/variant bank
RANGES = """
1100-1199 1/1 Nordea
1200-1399 1/1 Danske Bank
1400-2099 1/1 Nordea
2110-2119 1/2 Juni
2120-2129 1/1 Steven
2130-2139 1/1 Zimpler
2140-2149 1/2 Trustly
2150-2159 2/4 Revolut
2160-2169 2/4 Trade Republic
2170-2179 1/1 PPRO
2180-2189 1/1 Stripe
2300-2399 1/2 Ålandsbanken
2400-2499 1/1 Danske Bank
3000-3299 1/1 Nordea
3300-3300 2/1 Nordea
3301-3399 1/1 Nordea
3400-3409 1/1 Länsförsäkringar Bank
3410-3781 1/1 Nordea
3782-3782 2/1 Nordea
3783-3999 1/1 Nordea
4000-4999 1/2 Nordea
5000-5999 1/1 SEB
6000-6999 2/2 Handelsbanken
7000-7999 1/1 Swedbank
8000-8999 2/3 Swedbank
9020-9029 1/2 Länsförsäkringar Bank
9040-9049 1/2 Citibank
9060-9069 1/1 Länsförsäkringar Bank
9070-9079 1/1 Multitude Bank
9100-9109 1/2 Nordnet Bank
9120-9124 1/1 SEB
9130-9149 1/1 SEB
9150-9169 1/2 Skandiabanken
9170-9179 1/1 Ikano Bank
9180-9189 2/1 Danske Bank
9190-9199 1/2 DNB
9230-9239 1/1 Marginalen Bank
9250-9259 1/1 SBAB
9260-9269 1/2 DNB
9270-9279 1/1 ICA Banken
9280-9289 1/1 Resurs Bank
9300-9349 2/1 Swedbank
9390-9399 1/2 Landshypotek
9400-9449 1/1 Forex Bank
9460-9469 1/1 Santander
9470-9479 1/2 BNP Paribas
9500-9549 2/3 Plusgirot
9550-9564 1/2 Avanza Bank
9565-9569 2/4 Avanza Bank
9570-9579 2/1 Sparbanken Syd
9580-9589 1/1 Aion Bank
9590-9599 1/2 Erik Penser Bank
9600-9609 2/4 Banking Circle
9630-9639 1/1 Lån & Spar Bank
9640-9649 1/2 NOBA
9650-9659 1/2 MedMera Bank
9660-9669 1/2 Svea Bank
9670-9679 1/2 JAK
9680-9689 1/1 Enity Bank
9700-9709 1/2 Ekobanken
9710-9719 1/2 Lunar Bank
9750-9759 1/2 Northmill Bank
9780-9789 1/2 Klarna Bank
9880-9889 1/2 Riksgälden
9890-9899 2/1 Riksgälden
9960-9969 2/3 Plusgirot
"""


def _range(line: str) -> Clearing:
    span, rule, bank = line.split(" ", 2)
    first, last = span.split("-")
    kind, variant = rule.split("/")
    return Clearing(int(first), int(last), int(kind), int(variant), bank)


CLEARINGS = tuple(_range(line) for line in RANGES.strip().splitlines())


def find(digits: str) -> Clearing | None:
    """Return the range that the first four digits fall in, or None."""
    number = int(digits[:4])
    return next((c for c in CLEARINGS if c.first <= number <= c.last), None)
