"""A first period may be odd: the rest of the month or of the year, or until a date.

Where it ends the cycles begin: the days before are a part of a cycle, and cost its
share.

>>> from datetime import date
>>> rows = pl.DataFrame({"first_period": ["rest_of_month", "2026-02-10"],
...     "start_on": [date(2025, 12, 31)] * 2})
>>> rows.select(ends())["ends_on"].to_list()
[datetime.date(2026, 1, 1), datetime.date(2026, 2, 10)]
"""

import polars as pl

ANCHORS = ("subscription", "calendar")
DAY_OF_MONTH = r"^([1-9]|[12][0-9]|3[01])$"
FACTS = pl.Schema(
    {
        "subscription_id": pl.String(),
        "anchor_kind": pl.String(),
        "anchor_day": pl.Int64(),
        "effective_on": pl.Date(),
        "until_on": pl.Date(),
    }
)


def ends() -> pl.Expr:
    """Return the first day after the first period; null where its name is none."""
    kind, start = pl.col("first_period"), pl.col("start_on")
    next_month = start.dt.month_start().dt.offset_by("1mo")
    next_year = pl.date(start.dt.year() + 1, 1, 1)
    return (
        pl.when(kind == "rest_of_month")
        .then(next_month)
        .when(kind == "rest_of_year")
        .then(next_year)
        .otherwise(kind.str.to_date("%Y-%m-%d", strict=False))
        .alias("ends_on")
    )


def is_own_anchor() -> pl.Expr:
    """Return whether an anchor says itself where cycles begin, without another's."""
    anchor = pl.col("anchor")
    return anchor.is_in(ANCHORS) | anchor.str.contains(DAY_OF_MONTH)


def anchor_facts(agreements: pl.DataFrame) -> pl.DataFrame:
    """Return what first periods and own anchors are as facts; columns of `FACTS`.

    `agreements` has subscription_id, start_on, anchor and first_period. `until_on` is
    the day from which cycles are counted, where it is not the start.
    """
    day = pl.col("anchor").str.extract(DAY_OF_MONTH).cast(pl.Int64)
    anchored = agreements.drop_nulls("anchor").filter(is_own_anchor())
    odd = agreements.drop_nulls("first_period").with_columns(until_on=ends())
    return pl.concat(
        [
            anchored.select(
                "subscription_id",
                anchor_kind=pl.when(day.is_null())
                .then("anchor")
                .otherwise(pl.lit("day")),
                anchor_day=day,
                effective_on="start_on",
                until_on=pl.lit(None, pl.Date),
            ),
            odd.select(
                "subscription_id",
                anchor_kind=pl.lit("day"),
                anchor_day=pl.col("until_on").dt.day().cast(pl.Int64),
                effective_on="start_on",
                until_on="until_on",
            ),
        ]
    ).cast(FACTS)
