"""A review says what a catalogue file would change in what is sold, before it does."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from billing.catalogue.collisions import clashes
from billing.catalogue.frames import Catalogue
from billing.errors import Conflict

VERSION = ["plan_id", "price_list", "phase", "valid_from", "cohort_from", "cohort_to"]
STEP = ["plan_id", "price_list", "phase"]
CHANGES = pl.Schema(
    dict.fromkeys(("object", "id", "field", "before", "after"), pl.String)
)


class PriceIsImmutable(Conflict):
    """A price that is published was edited in the file."""


class PriceClashes(Conflict):
    """A price claims days that a published one has."""


class RiseInsideNotice(Conflict):
    """A price rises for existing agreements before their notice is over."""


class CampaignIsImmutable(Conflict):
    """A campaign that is launched was edited in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """What a file changes.

    `added` are the rows to append, `prices` of them with a version; `edited_prices` and
    `edited_campaigns` are what is published and cannot be edited; `clashes` are new
    prices that claim days of published ones (`collisions.clashes`). `changes` has
    object, id, field, before and after (text).
    """

    added: Catalogue
    edited_prices: pl.DataFrame
    clashes: pl.DataFrame
    edited_campaigns: pl.DataFrame
    changes: pl.DataFrame


def review(
    file: Catalogue, known: Catalogue, numbered: pl.DataFrame | None = None
) -> Review:
    """Compare a file with the known catalogue; what the file does not name stays.

    `numbered` has the columns of `STEP` and last: the greatest number that a version
    has had, also one that was taken back.
    """
    file, known = _canonical(file), _canonical(known)
    products = _differing(file.products, known.products)
    plans = _differing(file.plans, known.plans)
    parts = _whole_bundles(file.parts, known.parts)
    price_lists = _differing(file.price_lists, known.price_lists)
    wanted = file.prices
    new = wanted.join(known.prices, on=VERSION, how="anti", nulls_equal=True)
    campaigns, steps, codes = (
        _new(file.campaigns, known.campaigns, ["campaign_id"]),
        _new(file.steps, known.steps, ["campaign_id", "step"]),
        _new(file.codes, known.codes, ["code"]),
    )
    return Review(
        added=Catalogue(
            products=products,
            plans=plans,
            prices=_versioned(new, known.prices if numbered is None else numbered),
            campaigns=campaigns,
            parts=parts,
            price_lists=price_lists,
            steps=steps,
            codes=codes,
        ),
        edited_prices=_edited(wanted, known.prices, VERSION),
        clashes=clashes(new, known.prices),
        edited_campaigns=_edited_campaigns(file, known),
        changes=pl.concat(
            [
                _in_words("price_list", "price_list", price_lists, known.price_lists),
                _in_words("product", "product_id", products, known.products),
                _in_words("plan", "plan_id", plans, known.plans),
                _parts_in_words(parts, known.parts),
                _prices_in_words(new),
                _in_words("campaign", "campaign_id", campaigns, known.campaigns),
                _codes_in_words(codes),
            ]
        ),
    )


def _new(file: pl.DataFrame, known: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    return file.join(known, on=key, how="anti")


def _edited(file: pl.DataFrame, known: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return what is known by its key with other content."""
    again = file.join(known, on=key, how="semi", nulls_equal=True)
    return _differing(again, known)


def _edited_campaigns(file: Catalogue, known: Catalogue) -> pl.DataFrame:
    """Return the launched campaigns whose terms, steps or codes the file edits."""
    launched = known.campaigns.select("campaign_id")
    edited = _edited(file.campaigns, known.campaigns, ["campaign_id"])
    steps = _differing(file.steps, known.steps).join(
        launched, on="campaign_id", how="semi"
    )
    codes = _edited(file.codes, known.codes, ["code"])
    return pl.concat(
        [frame.select("campaign_id") for frame in (edited, steps, codes)]
    ).unique(maintain_order=True)


def _whole_bundles(file: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return all parts of the bundles of which a part is new, other or gone."""
    other = pl.concat(
        [
            _differing(file, known).select("plan_id"),
            known.join(file, on=["plan_id", "n"], how="anti")
            .join(file, on="plan_id", how="semi")
            .select("plan_id"),
        ]
    ).unique()
    return file.join(other, on="plan_id", how="semi", maintain_order="left")


def _canonical(catalogue: Catalogue) -> Catalogue:
    """Write amounts and terms in one way, so that equal things compare equal."""
    return replace(
        catalogue,
        prices=catalogue.prices.with_columns(
            amount=pl.col("amount").map_elements(_plain, return_dtype=pl.String),
            terms=pl.col("terms").map_elements(_sorted, return_dtype=pl.String),
        ),
        parts=catalogue.parts.with_columns(
            share=pl.col("share").map_elements(_plain, return_dtype=pl.String)
        ),
        campaigns=catalogue.campaigns.with_columns(
            pl.col("percent", "control_share").map_elements(
                _plain, return_dtype=pl.String
            ),
            examples=pl.col("examples").map_elements(_sorted, return_dtype=pl.String),
        ),
        steps=catalogue.steps.with_columns(
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
    if "version" in known.columns:
        last = known.group_by(STEP).agg(last=pl.col("version").max())
    elif "last" in known.columns:
        last = known
    else:
        last = new.select(STEP).clear().with_columns(last=pl.lit(0, pl.Int64))
    return (
        new.sort("valid_from")
        .join(last, on=STEP, how="left")
        .with_columns(
            version=pl.col("last").fill_null(0) + 1 + pl.int_range(pl.len()).over(STEP)
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
    cohort = pl.format(
        " started {} to {}",
        pl.col("cohort_from").cast(pl.String).fill_null("ever"),
        pl.col("cohort_to").cast(pl.String).fill_null("ever"),
    )
    price_list = pl.format(" in list {}", "price_list")
    return new.sort("plan_id", "price_list", "phase", "valid_from").select(
        object=pl.lit("price"),
        id="plan_id",
        field=pl.format("from {} for {}", "valid_from", "applies_to")
        + pl.when(pl.col("applies_to") == "cohort").then(cohort).otherwise(pl.lit(""))
        + pl.when(pl.col("price_list") != "").then(price_list).otherwise(pl.lit("")),
        before=pl.lit(None, pl.String),
        after=pl.format("{} {}", "model", "amount"),
    )


def _parts_in_words(parts: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    after, before = _listed_parts(parts), _listed_parts(known)
    return after.join(before, on="id", how="left", suffix="_before").select(
        object=pl.lit("plan"),
        id="id",
        field=pl.lit("bundle"),
        before="said_before",
        after="said",
    )


def _listed_parts(parts: pl.DataFrame) -> pl.DataFrame:
    weight = pl.coalesce(pl.col("standalone_minor").cast(pl.String), "share")
    return (
        parts.sort("plan_id", "n")
        .group_by("plan_id", maintain_order=True)
        .agg(said=pl.format("{} {}", "product_id", weight).str.join(", "))
        .rename({"plan_id": "id"})
    )


def _codes_in_words(codes: pl.DataFrame) -> pl.DataFrame:
    counted = codes.group_by("campaign_id").len().sort("campaign_id")
    return counted.select(
        object=pl.lit("campaign"),
        id="campaign_id",
        field=pl.lit("codes"),
        before=pl.lit(None, pl.String),
        after=pl.format("{} new", "len"),
    )
