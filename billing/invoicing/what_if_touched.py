"""Which agreements other rules can touch at all: the rest comes to what it came to."""

import polars as pl

from billing.invoicing.base import Base

MAIN = "subscription_id"
PLAN_FRAMES = ("plans", "versions", "parts")
CAMPAIGN_FRAMES = ("campaigns", "campaign_steps")


def touched(base: Base, before: Base, after: Base) -> pl.DataFrame:
    """Return the agreements of a base that two sets of rules may bill differently.

    Columns: subscription_id. Touched is whoever has ever had a plan or a campaign whose
    rows, products or rates of tax differ; all are by other policies or price lists.
    """
    everybody = base.subscriptions.select(MAIN)
    if before.company != after.company:
        return everybody
    if not _differing(before.price_lists, after.price_lists).is_empty():
        return everybody
    plans = pl.concat([_plans(before, after), _by_product(before, after)]).unique()
    campaigns = _ids(before, after, CAMPAIGN_FRAMES, "campaign_id")
    met = pl.concat(
        [
            base.changes.join(plans, on="plan_id", how="semi").select(MAIN),
            base.changes.join(campaigns, on="campaign_id", how="semi").select(MAIN),
        ]
    ).unique()
    return everybody.join(met, on=MAIN, how="semi")


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that only one of two frames has."""
    names = one.columns
    return pl.concat(
        [
            one.join(other, on=names, how="anti", nulls_equal=True),
            other.select(names).join(one, on=names, how="anti", nulls_equal=True),
        ]
    )


def _ids(before: Base, after: Base, frames: tuple[str, ...], key: str) -> pl.DataFrame:
    return pl.concat(
        [
            _differing(getattr(before, name), getattr(after, name)).select(key)
            for name in frames
        ]
    ).unique()


def _plans(before: Base, after: Base) -> pl.DataFrame:
    return _ids(before, after, PLAN_FRAMES, "plan_id")


def _by_product(before: Base, after: Base) -> pl.DataFrame:
    """Return the plans of products that differ, or whose rate of tax does."""
    rates = _differing(before.rates, after.rates).select("vat_category").unique()
    products = pl.concat(
        [
            _differing(before.products, after.products).select("product_id"),
            after.products.join(rates, on="vat_category", how="semi").select(
                "product_id"
            ),
        ]
    ).unique()
    sold = pl.concat(
        [
            frame.select("plan_id", "product_id")
            for frame in (before.plans, before.parts, after.plans, after.parts)
        ]
    )
    return sold.join(products, on="product_id", how="semi").select("plan_id")
