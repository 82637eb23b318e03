"""A reminder asks for an overdue invoice again, one step at a time.

With the lawful fee.

The fee is at most 60 kr and may be taken once for each claim (lag 1981:739 2 §).

>>> from datetime import date
>>> overdue = pl.DataFrame({"invoice_id": ["NB-1"], "currency": ["SEK"],
...     "open_minor": [29900], "due_on": [date(2026, 1, 31)], "steps_taken": [0]})
>>> due(overdue, Policies(reminder_steps=(5, 15)), on=date(2026, 2, 5)).select(
...     "invoice_id", "step", "fee_minor").rows()
[('NB-1', 1, 6000)]
>>> due(overdue, Policies(reminder_steps=(5, 15)), on=date(2026, 2, 4)).height
0
"""

from datetime import date, timedelta

import polars as pl

from billing.company import Policies

# How long the reminder gives, and the highest lawful fee (lag 1981:739 2 §).
REMINDER_TERMS_DAYS = 10
HIGHEST_FEE_MINOR = {"SEK": 6000}


def due(overdue: pl.DataFrame, policies: Policies, *, on: date) -> pl.DataFrame:
    """Return the reminders to send on a day.

    One row for each invoice whose day has come.

    overdue: invoice_id, currency, open_minor, due_on, steps_taken. Columns of the
    result: reminder_id, invoice_id, step, currency, fee_minor, interest_minor,
    open_minor, issued_on, due_on. A late run takes one step only: none is skipped.
    """
    steps = pl.DataFrame(
        {
            "steps_taken": range(len(policies.reminder_steps)),
            "after_days": policies.reminder_steps,
        },
        schema={"steps_taken": pl.Int64, "after_days": pl.Int64},
    )
    reached = pl.col("due_on") + pl.duration(days=pl.col("after_days")) <= pl.lit(on)
    ceiling = pl.col("currency").replace_strict(
        HIGHEST_FEE_MINOR, default=policies.reminder_fee_minor, return_dtype=pl.Int64
    )
    fee = pl.min_horizontal(pl.lit(policies.reminder_fee_minor, pl.Int64), ceiling)
    step = pl.col("steps_taken") + 1
    return (
        overdue.filter(pl.col("open_minor") > 0)
        .join(steps, on="steps_taken")
        .filter(reached)
        .sort("invoice_id")
        .select(
            "invoice_id",
            "currency",
            "open_minor",
            reminder_id=pl.format("{}/R{}", "invoice_id", step),
            step=step,
            # One fee for each claim, with its first reminder.
            fee_minor=pl.when(step == 1).then(fee).otherwise(pl.lit(0, pl.Int64)),
            interest_minor=pl.lit(0, pl.Int64),
            issued_on=pl.lit(on),
            due_on=pl.lit(on + timedelta(days=REMINDER_TERMS_DAYS)),
        )
    )
