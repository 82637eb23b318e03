"""What would be issued from a day on, as lines: by the engine that bills.

A forecast is the difference that billing would issue, day by day, to the end of a
horizon. What was due before it begins has been billed: those pieces are covered, and
the difference is made against them, under the old rules and under the new ones.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from billing.invoicing import timeline as timelines
from billing.invoicing.base import BILLED, IDENTITY, Base
from billing.invoicing.charges import charges
from billing.invoicing.difference import difference
from billing.invoicing.invoice import taxed
from billing.periods import clamped

# The longest month; a cycle of a month may have begun so long ago.
MONTH_DAYS = 31
UNIT_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
OTHER_UNIT_DAYS = 366
YEAR = "12mo"

LINES = pl.Schema(
    {
        "subscription_id": pl.String(),
        "item": pl.String(),
        "plan_id": pl.String(),
        "campaign_id": pl.String(),
        "kind": pl.String(),
        "recognised": pl.String(),
        "currency": pl.String(),
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "issued_on": pl.Date(),
        "due_on": pl.Date(),
        "net_minor": pl.Int64(),
        "vat_minor": pl.Int64(),
    }
)
# What had been billed when the horizon begins.
OPENING = pl.Schema({**BILLED, "due_on": pl.Date()})


@dataclass(frozen=True, slots=True)
class Horizon:
    """The months that are looked at: each begins on the day of the month of the first.

    >>> Horizon(date(2026, 1, 31), 2).bounds
    [datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 31)]
    """

    on: date
    months: int

    @property
    def bounds(self) -> list[date]:
        """Return the first day of each month, and the day after the last one."""
        month = pl.lit(self.on.year * 12 + self.on.month - 1) + pl.int_range(
            self.months + 1
        )
        return pl.select(clamped(month, pl.lit(self.on.day))).to_series().to_list()

    @property
    def end(self) -> date:
        """Return the day after the last one."""
        return self.bounds[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a comparison.

    `pieces` are those of `charges.charges` that can be billed, `lines` have the columns
    of `LINES` (what was billed before the horizon too), `opening` is what had been
    billed by its first day, as `base.BILLED`; `parked` are the agreements that cannot
    be billed: subscription_id, reason.
    """

    base: Base
    pieces: pl.DataFrame
    lines: pl.DataFrame
    opening: pl.DataFrame
    parked: pl.DataFrame


def ahead(base: Base, horizon: Horizon) -> Base:
    """Return the base as a forecast looks at it.

    It looks at the cycles that run or can still be due, and takes it that what was used
    in the year before is used in the year that comes.
    """
    return replace(
        base,
        subscriptions=_recent(base, horizon.on),
        usage=_used_again(base.usage, horizon),
    )


def _recent(base: Base, on: date) -> pl.DataFrame:
    """Say from where each agreement is looked at: its longest cycle and terms ago."""
    policies = base.company.policies
    back = policies.terms_days + policies.lead_days + MONTH_DAYS
    days = pl.col("every_count") * pl.col("every_unit").replace_strict(
        UNIT_DAYS, default=OTHER_UNIT_DAYS, return_dtype=pl.Int64
    )
    cycles = base.plans.select("plan_id", days=days)
    longest = (
        base.changes.select("subscription_id", "plan_id")
        .drop_nulls()
        .join(cycles, on="plan_id")
        .group_by("subscription_id")
        .agg(pl.col("days").max())
    )
    settled = pl.lit(on) - pl.duration(
        days=pl.col("days").fill_null(OTHER_UNIT_DAYS) + back
    )
    return (
        base.subscriptions.join(longest, on="subscription_id", how="left")
        .with_columns(settled_on=settled)
        .drop("days")
    )


def _used_again(usage: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Repeat what was used in the last year, as often as the horizon has years."""
    on, parts = horizon.on, [usage.filter(pl.col("used_on") < horizon.on)]
    last_year = usage.filter(
        (pl.col("used_on") < on)
        & (pl.col("used_on") >= pl.lit(on).dt.offset_by(f"-{YEAR}"))
    )
    for _ in range(-(-horizon.months // 12) + 1):
        last_year = last_year.with_columns(pl.col("used_on").dt.offset_by(YEAR))
        parts.append(last_year)
    return pl.concat(parts)


def side(
    base: Base, timeline: pl.DataFrame, horizon: Horizon, opening: pl.DataFrame | None
) -> Side:
    """Work out one side; without an opening it is the one that has billed so far.

    `base` is that of `ahead`; an opening is that of the side it is compared with.
    """
    last = horizon.end - timedelta(days=1)
    found = charges(base, timeline, through=horizon.end)
    parked = _parked(found, last)
    pieces = found.join(parked, on="subscription_id", how="anti")
    seen = replace(base, billed=BILLED.to_frame())
    if opening is None:
        due = difference(seen, pieces, on=last)
        opening = _billed(due.filter(pl.col("due_on") < horizon.on))
        ahead_of = due.filter(pl.col("due_on") >= horizon.on)
    else:
        known = opening.join(parked, on="subscription_id", how="anti")
        ahead_of = difference(replace(seen, billed=known), pieces, on=last)
    issued = ahead_of.filter(pl.col("due_on") <= last).with_columns(
        issued_on=pl.max_horizontal("due_on", pl.lit(horizon.on))
    )
    return Side(base, pieces, _lines(base, opening, issued), opening, parked)


def _parked(pieces: pl.DataFrame, last: date) -> pl.DataFrame:
    return (
        pieces.filter(pl.col("reason").is_not_null() & (pl.col("period_from") <= last))
        .sort("period_from")
        .group_by("subscription_id")
        .agg(pl.col("reason").first())
    )


def _billed(due: pl.DataFrame) -> pl.DataFrame:
    """Return what was due before the horizon as what has been billed."""
    frame = due.with_columns(invoice_id=pl.lit(""), revision=pl.lit(0))
    names = OPENING.names()
    missing = [name for name in names if name not in frame.columns]
    whole = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    return whole.select(names).cast(OPENING)


def _lines(base: Base, opening: pl.DataFrame, issued: pl.DataFrame) -> pl.DataFrame:
    """Tax what was and what would be issued: one document per agreement and day."""
    columns = [*IDENTITY.names(), "period_from", "period_to", "amount_minor"]
    both = pl.concat(
        [
            opening.select(*columns, issued_on="due_on"),
            issued.select(*columns, "issued_on"),
        ]
    ).sort(
        "subscription_id", "issued_on", "period_from", "item", "product_id",
        "amount_minor", "price_version", "kind", "campaign_id",
    )  # fmt: skip
    documents = both.with_columns(
        invoice_id=pl.concat_str(
            "subscription_id", pl.col("issued_on").dt.epoch("d"), separator="/"
        )
    )
    terms = pl.duration(days=base.company.policies.terms_days)
    dated = taxed(documents).with_columns(due_on=pl.col("issued_on") + terms)
    return dated.select(LINES.names()).cast(LINES)


def timeline_of(base: Base) -> pl.DataFrame:
    """Return what each agreement has when, which no rule changes."""
    return timelines.intervals(base.changes)
