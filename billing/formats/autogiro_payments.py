"""An Autogiro payment report says which debits were carried out, stopped or refused.

Bankgirot, Autogiro technical manual: payment specification and rejected payments.
"""

import polars as pl

from billing.formats import incoming
from billing.formats.autogiro_records import (
    AutogiroReport,
    cleared,
    findings,
    missing_end,
    opening_values,
    remark,
    sections,
    unknown_kinds,
)
from billing.formats.fixed_width import bare, day, field, number, text

STATUSES = {
    "0": "executed",
    " ": "executed",
    "1": "insufficient_funds",
    "2": "no_account",
    "9": "will_be_retried",
}
DIRECTIONS = {"82": "debit", "32": "credit", "77": "refund"}
DEPOSIT_CODES = ("15", "16", "17")
PAYMENT_CODES = ("82", "32", "77")
REFUND_REASONS = {
    "01": "no mandate was given to the creditor",
    "02": "the mandate was withdrawn",
    "03": "the amount was not stated and higher than could be expected",
}
REJECTIONS = {
    "01": "the mandate is missing",
    "02": "the account is not yet approved, or cancelled",
    "03": "the mandate is cancelled",
    "04": "wrong payer number",
    "05": "wrong receiving number",
    "06": "wrong period code",
    "07": "wrong number of repeats",
    "08": "the amount is not numeric",
    "09": "credits are not allowed",
    "10": "the Bankgiro number is missing",
    "12": "wrong due date",
    "13": "the due date has passed",
    "15": "the Bankgiro number differs from the opening record",
    "24": "above the maximum amount",
}
KEY = ("section", "deposit")


def specification(records: pl.DataFrame, layout: str) -> AutogiroReport:
    """Read a payment specification: one row per TK82, 32 and 77.

    New layout: a deposit's own total is the sum of its executed rows; if not, its rows
    are held. Old layout: the end record sums executed and stopped rows alike, so cash
    is the sum of the rows with blank status.
    """
    new = layout == "new"
    lines = sections(records)
    deposit = pl.col("code").is_in(DEPOSIT_CODES).cast(pl.Int64).cum_sum()
    lines = lines.with_columns(deposit=deposit if new else pl.col("section"))
    rows = _specified(lines, new=new)
    wrong = pl.any_horizontal(
        pl.col("amount_minor", "payer_number", "due_on", "outcome").is_null()
    )
    deposits = _deposits(lines, rows) if new else _old_totals(lines, rows)
    rows = rows.join(deposits.select(*KEY, "held"), on=KEY, how="left").with_columns(
        held=pl.col("held").fill_null(value=True)
    )
    remarks = findings(
        remark(
            rows,
            wrong,
            "error",
            pl.lit(
                "amount, payer number, day or status is "
                "no number; the record is set aside"
            ),
        ),
        _untied(deposits),
        *([_miscounted(lines, rows)] if new else []),
        missing_end(lines, "09"),
        unknown_kinds(lines, ("01", "09", *DEPOSIT_CODES, *PAYMENT_CODES)),
    )
    rows = rows.filter(~wrong)
    return AutogiroReport(
        report="payment_specification",
        layout=layout,
        records=rows.drop("deposit", "section"),
        deposits=deposits.drop(KEY),
        payments=_payments(rows, deposits),
        findings=remarks,
    )


def rejected(records: pl.DataFrame, layout: str) -> AutogiroReport:
    """Read rejected payments: one row per TK82 and 32, one column left of elsewhere."""
    lines = sections(records)
    body = lines.filter(pl.col("code").is_in(("82", "32")))
    rows = body.select(
        "line",
        "section",
        direction=pl.col("code").replace_strict(DIRECTIONS),
        due_on=day(3),
        payer_number=_digits(15, 30),
        amount_minor=number(31, 42),
        reference=text(43, 58),
        comment=field(59, 60),
    ).with_columns(
        outcome_text=pl.col("comment").replace_strict(
            REJECTIONS, default="comment unknown here"
        )
    )
    openings = opening_values(lines, new=layout == "new")
    rows = rows.join(openings, on="section", how="left", maintain_order="left")
    # A row may be rejected because its day or amount is wrong: only the payer is asked.
    wrong = pl.col("payer_number").is_null()
    remarks = findings(
        remark(
            rows,
            wrong,
            "error",
            pl.lit("the payer number is no number; the record is set aside"),
        ),
        _rejected_totals(lines, rows),
        missing_end(lines, "09"),
        unknown_kinds(lines, ("01", "09", "82", "32")),
    )
    return AutogiroReport(
        report="rejected",
        layout=layout,
        records=rows.filter(~wrong).drop("section"),
        deposits=pl.DataFrame(),
        payments=incoming.payments_frame([]),
        findings=remarks,
    )


def _digits(first: int, last: int) -> pl.Expr:
    digits = field(first, last)
    whole = digits.str.contains(rf"^[0-9]{{{last - first + 1}}}$")
    return pl.when(whole).then(bare(first, last))


def _specified(lines: pl.DataFrame, *, new: bool) -> pl.DataFrame:
    refund = pl.col("code") == "77"
    status = pl.when(refund).then(pl.lit("0")).otherwise(field(80, 80))
    return lines.filter(pl.col("code").is_in(PAYMENT_CODES)).select(
        "line",
        *KEY,
        direction=pl.col("code").replace_strict(DIRECTIONS),
        due_on=day(3),
        payer_number=_digits(16, 31),
        amount_minor=number(32, 43),
        bankgiro=bare(44, 53),
        reference=text(54, 69),
        status=status.str.strip_chars(),
        outcome=status.replace_strict(STATUSES, default=None),
        refunded_on=pl.when(refund).then(day(70)) if new else pl.lit(None, pl.Date),
        refund_reason=pl.when(refund).then(field(78, 79)),
    )


def _deposits(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return TK15, 16 and 17 with what their executed rows sum to."""
    executed = pl.col("outcome") == "executed"
    sums = rows.group_by(KEY, maintain_order=True).agg(
        rows_minor=cleared(pl.col("amount_minor"), executed),
        rows_count=executed.sum().cast(pl.Int64),
        unread=pl.col("amount_minor").is_null().any(),
    )
    deposits = lines.filter(pl.col("code").is_in(DEPOSIT_CODES)).select(
        "line",
        *KEY,
        "code",
        account=bare(3, 37),
        booked_on=day(38),
        serial=field(46, 50),
        amount_minor=number(51, 68),
        said_count=number(72, 79),
    )
    deposits = deposits.join(sums, on=KEY, how="left", maintain_order="left")
    deposits = deposits.with_columns(
        pl.col("rows_minor", "rows_count").fill_null(0),
        pl.col("unread").fill_null(value=False),
    )
    proven = (pl.col("amount_minor") == pl.col("rows_minor")) & ~pl.col("unread")
    dated = pl.col("booked_on").is_not_null()
    return deposits.with_columns(held=~(proven & dated).fill_null(value=False))


def _old_totals(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per section of the old layout, proven by its end record.

    The manual leaves refused credits out of the sums, Bankgirot's example counts them:
    either is taken.
    """
    executed = pl.col("outcome") == "executed"
    debit, credit = (pl.col("direction") == name for name in ("debit", "credit"))
    amount = pl.col("amount_minor")
    sums = rows.group_by(KEY, maintain_order=True).agg(
        rows_minor=cleared(amount, debit & executed)
        - cleared(amount, credit & executed),
        rows_count=pl.len().cast(pl.Int64),
        debits=cleared(amount, debit),
        credits=cleared(amount, credit),
        executed_credits=cleared(amount, credit & executed),
    )
    ends = lines.filter(pl.col("code") == "09").select(
        "line",
        *KEY,
        code=pl.lit("09"),
        account=pl.lit(None, pl.String),
        booked_on=day(3),
        serial=pl.lit(None, pl.String),
        said_credits=number(29, 40),
        said_debits=number(57, 68),
        said_count=number(41, 46) + number(47, 52),
    )
    ends = ends.join(sums, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("rows_minor", "rows_count", "debits", "credits").fill_null(0),
        pl.col("executed_credits").fill_null(0),
    )
    credits_right = (pl.col("said_credits") == pl.col("credits")) | (
        pl.col("said_credits") == pl.col("executed_credits")
    )
    right = (pl.col("said_debits") == pl.col("debits")) & credits_right
    return ends.with_columns(
        amount_minor=pl.col("rows_minor"), held=~right.fill_null(value=False)
    ).drop("debits", "credits", "executed_credits")


def _untied(deposits: pl.DataFrame) -> pl.DataFrame:
    total = remark(
        deposits,
        pl.col("held"),
        "error",
        pl.lit(
            "the total or day of the deposit is not that of its records; none of "
            "them is settled"
        ),
    )
    counted = pl.col("said_count").fill_null(-1) != pl.col("rows_count")
    count = remark(
        deposits,
        counted & ~pl.col("held"),
        "warning",
        pl.format("{} records are counted, {} are there", "said_count", "rows_count"),
    )
    return pl.concat([total, count])


def _miscounted(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Compare the counts of TK09, new layout, with the records that are there."""
    executed = pl.col("outcome") == "executed"
    there = rows.group_by("section", maintain_order=True).agg(
        (executed & (pl.col("direction") == direction)).sum().alias(direction)
        for direction in DIRECTIONS.values()
    )
    deposits = lines.group_by("section", maintain_order=True).agg(
        (pl.col("code") == code).sum().alias(code) for code in DEPOSIT_CODES
    )
    places = {"15": 15, "16": 33, "17": 51}
    said = {code: number(at, at + 5) for code, at in places.items()}
    said |= {
        direction: number(at, at + 11)
        for direction, at in (("debit", 21), ("credit", 39), ("refund", 57))
    }
    ends = lines.filter(pl.col("code") == "09").join(deposits, on="section")
    ends = ends.join(there, on="section", how="left")
    differs = [said[name].fill_null(-1) != pl.col(name).fill_null(0) for name in said]
    return remark(
        ends,
        pl.any_horizontal(differs),
        "warning",
        pl.lit("the counts of the end record are not those of the records"),
    )


def _rejected_totals(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    amount = pl.col("amount_minor")
    debit, credit = (pl.col("direction") == name for name in ("debit", "credit"))
    sums = rows.group_by("section", maintain_order=True).agg(
        debits=cleared(amount, debit), credits=cleared(amount, credit)
    )
    ends = lines.filter(pl.col("code") == "09").with_columns(
        said_credits=number(21, 32), said_debits=number(39, 50)
    )
    ends = ends.join(sums, on="section", how="left").with_columns(
        pl.col("debits", "credits").fill_null(0)
    )
    right = (pl.col("said_debits") == pl.col("debits")) & (
        pl.col("said_credits") == pl.col("credits")
    )
    return remark(
        ends,
        ~right.fill_null(value=False),
        "warning",
        pl.lit("the sums of the end record are not those of the records"),
    )


def _payments(rows: pl.DataFrame, deposits: pl.DataFrame) -> pl.DataFrame:
    """Return the executed rows in the columns of every incoming payment."""
    executed = rows.filter(pl.col("outcome") == "executed").join(
        deposits.select(*KEY, "account", "booked_on", "serial"),
        on=KEY,
        how="left",
        maintain_order="left",
    )
    debit = pl.col("direction") == "debit"
    # The old layout has no deposits: its days are those of the rows.
    deposited = pl.when(pl.col("serial").is_not_null()).then("booked_on")
    booked = pl.coalesce("refunded_on", deposited, "due_on")
    group = pl.format(
        "AG{}-{}-{}",
        pl.col("bankgiro").fill_null(""),
        booked.cast(pl.String),
        pl.col("serial").fill_null(""),
    )
    reference = pl.struct(
        text="reference", kind=pl.lit("ocr"), amount_minor=pl.lit(None, pl.Int64)
    )
    named = pl.col("reference").is_not_null()
    frame = executed.with_columns(
        alias=pl.col("bankgiro"),
        booked_on=booked,
        value_on=booked,
        amount_minor=pl.when(debit)
        .then("amount_minor")
        .otherwise(-pl.col("amount_minor")),
        currency=pl.lit("SEK"),
        kind=pl.col("direction").replace_strict(
            {"debit": "payment", "credit": "refund", "refund": "chargeback"}
        ),
        status=pl.lit("booked"),
        status_text=pl.col("status"),
        references=pl.when(named).then(pl.concat_list(reference)),
        bank_reference=pl.format(
            "{}/{}", "payer_number", pl.col("reference").fill_null("")
        ),
        group=group,
        channel=pl.lit("autogiro"),
        path=pl.format("line {}", "line"),
    ).with_columns(pl.col("references").fill_null([]))
    key = ("group", "kind", "bank_reference")
    return incoming.proven(
        frame.with_columns(ordinal=pl.col("line").cum_count().over(key))
    )
