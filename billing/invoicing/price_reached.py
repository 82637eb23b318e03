"""Which price version an agreement is on, and why: the words that screens show."""

from datetime import date

import polars as pl

from billing.invoicing import campaigns, charges, timeline
from billing.invoicing.base import Base

ITEM = ["subscription_id", "item"]
REACHED = pl.Schema(
    {
        "subscription_id": pl.String(),
        "item": pl.String(),
        "plan_id": pl.String(),
        "price_list": pl.String(),
        "phase": pl.Int64(),
        "price_version": pl.Int64(),
        "valid_from": pl.Date(),
        "applies_to": pl.String(),
        "agreed_minor": pl.Int64(),
        "words": pl.String(),
    }
)


def reached(base: Base, subscription_ids: list[str], on: date) -> pl.DataFrame:
    """Return the price version that each item of some agreements is on on a day.

    Columns: those of `REACHED`, one row for each item. What has not begun shows its
    first price, what has ended its last. price_version is null where the plan has no
    price there.
    """
    chosen = pl.col("subscription_id").is_in(subscription_ids)
    facts = base.changes.filter(chosen)
    held = charges.of_plans(base, timeline.intervals(facts))
    pieces = charges.segments(
        base, held, campaigns.WINDOWS.to_frame(), through=on
    ).filter(pl.col("period_from") < pl.col("period_to"))
    runs_or_comes = pl.col("period_to") > on
    distance = (pl.col("period_from") - pl.lit(on)).dt.total_days()
    now = (
        pieces.sort(
            *ITEM,
            runs_or_comes,
            pl.when(runs_or_comes).then(-distance).otherwise(distance),
        )
        .unique(ITEM, keep="last", maintain_order=True)
        .join(
            _rules(base),
            left_on=["plan_id", "price_list", "phase", "price_version"],
            right_on=["plan_id", "price_list", "phase", "version"],
            how="left",
        )
    )
    return now.with_columns(words=_words()).select(REACHED.names()).cast(REACHED)


def _rules(base: Base) -> pl.DataFrame:
    return base.versions.select(
        "plan_id",
        "price_list",
        "phase",
        "version",
        "valid_from",
        "applies_to",
        "cohort_from",
        "cohort_to",
    ).with_columns(
        is_first=pl.col("valid_from")
        == pl.col("valid_from").min().over("plan_id", "price_list", "phase")
    )


def _words() -> pl.Expr:
    since = pl.format("price from {}", pl.col("valid_from").dt.to_string("%Y-%m-%d"))
    cohort = pl.format(
        ", for agreements that started {} to {}, reached at renewal",
        pl.col("cohort_from").dt.to_string("%Y-%m-%d").fill_null("ever"),
        pl.col("cohort_to").dt.to_string("%Y-%m-%d").fill_null("ever"),
    )
    why = (
        pl.when(pl.col("applies_to") == "cohort")
        .then(cohort)
        .when("is_first")
        .then(pl.lit(", the plan's first"))
        .when(pl.col("applies_to") == "new")
        .then(pl.lit(", as the plan was taken after it"))
        .when(pl.col("applies_to") == "renewal")
        .then(pl.lit(", reached at renewal"))
        .otherwise(pl.lit(", for all from that day"))
    )
    in_list = pl.when(pl.col("price_list") != "").then(
        pl.format(", in list {}", "price_list")
    )
    return (
        pl.when(pl.col("agreed_minor").is_not_null())
        .then(pl.lit("a price agreed for this agreement alone"))
        .when(pl.col("phase") > 0)
        .then(pl.format("price of step {} after the start", "phase"))
        .when(pl.col("price_version").is_null())
        .then(pl.lit("no price"))
        .otherwise(pl.concat_str(since + why, in_list, ignore_nulls=True))
    )
