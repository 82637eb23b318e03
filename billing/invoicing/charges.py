"""Charges are what should have been billed: the timeline, cut by cycle and priced.

A charge is one piece of one cycle of one item, and of one part of a bundle. Its amount
is its share of the whole cycle's price, cut from the cumulative share, so that any
split of a cycle sums to it.
"""

from datetime import date, timedelta

import polars as pl

from billing.invoicing import (
    bundles,
    campaigns,
    commitment,
    deliveries,
    prices,
    single,
    tax_days,
    unbillable,
    usage,
)
from billing.invoicing.base import IDENTITY, Base
from billing.invoicing.cutting import cut
from billing.invoicing.timeline import MAIN
from billing.periods import DAYS, MONTHS, Cycle, first_anchor, shifted

ITEM = ["subscription_id", "item", "plan_id", "plan_from_on"]

# What a piece is before it is shared among the parts of a bundle, and taxed.
WHOLE = pl.Schema(
    {
        **{n: t for n, t in IDENTITY.items() if n not in {"bundle", "rate_micro"}},
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "product_name": pl.String(),
        "price_list": pl.String(),
        "plan_currency": pl.String(),
        "list_currency": pl.String(),
        "undelivered": pl.Boolean(),
    }
)
CHARGES = pl.Schema(
    {
        **IDENTITY,
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "reason": pl.String(),
    }
)


def charges(base: Base, timeline: pl.DataFrame, *, through: date) -> pl.DataFrame:
    """Return every piece that should be billed, and the next one that will be.

    `timeline` is `timeline.intervals` of the base's changes. A piece has the columns of
    `CHARGES`; `reason` says why it cannot be billed, null when it can. Pieces are
    returned as far as the cycle after `through`, or as far as has been billed where
    that is longer.
    """
    held = of_plans(base, timeline)
    windows = campaigns.windows(base, held)
    recurring = _priced(base, segments(base, held, windows, through=through), windows)
    filled_up = commitment.owed(recurring, base.company.policies)
    whole = pl.concat(
        [
            frame.select(WHOLE.names()).cast(WHOLE)
            for frame in (
                recurring,
                filled_up,
                single.setup_fees(held),
                single.one_offs(base),
            )
        ]
    )
    parts = base.parts.join(base.products, on="product_id", how="left")
    return (
        tax_days.taxed(base, bundles.split(whole, parts))
        .with_columns(reason=unbillable.reason(base.company.country))
        .select(CHARGES.names())
        .cast(CHARGES)
    )


def segments(
    base: Base, held: pl.DataFrame, windows: pl.DataFrame, *, through: date
) -> pl.DataFrame:
    """Return the pieces of cycles that have one price each, with the price they have.

    `held` are the intervals of `of_plans`, `windows` those of campaigns. Added are
    phase, cycle_from, cycle_to, period_from, period_to, and those of `prices.attach`.
    """
    pieces = cut(_phases(base, held), campaigns.bounds(windows), on=["subscription_id"])
    for bounds in (_price_days(base), tax_days.bounds(base)):
        pieces = cut(pieces, bounds, on=[n for n in bounds.columns if n != "at"])
    return prices.attach(_cycles(pieces, base, through), base.versions)


def of_plans(base: Base, timeline: pl.DataFrame) -> pl.DataFrame:
    """Give the active intervals their plan, product and the anchor they count from.

    Added besides are the cycle of each: anchor, day_of_month, months and days, as
    `periods.Cycle` takes them.
    """
    held = (
        timeline.filter(pl.col("state") == "active")
        .join(base.subscriptions, on="subscription_id")
        .join(base.plans, on="plan_id", how="left")
        .join(base.products, on="product_id", how="left")
        .join(base.price_lists, on="price_list", how="left")
        .with_columns(
            plan_from_on=_plan_taken_on(),
            undelivered=(pl.col("every_unit") == "delivery")
            & pl.col("delivery_weekdays").is_null(),
        )
    )
    kind = pl.coalesce("anchor_kind", "plan_anchor_kind", pl.lit("subscription"))
    day = (
        pl.when(pl.col("anchor_kind").is_not_null())
        .then("anchor_day")
        .otherwise("plan_anchor_day")
    )
    since = pl.coalesce("anchored_on", "started_on")
    by_day = kind == "day"
    return held.with_columns(
        anchor=first_anchor(
            kind,
            day=pl.when(by_day).then(day),
            since=since,
            unit=pl.col("every_unit").fill_null("month"),
        ),
        day_of_month=pl.when(by_day).then(day),
        months=pl.col("every_count")
        * pl.col("every_unit").replace_strict(MONTHS, return_dtype=pl.Int64, default=0),
        days=pl.when(pl.col("every_unit") == "delivery")
        .then(deliveries.usual_days())
        .otherwise(
            pl.col("every_count")
            * pl.col("every_unit").replace_strict(
                DAYS, return_dtype=pl.Int64, default=0
            )
        ),
    )


def _plan_taken_on() -> pl.Expr:
    """Return when an item took its plan; its first one was taken when it started.

    What has moved in from another system is billed here from a later day on, and has
    its price, its step and its set-up fee from the day on which it really began.
    """
    taken = pl.col("plan_from_on")
    first = taken == taken.min().over("subscription_id", "item")
    begun = first & (pl.col("item") == MAIN)
    return pl.when(begun).then(pl.min_horizontal(taken, "started_on")).otherwise(taken)


def _phases(base: Base, held: pl.DataFrame) -> pl.DataFrame:
    """Cut the intervals where a step price ends, and number the step of each piece."""
    ends = _step_ends(held, prices.steps(base.versions))
    if ends.is_empty():
        return held.with_columns(phase=pl.lit(0, pl.Int64))
    pieces = cut(held, ends.drop("phase"), on=ITEM).with_row_index("piece")
    reached = (
        pieces.join(ends, on=ITEM)
        .filter(pl.col("at") > pl.col("from_on"))
        .group_by("piece")
        .agg(pl.col("phase").min())
    )
    return (
        pieces.join(reached, on="piece", how="left")
        .with_columns(pl.col("phase").fill_null(0))
        .drop("piece")
    )


def _step_ends(held: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Return the day on which each item leaves each step: they follow one another."""
    at = held.select(*ITEM, at="plan_from_on").unique()
    ends = []
    for phase in steps["phase"].unique().sort():
        step = steps.filter(pl.col("phase") == phase)
        at = at.join(step, on="plan_id").select(
            *ITEM,
            at=shifted(pl.col("at"), pl.col("phase_count"), pl.col("phase_unit")),
        )
        ends.append(at.with_columns(phase=pl.lit(phase, pl.Int64)))
    return pl.concat(ends) if ends else at.clear().with_columns(phase=pl.lit(0))


def _price_days(base: Base) -> pl.DataFrame:
    """Return the days on which a price for all begins or ends, by plan and list."""
    for_all = base.versions.filter(pl.col("applies_to") == "all")
    return pl.concat(
        [
            for_all.select("plan_id", "price_list", at="valid_from"),
            for_all.select("plan_id", "price_list", at="valid_to").drop_nulls(),
        ]
    )


def _cycles(held: pl.DataFrame, base: Base, through: date) -> pl.DataFrame:
    """Cut the intervals into cycles, from what is settled to one past the end."""
    lead = base.company.policies.lead_days
    horizon = base.billed.group_by("subscription_id").agg(
        billed_to=pl.col("period_to").max()
    )
    reach = pl.max_horizontal(
        pl.lit(through + timedelta(days=lead)), pl.col("billed_to")
    )
    bounded = (
        held.filter(pl.col("every_unit").is_not_null())
        .join(horizon, on="subscription_id", how="left")
        # An interval that has not begun yet is shown by its first cycle.
        .with_columns(
            finish=pl.min_horizontal(pl.max_horizontal(reach, "from_on"), "to_on")
        )
    )
    by_delivery = pl.col("every_unit") == "delivery"
    delivered = bounded.filter(by_delivery)
    if delivered.is_empty():
        found = _by_time(bounded)
    else:
        found = _by_time(bounded.filter(~by_delivery))
        counted = deliveries.cycles(delivered).select(found.columns)
        found = pl.concat([found, counted])
    return found.filter(
        (pl.col("period_from") < pl.col("period_to"))
        & (
            pl.col("settled_on").is_null()
            | (pl.col("cycle_from") >= pl.col("settled_on"))
        )
        & ~_wholly_credited()
    )


def _by_time(bounded: pl.DataFrame) -> pl.DataFrame:
    """Cut the intervals, up to their `finish` and one further, into cycles of time."""
    cycle = Cycle(
        months=pl.col("months"),
        days=pl.col("days"),
        anchor=pl.col("anchor"),
        day=pl.col("day_of_month"),
    )
    return (
        bounded.with_columns(begin=pl.max_horizontal("from_on", "settled_on"))
        .with_columns(first=cycle.index(pl.col("begin")))
        .with_columns(last=cycle.index(pl.col("finish")) + 1)
        .with_columns(k=pl.int_ranges("first", pl.col("last") + 1))
        .explode("k")
        .with_columns(
            cycle_from=cycle.start(pl.col("k")), cycle_to=cycle.start(pl.col("k") + 1)
        )
        .with_columns(
            period_from=pl.max_horizontal("from_on", "cycle_from"),
            period_to=pl.min_horizontal("to_on", "cycle_to"),
        )
        .drop("billed_to", "begin", "finish", "first", "last", "k")
    )


def _wholly_credited() -> pl.Expr:
    """Return whether a cancellation takes back the whole cycle of the piece."""
    return (
        (pl.col("credit") == "full")
        & pl.col("to_on").is_not_null()
        & (pl.col("to_on") <= pl.col("cycle_to"))
    )


def _priced(base: Base, pieces: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Price the pieces as a whole, and take discounts off."""
    measured = usage.measured(pieces, base.usage)
    listed = prices.listed(measured, usage.uses(measured, base.usage))
    net = campaigns.discounted(listed.with_columns(source_id=None), windows)
    return net.with_columns(
        kind=pl.when(pl.col("usage_metric").is_null())
        .then(pl.lit("period"))
        .otherwise(pl.lit("usage")),
        text=pl.coalesce("name", "plan_id"),
        price_includes_vat=pl.col("prices_include_vat").fill_null(value=False),
    )
