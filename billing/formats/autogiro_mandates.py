"""A mandate advice says what became of the mandates that payer and creditor sent in.

Bankgirot, Autogiro technical manual: AG-MEDAVI and AG-EMEDGIV, both layouts.
"""

import polars as pl

from billing.formats import incoming
from billing.formats.autogiro_records import (
    AutogiroReport,
    findings,
    missing_end,
    remark,
    sections,
    unknown_kinds,
)
from billing.formats.fixed_width import bare, day, field, number, text

# Information code + comment code → what it means for the mandate. An information code
# that stands alone is the answer for all its other comments.
OUTCOMES = {
    "0432": "approved",
    "04": "refused",
    "4232": "approved",
    "42": "refused",
    "43": "refused",
    "0333": "cancelled",
    "03": "not_found",
    "10": "cancelled",
    "44": "cancelled",
    "46": "cancelled",
    "0532": "number_taken",
    "0533": "number_released",
    "05": "refused",
}
COMMENTS = {
    "02": "cancelled by the payer or the payer's bank",
    "03": "the type of account is not allowed",
    "04": "the mandate is missing",
    "05": "wrong account or personal data",
    "07": "expired: the bank's inquiry was not answered",
    "09": "the payer's Bankgiro number is missing",
    "10": "already registered, or an inquiry is pending",
    "20": "wrong personal or organisation number",
    "21": "wrong payer number",
    "23": "wrong account number",
    "29": "the receiving Bankgiro number differs from the opening record",
    "30": "the receiving Bankgiro number is missing",
    "32": "new mandate, approved",
    "33": "cancelled",
    "98": "the payer number was cancelled",
}


def advice(records: pl.DataFrame, layout: str) -> AutogiroReport:
    """Read a mandate advice: one row per TK73."""
    lines = sections(records)
    body = lines.filter(pl.col("code") == "73")
    code = pl.concat_str("information", "comment")
    rows = (
        body.select(
            "line",
            "section",
            bankgiro=bare(3, 12),
            payer_number=_payer_number(13),
            account=_account(),
            identity=text(45, 56),
            information=field(62, 63),
            comment=field(64, 65),
            on=day(66),
            debit_from=_debit_from() if layout == "old" else pl.lit(None, pl.Date),
        )
        .with_columns(outcome=_outcome(code))
        .with_columns(
            outcome_text=pl.col("comment").replace_strict(
                COMMENTS, default="comment unknown here"
            )
        )
    )
    wrong = pl.any_horizontal(pl.col("payer_number", "bankgiro", "on").is_null())
    remarks = findings(
        remark(
            rows,
            wrong,
            "error",
            pl.lit("payer number, Bankgiro number or day is no number; set aside"),
        ),
        remark(
            rows,
            pl.col("outcome") == "unknown",
            "warning",
            pl.format("information {} is not known here", "information"),
        ),
        _count(lines, "73", "09"),
        missing_end(lines, "09"),
        unknown_kinds(lines, ("01", "73", "09")),
    )
    return _report(("mandate_advice", layout), rows.filter(~wrong), remarks)


def electronic(records: pl.DataFrame, layout: str) -> AutogiroReport:
    """Read mandates given in internet banks: one row per TK52 and what follows it.

    The payer number is as the payer typed it. Each mandate is answered with TK04
    within 18 bank days.
    """
    lines = sections(records, opening="51")
    began = (pl.col("code") == "52").cast(pl.Int64).cum_sum()
    lines = lines.with_columns(mandate=began)
    inside = lines.filter(
        (pl.col("mandate") > 0) & pl.col("code").is_in(("52", "53", "54", "55", "56"))
    )
    rows = inside.group_by("mandate", maintain_order=True).agg(
        _of("52", pl.col("line")).first().alias("line"),
        _of("52", pl.col("section")).first().alias("section"),
        _of("52", bare(3, 12)).first().alias("bankgiro"),
        _of("52", _payer_number(13)).first().alias("payer_number"),
        _of("52", _account()).first().alias("account"),
        _of("52", text(45, 56)).first().alias("identity"),
        _of("52", field(62, 62)).first().alias("reminder"),
        _of("53", text(3, 38)).drop_nulls().alias("texts"),
        _of("54", pl.concat_list(text(3, 38), text(39, 74))).explode().alias("names"),
        _of("55", pl.concat_list(text(3, 38), text(39, 74)))
        .explode()
        .alias("addresses"),
        _of("56", bare(3, 7)).first().alias("postcode"),
        _of("56", text(8, 38)).first().alias("town"),
    )
    rows = rows.with_columns(
        pl.col("names", "addresses").list.drop_nulls(),
    ).drop("mandate")
    wrong = pl.any_horizontal(pl.col("payer_number", "bankgiro").is_null())
    remarks = findings(
        remark(
            rows,
            wrong,
            "error",
            pl.lit("payer number or Bankgiro number is no number; set aside"),
        ),
        _count_of_all(lines),
        missing_end(lines, "59"),
        unknown_kinds(lines, ("51", "52", "53", "54", "55", "56", "59")),
    )
    return _report(("electronic_mandates", layout), rows.filter(~wrong), remarks)


def _of(code: str, value: pl.Expr) -> pl.Expr:
    return value.filter(pl.col("code") == code)


def _payer_number(first: int) -> pl.Expr:
    digits = field(first, first + 15)
    return pl.when(digits.str.contains("^[0-9]{16}$")).then(bare(first, first + 15))


def _account() -> pl.Expr:
    """Return clearing 4 + account 12, or null for a mandate on a Bankgiro number."""
    account = text(29, 44)
    return pl.when(account.str.contains("[1-9]")).then(account)


def _debit_from() -> pl.Expr:
    """Return the first day of debits, YYMMDD in positions 74-79 of the old layout."""
    short = field(74, 79)
    whole = short.str.contains("^[0-9]{6}$") & (short != "000000")
    return (
        pl.when(whole)
        .then(pl.concat_str(pl.lit("20"), short))
        .str.to_date("%Y%m%d", strict=False)
    )


def _outcome(code: pl.Expr) -> pl.Expr:
    exact = code.replace_strict(OUTCOMES, default=None, return_dtype=pl.String)
    general = code.str.head(2).replace_strict(
        OUTCOMES, default="unknown", return_dtype=pl.String
    )
    return pl.coalesce(exact, general)


def _count(lines: pl.DataFrame, body: str, closing: str) -> pl.DataFrame:
    counted = lines.group_by("section", maintain_order=True).agg(
        (pl.col("code") == body).sum().cast(pl.Int64).alias("there")
    )
    ends = lines.filter(pl.col("code") == closing).join(counted, on="section")
    ends = ends.with_columns(said=number(15, 21))
    return remark(
        ends,
        pl.col("said").fill_null(-1) != pl.col("there"),
        "warning",
        pl.format(
            "the end record counts {} records, {} are there",
            pl.col("said").cast(pl.String).fill_null("nothing"),
            "there",
        ),
    )


def _count_of_all(lines: pl.DataFrame) -> pl.DataFrame:
    """Compare with TK59: the manual counts all records, the examples without 51, 59."""
    counted = lines.group_by("section", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("there")
    )
    ends = lines.filter(pl.col("code") == "59").join(counted, on="section")
    ends = ends.with_columns(said=number(15, 21).fill_null(-1))
    right = (pl.col("said") == pl.col("there")) | (
        pl.col("said") == pl.col("there") - 2
    )
    return remark(
        ends,
        ~right,
        "warning",
        pl.format("the end record counts {} records, {} are there", "said", "there"),
    )


def _report(
    name: tuple[str, str], rows: pl.DataFrame, remarks: pl.DataFrame
) -> AutogiroReport:
    report, layout = name
    return AutogiroReport(
        report=report,
        layout=layout,
        records=rows,
        deposits=pl.DataFrame(),
        payments=incoming.payments_frame([]),
        findings=remarks,
    )
