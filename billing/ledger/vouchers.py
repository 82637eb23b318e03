"""Vouchers are the difference between the derived journal and what has been booked.

>>> from datetime import date
>>> derived = pl.DataFrame({"legal_entity": "NB", "accounting_date": date(2026, 1, 5),
...     "source": "invoicing", "account": ["1510", "2970"], "currency": "SEK",
...     "amount_minor": [12500, -12500]})
>>> vouchers, lines = book(derived, {"NB": 7}, build_id="b1", open_from={})
>>> vouchers.select("voucher_id", "number", "line_count").rows()
[('NB-A7', 7, 2)]
"""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from billing.errors import Invalid

SERIES = "A"
VOUCHER = ["legal_entity", "accounting_date", "source"]

TEXTS = {
    "invoicing": "Fakturering",
    "payments": "Inbetalningar",
    "reminders": "Påminnelseavgifter",
    "opening": "Övertagna kundfordringar",
    "recognition": "Periodisering av intäkter",
    "write_offs": "Kundförluster",
}


class Unbalanced(Invalid):
    """A group of derived lines does not balance; nothing of it may be booked."""


def book(
    differences: pl.DataFrame,
    next_numbers: Mapping[str, int],
    *,
    build_id: str,
    open_from: Mapping[str, date],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make one voucher for each legal entity, day and source, numbered without gaps.

    A day in a closed period is moved to the first open one (`open_from`). Returns the
    vouchers and their lines, with the columns of the books.
    """
    _assert_balance(differences)
    lines = _numbered(differences, next_numbers, open_from)
    heads = lines.group_by("voucher_id", maintain_order=True).agg(
        pl.col(*VOUCHER, "number", "open_from").first(),
        line_count=pl.len().cast(pl.Int64),
    )
    source = pl.col("source").replace_strict(TEXTS, default=pl.col("source"))
    vouchers = heads.select(
        "voucher_id",
        "legal_entity",
        "number",
        "line_count",
        series=pl.lit(SERIES),
        accounting_date=pl.max_horizontal("accounting_date", "open_from"),
        source_key=pl.format("{}/{}/{}", "source", "accounting_date", pl.lit(build_id)),
        text=pl.format("{} {}", source, "accounting_date"),
    )
    return vouchers, lines.select(
        "voucher_id", "n", "account", "currency", "amount_minor"
    )


def _numbered(
    differences: pl.DataFrame,
    next_numbers: Mapping[str, int],
    open_from: Mapping[str, date],
) -> pl.DataFrame:
    """Give the lines their voucher: one for each legal entity, day and source."""
    per_entity = ["legal_entity", "number"]
    return (
        differences.filter(pl.col("amount_minor") != 0)
        .sort(*VOUCHER, "account", "currency")
        .with_columns(
            open_from=pl.col("legal_entity").replace_strict(
                open_from, default=None, return_dtype=pl.Date
            ),
            number=pl.col("legal_entity").replace_strict(
                next_numbers, return_dtype=pl.Int64
            )
            + pl.struct(VOUCHER).rank("dense").over("legal_entity").cast(pl.Int64)
            - 1,
        )
        .with_columns(
            voucher_id=pl.format("{}-" + SERIES + "{}", *per_entity),
            n=pl.int_range(1, pl.len() + 1).over(per_entity),
        )
    )


def _assert_balance(differences: pl.DataFrame) -> None:
    skewed = (
        differences.group_by(*VOUCHER, "currency")
        .agg(pl.col("amount_minor").sum())
        .filter(pl.col("amount_minor") != 0)
        .sort(VOUCHER)
    )
    if not skewed.is_empty():
        row = skewed.row(0, named=True)
        raise Unbalanced(
            f"{row['source']} of {row['accounting_date']} for {row['legal_entity']} is "
            f"out of balance by {row['amount_minor']} {row['currency']} minor units; "
            "no voucher is booked until the journal is right"
        )


def first_open_day(closed_through: date) -> date:
    """Return the first day of the period after a closed one."""
    return closed_through + timedelta(days=1)
