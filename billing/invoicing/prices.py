"""A price is what a whole cycle costs, by the model of its version; parts are shares of it.

The version that holds for a piece is the newest one that reaches it: a version for
`new` agreements reaches those that took the plan on or after its first day, one at
`renewal` the cycles that start then or later, one for `all` every day from then on.
The first version of a plan reaches everything.
"""

import polars as pl

from billing.invoicing.timeline import QUANTITY
from billing.money import round_decimal

AMOUNT = pl.Decimal(18, 6)

VERSIONS = pl.Schema(
    {
        "plan_id": pl.String,
        "version": pl.Int64,
        "phase": pl.Int64,
        "phase_count": pl.Int64,
        "phase_unit": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "applies_to": pl.String,
        "model": pl.String,
        "amount": AMOUNT,
        "terms": pl.String,
    }
)


def steps(versions: pl.DataFrame) -> pl.DataFrame:
    """Return the steps before the evergreen price, in the order they are lived through.

    Columns: plan_id, phase, phase_count, phase_unit. The newest version of a step
    says how long it lasts.
    """
    return (
        versions.filter(pl.col("phase") > 0)
        .sort("plan_id", "phase", "version")
        .unique(["plan_id", "phase"], keep="last", maintain_order=True)
        .select("plan_id", "phase", "phase_count", "phase_unit")
    )


def attach(segments: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Give each segment the price version that reaches it.

    `segments` has plan_id, phase, plan_from_on, cycle_from and period_from; added are
    price_version, model, amount and terms, null where no version reaches the segment.
    """
    first = pl.col("version") == pl.col("version").min().over("plan_id", "phase")
    candidates = versions.with_columns(is_first=first).select(
        "plan_id", "phase", "valid_from", "valid_to", "applies_to", "is_first",
        "model", "amount", "terms", price_version="version",
    )  # fmt: skip
    single = candidates.filter(pl.len().over("plan_id", "phase") == 1)
    several = candidates.join(single, on=["plan_id", "phase"], how="anti")
    keys = ["plan_id", "phase"]
    dated = ["valid_from", "valid_to", "applies_to", "is_first"]
    plain = segments.join(single.drop(dated), on=keys, how="left")
    if several.is_empty():
        return plain
    return pl.concat(
        [
            plain.join(several, on=keys, how="anti"),
            _newest(segments.join(several, on=keys, how="semi"), several),
        ]
    )


def _newest(segments: pl.DataFrame, several: pl.DataFrame) -> pl.DataFrame:
    keyed = segments.with_row_index("segment")
    reached_by = (
        pl.when(pl.col("applies_to") == "new")
        .then("plan_from_on")
        .when(pl.col("applies_to") == "renewal")
        .then("cycle_from")
        .otherwise("period_from")
    )
    in_force = pl.col("valid_from") <= reached_by
    open_or_running = pl.col("valid_to").is_null() | (
        pl.col("period_from") < pl.col("valid_to")
    )
    chosen = (
        keyed.join(several, on=["plan_id", "phase"])
        .filter((in_force & open_or_running) | pl.col("is_first"))
        .sort("segment", "valid_from", "price_version")
        .unique("segment", keep="last", maintain_order=True)
        .select("segment", "price_version", "model", "amount", "terms")
    )
    return keyed.join(chosen, on="segment", how="left").drop("segment")


def whole_cycle(decimals: int = 2) -> pl.Expr:
    """Return what a whole cycle costs in minor units, from model, amount and quantity.

    Rounded once, half away from zero. An agreed price stands in for the amount.
    """
    agreed = pl.col("agreed_minor").cast(pl.Decimal(38, 6)) / 10**decimals
    amount = pl.coalesce(agreed.cast(AMOUNT), pl.col("amount"))
    per_unit = pl.col("model") == "per_unit"
    quantity = pl.when(per_unit).then("quantity").otherwise(pl.lit(1, QUANTITY))
    minor = amount.cast(pl.Decimal(38, 8)) * quantity.cast(pl.Decimal(38, 6)) * 10**decimals
    return round_decimal(minor)
