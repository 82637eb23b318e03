"""An Autogiro report is read for what became of mandates and of collection orders.

>>> answers = mandate_events(b'''01AUTOGIRO              20260414            AG-MEDAVI \
          4711170054029681
... 7300540296810000000000001005                                 033320260414
... 092026041499000000001''')
>>> answers.rows.select("payer_number", "event", "effective_on").rows()
[('1005', 'revoked', datetime.date(2026, 4, 14))]
"""

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl

from billing.books.filing import FINDINGS
from billing.formats import autogiro
from billing.formats.autogiro_orders import reference_16
from billing.formats.autogiro_records import AutogiroReport
from billing.payment_methods.command import MANDATES, RESULTS

SCHEME = "autogiro"
# Outcome of a mandate advice → what happens to the mandate; others change nothing.
EVENTS = {
    "approved": "active",
    "refused": "rejected",
    "cancelled": "revoked",
    "not_found": "revoked",
    "number_released": "revoked",
}
MANDATE_EVENTS = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64),
        "payer_number": pa.Column(pl.String),
        "event": pa.Column(pl.String, pa.Check.isin(sorted(set(EVENTS.values())))),
        "reason": pa.Column(pl.String, nullable=True),
        "effective_on": pa.Column(pl.Date),
    },
    strict=True,
)
ANSWERS = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64),
        "payer_number": pa.Column(pl.String),
        "reference": pa.Column(pl.String, nullable=True),
        "amount_minor": pa.Column(pl.Int64),
        "result": pa.Column(pl.String, pa.Check.isin(["paid", "refused"])),
        "reason": pa.Column(pl.String, nullable=True),
        "booked_on": pa.Column(pl.Date),
    },
    strict=True,
)
Matched = tuple[pl.DataFrame, pl.DataFrame]
CLERK = "let a clerk compare the report with the orders"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A report read: rows of `MANDATE_EVENTS` or `ANSWERS`, and findings."""

    format: str
    rows: pl.DataFrame
    findings: pl.DataFrame


def mandate_events(data: bytes) -> Answers:
    """Return what a mandate advice (AG-MEDAVI) says became of mandates."""
    report = autogiro.read(data)
    known = report.records.filter(pl.col("outcome").is_in(list(EVENTS)))
    other = report.records.filter(~pl.col("outcome").is_in(list(EVENTS)))
    rows = known.select(
        "line",
        "payer_number",
        event=pl.col("outcome").replace_strict(EVENTS, return_dtype=pl.String),
        reason=pl.col("outcome_text"),
        effective_on="on",
    )
    left = _findings(
        other,
        "warning",
        pl.format("payer number {}: {}", "payer_number", "outcome_text"),
        CLERK,
    )
    return Answers(report.format, MANDATE_EVENTS.validate(rows), _all(report, left))


def answers(data: bytes) -> Answers:
    """Return what a payment specification, or a report of rejections, says of orders.

    A debit that will be tried again is no answer yet; credits and refunds are findings.
    """
    report = autogiro.read(data)
    if report.report == "rejected":
        return _rejected(report)
    debits = report.records.filter((pl.col("direction") == "debit") & ~pl.col("held"))
    final = debits.filter(pl.col("outcome") != "will_be_retried")
    paid = pl.col("outcome") == "executed"
    days = report.payments.select("line", "booked_on")
    rows = final.join(days, on="line", how="left", maintain_order="left").select(
        "line",
        "payer_number",
        "reference",
        "amount_minor",
        result=pl.when(paid).then(pl.lit("paid")).otherwise(pl.lit("refused")),
        reason=pl.when(~paid).then("outcome"),
        booked_on=pl.coalesce("booked_on", "due_on"),
    )
    left = report.records.filter(
        (pl.col("direction") != "debit")
        | pl.col("held")
        | (pl.col("outcome") == "will_be_retried")
    )
    said = pl.format(
        "a {} of {} minor units from payer {} is {}",
        "direction",
        "amount_minor",
        "payer_number",
        pl.col("outcome").fill_null("drawn back"),
    )
    found = _findings(left, "warning", said, CLERK)
    return Answers(report.format, ANSWERS.validate(rows), _all(report, found))


def mandates(events: pl.DataFrame, known: pl.DataFrame) -> Matched:
    """Return events in the columns of `MANDATES`, and findings about unknown payers.

    `known` has mandate_id, customer_id, payer_number, bank_account of the mandates.
    """
    named = known.select(
        pl.col("mandate_id", "customer_id", "payer_number", "bank_account").cast(
            pl.String
        )
    ).unique("payer_number", keep="last", maintain_order=True)
    found = events.join(
        named,
        on="payer_number",
        how="left",
        maintain_order="left",
    )
    lost = found.filter(pl.col("mandate_id").is_null())
    rows = found.drop_nulls("mandate_id").with_columns(scheme=pl.lit(SCHEME))
    said = pl.format("payer number {} has no mandate here", "payer_number")
    return (
        rows.select(MANDATES.names()).cast(MANDATES),
        _findings(lost, "error", said, "register the mandate; send the file again"),
    )


def results(answered: pl.DataFrame, orders: pl.DataFrame) -> Matched:
    """Return answers in the columns of `RESULTS`, and findings about unknown orders.

    `orders` has order_id and amount_minor. An order's reference at Bankgirot is its id,
    filled with zeros to 16 characters.
    """
    key = ["reference", "amount_minor"]
    sent = orders.select(
        pl.col("order_id").cast(pl.String),
        pl.col("amount_minor").cast(pl.Int64),
        reference=reference_16(pl.col("order_id").cast(pl.String)),
    )
    filled = answered.with_columns(
        reference=reference_16(pl.col("reference").fill_null(""))
    )
    found = filled.join(sent, on=key, how="left", maintain_order="left")
    lost = found.filter(pl.col("order_id").is_null())
    said = pl.format(
        "an answer about {} of {} minor units for payer {}: no such order was sent",
        "reference",
        "amount_minor",
        "payer_number",
    )
    return (
        found.drop_nulls("order_id")
        .unique("order_id", keep="first", maintain_order=True)
        .select(RESULTS.names())
        .cast(RESULTS),
        _findings(lost, "error", said, CLERK),
    )


def _rejected(report: AutogiroReport) -> Answers:
    debits = report.records.filter(
        (pl.col("direction") == "debit") & pl.col("amount_minor").is_not_null()
    )
    rows = debits.select(
        "line",
        "payer_number",
        "reference",
        "amount_minor",
        result=pl.lit("refused"),
        reason=pl.col("outcome_text"),
        booked_on="due_on",
    )
    dated = rows.drop_nulls("booked_on")
    undated = _findings(
        rows.filter(pl.col("booked_on").is_null()),
        "warning",
        pl.format("a rejection for payer {} has no day", "payer_number"),
        CLERK,
    )
    return Answers(report.format, ANSWERS.validate(dated), _all(report, undated))


def _findings(
    rows: pl.DataFrame, severity: str, message: pl.Expr, remedy: str
) -> pl.DataFrame:
    return rows.select(
        severity=pl.lit(severity),
        line=pl.col("line").cast(pl.Int64),
        field=pl.lit("record"),
        message=message,
        remedy=pl.lit(remedy),
        record=pl.lit(None, pl.String),
    ).cast(FINDINGS)


def _all(report: AutogiroReport, found: pl.DataFrame) -> pl.DataFrame:
    said = report.findings.with_columns(record=pl.lit(None, pl.String))
    return pl.concat([said.select(FINDINGS.names()), found]).sort(
        "line", nulls_last=True, maintain_order=True
    )
