"""A campaign takes something off the price of the cycles that begin in its window."""

import polars as pl

from billing.invoicing.base import Base
from billing.invoicing.timeline import MAIN, without_undone
from billing.money import rounded_share
from billing.periods import Cycle
from billing.tax import RATE_MICRO

WINDOWS = pl.Schema(
    {
        "subscription_id": pl.String(),
        "item": pl.String(),
        "window_from": pl.Date(),
        "window_to": pl.Date(),
        "campaign_id": pl.String(),
        "discount_kind": pl.String(),
        "percent": pl.Decimal(9, 6),
        "discount_minor": pl.Int64(),
        "turn": pl.Int64(),
    }
)
ITEM = ["subscription_id", "item"]


def windows(base: Base, held: pl.DataFrame) -> pl.DataFrame:
    """Return when each campaign that was taken lowers the price of which item.

    Columns: those of `WINDOWS`; window_to null is for ever, turn (0, 1 …) is the order
    in which they lower the price. Periods are counted in the cycles that the item has
    on the day on which the campaign was taken, from the cycle that holds that day; the
    steps of a campaign are windows that follow one another. A window ends where the
    item takes a plan that the campaign is not for, or another plan at all where the
    campaign says that it is lost then.
    """
    taken = (
        without_undone(base.changes)
        .filter(pl.col("kind") == "campaign")
        .select(
            "subscription_id",
            "campaign_id",
            "seq",
            pl.col("item").fill_null(MAIN),
            taken_on="effective_on",
        )
        .join(base.campaigns, on="campaign_id")
    )
    if taken.is_empty():
        return WINDOWS.to_frame()
    counted = _counted(_stepped(base, _with_cycle(taken, held)))
    lost = _lost(taken, held)
    return (
        counted.join(lost, on=[*ITEM, "seq"], how="left")
        .with_columns(window_to=pl.min_horizontal("window_to", "lost_on"))
        .filter(
            pl.col("window_to").is_null()
            | (pl.col("window_from") < pl.col("window_to"))
        )
        .sort(*ITEM, "seq", "step")
        .with_columns(turn=pl.int_range(pl.len()).over(ITEM))
        .select(WINDOWS.names())
        .cast(WINDOWS)
    )


def _with_cycle(taken: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Give each taking the cycle of its item on the day, or its first one."""
    cycles = held.select(
        *ITEM, "from_on", "months", "days", "anchor", "day_of_month"
    ).sort("from_on")
    first = cycles.unique(ITEM, keep="first", maintain_order=True)
    began = first.select(*ITEM, first_on="from_on")
    return (
        taken.join(began, on=ITEM)
        .with_columns(on=pl.max_horizontal("taken_on", "first_on"))
        .sort("on")
        .join_asof(
            cycles,
            left_on="on",
            right_on="from_on",
            by=ITEM,
            strategy="backward",
            check_sortedness=False,
        )
        .drop("on", "first_on", "from_on")
    )


def _stepped(base: Base, taken: pl.DataFrame) -> pl.DataFrame:
    """Give each taking its steps, with the periods that lie before each of them."""
    steps = base.campaign_steps.sort("campaign_id", "step").with_columns(
        before=pl.col("periods").cum_sum().over("campaign_id") - pl.col("periods")
    )
    discount = ("discount_kind", "percent", "discount_minor")
    by_step = taken.drop(discount).join(steps, on="campaign_id")
    nothing = pl.lit(0, pl.Int64)
    single = taken.join(steps, on="campaign_id", how="anti").with_columns(
        step=nothing, before=nothing, periods="lasts_periods"
    )
    return pl.concat([single, by_step.select(single.columns)])


def _counted(stepped: pl.DataFrame) -> pl.DataFrame:
    """Give each step its days: a number of cycles, until a day, or for ever."""
    cycle = Cycle(
        months=pl.col("months"),
        days=pl.col("days"),
        anchor=pl.col("anchor"),
        day=pl.col("day_of_month"),
    )
    first = cycle.index(pl.col("taken_on")) + pl.col("before")
    counted = pl.col("lasts_kind").is_in(["periods", "uses", "steps"])
    return stepped.with_columns(
        window_from=pl.when(pl.col("before") > 0)
        .then(cycle.start(first))
        .otherwise("taken_on"),
        window_to=pl.when(counted)
        .then(cycle.start(first + pl.col("periods")))
        .when(pl.col("lasts_kind") == "until")
        .then("lasts_until"),
    )


def _lost(taken: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return the first day on which an item has a plan that ends the campaign."""
    plans = held.select(*ITEM, "plan_id", "from_on", "to_on")
    there = taken.select(*ITEM, "seq", "taken_on", "on_plan_change", "plans").join(
        plans, on=ITEM
    )
    at_first = there.filter(
        pl.col("to_on").is_null() | (pl.col("to_on") > pl.col("taken_on"))
    )
    took = (
        at_first.sort("from_on")
        .unique([*ITEM, "seq"], keep="first", maintain_order=True)
        .select(*ITEM, "seq", took="plan_id", since="from_on")
    )
    barred = pl.col("plans").is_not_null() & ~pl.col("plans").str.split(
        ","
    ).list.contains(pl.col("plan_id"))
    ends = (pl.col("on_plan_change") == "lose") | barred
    return (
        there.join(took, on=[*ITEM, "seq"])
        .filter(
            (pl.col("from_on") > pl.col("since"))
            & (pl.col("from_on") > pl.col("taken_on"))
            & (pl.col("plan_id") != pl.col("took"))
            & ends
        )
        .group_by(*ITEM, "seq")
        .agg(lost_on=pl.col("from_on").min())
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
