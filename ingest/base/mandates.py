r"""Mandates come as one row each: a customer lets the company draw from an account.

>>> imported = read(b"customer_id;bank_account;signed_on\n"
...     b"C100001;50000000001005;2026-04-01\n", "mandates.csv")
>>> imported.rows.select("customer_id", "payer_number", "event").rows()
[('C100001', '100001', 'requested')]
"""

from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from billing.payment_methods.command import MANDATES
from ingest.base import kind as kinds
from ingest.base import refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

SCHEME = "autogiro"
REQUESTED = "requested"
EVENTS = (REQUESTED, "active", "rejected", "revoked")
# Bankgirot, Autogiro technical manual: a payer number has at most 16 digits.
PAYER_NUMBER = r"^[0-9]{1,16}$"
FIELDS = (
    Field("mandate_id"),
    Field("customer_id", required=True),
    Field("scheme"),
    Field("payer_number"),
    Field("bank_account"),
    Field("event"),
    Field("reason"),
    Field("effective_on", "day", required=True, said="signed_on"),
)
IMPORTED_MANDATES = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        "scheme": pa.Column(pl.String),
        "payer_number": pa.Column(pl.String, pa.Check.str_matches(PAYER_NUMBER)),
        "event": pa.Column(pl.String, pa.Check.isin(EVENTS)),
        **{
            name: pa.Column(dtype, nullable=name not in {"customer_id", "effective_on"})
            for name, dtype in MANDATES.items()
            if name not in {"scheme", "payer_number", "event"}
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
    """Return mandates of a CSV or Excel file in the columns of `IMPORTED_MANDATES`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(imported: Imported, customers: pl.DataFrame) -> Imported:
    """Refuse also the rows of customers that are not registered (customer_id)."""
    lost = imported.rows.join(customers, on="customer_id", how="anti")
    words = ("customer {} is not known", "register the customer first")
    return kinds.without(
        imported, refusal.where(lost, pl.lit(value=True), "customer_id", words)
    )


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in Autogiro, a request, and the customer's digits as payer number.

    An order file has a row for each agreement, with or without an account.
    """
    digits = pl.col("customer_id").str.replace_all("[^0-9]", "")
    return rows.filter(
        pl.col("bank_account").is_not_null() | pl.col("payer_number").is_not_null()
    ).with_columns(
        scheme=pl.col("scheme").fill_null(SCHEME),
        event=pl.col("event").fill_null(REQUESTED),
        payer_number=pl.coalesce("payer_number", digits),
    )


def _right(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("payer_number").str.contains(PAYER_NUMBER)
    account = pl.col("bank_account").str.replace_all("[ -]", "")
    found = [
        refusal.where(
            rows,
            ~number.fill_null(value=False),
            "payer_number",
            ("'{}' is no payer number", "give at most 16 digits"),
        ),
        refusal.where(
            rows,
            ~account.str.contains(r"^[0-9]{5,19}$").fill_null(value=True),
            "bank_account",
            ("the account is no number", "give clearing and account number as digits"),
        ),
        refusal.where(
            rows,
            ~pl.col("event").is_in(EVENTS),
            "event",
            ("'{}' does not happen to a mandate", f"write one of {', '.join(EVENTS)}"),
        ),
        refusal.where(
            rows,
            ~pl.struct("payer_number", "event", "effective_on").is_first_distinct(),
            "payer_number",
            ("payer number {} stands twice in the file", "keep one row"),
        ),
    ]
    return pl.concat(found)


KIND = Kind("mandates", FIELDS, IMPORTED_MANDATES, (_right,), prepared=_prepared)
