"""What a new price may not do to those that are published: meet them, or hurry."""

from datetime import date

import polars as pl

from billing.catalogue.checks import clash
from billing.catalogue.frames import Catalogue
from billing.periods import shifted

STEP = ["plan_id", "price_list", "phase"]
EXISTING = ("renewal", "all", "cohort")


def clashes(new: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the new prices that claim days which published ones have, with words.

    Both have the columns of `frames.PRICES`. A price without an end claims its first
    day. Columns: plan_id, price_list, valid_from, words.
    """
    pairs = new.join(known, on=STEP, suffix="_known").filter(
        (pl.col("valid_from") < _claimed_to("_known"))
        & (pl.col("valid_from_known") < _claimed_to(""))
        & _share_agreements()
    )
    words = [
        _placed(row) + clash(str(row["valid_from"]), str(row["valid_from_known"]))
        for row in pairs.to_dicts()
    ]
    return pairs.select("plan_id", "price_list", "valid_from").with_columns(
        words=pl.Series(words, dtype=pl.String)
    )


def _placed(row: dict[str, object]) -> str:
    in_list = f" in list {row['price_list']}" if row["price_list"] else ""
    return f"plan {row['plan_id']}{in_list}: "


def _claimed_to(side: str) -> pl.Expr:
    return pl.coalesce(
        f"valid_to{side}", pl.col(f"valid_from{side}") + pl.duration(days=1)
    )


def _share_agreements() -> pl.Expr:
    """Return whether both are for agreements that started on a day of both cohorts."""
    begin, end = pl.col("cohort_from"), pl.col("cohort_to")
    known_begin, known_end = pl.col("cohort_from_known"), pl.col("cohort_to_known")
    apart = (end <= known_begin) | (known_end <= begin)
    return ~apart.fill_null(value=False)


def hurried(new: pl.DataFrame, known: Catalogue, on: date) -> pl.DataFrame:
    """Return the rises for existing agreements that come inside their notice.

    A price that cannot be told to be no higher, as when the model or the tiers are
    others, is taken for a rise. Columns: plan_id, price_list, valid_from, earliest_on,
    words.
    """
    notice = known.plans.drop_nulls("notice_count").select(
        "plan_id",
        earliest_on=shifted(pl.lit(on), pl.col("notice_count"), pl.col("term_unit")),
        notice=pl.format("{} {}(s)", "notice_count", "term_unit"),
    )
    soon = (
        new.filter(pl.col("applies_to").is_in(EXISTING) & (pl.col("phase") == 0))
        .join(notice, on="plan_id")
        .filter(pl.col("valid_from") < pl.col("earliest_on"))
    )
    rises = soon.join(_before(soon, known.prices), on=[*STEP, "valid_from"]).filter(
        (pl.col("model") != pl.col("model_before"))
        | (pl.col("terms") != pl.col("terms_before"))
        | (pl.col("amount").cast(pl.Float64) > pl.col("amount_before").cast(pl.Float64))
    )
    words = pl.format(
        "plan {}: the price from {} is a rise inside the notice of {}; let it begin on "
        "{} or later, or let it apply to new agreements",
        "plan_id", "valid_from", "notice", "earliest_on",
    )  # fmt: skip
    return rises.select(
        "plan_id", "price_list", "valid_from", "earliest_on", words=words
    )


def _before(new: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the published price that each new one follows, or else the first."""
    followed = pl.col("valid_from_known") <= pl.col("valid_from")
    return (
        new.select(*STEP, "valid_from")
        .unique()
        .join(
            known.filter(
                pl.col("cohort_from").is_null() & pl.col("cohort_to").is_null()
            ).select(
                *STEP,
                valid_from_known="valid_from",
                model_before="model",
                amount_before="amount",
                terms_before="terms",
            ),
            on=STEP,
        )
        .with_columns(followed=followed)
        .sort(
            pl.col("followed"),
            pl.when(followed).then(1).otherwise(-1)
            * pl.col("valid_from_known").cast(pl.Int32),
        )
        .unique([*STEP, "valid_from"], keep="last", maintain_order=True)
        .drop("followed", "valid_from_known")
    )
