"""Sharing cycles: a new agreement begins its periods when another of its payer does."""

import polars as pl

from billing.books.base import Scope, load
from billing.books.handle import Given
from billing.invoicing import charges, timeline
from billing.invoicing.timeline import MAIN
from billing.periods import DAYS, MONTHS, Cycle
from billing.subscriptions import first_period
from billing.subscriptions.agreement import OtherCycle

FACTS = pl.Schema({**first_period.FACTS, "kind": pl.String(), "order": pl.Int32()})


def co_terms(
    agreements: pl.DataFrame, plans: pl.DataFrame, given: Given
) -> pl.DataFrame:
    """Return the anchor facts of agreements that share the cycles of another.

    `agreements` are complete, `plans` has every_count and every_unit. The cycle that
    runs on the first day is the one whose end they share. Raises OtherCycle.
    """
    sharing = agreements.drop_nulls("anchor").filter(~first_period.is_own_anchor())
    if sharing.is_empty():
        return FACTS.to_frame()
    shared = pl.concat(
        [
            _cycles(sharing.filter(pl.col("legal_entity") == entity), entity, given)
            for entity in sharing["legal_entity"].unique().sort()
        ]
    )
    _refuse_other_lengths(shared, plans)
    return shared.select(
        "subscription_id",
        anchor_kind=pl.lit("day"),
        anchor_day="day",
        effective_on="start_on",
        until_on="cycle_to",
        kind=pl.lit("anchor"),
        order=pl.lit(1),
    ).cast(FACTS)


def _cycles(sharing: pl.DataFrame, entity: str, given: Given) -> pl.DataFrame:
    """Give each agreement the cycle of the other's main item on its first day."""
    others = sharing["anchor"].unique().to_list()
    base = load(given.books, entity, Scope.of(others), given.moment.on)
    held = charges.of_plans(base, timeline.intervals(base.changes)).filter(
        pl.col("item") == MAIN
    )
    cycle = Cycle(
        months=pl.col("months"),
        days=pl.col("days"),
        anchor=pl.col("anchor"),
        day=pl.col("day_of_month"),
    )
    other = held.select(
        "from_on", "months", "days", "anchor", "day_of_month",
        shares="subscription_id",
    )  # fmt: skip
    own = pl.col("anchor").dt.day().cast(pl.Int64)
    return (
        sharing.select("subscription_id", "plan_id", "start_on", shares="anchor")
        .sort("start_on")
        .join_asof(
            other.sort("from_on"),
            left_on="start_on",
            right_on="from_on",
            by="shares",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(
            cycle_to=cycle.start(cycle.index(pl.col("start_on")) + 1),
            day=pl.coalesce("day_of_month", own),
        )
    )


def _refuse_other_lengths(shared: pl.DataFrame, plans: pl.DataFrame) -> None:
    unit = pl.col("every_unit")
    lengths = plans.select(
        "plan_id",
        own_months=pl.col("every_count")
        * unit.replace_strict(MONTHS, return_dtype=pl.Int64, default=0),
        own_days=pl.col("every_count")
        * unit.replace_strict(DAYS, return_dtype=pl.Int64, default=0),
    )
    same = (pl.col("months") == pl.col("own_months")) & (
        pl.col("days") == pl.col("own_days")
    )
    other = shared.join(lengths, on="plan_id").filter(~same.fill_null(value=False))
    if not other.is_empty():
        row = other.row(0, named=True)
        raise OtherCycle(
            f"agreement {row['shares']} has cycles of another length than plan "
            f"{row['plan_id']}, or none on {row['start_on']}; leave the anchor out",
            field="anchor",
        )
