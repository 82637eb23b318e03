"""The command of the general ledger: book what is derived and not yet booked."""

from dataclasses import dataclass

import polars as pl

DIFFERENCES = pl.Schema(
    {
        "legal_entity": pl.String,
        "accounting_date": pl.Date,
        "source": pl.String,
        "account": pl.String,
        "currency": pl.String,
        "amount_minor": pl.Int64,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class BookVouchers:
    """Command: book differences between the derived journal and the vouchers.

    Columns of `DIFFERENCES`; debit is positive.
    """

    differences: pl.DataFrame
    build_id: str
