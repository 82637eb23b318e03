"""The parts of the bookkeeping page: the columns, the total, and the SIE file."""

import polars as pl
import streamlit as st

from billing.books import exports
from billing.company import Company
from streamlit_app import desk
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

BALANCES = [
    Column("account"),
    Column("account_name"),
    Column("opening_minor", "money"),
    Column("debit_minor", "money"),
    Column("credit_minor", "money"),
    Column("balance_minor", "money"),
]
VOUCHERS = [
    Column("voucher", width=110),
    Column("accounting_date", "date"),
    Column("text", width="large"),
    Column("lines", "count"),
    Column("debit_minor", "money"),
]
DIFFERENCES = [
    Column("accounting_date", "date"),
    Column("source", "code", "journal"),
    Column("account"),
    Column("derived_minor", "money"),
    Column("booked_minor", "money"),
    Column("amount_minor", "money"),
]


def with_total(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the trial balance with its last row, which shows that it balances."""
    total = rows.select(
        account=pl.lit(""),
        account_name=pl.lit(text("ledger.total")),
        opening_minor=pl.col("opening_minor").sum(),
        debit_minor=pl.col("debit_minor").sum(),
        credit_minor=pl.col("credit_minor").sum(),
        balance_minor=pl.col("balance_minor").sum(),
    )
    return pl.concat([rows, total.head(1)], how="vertical_relaxed")


def download(company: Company, period: str) -> None:
    """Draw the button that hands out the SIE file of a month or a year."""
    st.download_button(
        text("ledger.sie", period=period),
        data=lambda: (
            exports.sie_4i(
                desk.books(), company.legal_entity, period, desk.moment().on
            ).content
        ),
        file_name=f"{company.legal_entity}-{period}.SI",
        mime="application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        type="primary",
        key="sie",
    )
