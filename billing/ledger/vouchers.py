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
    first_open = pl.DataFrame(
        {"legal_entity": list(open_from), "open_from": list(open_from.values())},
        schema={"legal_entity": pl.String, "open_from": pl.Date},
    )
    starts = pl.DataFrame(
        {"legal_entity": list(next_numbers), "first": list(next_numbers.values())},
        schema={"legal_entity": pl.String, "first": pl.Int64},
    )
    lines = (
        differences.filter(pl.col("amount_minor") != 0)
        .sort(*VOUCHER, "account", "currency")
        .join(first_open, on="legal_entity", how="left", maintain_order="left")
        .join(starts, on="legal_entity", maintain_order="left")
        .with_columns(
            number=pl.col("first")
            + pl.struct(VOUCHER).rank("dense").over("legal_entity").cast(pl.Int64)
            - 1
        )
        .with_columns(
            voucher_id=pl.format("{}-" + SERIES + "{}", "legal_entity", "number"),
            n=pl.int_range(1, pl.len() + 1).over("legal_entity", "number"),
        )
    )
    heads = lines.group_by("voucher_id", maintain_order=True).agg(
        pl.col(*VOUCHER, "number", "open_from").first(), line_count=pl.len()
    )
    vouchers = heads.select(
        "voucher_id",
        "legal_entity",
        "number",
        pl.col("line_count").cast(pl.Int64),
        series=pl.lit(SERIES),
        accounting_date=pl.max_horizontal("accounting_date", "open_from"),
        source_key=pl.format(
            "{}/{}/{}", "source", "accounting_date", pl.lit(build_id)
        ),
        text=pl.format(
            "{} {}",
            pl.col("source").replace_strict(TEXTS, default=pl.col("source")),
            "accounting_date",
        ),
    )
    return vouchers, lines.select("voucher_id", "n", "account", "currency", "amount_minor")


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
