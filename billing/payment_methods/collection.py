"""A collection order asks the payer's bank for the money of one invoice.

By a mandate.
"""

from datetime import date, timedelta

import polars as pl

from billing.periods import bank_day

ATTEMPTS = 3


def orders(payable: pl.DataFrame, *, on: date, lead_days: int) -> pl.DataFrame:
    """Return the orders to send on a day.

    What is open, due soon, and not ordered already.

    payable: invoice_id, mandate_id, currency, open_minor, due_on, attempts (orders so
    far), waiting (an order without an answer). Columns of the result: those of the
    collection order. An order whose outcome is unknown blocks the next one.
    """
    first_day = bank_day(on, "SE", ahead=1)
    horizon = on + timedelta(days=lead_days)
    return (
        payable.filter(
            (pl.col("open_minor") > 0)
            & ~pl.col("waiting")
            & (pl.col("attempts") < ATTEMPTS)
            & (pl.col("due_on") <= pl.lit(horizon))
        )
        .sort("invoice_id")
        .select(
            "invoice_id",
            "mandate_id",
            "currency",
            order_id=pl.format("{}/A{}", "invoice_id", pl.col("attempts") + 1),
            attempt=pl.col("attempts") + 1,
            amount_minor="open_minor",
            ordered_on=pl.lit(on),
            # The bank moves a day that is no bank day to the next one itself.
            due_on=pl.max_horizontal(pl.col("due_on"), pl.lit(first_day)),
        )
    )
