"""A representative stands for all agreements with the same facts: they cost the same.

What an agreement is charged depends on its facts alone, not on its number or on whose
it is. So a million agreements are worked out as the few thousand that differ, and each
amount is multiplied by how many it stands for. Facts are compared whole, not by hash.
"""

from dataclasses import replace

import polars as pl

from billing.invoicing.base import BILLED, CREDITED, ONE_OFFS, Base

MEMBERS = pl.Schema({"representative_id": pl.String(), "subscription_id": pl.String()})
# Whose an agreement is and how it is paid changes nothing in what it costs.
WHOSE = {"subscription_id", "customer_id", "payer_id", "payment_method", "settled_on"}
NAMES = {"subscription_id", "seq", "change_id", "undoes"}


def reduced(base: Base) -> tuple[Base, pl.DataFrame]:
    """Return the base of one agreement of each kind, and whom each one stands for.

    The members have representative_id and subscription_id, one row for each agreement
    of the base. Agreements that have usage stand for themselves. What has been billed
    is left out: it belongs to each agreement by itself.
    """
    coded = base.subscriptions.join(
        _coded(base.changes), on="subscription_id", how="left"
    ).join(_measured(base.usage), on="subscription_id", how="left")
    facts = [name for name in coded.columns if name not in WHOSE]
    members = coded.select(
        "subscription_id",
        representative_id=pl.col("subscription_id").first().over(facts),
    ).select(MEMBERS.names())
    chosen = members.select(subscription_id="representative_id").unique()
    return only(base, chosen), members


def only(base: Base, chosen: pl.DataFrame) -> Base:
    """Return the base of the agreements chosen, without what has been billed."""
    by_id = {
        name: getattr(base, name).join(chosen, on="subscription_id", how="semi")
        for name in ("subscriptions", "changes", "usage")
    }
    return replace(
        base,
        **by_id,
        billed=BILLED.to_frame(),
        credited=CREDITED.to_frame(),
        one_offs=ONE_OFFS.to_frame(),
    )


def counts(members: pl.DataFrame) -> pl.DataFrame:
    """Return how many agreements each stands for: subscription_id, n."""
    return members.group_by(subscription_id="representative_id").agg(
        n=pl.len().cast(pl.Int64)
    )


def _coded(changes: pl.DataFrame) -> pl.DataFrame:
    """Return each agreement's facts in order as a list of codes.

    Two facts have one code when they say the same; a fact that takes another back says
    which one by its place.
    """
    ordered = _placed(changes.sort("seq"))
    said = [
        name
        for name in ordered.columns
        if name not in NAMES and ordered[name].null_count() < ordered.height
    ]
    if not said:
        return ordered.select("subscription_id", codes=pl.lit(None)).clear()
    coded = ordered.with_row_index("row").select(
        "subscription_id", codes=pl.col("row").first().over(said)
    )
    return coded.group_by("subscription_id").agg("codes")


def _placed(ordered: pl.DataFrame) -> pl.DataFrame:
    """Add undone_place: which of its agreement's facts a fact takes back."""
    if ordered["undoes"].null_count() == ordered.height:
        return ordered
    placed = ordered.with_columns(place=pl.int_range(pl.len()).over("subscription_id"))
    undone = placed.select(undoes="change_id", undone_place="place")
    return placed.drop("place").join(
        undone, on="undoes", how="left", maintain_order="left"
    )


def _measured(usage: pl.DataFrame) -> pl.DataFrame:
    return (
        usage.select("subscription_id")
        .unique()
        .with_columns(measured="subscription_id")
    )
