"""Applying a catalogue.

What differs from what is sold is appended, and nothing else.
"""

import json
from datetime import date
from typing import Any

import polars as pl

from billing.books.handle import Given
from billing.books.session import Reader
from billing.catalogue.file import (
    CAMPAIGNS,
    PLANS,
    PRICES,
    PRODUCTS,
    ApplyCatalogue,
    Catalogue,
)
from billing.catalogue.review import PriceIsImmutable, Review, review
from billing.decision import Decision


def apply_catalogue(command: ApplyCatalogue, given: Given) -> Decision:
    """Append what is new or other; published prices are never edited."""
    on = command.effective_on
    found = review(command.catalogue, known(given.books.read, on))
    if not found.edited_prices.is_empty():
        first = found.edited_prices.row(0, named=True)
        raise PriceIsImmutable(
            f"plan {first['plan_id']}: the price from {first['valid_from']} is "
            "published and cannot be edited; add a version with a later from"
        )
    return Decision(
        rows={
            "products": found.products.with_columns(effective_on=on),
            "plans": found.plans.with_columns(effective_on=on),
            "price_versions": found.prices,
            "campaigns": found.campaigns.with_columns(effective_on=on),
        },
        answer=_counted(found),
        touched=_touched(found, given),
    )


def _counted(found: Review) -> dict[str, Any]:
    return {
        "products": found.products.height,
        "plans": found.plans.height,
        "prices": found.prices.height,
        "campaigns": found.campaigns.height,
    }


def _touched(found: Review, given: Given) -> tuple[str, ...]:
    """Return the agreements on plans whose terms or prices become others."""
    plans = pl.concat([found.plans["plan_id"], found.prices["plan_id"]]).unique()
    rows = given.rows(
        "select distinct subscription_id from subscription_changes"
        " where plan_id = any(%s)",
        (plans.to_list(),),
    )
    return tuple(row["subscription_id"] for row in rows)


def known(read: Reader, on: date) -> Catalogue:
    """Return the catalogue as it is on a day, in the frames of a catalogue file."""
    return Catalogue(
        products=_latest(read, "products", "product_id", on).select(PRODUCTS.names()),
        plans=_latest(read, "plans", "plan_id", on).select(PLANS.names()).cast(PLANS),
        prices=_prices(read),
        campaigns=_campaigns(read),
    )


def _latest(read: Reader, table: str, key: str, on: date) -> pl.DataFrame:
    return read(
        f"select distinct on ({key}) * from {table}"
        f" where effective_on <= date '{on}'"
        f" order by {key}, effective_on desc, seq desc"
    )


def _prices(read: Reader) -> pl.DataFrame:
    rows = read(
        "select plan_id, version, phase, phase_count, phase_unit, valid_from, valid_to,"
        " applies_to, model, trim_scale(amount)::text as amount,"
        " terms::text as terms from price_versions"
    )
    return rows.with_columns(
        terms=pl.col("terms").map_elements(_canonical, return_dtype=pl.String)
    ).cast(pl.Schema([*PRICES.items(), ("version", pl.Int64())]))


def _canonical(terms: str) -> str:
    return json.dumps(json.loads(terms), separators=(",", ":"), sort_keys=True)


def _campaigns(read: Reader) -> pl.DataFrame:
    return read(
        "select campaign_id, name, code, discount_kind,"
        " trim_scale(percent)::text as percent, amount_minor, lasts_kind,"
        " lasts_periods, lasts_until,"
        " '[' || coalesce(lower(valid)::text, '') || ','"
        " || coalesce(upper(valid)::text, '') || ')' as valid, new_customers_only,"
        " plans, stacks from campaigns"
    ).cast(CAMPAIGNS)
