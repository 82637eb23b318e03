"""A price version reaches a piece by its rule; of those that do, the newest holds.

A version for `new` agreements reaches those that took the plan on or after its first
day, one at `renewal` the cycles that start then or later, one for `all` every day from
then on, one for a `cohort` the cycles that start then or later of agreements that
started in its days. The earliest version that is no cohort's reaches everything.

Versions are looked up by plan and day in one sorted column, so that many agreements
and many versions cost one binary search each, and never meet row by row.
"""

from dataclasses import dataclass

import polars as pl

# The day of a piece that a rule compares with the first day of a version.
DAY_OF_RULE = {"new": "plan_from_on", "renewal": "cycle_from", "all": "period_from"}
ADDED = ["price_version", "model", "amount", "terms"]
# More days than there are between any two dates that polars has.
DAYS = 10_000_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """Versions of one rule, sorted by plan and day, and the day it looks at."""

    versions: pl.DataFrame
    day: str


def resolved(segments: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Give each segment the newest version that reaches it.

    `segments` has key (a number for plan, list and step) and the days of
    `prices.attach`; `versions` has key, order (rising with the day within a key),
    price_version, model, amount, terms, valid_from, valid_to, applies_to, cohort_from
    and cohort_to. The result has the columns of `segments` without key, and `ADDED`.
    """
    found = segments.with_row_index("segment")
    orders = [_newest(found, rule) for rule in _rules(versions)]
    by_rule = found.with_columns(
        pl.Series(f"by_{n}", order) for n, order in enumerate(orders)
    )
    cohorts = versions.filter(pl.col("applies_to") == "cohort")
    if not cohorts.is_empty():
        by_rule = by_rule.join(_of_cohorts(found, cohorts), on="segment", how="left")
    candidates = [name for name in by_rule.columns if name.startswith("by_")]
    first = (
        versions.filter(pl.col("applies_to") != "cohort")
        .group_by("key")
        .agg(first=pl.col("order").min())
    )
    order = pl.coalesce(pl.max_horizontal(candidates), "first")
    return (
        by_rule.join(first, on="key", how="left")
        .with_columns(order=order)
        .join(versions.select("order", *ADDED), on="order", how="left")
        .drop("segment", "key", "order", "first", *candidates)
    )


def _rules(versions: pl.DataFrame) -> list[_Rule]:
    """Return the versions by rule, those with an end apart from those without.

    Versions with an end never overlap, so of those too only the last begun can hold.
    """
    rules = []
    for applies_to, day in DAY_OF_RULE.items():
        of_rule = versions.filter(pl.col("applies_to") == applies_to).sort("order")
        ended = pl.col("valid_to").is_not_null()
        rules += [_Rule(of_rule.filter(ends), day) for ends in (ended, ~ended)]
    return [rule for rule in rules if not rule.versions.is_empty()]


def _at(key: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return key and day as one number that sorts by both."""
    return key * DAYS + day.cast(pl.Int32).cast(pl.Int64) + DAYS // 2


def _newest(segments: pl.DataFrame, rule: _Rule) -> pl.Series:
    """Return the order of the last version of a rule that had begun, null for none."""
    begun = rule.versions.select(at=_at(pl.col("key"), pl.col("valid_from")))["at"]
    wanted = segments.select(at=_at(pl.col("key"), pl.col(rule.day)))["at"]
    last = begun.search_sorted(wanted, side="right").cast(pl.Int64) - 1
    named = rule.versions.select(
        "order", last_key="key", last_valid_to="valid_to"
    ).select(pl.all().gather(last.clip(lower_bound=0)))
    holds = (
        (last >= 0)
        & (named["last_key"] == segments["key"])
        & (
            named["last_valid_to"].is_null()
            | (segments["period_from"] < named["last_valid_to"])
        )
    )
    return pl.select(pl.when(holds).then(named["order"])).to_series()


def _of_cohorts(segments: pl.DataFrame, cohorts: pl.DataFrame) -> pl.DataFrame:
    """Return the newest version for the cohort that each segment's agreement is of."""
    started, begins = pl.col("started_on"), pl.col("cycle_from")
    ends = pl.col("valid_to")
    return (
        segments.select("segment", "key", "started_on", "cycle_from", "period_from")
        .join(cohorts, on="key")
        .filter(
            (pl.col("valid_from") <= begins)
            & (ends.is_null() | (pl.col("period_from") < ends))
            & (pl.col("cohort_from").is_null() | (started >= pl.col("cohort_from")))
            & (pl.col("cohort_to").is_null() | (started < pl.col("cohort_to")))
        )
        .group_by("segment")
        .agg(by_cohort=pl.col("order").max())
    )
