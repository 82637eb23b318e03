"""The difference is should minus is: what has to be issued so that both are the same.

Both sides are pieces of time of the same things (`base.IDENTITY`). Day by day a thing
is covered once by what should be and once by what has been billed; where they cancel
out nothing is issued, where only one is left a charge or a credit names the days.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from billing.company import Policies
from billing.invoicing import bundles, deliveries
from billing.invoicing.base import IDENTITY, Base
from billing.invoicing.timeline import pauses, without_undone
from billing.money import rounded_share
from billing.periods import length

# What a thing is called may change without its being another thing.
KEY = [name for name in IDENTITY if name != "text"]
PIECE = [*KEY, "period_from", "period_to"]


def difference(base: Base, should: pl.DataFrame, *, on: date) -> pl.DataFrame:
    """Return the charges and credits that make what is billed equal what should be.

    `should` is `charges.charges(...)` without the pieces that cannot be billed.
    Columns: those of `IDENTITY`, period_from, period_to, amount_minor (negative: a
    credit), due_on, is_due. What is not due on the day is there too.
    A charge is due when its piece is, a credit when its first day has come.
    """
    covered = _coverage(should, base.billed)
    priced = _amounts(base, covered)
    kept = _without_refused_credits(base, priced)
    capped = _capped(base, kept)
    return _due(base, capped, on).filter(pl.col("amount_minor") != 0)


def _coverage(should: pl.DataFrame, billed: pl.DataFrame) -> pl.DataFrame:
    """Return [period_from, period_to) with its cover: +1 missing, -1 too much."""
    if billed.is_empty():
        return should.select(*PIECE, "text", cover=pl.lit(1, pl.Int64))
    net = (
        billed.with_columns(cover=pl.col("amount_minor").sign())
        .group_by(PIECE)
        .agg(pl.col("text").last(), pl.col("cover").sum())
        .filter(pl.col("cover") != 0)
    )
    settled = net.filter(pl.col("cover") == 1)
    wanted = should.select(*PIECE, "text")
    missing = wanted.join(settled, on=PIECE, how="anti", nulls_equal=True)
    spare = net.join(wanted, on=PIECE, how="anti", nulls_equal=True)
    doubled = net.filter(pl.col("cover") != 1).join(
        wanted, on=PIECE, how="semi", nulls_equal=True
    )
    return _sweep(
        pl.concat(
            [
                missing.with_columns(cover=pl.lit(1, pl.Int64)),
                pl.concat([spare, doubled]).with_columns(cover=-pl.col("cover")),
            ]
        )
    )


def _sweep(pieces: pl.DataFrame) -> pl.DataFrame:
    """Add up the covers day by day; return the stretches where they are not zero."""
    alone = pieces.filter(pl.len().over(KEY) == 1)
    meeting = pieces.filter(pl.len().over(KEY) > 1)
    if meeting.is_empty():
        return alone.select(*PIECE, "text", "cover")
    steps = pl.concat(
        [
            meeting.select(*KEY, "text", "cover", at="period_from"),
            meeting.select(*KEY, "text", -pl.col("cover"), at="period_to"),
        ]
    )
    swept = (
        steps.group_by([*KEY, "at"])
        .agg(pl.col("text").first(), pl.col("cover").sum())
        .filter(pl.col("cover") != 0)
        .sort("at")
        .select(
            *KEY,
            "text",
            period_from="at",
            period_to=pl.col("at").shift(-1).over(KEY),
            cover=pl.col("cover").cum_sum().over(KEY),
        )
        .filter((pl.col("cover") != 0) & pl.col("period_to").is_not_null())
    )
    names = [*PIECE, "text", "cover"]
    return pl.concat([alone.select(names), swept.select(names)])


def _amounts(base: Base, covered: pl.DataFrame) -> pl.DataFrame:
    """Price each stretch as its share of the whole cycle, times its cover."""
    splitting = base.plans.select("plan_id", "prorates", "timing", "every_unit")
    joined = covered.join(splitting, on="plan_id", how="left")
    policies = base.company.policies
    by_delivery = (pl.col("every_unit") == "delivery") & (pl.col("kind") == "period")
    delivered = joined.filter(by_delivery)
    if delivered.is_empty():
        return _covered(joined, policies, BY_DAYS)
    others = joined.filter(~by_delivery.fill_null(value=False))
    counted = deliveries.bounded(base, delivered)
    return pl.concat(
        [
            _covered(others, policies, BY_DAYS),
            _covered(counted, policies, BY_DELIVERIES).select(
                *joined.columns, "amount_minor"
            ),
        ]
    )


def _covered(pieces: pl.DataFrame, policies: Policies, units: "Units") -> pl.DataFrame:
    """Add amount_minor: the share of each piece, of each part for its own, by cover."""
    amount = share(pl.col("full_minor"), policies, units)
    plain = pieces.with_columns(amount_minor=amount * pl.col("cover"))
    if pieces["bundle"].null_count() == pieces.height:
        return plain
    of_bundles = bundles.wholes(pieces.filter(pl.col("bundle").is_not_null()))
    before, until = cumulative(pl.col("whole_minor"), policies, units)
    whole = of_bundles.with_columns(before_minor=before, until_minor=until)
    parts = bundles.of_part(bundles.of_part(whole, "before_minor"), "until_minor")
    gained = pl.col("until_minor") - pl.col("before_minor")
    return pl.concat(
        [
            plain.filter(pl.col("bundle").is_null()),
            parts.select(*pieces.columns, amount_minor=gained * pl.col("cover")),
        ]
    )


@dataclass(frozen=True, slots=True)
class Units:
    """What a cycle is counted in: how many it has, and how many lie before two days."""

    whole: pl.Expr
    before: pl.Expr
    until: pl.Expr


_CYCLE_FROM = pl.col("cycle_from")
BY_DAYS = Units(
    whole=length(_CYCLE_FROM, pl.col("cycle_to")),
    before=length(_CYCLE_FROM, pl.col("period_from")),
    until=length(_CYCLE_FROM, pl.col("period_to")),
)
BY_DELIVERIES = Units(
    whole=pl.col("units"), before=pl.col("units_before"), until=pl.col("units_until")
)


def share(amount: pl.Expr, policies: Policies, units: Units = BY_DAYS) -> pl.Expr:
    """Return the part of a cycle's amount that falls on [period_from, period_to).

    The cumulative share up to the end, less the one up to the start, so that the parts
    of any split sum to the whole. `kind` and `prorates` say whether it splits at all.
    """
    before, until = cumulative(amount, policies, units)
    return until - before


def cumulative(
    amount: pl.Expr, policies: Policies, units: Units = BY_DAYS
) -> tuple[pl.Expr, pl.Expr]:
    """Return what of a cycle's amount comes before a piece, and what by its end.

    What does not split is as if nothing came before it; months of 30 days and years of
    365 are shared piece by piece, so there too.
    """
    nothing = pl.lit(0, pl.Int64)
    fixed = {"30": 30, "365": 365}.get(policies.day_basis)
    if policies.proration == "none":
        before, until = nothing, nothing
    elif fixed is not None and units is BY_DAYS:
        days = length(pl.col("period_from"), pl.col("period_to"))
        before = nothing
        until = rounded_share(amount, days, pl.lit(fixed, pl.Int64))
    else:
        before = rounded_share(amount, units.before, units.whole)
        until = rounded_share(amount, units.until, units.whole)
    whole = (pl.col("period_from") == _CYCLE_FROM) & (
        pl.col("period_to") == pl.col("cycle_to")
    )
    splits = (pl.col("kind") == "period") & pl.col("prorates").fill_null(value=True)
    keeps = whole | ~splits | pl.lit(policies.proration == "full")
    return (
        pl.when(keeps).then(nothing).otherwise(before),
        pl.when(keeps).then(amount).otherwise(until),
    )


def _without_refused_credits(base: Base, pieces: pl.DataFrame) -> pl.DataFrame:
    """Leave out credits that the terms refuse: fees, whole prices, some ends."""
    credit = pl.col("amount_minor") < 0
    period = pl.col("kind") == "period"
    never = (pl.col("kind") == "setup") | (
        period & ~pl.col("prorates").fill_null(value=True)
    )
    allowed = pieces.filter(~(credit & never))
    stops = _ends_without_credit(base)
    if stops.is_empty():
        return allowed
    keyed = allowed.with_row_index("piece")
    refused = (
        keyed.filter(credit & period)
        .join(stops, on="subscription_id")
        .filter(
            (pl.col("period_from") >= pl.col("stop_from"))
            & (pl.col("stop_to").is_null() | (pl.col("period_to") <= pl.col("stop_to")))
            & (pl.col("stop_item").is_null() | (pl.col("stop_item") == pl.col("item")))
        )
    )
    return keyed.join(refused.select("piece").unique(), on="piece", how="anti").drop(
        "piece"
    )


def _capped(base: Base, pieces: pl.DataFrame) -> pl.DataFrame:
    """Credit no more of a thing than is left of it after the credits given by hand."""
    if base.credited.is_empty():
        return pieces
    by_hand = base.credited.group_by(KEY).agg(by_hand=pl.col("amount_minor").sum())
    billed = base.billed.group_by(KEY).agg(billed=pl.col("amount_minor").sum())
    left = by_hand.join(billed, on=KEY, how="left", nulls_equal=True).select(
        *KEY,
        left=pl.max_horizontal(pl.col("billed").fill_null(0) + pl.col("by_hand"), 0),
    )
    wanted = -pl.col("amount_minor").clip(upper_bound=0)
    before = wanted.cum_sum().over(KEY) - wanted
    within = pl.min_horizontal(wanted, pl.max_horizontal(pl.col("left") - before, 0))
    limited = (pl.col("amount_minor") < 0) & pl.col("left").is_not_null()
    return (
        pieces.join(left, on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            amount_minor=pl.when(limited).then(-within).otherwise("amount_minor")
        )
        .drop("left")
    )


def _ends_without_credit(base: Base) -> pl.DataFrame:
    """Return the stretches for which the agreement gives nothing back."""
    live = without_undone(base.changes)
    default = "unused" if base.company.policies.mid_period_credit else "none"
    ends = (
        live.filter(pl.col("kind").is_in(["cancel", "remove"]))
        .filter(pl.col("credit").fill_null(default) == "none")
        .select(
            "subscription_id",
            stop_item=pl.when(pl.col("kind") == "remove").then("item"),
            stop_from="effective_on",
            stop_to=pl.lit(None, pl.Date),
        )
    )
    idle = (
        pauses(live)
        .filter(pl.col("effect") == "none")
        .select(
            "subscription_id",
            stop_item=pl.lit(None, pl.String),
            stop_from="paused_from",
            stop_to="paused_to",
        )
    )
    return pl.concat([ends, idle])


def _due(base: Base, pieces: pl.DataFrame, on: date) -> pl.DataFrame:
    """Say on which day each piece may be issued, and whether that day has come."""
    lead = timedelta(days=base.company.policies.lead_days)
    charge = pl.col("amount_minor") > 0
    period = pl.col("kind") == "period"
    in_advance = charge & period & (pl.col("timing") == "advance")
    measured = pl.col("kind").is_in(["usage", "minimum"])
    at_end = charge & (measured | (period & (pl.col("timing") == "arrears")))
    due_on = (
        pl.when(in_advance)
        .then(pl.col("period_from") - pl.lit(lead))
        .when(at_end)
        .then("period_to")
        .otherwise("period_from")
    )
    return pieces.with_columns(due_on=due_on, is_due=due_on <= pl.lit(on))
