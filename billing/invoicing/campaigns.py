"""A campaign takes something off the price of the cycles that begin in its window."""

import polars as pl

from billing.invoicing.base import Base
from billing.invoicing.timeline import MAIN, without_undone
from billing.money import rounded_share
from billing.periods import Cycle
from billing.tax import RATE_MICRO


def windows(base: Base, held: pl.DataFrame) -> pl.DataFrame:
    """Return when each campaign that was taken lowers the price of which item.

    Columns: subscription_id, item, window_from, window_to (null: for ever),
    campaign_id, discount_kind, percent, discount_minor, turn (0, 1 … in the order
    they were taken).
    Periods are counted from the cycle that holds the day on which it was taken.
    """
    taken = (
        without_undone(base.changes)
        .filter(pl.col("kind") == "campaign")
        .select(
            "subscription_id",
            "campaign_id",
            "seq",
            pl.col("item").fill_null(MAIN),
            window_from="effective_on",
        )
        .join(base.campaigns, on="campaign_id")
    )
    cycle = Cycle(
        months=pl.col("months"),
        days=pl.col("days"),
        anchor=pl.col("anchor"),
        day=pl.col("day_of_month"),
    )
    counted = pl.col("lasts_kind").is_in(["periods", "uses"])
    last = cycle.start(cycle.index(pl.col("window_from")) + pl.col("lasts_periods"))
    return (
        taken.join(_item_at_start(held), on=["subscription_id", "item"])
        .with_columns(
            window_to=pl.when(counted)
            .then(last)
            .when(pl.col("lasts_kind") == "until")
            .then("lasts_until"),
            turn=(
                pl.col("seq").rank("ordinal").over("subscription_id", "item") - 1
            ).cast(pl.Int64),
        )
        .select(
            "subscription_id",
            "item",
            "window_from",
            "window_to",
            "campaign_id",
            "discount_kind",
            "percent",
            "discount_minor",
            "turn",
        )
    )


def _item_at_start(held: pl.DataFrame) -> pl.DataFrame:
    """Return the cycle that each item has when it begins."""
    return (
        held.sort("from_on")
        .unique(["subscription_id", "item"], keep="first", maintain_order=True)
        .select("subscription_id", "item", "months", "days", "anchor", "day_of_month")
    )


def bounds(taken: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which a discount begins or ends."""
    return pl.concat(
        [
            taken.select("subscription_id", at="window_from"),
            taken.select("subscription_id", at="window_to"),
        ]
    ).drop_nulls()


def discounted(listed: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Take the discounts off list_minor, one after the other, each on what is left.

    Added are full_minor (the price of the whole cycle after discounts) and campaign_id
    (the campaigns that lowered it, joined by "+", or null).
    """
    net = listed.with_columns(
        full_minor="list_minor", campaign_id=pl.lit(None, pl.String)
    )
    for turn in taken["turn"].unique().sort():
        net = _one_off(net, taken.filter(pl.col("turn") == turn).drop("turn"))
    return net


def _one_off(net: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    in_window = (pl.col("period_from") >= pl.col("window_from")) & (
        pl.col("window_to").is_null() | (pl.col("period_from") < pl.col("window_to"))
    )
    by_percent = rounded_share(
        pl.col("full_minor"),
        (pl.col("percent") * RATE_MICRO).cast(pl.Int64),
        pl.lit(RATE_MICRO, pl.Int64),
    )
    lowered = (
        pl.when(pl.col("discount_kind") == "percent")
        .then(pl.col("full_minor") - by_percent)
        .when(pl.col("discount_kind") == "amount")
        .then(pl.max_horizontal(pl.col("full_minor") - pl.col("discount_minor"), 0))
        .otherwise(pl.min_horizontal("full_minor", "discount_minor"))
    )
    named = pl.concat_str(
        "campaign_id", "campaign_id_taken", separator="+", ignore_nulls=True
    )
    applies = pl.col("campaign_id_taken").is_not_null() & in_window
    return (
        net.join(taken, on=["subscription_id", "item"], how="left", suffix="_taken")
        .with_columns(
            full_minor=pl.when(applies).then(lowered).otherwise("full_minor"),
            campaign_id=pl.when(applies).then(named).otherwise("campaign_id"),
        )
        .drop(
            "campaign_id_taken",
            "window_from",
            "window_to",
            "discount_kind",
            "percent",
            "discount_minor",
        )
    )
