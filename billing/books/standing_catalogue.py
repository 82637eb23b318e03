"""The catalogue that stands: what has been applied and not been taken back."""

import json
from datetime import date

import polars as pl

from billing.books.session import Reader
from billing.catalogue.frames import (
    CAMPAIGNS,
    CODES,
    PARTS,
    PLANS,
    PRICE_LISTS,
    PRICES,
    PRODUCTS,
    STEPS,
    Catalogue,
)

STANDING = (
    "not exists (select from catalogue_withdrawals as withdrawal"
    " where withdrawal.applied_command = {table}.command_id)"
)


def standing(table: str) -> str:
    """Return the condition that a row of the catalogue has not been taken back."""
    return STANDING.format(table=table)


def latest(table: str, key: str, on: date) -> str:
    """Return a query for the rows of a table of the catalogue as they are on a day."""
    return (
        f"select distinct on ({key}) * from {table}"
        f" where effective_on <= date '{on}' and {standing(table)}"
        f" order by {key}, effective_on desc, seq desc"
    )


def known(read: Reader, on: date) -> Catalogue:
    """Return the catalogue as it is on a day, in the frames of a catalogue file.

    `prices` have a version besides.
    """
    return Catalogue(
        products=_shaped(read(latest("products", "product_id", on)), PRODUCTS),
        plans=_shaped(read(latest("plans", "plan_id", on)), PLANS),
        prices=_prices(read),
        campaigns=_campaigns(read),
        parts=parts(read, on).cast(PARTS),
        price_lists=_shaped(read(latest("price_lists", "price_list", on)), PRICE_LISTS),
        steps=_steps(read),
        codes=_shaped(read("select * from campaign_codes"), CODES),
    )


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(schema.names()).cast(schema)


def parts(read: Reader, on: date) -> pl.DataFrame:
    """Return the parts of each bundle as they are on a day; they change together.

    Columns: plan_id, n, product_id, standalone_minor, share (text).
    """
    newest = (
        "select distinct on (plan_id) plan_id, command_id from plan_parts"
        f" where effective_on <= date '{on}' and {standing('plan_parts')}"
        " order by plan_id, effective_on desc, seq desc"
    )
    return read(
        f"with newest as ({newest}) select plan_id, n, product_id, standalone_minor,"
        " trim_scale(share)::text as share from plan_parts"
        " inner join newest using (plan_id, command_id) order by plan_id, n"
    )


def _prices(read: Reader) -> pl.DataFrame:
    rows = read(
        "select plan_id, version, price_list, phase, phase_count, phase_unit,"
        " valid_from, valid_to, applies_to, cohort_from, cohort_to, model,"
        " trim_scale(amount)::text as amount, terms::text as terms"
        f" from price_versions where {standing('price_versions')}"
    )
    schema = pl.Schema([*PRICES.items(), ("version", pl.Int64())])
    return _shaped(rows, schema).with_columns(
        terms=pl.col("terms").map_elements(_canonical, return_dtype=pl.String)
    )


def _canonical(terms: str) -> str:
    return json.dumps(json.loads(terms), separators=(",", ":"), sort_keys=True)


def _campaigns(read: Reader) -> pl.DataFrame:
    derived = {
        "percent": "trim_scale(percent)::text as percent",
        "control_share": "trim_scale(control_share)::text as control_share",
        "examples": "examples::text as examples",
        "valid": "'[' || coalesce(lower(valid)::text, '') || ','"
        " || coalesce(upper(valid)::text, '') || ')' as valid",
    }
    columns = ", ".join(derived.get(name, name) for name in CAMPAIGNS)
    return read(f"select {columns} from campaigns where {standing('campaigns')}").cast(
        CAMPAIGNS
    )


def _steps(read: Reader) -> pl.DataFrame:
    return _shaped(
        read(
            "select campaign_id, step, discount_kind, amount_minor, periods,"
            " trim_scale(percent)::text as percent from campaign_steps"
        ),
        STEPS,
    )


def numbered(read: Reader) -> pl.DataFrame:
    """Return the greatest version that prices have had, those taken back among them.

    Columns: plan_id, price_list, phase, last.
    """
    rows = read(
        "select plan_id, price_list, phase, max(version) as last from price_versions"
        " group by plan_id, price_list, phase"
    )
    return rows.cast(
        {
            "plan_id": pl.String,
            "price_list": pl.String,
            "phase": pl.Int64,
            "last": pl.Int64,
        }
    )
