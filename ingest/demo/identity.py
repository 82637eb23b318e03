"""A test identity is a valid number that no living person and no company has.

Skatteverket keeps the birth numbers 980–999 of each day for tests; organisation numbers
begin here with 5599 9, which Bolagsverket has not reached.

>>> frame = pl.DataFrame({"n": [0, 1]})
>>> numbers = frame.select(personal(pl.col("n"))).to_series()
>>> numbers.str.slice(8, 2).to_list()
['98', '98']
>>> from billing.identifiers import personnummer
>>> personnummer.is_valid(numbers[0])
True
"""

from datetime import date

import polars as pl

FIRST_BIRTH = date(1938, 1, 1)
BIRTH_DAYS = 68 * 365
TEST_SERIAL = 980
TEST_SERIALS = 20
# Coprime to BIRTH_DAYS, so that consecutive people are born on distant days.
STRIDE = 7919
NINE = 9
TEN = 10


def personal(n: pl.Expr) -> pl.Expr:
    """Return the n-th personal number of 12 digits; distinct for 496,400 people."""
    place = n.cast(pl.Int64)
    day = (place * STRIDE) % BIRTH_DAYS
    serial = TEST_SERIAL + (place // BIRTH_DAYS) % TEST_SERIALS
    birth = (pl.lit(FIRST_BIRTH) + pl.duration(days=day)).dt.strftime("%Y%m%d")
    head = birth + serial.cast(pl.String)
    return head + check_digit(head.str.slice(2)).cast(pl.String)


def organisation(n: pl.Expr) -> pl.Expr:
    """Return the n-th organisation number of 10 digits."""
    head = pl.lit("55999") + n.cast(pl.String).str.zfill(4)
    return head + check_digit(head).cast(pl.String)


def check_digit(digits: pl.Expr) -> pl.Expr:
    """Return Luhn's check digit of nine digits, which it begins by doubling."""
    total = pl.lit(0, pl.Int64)
    for place in range(NINE):
        digit = digits.str.slice(place, 1).cast(pl.Int64)
        doubled = digit * 2
        cast_out = doubled - NINE * (doubled > NINE).cast(pl.Int64)
        total = total + (cast_out if place % 2 == 0 else digit)
    return (TEN - total % TEN) % TEN
