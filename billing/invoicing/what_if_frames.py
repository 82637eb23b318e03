"""The frames of a comparison: the measures of two sides, set beside each other."""

import polars as pl

from billing.invoicing.what_if_lines import Horizon
from billing.invoicing.what_if_measures import MEASURES, STOCKS, in_minor

BY = {"by_plan": "plan_id", "by_cohort": "cohort", "by_campaign": "campaign_id"}
AMOUNTS = ["before_minor", "after_minor", "difference_minor"]


def frames(
    before: pl.DataFrame, after: pl.DataFrame, horizon: Horizon
) -> dict[str, pl.DataFrame]:
    """Return by_month, by_plan, by_cohort, by_campaign and totals, by their names.

    The sides are as `what_if_measures.MEASURED`, mrr in millionths.
    """
    both = pl.concat(
        [
            before.with_columns(side=pl.lit("before")),
            after.with_columns(side=pl.lit("after")),
        ]
    )
    last = pl.col("month") == horizon.bounds[-2]
    whole = both.filter(last | ~pl.col("measure").is_in(STOCKS))
    return {
        "by_month": beside(both, ["month"]),
        **{name: beside(whole, [key]) for name, key in BY.items()},
        "totals": beside(whole, []),
    }


def beside(values: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Add up two sides by some keys and set them beside each other."""
    by = [*keys, "currency", "measure"]
    order = pl.col("measure").replace_strict(
        {name: n for n, name in enumerate(MEASURES)}, return_dtype=pl.Int64
    )
    minor = pl.when(pl.col("measure") == "mrr").then("rounded").otherwise("value")
    return (
        in_minor(
            values.group_by([*by, "side"]).agg(pl.col("value").sum()),
            "value",
            "rounded",
        )
        .group_by(by)
        .agg(
            before_minor=minor.filter(pl.col("side") == "before").sum(),
            after_minor=minor.filter(pl.col("side") == "after").sum(),
        )
        .with_columns(
            difference_minor=pl.col("after_minor") - pl.col("before_minor"), order=order
        )
        .sort(*keys, "currency", "order", nulls_last=True)
        .drop("order")
    )
