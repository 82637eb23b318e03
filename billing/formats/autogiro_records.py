"""An Autogiro record is one line of 80 characters whose first two digits say its kind.

The parts that all reports share: sections, totals, and what is set aside.
"""

from dataclasses import dataclass

import polars as pl

from billing.errors import Invalid
from billing.formats import incoming
from billing.formats.fixed_width import bare, field, text

AGAIN = "ask Bankgirot to send the file again"
CLERK = "let a clerk compare the file with the bank account"


class NotAutogiro(Invalid):
    """The bytes are not an Autogiro report that is read here."""


@dataclass(frozen=True, slots=True)
class AutogiroReport:
    """A report read: one row per record, deposits with their totals, findings.

    `payments` holds what moved money, in the columns of every incoming payment.
    """

    report: str
    layout: str
    records: pl.DataFrame
    deposits: pl.DataFrame
    payments: pl.DataFrame
    findings: pl.DataFrame

    @property
    def format(self) -> str:
        """Return the name of the format: autogiro.<report>."""
        return f"autogiro.{self.report}"


def sections(records: pl.DataFrame, opening: str = "01") -> pl.DataFrame:
    """Return records with their kind and the number of the section they stand in."""
    kinds = records.with_columns(code=field(1, 2))
    opens = (pl.col("code") == opening).cast(pl.Int64).cum_sum()
    return kinds.with_columns(section=opens)


def opening_values(records: pl.DataFrame, *, new: bool) -> pl.DataFrame:
    """Return Bankgiro and customer number per section, from the opening record."""
    # New layout: customer number 65-70, Bankgiro 71-80; old: 63-68 and 69-78.
    shift = 0 if new else -2
    return records.filter(pl.col("code") == "01").select(
        "section",
        customer_number=text(65 + shift, 70 + shift),
        bankgiro=bare(71 + shift, 80 + shift),
    )


def unknown_kinds(records: pl.DataFrame, known: tuple[str, ...]) -> pl.DataFrame:
    """Return a note per kind of record that is not read: it is kept and counted."""
    counted = (
        records.filter(~pl.col("code").is_in(known))
        .group_by("code", maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("line").first())
    )
    return remark(
        counted,
        pl.lit(value=True),
        "note",
        pl.format("{} records of the kind {} are not read", "count", "code"),
    )


def missing_end(records: pl.DataFrame, closing: str) -> pl.DataFrame:
    """Return an error per section without its end record: the file was cut off."""
    ends = pl.col("code") == closing
    counted = records.group_by("section", maintain_order=True).agg(
        pl.col("line").last(), ended=ends.any()
    )
    return remark(
        counted,
        ~pl.col("ended"),
        "error",
        pl.lit(f"the section has no end record {closing}: the file was cut off"),
    )


def remark(
    rows: pl.DataFrame, where: pl.Expr, severity: str, message: pl.Expr
) -> pl.DataFrame:
    """Return findings about the rows for which the condition holds."""
    return rows.filter(where).select(
        severity=pl.lit(severity),
        line=pl.col("line").cast(pl.Int64),
        field=pl.lit("record"),
        message=message,
        remedy=pl.lit(CLERK if severity == "warning" else AGAIN),
    )


def findings(*found: pl.DataFrame) -> pl.DataFrame:
    """Return all findings in the order of the file."""
    frame = pl.concat([incoming.findings_frame([]), *found])
    return frame.sort("line", nulls_last=True, maintain_order=True)


def cleared(amount: pl.Expr, where: pl.Expr) -> pl.Expr:
    """Return the sum of the amounts for which the condition holds, 0 if none."""
    return pl.when(where).then(amount).otherwise(0).sum()
