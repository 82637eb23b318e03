"""At a cut-over what is billed here must begin where the other system has ended.

Control totals are what a controller ties to the lists of that system.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from billing.invoicing import timeline as timelines
from billing.invoicing.base import Base
from billing.invoicing.charges import charges
from billing.money import rounded_share
from billing.periods import DAYS, MONTHS
from billing.tax import RATE_MICRO

TOTALS = pl.Schema(
    {
        "total": pl.String(),
        "currency": pl.String(),
        "count": pl.Int64(),
        "amount_minor": pl.Int64(),
    }
)
DAYS_IN_A_YEAR = 365
DAYS_IN_A_MONTH = 28
NOBODY = "{} days from {} are billed by nobody; correct the day it is billed through"
TWICE = "{} days from {} would be billed twice; correct the day it is billed through"


def uncovered(starts: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Return the agreements that would be billed twice or not at all at the cut-over.

    `starts`: subscription_id, billed_through (from where billing begins here). Result:
    subscription_id, billed_through, old_billed_to (where the old lines end), days
    (above zero: days that nobody bills; below: days billed twice), words.
    """
    ends = (
        past.drop_nulls(["subscription_id", "period_to"])
        .filter(pl.col("net_minor") > 0)
        .group_by("subscription_id")
        .agg(old_billed_to=pl.col("period_to").max())
    )
    days = (pl.col("billed_through") - pl.col("old_billed_to")).dt.total_days()
    return (
        starts.join(ends, on="subscription_id")
        .filter(pl.col("billed_through") != pl.col("old_billed_to"))
        .with_columns(days=days)
        .with_columns(
            words=pl.when(pl.col("days") > 0)
            .then(pl.format(NOBODY, "days", _iso("old_billed_to")))
            .otherwise(pl.format(TWICE, -pl.col("days"), _iso("billed_through")))
        )
        .sort("subscription_id")
    )


def _iso(day: str) -> pl.Expr:
    return pl.col(day).dt.to_string("%Y-%m-%d")


def monthly(base: Base, on: date) -> pl.DataFrame:
    """Return what running agreements are billed for a month before tax, per currency.

    Columns: those of `TOTALS`. A cycle of days counts as its share of 365/12 days.
    """
    near = _near(from_the_first_day(base), on)
    pieces = charges(near, timelines.intervals(near.changes), through=on).filter(
        (pl.col("kind") == "period")
        & (pl.col("period_from") <= on)
        & (pl.col("period_to") > on)
        & pl.col("reason").is_null()
    )
    cycles = base.plans.select("plan_id", "every_count", "every_unit")
    months = pl.col("every_count") * pl.col("every_unit").replace_strict(
        MONTHS, default=0, return_dtype=pl.Int64
    )
    days = pl.col("every_count") * pl.col("every_unit").replace_strict(
        DAYS, default=1, return_dtype=pl.Int64
    )
    whole = (
        pl.when("price_includes_vat")
        .then(
            pl.col("full_minor")
            - rounded_share(
                pl.col("full_minor"),
                pl.col("rate_micro"),
                RATE_MICRO + pl.col("rate_micro"),
            )
        )
        .otherwise("full_minor")
    )
    month = pl.lit(DAYS_IN_A_YEAR, pl.Int64)
    amount = (
        pl.when(months > 0)
        .then(rounded_share(whole, pl.lit(1, pl.Int64), pl.max_horizontal(months, 1)))
        .otherwise(rounded_share(whole, month, pl.max_horizontal(days, 1) * 12))
    )
    return (
        pieces.join(cycles, on="plan_id")
        .with_columns(amount_minor=amount)
        .group_by("currency")
        .agg(
            total=pl.lit("MRR").first(),
            count=pl.col("subscription_id").n_unique().cast(pl.Int64),
            amount_minor=pl.col("amount_minor").sum(),
        )
        .select(TOTALS.names())
        .cast(TOTALS)
    )


def from_the_first_day(base: Base) -> Base:
    """Return the base as if each agreement had been billed here from its first day."""
    since = base.subscriptions.select("subscription_id", "started_on")
    first = pl.min_horizontal("effective_on", "started_on")
    changes = (
        base.changes.join(since, on="subscription_id", how="left")
        .with_columns(
            effective_on=pl.when(pl.col("kind") == "start")
            .then(first)
            .otherwise("effective_on")
        )
        .select(base.changes.columns)
    )
    return replace(base, changes=changes)


def _near(base: Base, on: date) -> Base:
    """Return the base with the cycles that may hold the day, and no earlier ones."""
    starts = base.changes.filter(pl.col("kind") == "start").select(
        "subscription_id", "plan_id"
    )
    settled = (
        base.subscriptions.join(starts, on="subscription_id", how="left")
        .join(one_cycle_back(base.plans), on="plan_id", how="left")
        .with_columns(
            settled_on=pl.lit(on).dt.offset_by(pl.col("back").fill_null("-1mo"))
        )
        .select(base.subscriptions.columns)
    )
    return replace(base, subscriptions=settled, billed=base.billed.clear())


def one_cycle_back(plans: pl.DataFrame) -> pl.DataFrame:
    """Return plan_id and back: the offset over at least one of its cycles."""
    unit, count = pl.col("every_unit"), pl.col("every_count")
    months = count * unit.replace_strict(MONTHS, default=0, return_dtype=pl.Int64)
    days = count * unit.replace_strict(DAYS, default=0, return_dtype=pl.Int64)
    whole = pl.max_horizontal(
        1, months + (days + DAYS_IN_A_MONTH - 1) // DAYS_IN_A_MONTH
    )
    return plans.select("plan_id", back=pl.format("-{}mo", whole))
