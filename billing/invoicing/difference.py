"""The difference is should minus is: what has to be issued so that both are the same.

Both sides are pieces of time of the same things (`base.IDENTITY`). Day by day a thing
is covered once by what should be and once by what has been billed; where they cancel
out nothing is issued, where only one is left a charge or a credit names the days.
"""

from datetime import date, timedelta

import polars as pl

from billing.company import Policies
from billing.invoicing.base import IDENTITY, Base
from billing.invoicing.timeline import pauses, without_undone
from billing.money import rounded_share
from billing.periods import length

KEY = IDENTITY.names()
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
        return should.select(*PIECE, cover=pl.lit(1, pl.Int64))
    net = (
        billed.with_columns(cover=pl.col("amount_minor").sign())
        .group_by(PIECE)
        .agg(pl.col("cover").sum())
        .filter(pl.col("cover") != 0)
    )
    settled = net.filter(pl.col("cover") == 1)
    wanted = should.select(PIECE)
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
        return alone.select(*PIECE, "cover")
    steps = pl.concat(
        [
            meeting.select(*KEY, "cover", at="period_from"),
            meeting.select(*KEY, -pl.col("cover"), at="period_to"),
        ]
    )
    swept = (
        steps.group_by([*KEY, "at"])
        .agg(pl.col("cover").sum())
        .filter(pl.col("cover") != 0)
        .sort("at")
        .select(
            *KEY,
            period_from="at",
            period_to=pl.col("at").shift(-1).over(KEY),
            cover=pl.col("cover").cum_sum().over(KEY),
        )
        .filter((pl.col("cover") != 0) & pl.col("period_to").is_not_null())
    )
    return pl.concat([alone.select(*PIECE, "cover"), swept.select(*PIECE, "cover")])


def _amounts(base: Base, covered: pl.DataFrame) -> pl.DataFrame:
    """Price each stretch as its share of the whole cycle, times its cover."""
    splitting = base.plans.select("plan_id", "prorates", "timing")
    joined = covered.join(splitting, on="plan_id", how="left")
    amount = share(pl.col("full_minor"), base.company.policies)
    return joined.with_columns(amount_minor=amount * pl.col("cover"))


def share(amount: pl.Expr, policies: Policies) -> pl.Expr:
    """Return the part of a cycle's amount that falls on [period_from, period_to).

    The cumulative share up to the end, less the one up to the start, so that the parts
    of any split sum to the whole. `kind` and `prorates` say whether it splits at all.
    """
    start, end = pl.col("period_from"), pl.col("period_to")
    cycle_from, cycle_to = pl.col("cycle_from"), pl.col("cycle_to")
    fixed = {"30": 30, "365": 365}.get(policies.day_basis)
    whole = (start == cycle_from) & (end == cycle_to)
    if fixed is None:
        basis = length(cycle_from, cycle_to)
        until = rounded_share(amount, length(cycle_from, end), basis)
        part = until - rounded_share(amount, length(cycle_from, start), basis)
    else:
        part = rounded_share(amount, length(start, end), pl.lit(fixed, pl.Int64))
    if policies.proration == "none":
        part = pl.lit(0, pl.Int64)
    splits = (pl.col("kind") == "period") & pl.col("prorates").fill_null(value=True)
    keeps = whole | ~splits | pl.lit(policies.proration == "full")
    return pl.when(keeps).then(amount).otherwise(part)


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
