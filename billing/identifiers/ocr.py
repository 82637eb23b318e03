"""An OCR reference names one invoice: digits, a length digit and a check digit.

The length digit is the last digit of the whole length; the check digit is Luhn's.
Under an agreement with hard control and length digit (Bankgirot, Bankgiro
Inbetalningar) the payer's bank refuses every reference that fails them.

>>> issue(20260001)
'2026000105'
>>> issue("12345", length_digit=False)
'123455'
>>> validate("1234574")
'1234574'
>>> import polars as pl
>>> pl.select(ocr=issue_column(pl.Series(["12345", "123", "12a"])))["ocr"].to_list()
['1234574', '12351', None]
"""

import re

import polars as pl
from stdnum import luhn
from stdnum.util import clean

from billing.errors import Invalid

SHORTEST = 2
LONGEST = 25
GROUP = 4
# Luhn sums of 0000–9999: weights 1, 2, 1, 2 from the left, digit sums of products.
GROUP_SUMS = pl.select(n=pl.int_range(10_000)).select(
    sum=pl.sum_horizontal(
        digit if place % 2 else 2 * digit - 9 * (digit > 4).cast(pl.Int64)  # noqa: PLR2004 - 2 × 5 is the first product of two digits
        for place, digit in ((p, pl.col("n") // 10**p % 10) for p in (3, 2, 1, 0))
    )
)["sum"]


class WrongOcr(Invalid):
    """The digits are not an OCR reference."""


def issue(base: str | int, *, length_digit: bool = True) -> str:
    """Return base + length digit + check digit; a base has 1–23 digits (24 without)."""
    digits = str(base)
    room = LONGEST - 1 - length_digit
    if not re.fullmatch(rf"[0-9]{{1,{room}}}", digits):
        raise WrongOcr(
            f"{digits!r} cannot become an OCR reference; give 1 to {room} digits",
            field="reference",
        )
    if length_digit:
        digits += str((len(digits) + 2) % 10)
    return digits + str(luhn.calc_check_digit(digits))


def compact(reference: str) -> str:
    """Return the reference without spaces and hyphens; leading zeros stay."""
    return str(clean(reference, " -")).strip()


def validate(reference: str, *, length_digit: bool = True) -> str:
    """Return the digits, or raise WrongOcr; for references that we issue.

    An incoming reference is never refused: banks' own examples fail the length digit.
    """
    digits = compact(reference)
    if not re.fullmatch(rf"[0-9]{{{SHORTEST + length_digit},{LONGEST}}}", digits):
        raise WrongOcr(
            f"{reference.strip()!r} is not an OCR reference; "
            f"it has {SHORTEST + length_digit} to {LONGEST} digits",
            field="reference",
        )
    if not luhn.is_valid(digits):
        raise WrongOcr(
            f"the OCR reference {digits} fails its check digit; read it again from "
            "the invoice",
            field="reference",
        )
    if length_digit and int(digits[-2]) != len(digits) % 10:
        raise WrongOcr(
            f"the OCR reference {digits} fails its length digit: a digit is missing "
            "or too many; read it again from the invoice",
            field="reference",
        )
    return digits


def is_valid(reference: str, *, length_digit: bool = True) -> bool:
    """Return whether the text is an OCR reference."""
    try:
        return bool(validate(reference, length_digit=length_digit))
    except WrongOcr:
        return False


def format(reference: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the reference as invoices show it: digits only, as payers type it."""
    return compact(reference)


def issue_column(base: pl.Expr | pl.Series) -> pl.Expr:
    """Return OCR references of a String column of digits, with length digit.

    Null where the base is not 1–23 digits, so that the caller can name the row.
    """
    column = base if isinstance(base, pl.Expr) else pl.lit(base)
    fits = column.str.contains(rf"^[0-9]{{1,{LONGEST - 2}}}$")
    length = (column.str.len_chars().cast(pl.Int64) + 2) % 10
    body = pl.when(fits).then(pl.concat_str(column, length.cast(pl.String)))
    return pl.concat_str(body, _check_digit(body).cast(pl.String))


def is_valid_column(reference: pl.Expr) -> pl.Expr:
    """Return whether each text of a String column is an OCR with length digit."""
    fits = reference.str.contains(rf"^[0-9]{{{SHORTEST + 1},{LONGEST}}}$")
    digits = pl.when(fits).then(reference)
    body = digits.str.head(-1)
    length = digits.str.len_chars().cast(pl.Int64) % 10
    right = (_check_digit(body) == digits.str.tail(1).cast(pl.Int64)) & (
        length == body.str.tail(1).cast(pl.Int64)
    )
    return pl.coalesce(right, pl.lit(value=False))


def _check_digit(body: pl.Expr) -> pl.Expr:
    """Luhn over ≤ 24 digits, four at a time from a table."""
    filled = body.str.zfill(LONGEST - 1)
    groups = [
        pl.lit(GROUP_SUMS).gather(filled.str.slice(place, GROUP).cast(pl.UInt32))
        for place in range(0, LONGEST - 1, GROUP)
    ]
    return (10 - pl.sum_horizontal(groups, ignore_nulls=False) % 10) % 10
