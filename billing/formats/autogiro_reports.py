"""A bank's Autogiro report is written here for the demo company's bank, new layout.

Bankgirot, Autogiro technical manual: payment specification, mandate advice, rejected
payments. Nothing in the product calls this but what plays the bank.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from billing.formats.fixed_width import compact_day, padded, written, zeros

STATUSES = {
    "executed": "0",
    "insufficient_funds": "1",
    "no_account": "2",
    "will_be_retried": "9",
}
CODES = {"debit": "82", "credit": "32", "refund": "77"}
DEPOSIT_CODES = {"debit": "15", "credit": "16", "refund": "17"}


@dataclass(frozen=True, slots=True)
class ReportHeader:
    """The opening of a report: moment, customer number, Bankgiro, account."""

    created_at: datetime
    customer_number: str
    bankgiro: str
    account: str = "0"

    def line(self, content: str, *, with_time: bool) -> str:
        """Return TK01 of the new layout."""
        moment = f"{self.created_at:%Y%m%d%H%M%S%f}"
        moment = moment if with_time else moment[:8]
        return (
            f"01{'AUTOGIRO':22}{moment:20}{content:20}"
            f"{self.customer_number:0>6}{self.bankgiro:0>10}"
        )

    def end(self) -> str:
        """Return the first 14 characters of TK09."""
        return f"09{self.created_at:%Y%m%d}9900"


def write_payment_specification(header: ReportHeader, rows: pl.DataFrame) -> bytes:
    """Return a payment specification, one deposit per day and direction.

    Columns: direction (debit, credit, refund), due_on, paid_on, payer_number,
    amount_minor, reference, outcome (executed, insufficient_funds, no_account,
    will_be_retried). A refund (a debit drawn back by the payer's bank) has a deposit of
    its own; its refund_reason (01–03) is a column where there are refunds.
    """
    if "refund_reason" not in rows.columns:
        rows = rows.with_columns(refund_reason=pl.lit("02"))
    executed = pl.col("outcome") == "executed"
    alone = pl.when(pl.col("direction") == "refund").then(pl.int_range(pl.len()))
    # Day by day; in a day debits, credits, refunds; in a deposit by payer number.
    rows = rows.with_columns(
        pl.col("amount_minor").cast(pl.Int64),
        alone=alone.fill_null(-1),
        rank=pl.col("direction").replace_strict(
            {"debit": 0, "credit": 1, "refund": 2}, return_dtype=pl.Int64
        ),
        payer=zeros(pl.col("payer_number"), 16),
    ).sort("paid_on", "rank", "alone", "payer", maintain_order=True)
    key = ["paid_on", "direction", "alone"]
    deposits = (
        rows.with_columns(line=_specified(header))
        .group_by(key, maintain_order=True)
        .agg(
            total=pl.when(executed).then("amount_minor").otherwise(0).sum(),
            count=executed.sum(),
            lines=pl.col("line").str.join("\n"),
        )
    )
    lines = deposits.with_row_index("serial", offset=1).select(
        pl.concat_str(_deposit(header), pl.lit("\n"), "lines").alias("line")
    )["line"]
    body = [line for block in lines.to_list() for line in block.split("\n")]
    opening = header.line("BET. SPEC & STOPP TK", with_time=True)
    return written([opening, *body, _specification_end(header, rows, deposits)])


def write_mandate_advice(header: ReportHeader, rows: pl.DataFrame) -> bytes:
    """Return a mandate advice.

    Columns: payer_number, account (16 digits or null), identity (12 digits or null),
    information and comment (two digits each, see autogiro_mandates.OUTCOMES), on.
    """
    line = pl.concat_str(
        pl.lit(f"73{header.bankgiro:0>10}"),
        zeros(pl.col("payer_number"), 16),
        padded(pl.col("account"), 16),
        padded(pl.col("identity"), 12),
        pl.lit(" " * 5),
        pl.col("information"),
        pl.col("comment"),
        compact_day(pl.col("on")),
    )
    opening = header.line("AG-MEDAVI", with_time=False)
    body = rows.select(line=line)["line"].to_list()
    return written([opening, *body, f"{header.end()}{rows.height:07d}"])


def write_rejected(header: ReportHeader, rows: pl.DataFrame) -> bytes:
    """Return the rejected payments.

    Columns: direction (debit, credit), due_on, payer_number, amount_minor, reference,
    comment (two digits, see autogiro_payments.REJECTIONS).
    """
    line = pl.concat_str(
        pl.col("direction").replace_strict(CODES, return_dtype=pl.String),
        compact_day(pl.col("due_on")),
        pl.lit("0   "),
        zeros(pl.col("payer_number"), 16),
        zeros(pl.col("amount_minor"), 12),
        padded(pl.col("reference"), 16),
        pl.col("comment"),
    )
    end = header.end()
    for direction in ("credit", "debit"):
        mine = rows.filter(pl.col("direction") == direction)
        end += f"{mine.height:06d}{int(mine['amount_minor'].sum()):012d}"
    opening = header.line("AVVISADE BET UPPDR", with_time=False)
    return written([opening, *rows.select(line=line)["line"].to_list(), end])


def _specified(header: ReportHeader) -> pl.Expr:
    head = pl.concat_str(
        pl.col("direction").replace_strict(CODES, return_dtype=pl.String),
        compact_day(pl.col("due_on")),
        pl.lit("0    "),
        "payer",
        zeros(pl.col("amount_minor"), 12),
        pl.lit(f"{header.bankgiro:0>10}"),
        padded(pl.col("reference"), 16),
    )
    status = pl.col("outcome").replace_strict(STATUSES, return_dtype=pl.String)
    refund = pl.concat_str(compact_day(pl.col("paid_on")), "refund_reason")
    tail = pl.when(pl.col("direction") == "refund").then(refund)
    return pl.concat_str(head, tail.otherwise(pl.concat_str(pl.lit(" " * 10), status)))


def _deposit(header: ReportHeader) -> pl.Expr:
    return pl.concat_str(
        pl.col("direction").replace_strict(DEPOSIT_CODES, return_dtype=pl.String),
        pl.lit(f"{header.account:0>35}"),
        compact_day(pl.col("paid_on")),
        zeros(pl.col("serial"), 5),
        zeros(pl.col("total"), 18),
        pl.lit("   "),
        zeros(pl.col("count"), 8),
    )


def _specification_end(
    header: ReportHeader, rows: pl.DataFrame, deposits: pl.DataFrame
) -> str:
    end = header.end()
    executed = rows.filter(pl.col("outcome") == "executed")
    for direction in CODES:
        mine = pl.col("direction") == direction
        end += f"{deposits.filter(mine).height:06d}{executed.filter(mine).height:012d}"
    return end
