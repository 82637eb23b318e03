"""Terms say how long an agreement binds, and when it stops by itself.

A trial may stop; a term that does not renew, and a gift, end on a day known from the
start. Of several bindings the longest holds.
"""

from dataclasses import dataclass

import polars as pl

from billing.periods import shifted

# What a plan says of its cycle and its term; trial_* are those of its free first step.
PLANS = pl.Schema(
    {
        "plan_id": pl.String(),
        "every_count": pl.Int64(),
        "every_unit": pl.String(),
        "binding_count": pl.Int64(),
        "term_unit": pl.String(),
        "lasts_count": pl.Int64(),
        "renews": pl.Boolean(),
        "exit_fee_kind": pl.String(),
        "exit_fee_minor": pl.Int64(),
        "trial_then": pl.String(),
        "trial_count": pl.Int64(),
        "trial_unit": pl.String(),
    }
)
STOPS = {"term_ended": 97, "gift_ended": 97, "trial_ended": 98, "agreed": 99}
TRIAL_ENDED = "trial_ended"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for agreements, by subscription_id.

    bound: bound_until, exit_fee_kind, exit_fee_minor. stops: effective_on, reason,
    order (the order of recording: the later recorded is the one that holds).
    paid_from: the first day that is not free of charge.
    """

    bound: pl.DataFrame
    stops: pl.DataFrame
    paid_from: pl.DataFrame


def terms(agreements: pl.DataFrame, plans: pl.DataFrame, taken: pl.DataFrame) -> Terms:
    """Return the terms of agreements that have their plans and their campaigns.

    `taken` are the campaigns: subscription_id, binding_count, binding_unit,
    exit_fee_kind, exit_fee_minor.
    """
    rows = agreements.join(plans.select(PLANS.names()), on="plan_id", how="left")
    start = pl.col("start_on")
    dated = rows.with_columns(
        free_until=shifted(start, pl.col("trial_count"), pl.col("trial_unit")),
        term_to=shifted(
            start,
            pl.coalesce("lasts_count", "binding_count"),
            pl.col("term_unit"),
        ),
        cycle_to=shifted(start, pl.col("every_count"), pl.col("every_unit")),
    )
    on_trial = pl.col("trial_then").is_not_null()
    paid_from = dated.select(
        "subscription_id",
        paid_from=pl.when(on_trial).then("free_until").otherwise("start_on"),
    )
    return Terms(_bound(dated, taken), _stops(dated), paid_from)


def _bound(dated: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Return until when each agreement binds, and the fee of what binds it."""
    by_plan = dated.with_columns(
        count="binding_count", unit="term_unit", rank=pl.lit(1)
    )
    by_campaign = (
        taken.select(
            "subscription_id", "binding_count", "binding_unit", "exit_fee_kind",
            "exit_fee_minor",
        )
        .drop_nulls("binding_count")
        .rename({"binding_count": "count", "binding_unit": "unit"})
        .join(dated.select("subscription_id", "start_on"), on="subscription_id")
        .with_columns(rank=pl.lit(0))
    )  # fmt: skip
    columns = [
        "subscription_id", "start_on", "count", "unit", "exit_fee_kind",
        "exit_fee_minor", "rank",
    ]  # fmt: skip
    bindings = (
        pl.concat([by_plan.select(columns), by_campaign.select(columns)])
        .filter(pl.col("count") > 0)
        .with_columns(
            bound_until=shifted(
                pl.col("start_on"), pl.col("count").cast(pl.Int64), pl.col("unit")
            )
        )
    )
    longest = bindings.group_by("subscription_id").agg(pl.col("bound_until").max())
    # A campaign's own fee goes before the plan's.
    fees = (
        bindings.drop_nulls("exit_fee_kind")
        .sort("rank", pl.col("bound_until"), descending=[False, True])
        .unique("subscription_id", keep="first", maintain_order=True)
        .select("subscription_id", "exit_fee_kind", "exit_fee_minor")
    )
    return longest.join(fees, on="subscription_id", how="left")


def _stops(dated: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which agreements stop by themselves, or as was agreed."""
    stops_itself = ~pl.col("renews").fill_null(value=True)
    open_end = pl.col("ended_on").is_null()
    gift = pl.col("giver_id").is_not_null()
    kinds = {
        "agreed": (~open_end, pl.col("ended_on")),
        "trial_ended": (
            open_end & (pl.col("trial_then") == "stop"),
            pl.col("free_until"),
        ),
        "term_ended": (open_end & stops_itself & ~gift, pl.col("term_to")),
        "gift_ended": (open_end & gift, _gift_ends()),
    }
    begun = pl.max_horizontal("start_on", "billed_through")
    return pl.concat(
        [
            dated.filter(applies).select(
                "subscription_id",
                effective_on=day,
                reason=pl.lit(reason),
                order=pl.lit(STOPS[reason]),
                begun=begun,
            )
            for reason, (applies, day) in kinds.items()
        ]
    ).filter(
        (pl.col("reason") == "agreed") | (pl.col("effective_on") > pl.col("begun"))
    ).drop("begun")  # fmt: skip


def _gift_ends() -> pl.Expr:
    """Return when a gift ends: after the plan's term, or after one cycle without."""
    term = pl.coalesce("lasts_count", "binding_count").fill_null(0) > 0
    return pl.when(term).then("term_to").otherwise("cycle_to")
