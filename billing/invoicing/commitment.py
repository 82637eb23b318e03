"""A commitment is the least that a period costs: at its end, the rest is filled up.

The minimum is shared by days like the price. The plan's own price counts towards it,
and what the items added to the agreement are charged for the same time.
"""

import polars as pl

from billing.company import Policies
from billing.invoicing.difference import share
from billing.invoicing.timeline import MAIN

PERIOD = [
    "subscription_id",
    "item",
    "plan_id",
    "plan_from_on",
    "cycle_from",
    "cycle_to",
]


def owed(recurring: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Return what each period with a commitment is short of, one piece for each.

    `recurring` are the priced pieces of `charges`; the result has their columns. A
    piece of another item counts for the period in which it begins.
    """
    committing = recurring.filter(pl.col("minimum_minor") > 0)
    if committing.is_empty():
        return committing
    valued = recurring.with_columns(amount_minor=share(pl.col("full_minor"), policies))
    periods = _periods(committing, policies).with_row_index("commitment")
    charged = _charged(periods, valued)
    return (
        periods.join(charged, on="commitment", how="left")
        .with_columns(
            full_minor=pl.col("committed_minor") - pl.col("charged_minor").fill_null(0)
        )
        .filter(pl.col("full_minor") > 0)
        .with_columns(
            kind=pl.lit("minimum"),
            list_minor="full_minor",
            cycle_from="period_from",
            cycle_to="period_to",
            quantity=pl.lit(1),
            campaign_id=None,
            price_version=None,
            text=pl.format("{}, minsta belopp", "text"),
        )
        .select(recurring.columns)
    )


def _periods(committing: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Return each cycle that holds days of a commitment, with their share of it."""
    by_days = committing.with_columns(kind=pl.lit("period")).with_columns(
        committed_minor=share(pl.col("minimum_minor"), policies)
    )
    first = [
        name
        for name in committing.columns
        if name not in {*PERIOD, "period_from", "period_to"}
    ]
    return by_days.group_by(PERIOD, maintain_order=True).agg(
        pl.col(first).first(),
        pl.col("period_from").min(),
        pl.col("period_to").max(),
        pl.col("committed_minor").sum(),
    )


def _charged(periods: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    """Return what counts towards each commitment: commitment, charged_minor."""
    begins_inside = (pl.col("begins_on") >= pl.col("period_from")) & (
        pl.col("begins_on") < pl.col("period_to")
    )
    counts = (pl.col("item") == MAIN) | (pl.col("item") == pl.col("counted_item"))
    return (
        periods.select(
            "commitment", "subscription_id", "item", "period_from", "period_to"
        )
        .join(
            valued.select(
                "subscription_id", "amount_minor",
                counted_item="item", begins_on="period_from",
            ),
            on="subscription_id",
        )
        .filter(begins_inside & counts)
        .group_by("commitment")
        .agg(charged_minor=pl.col("amount_minor").sum())
    )  # fmt: skip
