"""An incoming payment is what a bank's file says of one booked credit, ready to record.

Whatever the file says besides (fees, refunds, what is pending or not proven) is not
taken for a customer's payment: each such row becomes a finding, and nothing is lost.
"""

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl

from billing.books.filing import FINDINGS
from billing.formats.incoming import BankReport
from billing.payments.command import PAYMENTS

RECORDED = pa.DataFrameSchema(
    {
        **{name: pa.Column(dtype, nullable=True) for name, dtype in PAYMENTS.items()},
        "account": pa.Column(pl.String),
        "bank_reference": pa.Column(pl.String),
        "ordinal": pa.Column(pl.Int64, pa.Check.ge(1)),
        "method": pa.Column(pl.String),
        "booked_on": pa.Column(pl.Date),
        "amount_minor": pa.Column(pl.Int64, pa.Check.gt(0)),
        "currency": pa.Column(pl.String, pa.Check.str_length(3, 3)),
    },
    strict=True,
)

# Kind → why a row of it is no payment, how grave that is, and what to do.
NO_PAYMENT = {
    "batch": (
        "note",
        "a sum whose payments are elsewhere; it is not booked here",
        "read the camt.054 or BgMax file that has its payments",
    ),
    "deduction": (
        "warning",
        "a credit note was drawn from what the payer paid",
        "let a clerk settle it with the payer's other payments",
    ),
    "reversal": (
        "warning",
        "an earlier booking was taken back by the bank",
        "let a clerk find the booking and undo it",
    ),
    "chargeback": (
        "warning",
        "an earlier payment was drawn back",
        "let a clerk find the payment and return it",
    ),
    "refund": ("note", "money to a customer", "nothing, or compare with the refund"),
    "fee": ("note", "the bank's fee", "nothing: the ledger has it from elsewhere"),
    "withdrawal": ("note", "money out", "nothing: it is no customer's payment"),
}
NOT_BOOKED = ("note", "not booked by the bank yet", "wait: it comes again when booked")
NOT_KNOWN = ("warning", "of a status that is not known", "let a clerk look at it")
HELD = (
    "error",
    "not proven by the totals of the file; it is not settled",
    "ask the bank to send the file again",
)
UNDATED = ("error", "without a day of booking", "ask the bank to send the file again")


@dataclass(frozen=True, slots=True, eq=False)
class BankFile:
    """A bank's file read: its format, payments to record, and findings.

    `payments` has the columns of `RECORDED`, `findings` those of `FINDINGS`.
    """

    format: str
    payments: pl.DataFrame
    findings: pl.DataFrame


def of_report(report: BankReport, method: str) -> BankFile:
    """Return the booked credits of a report as payments, and all else as findings."""
    rows = report.payments.with_columns(verdict=_verdict())
    taken = rows.filter(pl.col("verdict").is_null())
    left = rows.filter(pl.col("verdict").is_not_null())
    said = report.findings.with_columns(record=pl.lit(None, pl.String))
    findings = pl.concat([said.select(FINDINGS.names()), _findings(left)])
    return BankFile(
        report.format,
        RECORDED.validate(_recorded(taken, method)),
        findings.sort("line", nulls_last=True, maintain_order=True),
    )


def _verdict() -> pl.Expr:
    """Return why a row is no payment, null if it is one."""
    return (
        pl.when(pl.col("held"))
        .then(pl.lit("held"))
        .when(pl.col("status") == "pending")
        .then(pl.lit("pending"))
        .when(pl.col("status") != "booked")
        .then(pl.lit("unknown"))
        .when(pl.col("kind") != "payment")
        .then(pl.col("kind"))
        .when(pl.col("booked_on").is_null())
        .then(pl.lit("undated"))
        .when(pl.col("amount_minor") <= 0)
        .then(pl.lit("withdrawal"))
    )


def _recorded(rows: pl.DataFrame, method: str) -> pl.DataFrame:
    """Return payments in the columns of the command.

    The bank's name for a payment holds only inside its deposit or entry, so both are
    the bank reference (camt: AcctSvcrRef of entry and transaction).
    """
    name, group = pl.col("bank_reference"), pl.col("group")
    whole = pl.when(name == group).then(name).otherwise(pl.format("{}/{}", group, name))
    first = pl.col("references").list.eval(pl.element().struct.field("text"))
    return rows.select(
        legal_entity=pl.lit(None, pl.String),
        account=pl.coalesce("alias", "account", pl.lit("unknown")),
        bank_reference=whole,
        ordinal="ordinal",
        method=pl.lit(method),
        booked_on="booked_on",
        amount_minor="amount_minor",
        currency="currency",
        reference=_reference(first),
        payer_name="payer_name",
        payer_account="payer_account",
        position="path",
    ).select(PAYMENTS.names())


def _reference(texts: pl.Expr) -> pl.Expr:
    """Return the references as the payer gave them; an OCR without spaces."""
    digits = pl.element().str.replace_all("[ -]", "")
    plain = pl.when(digits.str.contains("^[0-9]+$")).then(digits)
    each = texts.list.eval(pl.coalesce(plain, pl.element().str.strip_chars()))
    joined = each.list.drop_nulls().list.unique(maintain_order=True).list.join(" ")
    return pl.when(joined != "").then(joined)


def _findings(left: pl.DataFrame) -> pl.DataFrame:
    verdicts = {
        **NO_PAYMENT,
        "held": HELD,
        "pending": NOT_BOOKED,
        "unknown": NOT_KNOWN,
        "undated": UNDATED,
    }
    words = pl.DataFrame(
        [(verdict, *said) for verdict, said in verdicts.items()],
        schema=["verdict", "severity", "why", "remedy"],
        orient="row",
    )
    amount = pl.col("amount_minor").cast(pl.String)
    return (
        left.join(words, on="verdict", how="left", maintain_order="left")
        .select(
            "severity",
            "line",
            field=pl.lit("amount"),
            message=pl.format("{} {} minor units: {}", amount, "currency", "why"),
            remedy="remedy",
            record=pl.format("{} {}", "group", "bank_reference"),
        )
        .cast(FINDINGS)
    )
