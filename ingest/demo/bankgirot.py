"""Bankgirot advises of mandates, and carries Autogiro orders out or refuses them."""

from datetime import date, datetime, time

import polars as pl

from billing.formats.autogiro_reports import (
    ReportHeader,
    write_mandate_advice,
    write_payment_specification,
)
from ingest.demo import draw
from ingest.demo import world as worlds
from ingest.demo.world import World

# Of a thousand: mandates that the payer's bank refuses, debits without cover.
REFUSED_PERMILLE = 25
BOUNCED_PERMILLE = 28
ORDERS = pl.Schema(
    {
        "direction": pl.String,
        "due_on": pl.Date,
        "payer_number": pl.String,
        "amount_minor": pl.Int64,
        "reference": pl.String,
        "booked_on": pl.Date,
    }
)


def mandate_advice(world: World, requested: pl.DataFrame, day: date) -> bytes:
    """Return the advice about mandates: most are approved, a few accounts are wrong.

    requested: payer_number and bank_account.
    """
    key = pl.col("payer_number").cast(pl.UInt64)
    refused = draw.permille(key, world.topic("mandate")) < REFUSED_PERMILLE
    rows = requested.select(
        "payer_number",
        account=pl.col("bank_account"),
        identity=pl.lit(None, pl.String),
        information=pl.when(refused).then(pl.lit("42")).otherwise(pl.lit("04")),
        comment=pl.when(refused).then(pl.lit("05")).otherwise(pl.lit("32")),
        on=pl.lit(day),
    )
    return write_mandate_advice(_header(day), rows)


def dated(orders: pl.DataFrame) -> pl.DataFrame:
    """Return payment orders (`read_payments`) with the day of booking."""
    if orders.is_empty():
        return ORDERS.to_frame()
    calendar = worlds.bank_days(orders["due_on"])
    named = orders.join(calendar, left_on="due_on", right_on="paid_on", how="left")
    return named.select(ORDERS.names()).cast(ORDERS)


def payment_specification(world: World, orders: pl.DataFrame, day: date) -> bytes:
    """Return the specification of a day's debits: some payers have no cover.

    orders: columns of `ORDERS`, all booked on the day.
    """
    today = pl.lit(day.toordinal(), pl.UInt64)
    key = pl.col("payer_number").cast(pl.UInt64) * 31 + today
    bounced = draw.permille(key, world.topic("cover")) < BOUNCED_PERMILLE
    rows = orders.with_columns(
        paid_on=pl.lit(day),
        outcome=pl.when(bounced)
        .then(pl.lit("insufficient_funds"))
        .otherwise(pl.lit("executed")),
    )
    return write_payment_specification(_header(day), rows)


def _header(day: date) -> ReportHeader:
    return ReportHeader(
        datetime.combine(day, time(19, 30)),
        worlds.AUTOGIRO_NUMBER,
        worlds.BANKGIRO,
    )
