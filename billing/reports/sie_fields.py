r"""SIE fields are how amounts and texts are written in a SIE file (4C §5.5–5.13).

>>> frame = pl.DataFrame({"amount_minor": [123456, -5], "text": ['En "bok"', "C:\\n"]})
>>> fields = frame.select(minor=amount(), text=quote(pl.col("text")))
>>> for written in fields.iter_rows():
...     print(*written)
1234.56 "En \"bok\""
-0.05 "C:\n"
"""

import polars as pl

CONTROL_CHARACTERS = r"[\x00-\x1f\x7f]"


def amount(column: str = "amount_minor") -> pl.Expr:
    """Return minor units as 1234.50: a point, a leading minus, no other signs."""
    minor = pl.col(column)
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    cents = (minor.abs() % 100).cast(pl.String).str.zfill(2)
    return pl.format("{}{}.{}", sign, minor.abs() // 100, cents)


def quote(text: pl.Expr) -> pl.Expr:
    """Return a text field: controls are blanks, and only the mark " is escaped."""
    clean = text.str.replace_all(CONTROL_CHARACTERS, " ")
    escaped = clean.str.replace_all('"', '\\"', literal=True)
    # A backslash at the end would escape the closing mark.
    apart = escaped.str.replace(r"\\$", "\\ ")
    return pl.concat_str(pl.lit('"'), apart, pl.lit('"'))


def quoted(text: str) -> str:
    r"""Return one text field.

    >>> print(quoted('Bladet "Å&Ö"\tAB'))
    "Bladet \"Å&Ö\" AB"
    """
    field: str = pl.select(quote(pl.lit(text))).item()
    return field
