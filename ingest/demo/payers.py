"""Payers pay: on time, late, in part, twice, with a wrong reference, or never.

What a payer does with an invoice is drawn by its reference, so the bank of the demo
needs to know nothing but what was issued.
"""

from datetime import date, datetime, time

import polars as pl

from billing.formats.camt import NotificationHeader, write_camt054
from ingest.demo import draw
from ingest.demo import world as worlds
from ingest.demo.world import World

# Habit → weight in a thousand.
HABITS = {
    "early": 140, "on_time": 585, "late": 128, "after_reminder": 62,
    "fee_forgotten": 18, "partial": 14, "double": 9, "typo": 11, "free_text": 14,
    "no_reference": 5, "never": 14,
}  # fmt: skip
REMINDED_DAYS = 12
FEE_MINOR = 6000
HEARD_OF = pl.Schema(
    {
        "invoice_id": pl.String,
        "payer_id": pl.String,
        "reference": pl.String,
        "due_on": pl.Date,
        "total_minor": pl.Int64,
        "currency": pl.String,
        "payment_method": pl.String,
    }
)
CREDITS = pl.Schema(
    {
        "paid_on": pl.Date,
        "booked_on": pl.Date,
        "payer_id": pl.String,
        "invoice_id": pl.String,
        "amount_minor": pl.Int64,
        "ocr": pl.String,
        "free_text": pl.String,
        "payer_name": pl.String,
        "bank_reference": pl.String,
        "alias": pl.String,
    }
)


def credits_of(
    world: World, invoices: pl.DataFrame, names: pl.DataFrame
) -> pl.DataFrame:
    """Return what the payers of invoices will send, and when the bank books it.

    invoices: columns of `HEARD_OF`; names: payer_id, payer_name. Returns `CREDITS`.
    """
    key = pl.col("reference").cast(pl.UInt64)
    payable = invoices.filter(pl.col("total_minor") > 0)
    habits = payable.join(names, left_on="payer_id", right_on="payer_id", how="left")
    habits = habits.with_columns(
        habit=draw.weighted(key, world.topic("habit"), HABITS),
        wait=draw.below(key, world.topic("wait"), 1000),
    )
    first = habits.filter(pl.col("habit") != "never").with_columns(
        paid_on=_paid_on(), amount_minor=_amount(), part=pl.lit(1)
    )
    within = pl.when(_partial()).then(25).otherwise(4)
    again = first.filter(pl.col("habit").is_in(["double", "partial"])).with_columns(
        paid_on=pl.col("paid_on") + pl.duration(days=1 + pl.col("wait") % within),
        amount_minor=pl.when(_partial())
        .then(pl.col("total_minor") - pl.col("amount_minor"))
        .otherwise("total_minor"),
        part=pl.lit(2),
    )
    # Two of three who paid a part pay the rest.
    rest = again.filter(~_partial() | (pl.col("wait") % 3 > 0))
    return _as_credits(pl.concat([first, rest]), world)


def notification(booked: pl.DataFrame, day: date) -> bytes:
    """Return the bank's camt.054 of what it booked on a day."""
    header = NotificationHeader(
        f"NB-{day:%Y%m%d}",
        datetime.combine(day, time(23, 15)),
        worlds.IBAN,
        worlds.BIC,
    )
    rows = booked.sort("bank_reference")
    return write_camt054(header, rows)


def _partial() -> pl.Expr:
    return pl.col("habit") == "partial"


def _paid_on() -> pl.Expr:
    """Return the day of paying, as days from the due day: most pay on it."""
    wait, habit = pl.col("wait"), pl.col("habit")
    days = (
        pl.when(habit == "early")
        .then(-2 - wait % 12)
        .when(habit == "late")
        .then(1 + wait % 9)
        .when(habit.is_in(["after_reminder", "fee_forgotten"]))
        .then(REMINDED_DAYS + wait % 14)
        .otherwise(-(wait % 3))
    )
    return pl.col("due_on") + pl.duration(days=days)


def _amount() -> pl.Expr:
    """Return what is paid: a reminded payer adds the fee, some pay a round part."""
    total = pl.col("total_minor")
    half = (total // 2 // 1000) * 1000
    return (
        pl.when(pl.col("habit") == "after_reminder")
        .then(total + FEE_MINOR)
        .when(_partial() & (half > 0))
        .then(half)
        .otherwise(total)
    )


def _as_credits(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    habit, reference = pl.col("habit"), pl.col("reference")
    mistyped = (
        reference.str.head(2)
        + ((reference.str.slice(2, 1).cast(pl.Int64, strict=False) + 3) % 10).cast(
            pl.String
        )
        + reference.str.slice(3)
    )
    unreferenced = habit.is_in(["free_text", "no_reference"])
    named = rows.with_columns(
        ocr=pl.when(habit == "typo").then(mistyped).when(~unreferenced).then(reference),
        free_text=pl.when(habit == "free_text")
        .then(pl.format("Faktura {} {}", "invoice_id", "payer_name"))
        .when(habit == "no_reference")
        .then(pl.lit("tidningen")),
        bank_reference=pl.format("{}{}", pl.lit("7") + reference, "part"),
        alias=pl.lit(worlds.BANKGIRO),
        paid_on=pl.max_horizontal("paid_on", pl.lit(world.begins)),
    )
    if named.is_empty():
        return CREDITS.to_frame()
    calendar = worlds.bank_days(named["paid_on"])
    dated = named.join(calendar, on="paid_on", how="left")
    return dated.select(CREDITS.names()).cast(CREDITS)
