"""What lines come to by month: issued, taxed, earned, deferred, paid, and recurring.

Each measure is in whole minor units for each kind of agreement, month and currency:
billed_net and vat of what is issued in the month; recognised by day in a straight line,
as the journal does it, or at once; deferred, which is issued and not yet earned at the
month's end; cash, by the day on which invoices fall due; mrr at the month's end.
"""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from billing.invoicing.what_if_lines import Horizon, Side
from billing.money import DEFAULT_EXPONENT, EXPONENTS, half_up, rounded_share
from billing.periods import length
from billing.tax import RATE_MICRO

KEYS = ["currency", "plan_id", "cohort", "campaign_id"]
FLOWS = ("billed_net", "vat", "recognised", "cash")
STOCKS = ("deferred", "mrr")
MEASURES = (*FLOWS[:2], "recognised", "deferred", "cash", "mrr")
MEASURED = pl.Schema(
    {
        "month": pl.Date(),
        "measure": pl.String(),
        **dict.fromkeys(KEYS, pl.String()),
        "value": pl.Int64(),
    }
)
# Recurring amounts are kept in millionths of the major unit, as in the warehouse.
MICRO = 1_000_000
# What a cycle is worth in a month: 12 over the cycles of a year.
CYCLES_A_YEAR = {"day": 365, "week": 52}
MONTHS_A_CYCLE = {"month": 12, "quarter": 36, "year": 144}


def measured(lines: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Return the measures of lines but for mrr, with the columns of `MEASURED`.

    `lines` have those of `what_if_lines.LINES`, `cohort` (the month of the start) and
    `n` (how many agreements have the line).
    """
    celled, cells = _celled(lines)
    frames, net = [], pl.col("net_minor")
    before = celled.filter(pl.col("issued_on") < horizon.on)
    deferred = _less(_sum(before, net), _sum(before, _earned(horizon.on)))
    for begin, end in pairwise(horizon.bounds):
        issued = celled.filter(_between("issued_on", begin, end))
        due = celled.filter(_between("due_on", begin, end))
        billed, earned = _sum(issued, net), _recognised(celled, begin, end)
        deferred = _less(pl.concat([deferred, billed]), earned)
        found = {
            "billed_net": billed,
            "vat": _sum(issued, pl.col("vat_minor")),
            "recognised": earned,
            "deferred": deferred,
            "cash": _sum(due, net + pl.col("vat_minor")),
        }
        frames += [_told(frame, begin, name) for name, frame in found.items()]
    return _named(pl.concat(frames), cells)


def _celled(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each kind of row a number, by which it is summed sooner than by names."""
    cells = rows.select(KEYS).unique().with_row_index("cell")
    return rows.join(cells, on=KEYS, nulls_equal=True).drop(KEYS), cells


def _named(values: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    return values.join(cells, on="cell").select(MEASURED.names()).cast(MEASURED)


def _told(values: pl.DataFrame, month: date, measure: str) -> pl.DataFrame:
    return values.with_columns(month=pl.lit(month), measure=pl.lit(measure))


def _between(column: str, begin: date, end: date) -> pl.Expr:
    return (pl.col(column) >= begin) & (pl.col(column) < end)


def _sum(rows: pl.DataFrame, amount: pl.Expr) -> pl.DataFrame:
    valued = rows.select("cell", value=amount * pl.col("n"))
    return valued.group_by("cell").agg(pl.col("value").sum())


def _less(more: pl.DataFrame, less: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([more, less.with_columns(-pl.col("value"))])
    return both.group_by("cell").agg(pl.col("value").sum())


def _recognised(lines: pl.DataFrame, begin: date, end: date) -> pl.DataFrame:
    """Return what is earned from a day to another: of what runs or is issued then."""
    running = (pl.col("period_to") > begin) & (pl.col("period_from") < end)
    fresh = pl.col("issued_on") >= begin
    met = lines.filter((pl.col("issued_on") < end) & (running | fresh))
    earlier = pl.when(fresh).then(0).otherwise(_earned(begin))
    return _sum(met, _earned(end) - earlier)


def _earned(end: date) -> pl.Expr:
    """Return what of a line that is issued before a day is earned before it."""
    days = length(pl.col("period_from"), pl.col("period_to"))
    gone = length(pl.col("period_from"), pl.lit(end)).clip(0).cast(pl.Int64)
    part = rounded_share(pl.col("net_minor"), pl.min_horizontal(gone, days), days)
    at_once = pl.col("recognised") == "at_once"
    return pl.when(at_once).then("net_minor").otherwise(part)


def worth(side: Side) -> pl.DataFrame:
    """Add to the recurring pieces of a side what they are worth in a month.

    Added are mrr_micro (net of tax and discounts) and price_micro (what the payer pays,
    with tax), in millionths of the major unit. Usage is worth its plan's minimum.
    """
    every = side.base.plans.select(
        "plan_id", "minimum_minor", "every_count",
        factor=pl.col("every_unit").replace_strict(
            CYCLES_A_YEAR, default=12, return_dtype=pl.Int64
        ),
        months=pl.col("every_unit").replace_strict(
            MONTHS_A_CYCLE, default=12, return_dtype=pl.Int64
        ),
    )  # fmt: skip
    price = pl.when(pl.col("kind") == "usage").then(0).otherwise("full_minor")
    charged = pl.max_horizontal(price, pl.col("minimum_minor"))
    micro = charged * pl.col("factor") * _unit_micro()
    included, added = _taxes()
    cycles = pl.col("months") * pl.col("every_count")
    return (
        side.pieces.filter(pl.col("kind").is_in(["period", "usage"]))
        .join(every, on="plan_id", how="left")
        .with_columns(
            mrr_micro=rounded_share(micro, pl.lit(RATE_MICRO), cycles * included),
            price_micro=rounded_share(micro, added, cycles * RATE_MICRO),
        )
    )


def _taxes() -> tuple[pl.Expr, pl.Expr]:
    """Return the tax within a price, and the tax that comes on top of it."""
    rate, inside = pl.col("rate_micro"), pl.col("price_includes_vat")
    return (
        RATE_MICRO + pl.when(inside).then(rate).otherwise(0),
        RATE_MICRO + pl.when(inside).then(0).otherwise(rate),
    )


def _unit_micro() -> pl.Expr:
    """Return how many millionths of the major unit a minor unit is."""
    return pl.col("currency").replace_strict(
        {name: MICRO // 10**digits for name, digits in EXPONENTS.items()},
        default=MICRO // 10**DEFAULT_EXPONENT,
        return_dtype=pl.Int64,
    )


def recurring(pieces: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Return the mrr of each month's end, in millionths of the major unit.

    `pieces` are those of `worth` with cohort and n; columns as `MEASURED`.
    """
    celled, cells = _celled(pieces)
    frames = []
    for begin, end in pairwise(horizon.bounds):
        running = _running(celled, end - timedelta(days=1))
        frames.append(_told(_sum(running, pl.col("mrr_micro")), begin, "mrr"))
    return _named(pl.concat(frames), cells)


def prices(pieces: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Return what each agreement costs a month: subscription_id, month, price_micro."""
    bounds, frames = horizon.bounds, []
    for begin, end in pairwise(bounds):
        running = _running(pieces, end - timedelta(days=1))
        price = running.group_by("subscription_id").agg(pl.col("price_micro").sum())
        frames.append(price.with_columns(month=pl.lit(begin)))
    return pl.concat(frames)


def _running(pieces: pl.DataFrame, day: date) -> pl.DataFrame:
    return pieces.filter(
        (pl.col("period_from") <= pl.lit(day)) & (pl.col("period_to") > pl.lit(day))
    )


def in_minor(values: pl.DataFrame, micro: str, minor: str) -> pl.DataFrame:
    """Add an amount in minor units to one in millionths of the major unit."""
    return values.with_columns(
        rounded_share(pl.col(micro), pl.lit(1, pl.Int64), _unit_micro()).alias(minor)
    )


def share_of(count: int, share_micro: int) -> int:
    """Return a share of a count, rounded to whole agreements.

    >>> share_of(1000, 25_000)
    25
    """
    return half_up(count * share_micro, RATE_MICRO)
