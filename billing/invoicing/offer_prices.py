"""What an agreement costs with an offer: the engine prices it once for each of them.

One agreement is laid out as many, one for each campaign that it might take.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from billing.invoicing import charges, timeline
from billing.invoicing.base import BILLED, Base
from billing.invoicing.timeline import CHANGES, MAIN

PRICES = pl.Schema(
    {
        "campaign_id": pl.String(),
        "price_minor": pl.Int64(),
        "kept_minor": pl.Int64(),
        "saved_minor": pl.Int64(),
    }
)


def offer_prices(base: Base, campaign_ids: list[str], *, on: date) -> pl.DataFrame:
    """Return what each campaign would make of the main item's price; `PRICES`.

    The base has one agreement; the campaign is taken on the day. price_minor is that of
    the first whole cycle from the day, kept_minor and saved_minor what is left of the
    cycles that begin within a year of it, and what is taken off them.
    """
    if not campaign_ids:
        return PRICES.to_frame()
    offered = _laid_out(base, campaign_ids, on)
    year = pl.lit(on).dt.offset_by("1y")
    through = pl.select(year).item()
    pieces = charges.charges(
        offered, timeline.intervals(offered.changes), through=through
    )
    cycle = ["subscription_id", "cycle_from"]
    cycles = (
        pieces.filter(
            (pl.col("item") == MAIN)
            & pl.col("kind").is_in(["period", "usage"])
            & (pl.col("period_from") >= on)
            & (pl.col("period_from") < year)
            & pl.col("reason").is_null()
        )
        .group_by(*cycle, "period_from")
        .agg(pl.col("list_minor", "full_minor").sum())
        .sort(*cycle, "period_from")
        .unique(cycle, keep="first", maintain_order=True)
    )
    return (
        cycles.group_by("subscription_id")
        .agg(
            price_minor=pl.col("full_minor").first(),
            kept_minor=pl.col("full_minor").sum(),
            saved_minor=(pl.col("list_minor") - pl.col("full_minor")).sum(),
        )
        .rename({"subscription_id": "campaign_id"})
        .cast(PRICES)
    )


def _laid_out(base: Base, campaign_ids: list[str], on: date) -> Base:
    """Return a base of one agreement for each campaign, which is its number."""
    campaigns = pl.DataFrame({"campaign": campaign_ids})
    number = pl.col("campaign")
    facts = base.changes.join(campaigns, how="cross").with_columns(
        subscription_id=number,
        change_id=pl.format("{}|{}", number, "change_id"),
        undoes=pl.format("{}|{}", number, "undoes"),
    )
    last = base.changes["seq"].max()
    taken = campaigns.select(
        subscription_id=number,
        change_id=pl.format("{}|taken", number),
        seq=pl.lit(int(last or 0) + 1 if isinstance(last, int) else 1),
        kind=pl.lit("campaign"),
        item=pl.lit(MAIN),
        campaign_id=number,
        effective_on=pl.lit(on),
    )
    return replace(
        base,
        subscriptions=base.subscriptions.join(campaigns, how="cross")
        .with_columns(subscription_id=number, settled_on=pl.lit(None, pl.Date))
        .drop("campaign"),
        changes=pl.concat(
            [facts.select(CHANGES.names()), taken], how="diagonal_relaxed"
        ).cast(CHANGES),
        billed=BILLED.to_frame(),
        usage=base.usage.clear(),
        one_offs=base.one_offs.clear(),
        credited=base.credited.clear(),
    )
