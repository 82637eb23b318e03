"""Whom a change of the catalogue reaches, and when: found by the engine that bills."""

from datetime import date

import polars as pl

from billing.catalogue.review import Review
from billing.invoicing import what_if
from billing.invoicing.base import Base
from billing.invoicing.charges import charges
from billing.invoicing.representatives import counts
from billing.invoicing.what_if import Population
from billing.invoicing.what_if_lines import UNIT_DAYS, Horizon, ahead

REACHED = pl.Schema(
    {
        "object": pl.String(),
        "id": pl.String(),
        "place": pl.Int64(),
        "agreements": pl.Int64(),
        "first_on": pl.Date(),
        "last_on": pl.Date(),
    }
)
MAIN = "subscription_id"
YEAR_DAYS = 366
MONTH_DAYS = 28


def reached(people: Population, rules: Base, found: Review, on: date) -> pl.DataFrame:
    """Return how many running agreements each change reaches, first and last when.

    `rules` are those with the change. `place` numbers the new prices of a file in the
    order of `Review.changes`, and is -1 for what is no price.
    """
    looked = _looked_at(people, rules, _horizon(rules, found, on))
    known = counts(people.members)
    pieces = looked.join(known, on=MAIN).filter(pl.col("period_to") > on)
    return pl.concat(
        [
            _summed(frame).select(REACHED.names()).cast(REACHED)
            for frame in (_prices(pieces, people, found), *_others(pieces, found, on))
        ]
    )


def _horizon(rules: Base, found: Review, on: date) -> Horizon:
    """Look so far ahead that the last price has come for every cycle."""
    last = found.added.prices["valid_from"].max()
    days = rules.plans["every_count"] * rules.plans["every_unit"].replace_strict(
        UNIT_DAYS, default=YEAR_DAYS, return_dtype=pl.Int64
    )
    longest = days.max()
    wait = (last - on).days if isinstance(last, date) and last > on else 0
    cycle = longest if isinstance(longest, int) else MONTH_DAYS
    return Horizon(on, 1 + (wait + cycle) // MONTH_DAYS)


def _looked_at(people: Population, rules: Base, horizon: Horizon) -> pl.DataFrame:
    base = ahead(what_if.under(people, rules), horizon)
    return charges(base, people.timeline, through=horizon.end).filter(
        pl.col("reason").is_null() & pl.col(MAIN).is_not_null()
    )


def _prices(pieces: pl.DataFrame, people: Population, found: Review) -> pl.DataFrame:
    """Return when each agreement first has each new price."""
    new = (
        found.added.prices.sort("plan_id", "price_list", "phase", "valid_from")
        .with_row_index("place")
        .filter(pl.col("phase") == 0)
        .select("plan_id", "price_list", "place", price_version="version")
    )
    lists = people.base.subscriptions.select(MAIN, "price_list")
    own = pieces.join(lists, on=MAIN)
    both = [
        own,
        own.filter(pl.col("price_list") != "").with_columns(price_list=pl.lit("")),
    ]
    return (
        pl.concat(both)
        .join(new, on=["plan_id", "price_list", "price_version"])
        .with_columns(
            object=pl.lit("price"), id="plan_id", place=pl.col("place").cast(pl.Int64)
        )
    )


def _others(
    pieces: pl.DataFrame, found: Review, on: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the agreements on plans and of products that become other on the day."""
    changed = found.changes.select("object", "id").unique()
    running = pieces.with_columns(
        period_from=pl.max_horizontal("period_from", pl.lit(on)),
        place=pl.lit(-1, pl.Int64),
    )
    plans, products = (
        running.join(
            changed.filter(pl.col("object") == kind),
            left_on=f"{kind}_id",
            right_on="id",
        ).with_columns(id=f"{kind}_id")
        for kind in ("plan", "product")
    )
    return plans, products


def _summed(pieces: pl.DataFrame) -> pl.DataFrame:
    change = ["object", "id", "place"]
    return (
        pieces.group_by(*change, MAIN)
        .agg(pl.col("n").first(), pl.col("period_from").min())
        .group_by(change)
        .agg(
            agreements=pl.col("n").sum(),
            first_on=pl.col("period_from").min(),
            last_on=pl.col("period_from").max(),
        )
    )
