"""The rate of tax of a piece is that of its first day; a piece never spans a change.

The rate is that of the day of supply (ML 2023:200 7:4): a cycle that has days on both
sides of a change is cut there, and each piece has the rate of its own days.
"""

import polars as pl

from billing.invoicing.base import Base


def bounds(base: Base) -> pl.DataFrame:
    """Return the days on which the rate of something that a plan sells becomes another.

    Columns: plan_id, at.
    """
    category, rate = pl.col("vat_category"), pl.col("rate_micro")
    changed = (
        base.rates.sort("vat_category", "valid_from")
        .filter((category == category.shift()) & (rate != rate.shift()))
        .select("vat_category", at="valid_from")
    )
    sold = pl.concat(
        [
            base.plans.select("plan_id", "product_id"),
            base.parts.select("plan_id", "product_id"),
        ]
    )
    return (
        sold.join(base.products, on="product_id")
        .join(changed, on="vat_category")
        .select("plan_id", "at")
        .unique()
    )


def taxed(base: Base, pieces: pl.DataFrame) -> pl.DataFrame:
    """Add rate_micro, the rate of tax in force on the first day of each piece."""
    return pieces.sort("period_from").join_asof(
        base.rates,
        left_on="period_from",
        right_on="valid_from",
        by="vat_category",
        strategy="backward",
        check_sortedness=False,
    )
