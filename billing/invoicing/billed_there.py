"""What another system has billed last, each line freed of the credits around it.

A line below zero is a discount of the line beside it, or takes back an earlier line:
it takes back when an earlier invoice has charged for its days already.
"""

from datetime import date

import polars as pl

PERIOD = ["subscription_id", "period_from", "period_to"]
CHARGE = ["invoice_id", *PERIOD]
NET = ["net_minor", "vat_minor"]


def charged(told: pl.DataFrame, *, since: date | None = None) -> pl.DataFrame:
    """Return what agreements were charged for which period, by their last invoice.

    `told` has the columns of `past.PAST_LINES`, with agreement and period. With
    `since`, all that was issued from that day on is returned. Columns: group, those
    of `CHARGE`, n (of the first line), lines, plan_id, currency, text, has_discount,
    invoices (how many charge for the same period), old_net_minor, old_vat_minor.
    """
    above = told.filter(pl.col("net_minor") >= 0)
    credits_ = _taking_back(told.filter(pl.col("net_minor") < 0), above)
    plain = told.join(credits_, on=["invoice_id", "n"], how="anti")
    wanted = plain.join(_wanted(above, since), on=["invoice_id", "subscription_id"])
    summed = (
        wanted.sort("issued_on", "invoice_id", "n")
        .group_by(CHARGE, maintain_order=True)
        .agg(
            pl.col("n", "plan_id", "currency", "text", "issued_on").first(),
            lines=pl.len().cast(pl.Int64),
            has_discount=(pl.col("net_minor") < 0).any(),
            old_net_minor=pl.col("net_minor").sum(),
            old_vat_minor=pl.col("vat_minor").sum(),
        )
        .with_row_index("group")
    )
    left = _without_ends(summed, credits_)
    return left.with_columns(
        invoices=pl.len().over(PERIOD).cast(pl.Int64),
        again=pl.int_range(pl.len()).over(PERIOD).cast(pl.Int64),
    )


def _wanted(above: pl.DataFrame, since: date | None) -> pl.DataFrame:
    """Return the invoices to look at: each agreement's last one, or all since a day."""
    last = pl.col("issued_on").max().over("subscription_id")
    from_ = last if since is None else pl.lit(since)
    chosen = above.filter(pl.col("issued_on") >= from_)
    return chosen.select("invoice_id", "subscription_id").unique()


def _taking_back(below: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    """Return the lines below zero whose days an earlier invoice has charged for.

    Added is taken_id: that invoice, the last one issued before where there are several.
    """
    met = below.join(above, on="subscription_id", suffix="_above").filter(
        (pl.col("issued_on_above") <= pl.col("issued_on"))
        & (pl.col("invoice_id_above") != pl.col("invoice_id"))
        & (pl.col("period_from_above") <= pl.col("period_from"))
        & (pl.col("period_to_above") >= pl.col("period_to"))
    )
    same_day = pl.col("issued_on_above") == pl.col("issued_on")
    chosen = (
        met.with_columns(same_day=same_day)
        .sort("same_day", "issued_on_above", descending=[False, True])
        .unique(["invoice_id", "n"], keep="first", maintain_order=True)
        .select("invoice_id", "n", taken_id="invoice_id_above")
    )
    return below.join(chosen, on=["invoice_id", "n"])


def _without_ends(charges: pl.DataFrame, credits_: pl.DataFrame) -> pl.DataFrame:
    """Take off each charge what a later invoice has taken back of its last days."""
    ends = (
        charges.select("group", *CHARGE)
        .join(
            credits_,
            left_on=["subscription_id", "invoice_id"],
            right_on=["subscription_id", "taken_id"],
            suffix="_credit",
        )
        .filter(
            (pl.col("period_from_credit") >= pl.col("period_from"))
            & (pl.col("period_to_credit") == pl.col("period_to"))
        )
        .group_by("group")
        .agg(pl.col("period_from_credit").min(), pl.col(NET).sum())
    )
    return (
        charges.join(ends, on="group", how="left", maintain_order="left")
        .with_columns(
            period_to=pl.coalesce("period_from_credit", "period_to"),
            old_net_minor=pl.col("old_net_minor") + pl.col("net_minor").fill_null(0),
            old_vat_minor=pl.col("old_vat_minor") + pl.col("vat_minor").fill_null(0),
        )
        .filter(pl.col("period_from") < pl.col("period_to"))
        .drop("period_from_credit", *NET)
    )
