"""What is charged once: the fee for taking a plan, and single charges by hand."""

import polars as pl

from billing.invoicing.base import Base

NOTHING = pl.lit(None)


def setup_fees(held: pl.DataFrame) -> pl.DataFrame:
    """Return the fee for taking a plan: once, on its first day, never taken back.

    `held` are the intervals of `charges.of_plans`; the result has their columns and
    those of `charges.WHOLE`.
    """
    return (
        held.filter(
            (pl.col("setup_fee_minor") > 0)
            & (pl.col("from_on") == pl.col("plan_from_on"))
        )
        .with_columns(
            period_from="plan_from_on",
            period_to=pl.col("plan_from_on") + pl.duration(days=1),
            list_minor="setup_fee_minor",
            full_minor="setup_fee_minor",
        )
        .with_columns(
            cycle_from="period_from",
            cycle_to="period_to",
            kind=pl.lit("setup"),
            text=pl.coalesce("name", "plan_id"),
            quantity=pl.lit(1),
            campaign_id=NOTHING,
            source_id=NOTHING,
            price_version=NOTHING,
            price_includes_vat=pl.col("prices_include_vat"),
            recognised=pl.lit("at_once"),
        )
    )


def one_offs(base: Base) -> pl.DataFrame:
    """Return single charges and credits by hand, each due on its day."""
    dated = base.one_offs.join(base.products, on="product_id", how="left").with_columns(
        period_from="effective_on",
        period_to=pl.col("effective_on") + pl.duration(days=1),
    )
    absent = ("subscription_id", "item", "plan_id", "campaign_id", "price_version")
    of_plans = ("price_list", "plan_currency", "list_currency", "undelivered")
    return dated.with_columns(
        *(NOTHING.alias(name) for name in (*absent, *of_plans)),
        kind=pl.lit("one_off"),
        source_id="charge_id",
        payer_id="customer_id",
        quantity=pl.lit(1),
        list_minor="amount_minor",
        full_minor="amount_minor",
        price_includes_vat=pl.lit(value=False),
        recognised=pl.lit("at_once"),
        cycle_from="period_from",
        cycle_to="period_to",
    )
