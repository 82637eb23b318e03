"""A cell is text; here it becomes a day, an amount or a number, or stays what it is.

Nothing is guessed: what cannot be read with certainty is null, to be refused.

>>> said = pl.DataFrame({"cell": [
...     "2026-04-13", "20260413", "2026-04-13 00:00:00", "4/13"]})
>>> said.select(day(pl.col("cell"))).to_series().dt.to_string().to_list()
['2026-04-13', '2026-04-13', '2026-04-13', None]
>>> said = pl.DataFrame({"cell": [
...     "1 299,50", "29.85", "-5", "1,234", "1.234,50", "1e3"]})
>>> said.select(minor(pl.col("cell"), pl.lit("SEK"))).to_series().to_list()
[129950, 2985, -500, None, 123450, None]
"""

import polars as pl

from billing import money

# 1 299,50, 1.299,50, 1,299.50: the last sign before one or two digits is the point.
GROUPED = r"^([-+]?)(\d{1,3}(?:[., ]\d{3})+)([.,]\d{1,2})?$"
PLAIN = r"^[-+]?\d{1,15}(?:[.,]\d+)?$"
THOUSANDS = 3
PERCENT, MICRO = 100, 1_000_000
QUANTITY = pl.Decimal(18, 6)
QUANTITY_SHAPE = r"^\d{1,11}(?:\.\d{1,6})?$"


def day(cell: pl.Expr) -> pl.Expr:
    """Return a Date of YYYY-MM-DD (also with a time, as Excel has it) or YYYYMMDD."""
    iso = cell.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00)?(?:\.0+)?)?$")
    compact = cell.str.extract(r"^(\d{8})$")
    return pl.coalesce(
        iso.str.to_date("%Y-%m-%d", strict=False),
        compact.str.to_date("%Y%m%d", strict=False),
    )


def minor(cell: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Return minor units of an amount in major units; decimal comma allowed."""
    digits = currency.replace_strict(
        money.EXPONENTS, default=money.DEFAULT_EXPONENT, return_dtype=pl.Int64
    )
    plain = _plain(cell)
    parts = plain.str.extract_groups(r"^([-+]?)(\d+)(?:\.(\d+))?$")
    whole = parts.struct.field("2")
    said = parts.struct.field("3").fill_null("")
    decimals = said.str.strip_chars_end("0")
    padded = (decimals + pl.lit("0000")).str.head(digits)
    size = (whole + padded).cast(pl.Int64, strict=False)
    # 1.000 may be one or a thousand: three decimals are no amount, noughts or not.
    thousands = (said.str.len_chars() == THOUSANDS) & (digits < THOUSANDS)
    exact = pl.when((decimals.str.len_chars() <= digits) & ~thousands).then(size)
    return pl.when(parts.struct.field("1") == "-").then(-exact).otherwise(exact)


def quantity(cell: pl.Expr) -> pl.Expr:
    """Return a quantity with at most six decimals."""
    plain = _plain(cell)
    return pl.when(plain.str.contains(QUANTITY_SHAPE)).then(
        plain.cast(QUANTITY, strict=False)
    )


def rate(cell: pl.Expr) -> pl.Expr:
    """Return millionths of a rate of tax: 25, 25 %, 0.25 and 0,25 are the same.

    >>> said = pl.DataFrame({"cell": ["25", "6 %", "0,06", "25.5", "0", "x", "120"]})
    >>> said.select(rate(pl.col("cell"))).to_series().to_list()
    [250000, 60000, 60000, 255000, 0, None, None]
    """
    said = _plain(cell.str.strip_suffix("%").str.strip_chars())
    share = pl.when(said.str.contains(QUANTITY_SHAPE)).then(
        said.cast(QUANTITY, strict=False)
    )
    # No tax is one percent or less: such a number is a share.
    percent = (share > 1) | cell.str.ends_with("%")
    micro = (share * MICRO).cast(pl.Int64)
    found = pl.when(percent).then(micro // PERCENT).otherwise(micro)
    return pl.when(found < MICRO).then(found)


def whole(cell: pl.Expr) -> pl.Expr:
    """Return a whole number."""
    return pl.when(cell.str.contains(r"^-?\d{1,18}$")).then(
        cell.cast(pl.Int64, strict=False)
    )


def _plain(cell: pl.Expr) -> pl.Expr:
    """Return the number with a point and without signs between thousands."""
    spaced = cell.str.replace_all("[\u00a0\u202f]", " ").str.replace("\u2212", "-")
    grouped = spaced.str.extract_groups(GROUPED)
    integer = grouped.struct.field("2").str.replace_all("[., ]", "")
    cents = grouped.struct.field("3").fill_null("").str.replace(",", ".", literal=True)
    one_point = pl.when(spaced.str.contains(PLAIN)).then(
        spaced.str.replace(",", ".", literal=True)
    )
    return pl.coalesce(one_point, grouped.struct.field("1") + integer + cents)
