"""An incoming payment is one movement of money with what the bank says it was for.

Every reader of bank files answers with a BankReport: the statements or deposits of the
file, its payments, and findings about what could not be taken at its word.

>>> payments_frame([]).columns[:5]
['account', 'alias', 'booked_on', 'value_on', 'amount_minor']
>>> findings_frame([Finding("error", 3, "Amt", "the amount 1,5 is no number", "ask")])[
...     "severity"].to_list()
['error']
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pandera.polars as pa
import polars as pl

Severity = Literal["error", "warning", "note"]

REFERENCE = pl.Struct({"text": pl.String, "kind": pl.String, "amount_minor": pl.Int64})

PAYMENT_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "account": pl.String,
    "alias": pl.String,
    "booked_on": pl.Date,
    "value_on": pl.Date,
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "kind": pl.String,
    "status": pl.String,
    "status_text": pl.String,
    "references": pl.List(REFERENCE),
    "payer_name": pl.String,
    "payer_account": pl.String,
    "payer_number": pl.String,
    "payer_organisation": pl.String,
    "bank_reference": pl.String,
    "end_to_end_id": pl.String,
    "group": pl.String,
    "ordinal": pl.Int64,
    "channel": pl.String,
    "held": pl.Boolean,
    "line": pl.Int64,
    "path": pl.String,
}

STATEMENT_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "account": pl.String,
    "alias": pl.String,
    "currency": pl.String,
    "message": pl.String,
    "id": pl.String,
    "sequence": pl.String,
    "copy": pl.String,
    "opening_minor": pl.Int64,
    "closing_minor": pl.Int64,
    "booked_minor": pl.Int64,
    "entries": pl.Int64,
    "ties": pl.Boolean,
    "held": pl.Boolean,
    "created_on": pl.Date,
    "line": pl.Int64,
}

FINDING_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "severity": pl.String,
    "line": pl.Int64,
    "field": pl.String,
    "message": pl.String,
    "remedy": pl.String,
}

# payment: money from a customer · batch: one sum whose details are elsewhere ·
# deduction: a credit note drawn from the payer's payments · reversal: an earlier
# booking taken back · chargeback: an earlier payment drawn back by the payer's bank ·
# refund: money to a customer · fee · withdrawal: any other money out.
KINDS = (
    "payment",
    "batch",
    "deduction",
    "reversal",
    "chargeback",
    "refund",
    "fee",
    "withdrawal",
)
STATUSES = ("booked", "pending", "unknown")
REFERENCE_KINDS = ("ocr", "rf", "invoice", "free")

# Natural key: account × group × bank_reference × ordinal. `held` is true where a total
# of the file does not prove the row: it is not to be settled before a person looked.
PAYMENTS = pa.DataFrameSchema(
    {
        **{
            name: pa.Column(dtype, nullable=True)
            for name, dtype in PAYMENT_COLUMNS.items()
        },
        "amount_minor": pa.Column(pl.Int64, nullable=False),
        "currency": pa.Column(pl.String, nullable=False),
        "kind": pa.Column(pl.String, pa.Check.isin(KINDS)),
        "status": pa.Column(pl.String, pa.Check.isin(STATUSES)),
        "group": pa.Column(pl.String, nullable=False),
        "bank_reference": pa.Column(pl.String, nullable=False),
        "ordinal": pa.Column(pl.Int64, nullable=False),
        "held": pa.Column(pl.Boolean, nullable=False),
    },
    strict=True,
)


class Finding(NamedTuple):
    """What a reader noticed: how grave, where, what, and what to do."""

    severity: Severity
    line: int | None
    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class BankReport:
    """A bank file read: its format, statements (or deposits), payments, findings."""

    format: str
    statements: pl.DataFrame
    payments: pl.DataFrame
    findings: pl.DataFrame


def payments_frame(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Return payments of rows; columns that a row lacks are empty."""
    return pl.DataFrame(list(rows), schema=dict(PAYMENT_COLUMNS))


def findings_frame(findings: Iterable[Finding]) -> pl.DataFrame:
    """Return findings in the order of the file."""
    frame = pl.DataFrame(list(findings), schema=dict(FINDING_COLUMNS), orient="row")
    return frame.sort("line", nulls_last=True, maintain_order=True)


def completed(
    frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """Return the frame with exactly these columns; those that it lacks are empty."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None))
        .cast(dtype)
        .alias(name)
        for name, dtype in columns.items()
    )


def proven(payments: pl.DataFrame) -> pl.DataFrame:
    """Return payments with exactly the columns of `PAYMENTS`, which tests hold it to.

    The values are checked once, where `ingest` takes them over the boundary.
    """
    return completed(payments, PAYMENT_COLUMNS)
