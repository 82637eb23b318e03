"""A review says what a catalogue file would change in what is sold, before it does."""

import json
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from billing.catalogue.file import Catalogue
from billing.errors import Conflict

VERSION = ["plan_id", "phase", "valid_from"]
CHANGES = pl.Schema(
    dict.fromkeys(("object", "id", "field", "before", "after"), pl.String)
)


class PriceIsImmutable(Conflict):
    """A price that is published was edited in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """The rows to append, the published prices that the file edits.

    The changes in words.

    `prices` have a version; `changes` has object, id, field, before and after (text).
    """

    products: pl.DataFrame
    plans: pl.DataFrame
    prices: pl.DataFrame
    campaigns: pl.DataFrame
    edited_prices: pl.DataFrame
    changes: pl.DataFrame


def review(file: Catalogue, known: Catalogue) -> Review:
    """Compare a file with the known catalogue; what the file does not name stays."""
    file, known = _canonical(file), _canonical(known)
    products = _differing(file.products, known.products)
    plans = _differing(file.plans, known.plans)
    campaigns = _differing(file.campaigns, known.campaigns)
    wanted = file.prices
    new = wanted.join(known.prices, on=VERSION, how="anti")
    edited = wanted.join(known.prices, on=VERSION, how="semi").join(
        known.prices.select(wanted.columns), on=wanted.columns, how="anti",
        nulls_equal=True,
    )  # fmt: skip
    return Review(
        products=products,
        plans=plans,
        prices=_versioned(new, known.prices),
        campaigns=campaigns,
        edited_prices=edited,
        changes=pl.concat(
            [
                _in_words("product", "product_id", products, known.products),
                _in_words("plan", "plan_id", plans, known.plans),
                _prices_in_words(new),
                _in_words("campaign", "campaign_id", campaigns, known.campaigns),
            ]
        ),
    )


def _canonical(catalogue: Catalogue) -> Catalogue:
    """Write amounts and terms in one way, so that equal things compare equal."""
    return Catalogue(
        products=catalogue.products,
        plans=catalogue.plans,
        prices=catalogue.prices.with_columns(
            amount=pl.col("amount").map_elements(_plain, return_dtype=pl.String),
            terms=pl.col("terms").map_elements(_sorted, return_dtype=pl.String),
        ),
        campaigns=catalogue.campaigns.with_columns(
            percent=pl.col("percent").map_elements(_plain, return_dtype=pl.String)
        ),
    )


def _plain(amount: str) -> str:
    return f"{Decimal(amount).normalize():f}"


def _sorted(terms: str) -> str:
    return json.dumps(json.loads(terms), separators=(",", ":"), sort_keys=True)


def _differing(file: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return file.join(
        known.select(file.columns), on=file.columns, how="anti", nulls_equal=True
    )


def _versioned(new: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Give new versions of each plan numbers after those that it has."""
    steps = ["plan_id", "phase"]
    last = (
        known.group_by(steps).agg(last=pl.col("version").max())
        if ("version" in known.columns)
        else new.select(steps).clear().with_columns(last=pl.lit(0, pl.Int64))
    )
    return (
        new.sort("valid_from")
        .join(last, on=steps, how="left")
        .with_columns(
            version=pl.col("last").fill_null(0) + 1 + pl.int_range(pl.len()).over(steps)
        )
        .drop("last")
    )


def _in_words(
    kind: str, key: str, differing: pl.DataFrame, known: pl.DataFrame
) -> pl.DataFrame:
    fields = [name for name in differing.columns if name != key]
    after = _long(differing, key, fields).rename({"value": "after"})
    before = _long(known, key, fields).rename({"value": "before"})
    return (
        after.join(before, on=[key, "field"], how="left")
        .filter(pl.col("after").ne_missing(pl.col("before")))
        .sort(key, "field")
        .select(
            object=pl.lit(kind), id=key, field="field", before="before", after="after"
        )
    )


def _long(frame: pl.DataFrame, key: str, fields: list[str]) -> pl.DataFrame:
    return frame.select(key, pl.col(fields).cast(pl.String)).unpivot(
        on=fields, index=key, variable_name="field", value_name="value"
    )


def _prices_in_words(new: pl.DataFrame) -> pl.DataFrame:
    return new.sort("plan_id", "phase", "valid_from").select(
        object=pl.lit("price"),
        id="plan_id",
        field=pl.format("from {} for {}", "valid_from", "applies_to"),
        before=pl.lit(None, pl.String),
        after=pl.format("{} {}", "model", "amount"),
    )
