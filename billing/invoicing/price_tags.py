"""A price tag is what one unit of a plan costs a cycle, without VAT and with it.

A bundle's price is shared among its parts as it is on the invoice, and each part has
the tax of its product.
"""

from datetime import date

import polars as pl

from billing import tax
from billing.catalogue.frames import Catalogue
from billing.invoicing.invoice import taxed
from billing.invoicing.prices import AMOUNT, MICRO, listed
from billing.money import rounded_share

TAG = ["plan_id", "price_list"]
TAGS = pl.Schema(
    {
        "plan_id": pl.String(),
        "price_list": pl.String(),
        "name": pl.String(),
        "sold": pl.String(),
        "every_count": pl.Int64(),
        "every_unit": pl.String(),
        "currency": pl.String(),
        "model": pl.String(),
        "prices_include_vat": pl.Boolean(),
        "net_minor": pl.Int64(),
        "vat_minor": pl.Int64(),
        "gross_minor": pl.Int64(),
        "version": pl.Int64(),
        "valid_from": pl.Date(),
        "applies_to": pl.String(),
    }
)


def tags(known: Catalogue, country: str, on: date) -> pl.DataFrame:
    """Return the price that new agreements get on a day: `TAGS`, by plan and list.

    `known` is as the books have it (prices with their version). `sold` names the
    products. Metered prices are those of the first unit.
    """
    priced = _priced(known, on)
    if priced.is_empty():
        return TAGS.to_frame()
    parts = _shared(priced, _parts(known))
    rated = parts.join(_rates(known, country, on), on="vat_category", how="left")
    amounts = taxed(
        rated.with_columns(
            invoice_id=pl.concat_str("plan_id", "price_list", separator="/"),
            price_includes_vat="prices_include_vat",
            rate_micro=pl.col("rate_micro").fill_null(0),
        )
    )
    summed = amounts.group_by(TAG).agg(
        pl.col("net_minor", "vat_minor").sum(),
        sold=pl.col("product_name").str.join(" + "),
    )
    whole = priced.join(summed, on=TAG, how="inner").with_columns(
        gross_minor=pl.col("net_minor") + pl.col("vat_minor")
    )
    return whole.select(TAGS.names()).cast(TAGS).sort("name", "plan_id", "price_list")


def _priced(known: Catalogue, on: date) -> pl.DataFrame:
    """Return each plan and list with the newest price that is for new agreements."""
    holds = (pl.col("valid_from") <= on) & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > on)
    )
    for_new = (pl.col("phase") == 0) & (pl.col("applies_to") != "cohort")
    newest = (
        known.prices.filter(holds & for_new)
        .sort("valid_from", "version")
        .unique(TAG, keep="last", maintain_order=True)
    )
    lists = known.price_lists.select("price_list", list_currency="currency")
    plans = known.plans.select(
        "plan_id", "name", "product_id", "every_count", "every_unit", "currency",
        "prices_include_vat",
    )  # fmt: skip
    held = newest.join(plans, on="plan_id").join(lists, on="price_list", how="left")
    return listed(
        held.with_columns(
            pl.col("amount").cast(AMOUNT),
            currency=pl.coalesce("list_currency", "currency"),
            quantity=pl.lit(1).cast(AMOUNT),
            agreed_minor=pl.lit(None, pl.Int64),
        )
    )


def _parts(known: Catalogue) -> pl.DataFrame:
    """Return what each plan is made of: plan_id, n, product_id, weight."""
    share = pl.col("share").cast(pl.Decimal(9, 6)) * MICRO
    bundles = known.parts.select(
        "plan_id",
        "product_id",
        n=pl.col("n").rank("dense").over("plan_id").cast(pl.Int64),
        weight=pl.coalesce(pl.col("standalone_minor"), share.cast(pl.Int64)),
    )
    single = known.plans.join(bundles, on="plan_id", how="anti").select(
        "plan_id", "product_id", n=pl.lit(1, pl.Int64), weight=pl.lit(1, pl.Int64)
    )
    products = known.products.select("product_id", "vat_category", product_name="name")
    parts = pl.concat([bundles.select(single.columns), single])
    return parts.join(products, on="product_id").sort("plan_id", "n")


def _shared(priced: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Give each part its share of the price: of what the parts before it have left."""
    whole = priced.drop("product_id").join(parts, on="plan_id").sort(*TAG, "n")
    weights = pl.col("weight").cum_sum(reverse=True).over(TAG)
    left = whole.with_columns(
        left="list_minor", weight_left=weights, amount_minor=pl.lit(0, pl.Int64)
    )
    for n in parts["n"].unique().sort():
        taken = rounded_share(pl.col("left"), pl.col("weight"), pl.col("weight_left"))
        mine = pl.col("n") == n
        left = left.with_columns(
            amount_minor=pl.when(mine).then(taken).otherwise("amount_minor")
        ).with_columns(
            left=pl.col("left") - pl.col("amount_minor").filter(mine).sum().over(TAG)
        )
    return left


def _rates(known: Catalogue, country: str, on: date) -> pl.DataFrame:
    dated = tax.rates(known.products["vat_category"], country)
    return (
        dated.filter(pl.col("valid_from") <= on)
        .sort("valid_from")
        .unique("vat_category", keep="last")
        .select("vat_category", "rate_micro")
    )
