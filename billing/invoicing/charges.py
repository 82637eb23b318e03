"""Charges are what should have been billed: the timeline, cut by cycle and priced.

A charge is one piece of one cycle of one item. Its amount is its share of the whole
cycle's price, cut from the cumulative share, so that any split of a cycle sums to it.
"""

from datetime import date, timedelta

import polars as pl

from billing.invoicing import campaigns, commitment, prices, usage
from billing.invoicing.base import IDENTITY, Base
from billing.invoicing.cutting import cut
from billing.periods import DAYS, MONTHS, Cycle, first_anchor, shifted

ITEM = ["subscription_id", "item", "plan_id", "plan_from_on"]

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
    held = _of_plans(base, timeline)
    windows = campaigns.windows(base, held)
    bounds = pl.concat([campaigns.bounds(windows), _price_days(base, held)])
    pieces = cut(_phases(base, held), bounds, on=["subscription_id"])
    recurring = _priced(base, _cycles(pieces, base, through), windows)
    single = (_setup_fees(base, held), _one_offs(base))
    filled_up = commitment.owed(recurring, base.company.policies)
    return pl.concat(
        [
            frame.select(CHARGES.names()).cast(CHARGES)
            for frame in (recurring, filled_up, *single)
        ]
    )


def _of_plans(base: Base, timeline: pl.DataFrame) -> pl.DataFrame:
    """Give the active intervals their plan, product and the anchor they count from."""
    held = (
        timeline.filter(pl.col("state") == "active")
        .join(base.subscriptions, on="subscription_id")
        .join(base.plans, on="plan_id", how="left")
        .join(base.products, on="product_id", how="left")
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
        days=pl.col("every_count")
        * pl.col("every_unit").replace_strict(DAYS, return_dtype=pl.Int64, default=0),
    )


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


def _price_days(base: Base, held: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which a price for all begins or ends."""
    for_all = base.versions.filter(pl.col("applies_to") == "all")
    days = pl.concat(
        [
            for_all.select("plan_id", at="valid_from"),
            for_all.select("plan_id", at="valid_to").drop_nulls(),
        ]
    )
    return (
        held.select("subscription_id", "plan_id")
        .unique()
        .join(days, on="plan_id")
        .select("subscription_id", "at")
    )


def _cycles(held: pl.DataFrame, base: Base, through: date) -> pl.DataFrame:
    """Cut the intervals into cycles, from what is settled to one past the end."""
    lead = base.company.policies.lead_days
    horizon = base.billed.group_by("subscription_id").agg(
        billed_to=pl.col("period_to").max()
    )
    cycle = Cycle(
        months=pl.col("months"),
        days=pl.col("days"),
        anchor=pl.col("anchor"),
        day=pl.col("day_of_month"),
    )
    reach = pl.max_horizontal(
        pl.lit(through + timedelta(days=lead)), pl.col("billed_to")
    )
    bounded = (
        held.filter(pl.col("every_unit").is_not_null())
        .join(horizon, on="subscription_id", how="left")
        .with_columns(
            begin=pl.max_horizontal("from_on", "settled_on"),
            # An interval that has not begun yet is shown by its first cycle.
            finish=pl.min_horizontal(pl.max_horizontal(reach, "from_on"), "to_on"),
        )
        .with_columns(first=cycle.index(pl.col("begin")))
        .with_columns(last=cycle.index(pl.col("finish")) + 1)
        .with_columns(k=pl.int_ranges("first", pl.col("last") + 1))
        .explode("k")
        .with_columns(
            cycle_from=cycle.start(pl.col("k")), cycle_to=cycle.start(pl.col("k") + 1)
        )
    )
    return bounded.with_columns(
        period_from=pl.max_horizontal("from_on", "cycle_from"),
        period_to=pl.min_horizontal("to_on", "cycle_to"),
    ).filter(
        (pl.col("period_from") < pl.col("period_to"))
        & (
            pl.col("settled_on").is_null()
            | (pl.col("cycle_from") >= pl.col("settled_on"))
        )
        & ~_wholly_credited()
    )


def _wholly_credited() -> pl.Expr:
    """Return whether a cancellation takes back the whole cycle of the piece."""
    return (
        (pl.col("credit") == "full")
        & pl.col("to_on").is_not_null()
        & (pl.col("to_on") <= pl.col("cycle_to"))
    )


def _priced(base: Base, segments: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Price the pieces, take discounts off, and add the rate of tax and the due day."""
    measured = usage.measured(prices.attach(segments, base.versions), base.usage)
    listed = prices.listed(measured, usage.uses(measured, base.usage))
    net = campaigns.discounted(listed.with_columns(source_id=None), windows)
    return _taxed(base, net).with_columns(
        kind=pl.when(pl.col("usage_metric").is_null())
        .then(pl.lit("period"))
        .otherwise(pl.lit("usage")),
        text=pl.coalesce("name", "plan_id"),
        price_includes_vat=pl.col("prices_include_vat").fill_null(value=False),
        reason=_why_not(base),
    )


def _why_not(base: Base) -> pl.Expr:
    """Return why a piece cannot be billed, null when it can."""
    plan, day = pl.col("plan_id"), pl.col("period_from").dt.to_string()
    return (
        pl.when(pl.col("list_minor").is_null())
        .then(pl.format("plan {} has no price on {}", plan, day))
        .when(pl.col("rate_micro").is_null())
        .then(
            pl.format(
                f"product {{}} has no VAT rate in {base.company.country} on {{}}",
                "product_id",
                day,
            )
        )
        .when(pl.col("plan_currency") != pl.col("currency"))
        .then(
            pl.format(
                "plan {} is priced in {}, the agreement is in {}",
                plan,
                "plan_currency",
                "currency",
            )
        )
    )


def _taxed(base: Base, pieces: pl.DataFrame) -> pl.DataFrame:
    """Add the rate of tax in force on the first day of each piece."""
    return pieces.sort("period_from").join_asof(
        base.rates,
        left_on="period_from",
        right_on="valid_from",
        by="vat_category",
        strategy="backward",
        check_sortedness=False,
    )


def _setup_fees(base: Base, held: pl.DataFrame) -> pl.DataFrame:
    """Return the fee for taking a plan: once, on its first day, never taken back."""
    first_day = (
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
        .with_columns(cycle_from="period_from", cycle_to="period_to")
    )
    nothing = pl.lit(None)
    return _taxed(base, first_day).with_columns(
        kind=pl.lit("setup"),
        text=pl.coalesce("name", "plan_id"),
        quantity=pl.lit(1),
        campaign_id=nothing,
        source_id=nothing,
        price_version=nothing,
        price_includes_vat=pl.col("prices_include_vat"),
        recognised=pl.lit("at_once"),
        reason=nothing,
    )


def _one_offs(base: Base) -> pl.DataFrame:
    """Return single charges and credits by hand, each due on its day."""
    nothing = pl.lit(None)
    dated = base.one_offs.join(base.products, on="product_id", how="left").with_columns(
        period_from="effective_on",
        period_to=pl.col("effective_on") + pl.duration(days=1),
    )
    return _taxed(base, dated).with_columns(
        kind=pl.lit("one_off"),
        subscription_id=nothing,
        item=nothing,
        plan_id=nothing,
        campaign_id=nothing,
        source_id="charge_id",
        payer_id="customer_id",
        quantity=pl.lit(1),
        price_version=nothing,
        list_minor="amount_minor",
        full_minor="amount_minor",
        price_includes_vat=pl.lit(value=False),
        recognised=pl.lit("at_once"),
        cycle_from="period_from",
        cycle_to="period_to",
        reason=nothing,
    )
