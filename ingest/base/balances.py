r"""Balances come as one row per customer: what it has to its credit in another system.

A balance below zero is a credit; it becomes a credit note that is used on the
customer's next invoice. What a customer owes comes as open invoices instead: a claim
has a number and a due date.

>>> imported = read(b"customer_id;balance;balance_on\n"
...     b"C1;-150,00;2026-03-31\nC2;0;2026-03-31\nC3;20;2026-03-31\n", "saldo.csv")
>>> imported.rows.select("invoice_id", "open_minor").rows()
[('B-C1-SEK', -15000)]
>>> imported.refused.select("line", "field").rows()
[(4, 'balance')]
"""

from collections.abc import Mapping as Named

import polars as pl

from billing.invoicing.opening import OPEN_INVOICES
from ingest.base import kind as kinds
from ingest.base import open_invoices, refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

FIELDS = (
    Field("customer_id", required=True),
    Field("balance_minor", "minor", required=True, said="balance"),
    Field("balance_on", "day", required=True),
    Field("balance_id"),
    Field("legal_entity"),
    Field("currency"),
)


def read(
    data: bytes,
    name: str,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return credits of a CSV or Excel file in the columns of open invoices."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Name each balance after its customer and currency where it has no name."""
    named = pl.format("B-{}-{}", "customer_id", "currency")
    return rows.filter(pl.col("balance_minor") != 0).with_columns(
        pl.coalesce("balance_id", named).alias("balance_id")
    )


def _is_a_credit(rows: pl.DataFrame) -> pl.DataFrame:
    said = rows.with_columns(balance="balance_minor")
    words = (
        "the customer owes this",
        "send what customers owe as open invoices, with number and due date",
    )
    return refusal.where(said, pl.col("balance_minor") > 0, "balance", words)


def _as_credit_notes(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "line",
        "customer_id",
        "legal_entity",
        "currency",
        invoice_id="balance_id",
        reference="balance_id",
        issued_on="balance_on",
        due_on="balance_on",
        open_minor="balance_minor",
        payment_method=pl.lit(None, pl.String),
    ).select("line", *OPEN_INVOICES)


KIND = Kind(
    "balances",
    FIELDS,
    open_invoices.SCHEMA,
    (_is_a_credit,),
    prepared=_prepared,
    finished=_as_credit_notes,
)
