"""Cutting splits intervals at given days; what lies between the cuts stays what it was.

>>> from datetime import date
>>> held = pl.DataFrame({"s": ["a"], "from_on": [date(2026, 1, 1)], "to_on": [None]},
...     schema_overrides={"to_on": pl.Date})
>>> cut(held, pl.DataFrame({"s": ["a"], "at": [date(2026, 2, 1)]}), on=["s"]).rows()
[('a', datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)), \
('a', datetime.date(2026, 2, 1), None)]
"""

import polars as pl


def cut(held: pl.DataFrame, bounds: pl.DataFrame, *, on: list[str]) -> pl.DataFrame:
    """Split each [from_on, to_on) (null: open) at the days `at` that lie inside it.

    `bounds` has the columns of `on` and `at`; days outside an interval do nothing.
    """
    keyed = held.with_row_index("interval")
    inside = keyed.join(bounds.unique(), on=on).filter(
        (pl.col("at") > pl.col("from_on"))
        & (pl.col("to_on").is_null() | (pl.col("at") < pl.col("to_on")))
    )
    if inside.is_empty():
        return held
    starts = pl.concat(
        [
            keyed,
            inside.with_columns(from_on="at").select(keyed.columns),
        ]
    ).unique(["interval", "from_on"])
    return (
        starts.sort("interval", "from_on")
        .with_columns(
            to_on=pl.coalesce(
                pl.col("from_on").shift(-1).over("interval"), pl.col("to_on")
            )
        )
        .drop("interval")
        .select(held.columns)
    )
