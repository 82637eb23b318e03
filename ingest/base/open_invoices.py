r"""Open invoices come as one row each: what another system has issued and is unpaid.

`amount` is the whole of the invoice; `open_amount` what is left of it, where some has
been paid. Only what is left is taken over; a row with nothing left is passed over. An
amount below zero is a credit note that has not been used.

>>> imported = read(b"invoice_id;reference;customer_id;issued_on;due_on;amount\n"
...     b"8812;881255;C1;2026-03-01;2026-03-31;299,00\n"
...     b"8813;;C2;2026-03-01;31 mars;299,00\n", "open.csv")
>>> imported.rows.select("invoice_id", "reference", "open_minor").rows()
[('8812', '881255', 29900)]
>>> imported.refused.select("line", "message").rows()
[(3, "'31 mars' is not a date")]
"""

from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from billing.invoicing import opening
from billing.invoicing.opening import OPEN_INVOICES, Known
from ingest.base import kind as kinds
from ingest.base import refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

REQUIRED = ("invoice_id", "customer_id", "issued_on", "due_on", "open_minor")
FIELDS = (
    Field("invoice_id", required=True),
    Field("reference"),
    Field("customer_id", required=True),
    Field("legal_entity"),
    Field("issued_on", "day", required=True),
    Field("due_on", "day", required=True),
    Field("amount_minor", "minor", required=True, said="amount"),
    Field("open_minor", "minor", said="open_amount"),
    Field("currency"),
    Field("payment_method"),
)
SCHEMA = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        **{
            name: pa.Column(dtype, nullable=name not in REQUIRED)
            for name, dtype in OPEN_INVOICES.items()
        },
    },
    strict=True,
)


def read(
    data: bytes,
    name: str,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return open invoices of a CSV or Excel file in the columns of `SCHEMA`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(imported: Imported, known: Known) -> Imported:
    """Refuse also what names what does not exist, or clashes with what is there."""
    rows = imported.rows
    return kinds.without(
        imported, kinds.of_rows(rows, opening.refusals(rows.drop("line"), known))
    )


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Take what is left, or the whole amount where nothing has been paid."""
    left = rows.with_columns(open_minor=pl.coalesce("open_minor", "amount_minor"))
    return left.filter(pl.col("open_minor") != 0)


def _no_more_than_issued(rows: pl.DataFrame) -> pl.DataFrame:
    more = pl.col("open_minor").abs() > pl.col("amount_minor").abs()
    turned = pl.col("open_minor").sign() != pl.col("amount_minor").sign()
    words = ("more is open than was invoiced", "correct amount or open_amount")
    return refusal.where(rows, more | turned, "open_minor", words)


def _completed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("line", *OPEN_INVOICES)


KIND = Kind(
    "open_invoices",
    FIELDS,
    SCHEMA,
    (_no_more_than_issued,),
    prepared=_prepared,
    finished=_completed,
)
