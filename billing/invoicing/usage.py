"""Usage is what was consumed in a piece of a period, counted like a quantity."""

import polars as pl

from billing.invoicing.timeline import QUANTITY


def measured(segments: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Set the quantity of metered pieces to what was used in them, 0 for nothing.

    `events` has subscription_id, metric, quantity and used_on; a piece takes the events
    on its days, by the aggregation of its plan: sum, max, last or count.
    """
    metered = segments.filter(pl.col("usage_metric").is_not_null())
    if metered.is_empty():
        return segments
    keyed = metered.with_row_index("piece")
    used = (
        _met(keyed, events)
        .group_by("piece", "usage_aggregation", maintain_order=True)
        .agg(
            sum=pl.col("used").sum().cast(QUANTITY),
            max=pl.col("used").max(),
            last=pl.col("used").last(),
            count=pl.len().cast(QUANTITY),
        )
        .select("piece", used=_by_aggregation())
    )
    counted = (
        keyed.join(used, on="piece", how="left")
        .with_columns(quantity=pl.col("used").fill_null(0).cast(QUANTITY))
        .drop("piece", "used")
    )
    others = segments.filter(pl.col("usage_metric").is_null())
    return pl.concat([others, counted])


def uses(pieces: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return the single uses of metered pieces: piece (row number) and quantity."""
    metered = pieces.with_row_index("piece").filter(
        pl.col("usage_metric").is_not_null()
    )
    return _met(metered, events).select("piece", quantity="used")


def _met(metered: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return the events on the days of each piece, in the order of the days."""
    return (
        metered.select(
            "piece",
            "subscription_id",
            "usage_metric",
            "usage_aggregation",
            "period_from",
            "period_to",
        )
        .join(
            events.rename({"quantity": "used"}),
            left_on=["subscription_id", "usage_metric"],
            right_on=["subscription_id", "metric"],
        )
        .filter(
            (pl.col("used_on") >= pl.col("period_from"))
            & (pl.col("used_on") < pl.col("period_to"))
        )
        .sort("used_on", maintain_order=True)
    )


def _by_aggregation() -> pl.Expr:
    kind = pl.col("usage_aggregation")
    return (
        pl.when(kind == "max")
        .then("max")
        .when(kind == "last")
        .then("last")
        .when(kind == "count")
        .then("count")
        .otherwise("sum")
    )
