"""Past invoices are what the system that is replaced has billed: history, not books.

Their lines are kept for comparison (`shadow`), for history and for key figures. They
never come into the ledger.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.errors import Conflict, Invalid

PAST_LINES = pl.Schema(
    {
        "invoice_id": pl.String(),
        "n": pl.Int64(),
        "legal_entity": pl.String(),
        "customer_id": pl.String(),
        "subscription_id": pl.String(),
        "plan_id": pl.String(),
        "issued_on": pl.Date(),
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "text": pl.String(),
        "currency": pl.String(),
        "net_minor": pl.Int64(),
        "vat_minor": pl.Int64(),
    }
)
KEY = ["invoice_id", "n"]
LINE = pl.format("{}/{}", "invoice_id", "n")
REFUSALS = pl.Schema(
    {"row": pl.Int64, "field": pl.String, "message": pl.String, "remedy": pl.String}
)


class WrongPastInvoice(Invalid):
    """A past line names what does not exist, or cannot be."""


class PastInvoiceDiffers(Conflict):
    """The line has been taken over with another content."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordPastInvoices:
    """Command: keep lines that another system has billed; columns of `PAST_LINES`.

    The period is half-open; a line without agreement or period is history only. The
    same line again with the same content changes nothing.
    """

    lines: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What past lines may refer to: customers (customer_id), entities (legal_entity).

    `lines` are those that are there already, with the columns of `PAST_LINES`.
    """

    customers: pl.DataFrame
    entities: pl.DataFrame
    lines: pl.DataFrame


def past_lines_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return past lines as a frame with every column; what is not said is null."""
    return pl.DataFrame(rows, schema=PAST_LINES)


def completed(lines: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return lines with every column, and the only company where none is named."""
    only = known.entities["legal_entity"]
    entity = only[0] if len(only) == 1 else None
    return (
        lines.select(PAST_LINES.names())
        .cast(PAST_LINES)
        .with_columns(pl.col("legal_entity").fill_null(pl.lit(entity, pl.String)))
    )


def refusals(lines: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return what is wrong: row (from 0), field, message, remedy.

    An agreement that is not known is no fault of the line: the comparison says so.
    """
    rows = completed(lines, known).with_row_index("row")
    found = [*_unknown(rows, known), *_impossible(rows), _differing(rows, known)]
    return pl.concat([REFUSALS.to_frame(), *found]).sort("row", "field")


def _unknown(rows: pl.DataFrame, known: Known) -> list[pl.DataFrame]:
    customer = pl.col("customer_id").is_in(known.customers["customer_id"].implode())
    entity = pl.col("legal_entity").is_in(known.entities["legal_entity"].implode())
    return [
        _wrong(
            rows,
            ("customer_id", pl.col("customer_id"), ~customer),
            ("customer {} is not known", "register the customer first"),
        ),
        _wrong(
            rows,
            ("legal_entity", pl.col("legal_entity"), ~entity.fill_null(value=False)),
            ("company {} is not known", "name one of the companies"),
        ),
    ]


def _impossible(rows: pl.DataFrame) -> list[pl.DataFrame]:
    ends, begins = pl.col("period_to"), pl.col("period_from")
    return [
        _wrong(
            rows,
            ("n", LINE, ~pl.struct(KEY).is_first_distinct()),
            ("line {} stands twice", "number the lines of an invoice"),
        ),
        _wrong(
            rows,
            ("period_to", ends.cast(pl.String), ends <= begins),
            ("the period ends on {}, before it begins", "correct one of the days"),
        ),
    ]


def _differing(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    there = rows.join(known.lines, on=KEY, suffix="_known")
    other = [
        pl.col(name).ne_missing(pl.col(f"{name}_known"))
        for name in PAST_LINES
        if name not in KEY
    ]
    return _wrong(
        there,
        ("invoice_id", LINE, pl.any_horizontal(other)),
        (
            "line {} has been taken over with another content",
            "send it as it was, or under another number",
        ),
    )


def _wrong(
    rows: pl.DataFrame,
    what: tuple[str, pl.Expr, pl.Expr],
    words: tuple[str, str],
) -> pl.DataFrame:
    """Return the rows that are wrong; `what` is the field, what it says, the fault."""
    field, said, wrong = what
    message, remedy = words
    return rows.filter(wrong).select(
        pl.col("row").cast(pl.Int64),
        field=pl.lit(field),
        message=pl.format(message, said.fill_null("nothing")),
        remedy=pl.lit(remedy),
    )
