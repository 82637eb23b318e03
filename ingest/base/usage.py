r"""Usage comes as one row each: how much of what an agreement consumed, and when.

>>> imported = read(b"subscription_id,metric,quantity,used_on,event_id\n"
...     b"S1,gb,1.5,2026-04-13,e1\nS1,gb,many,2026-04-13,e2\n", "usage.csv")
>>> imported.rows.select("metric", "event_id").rows()
[('gb', 'e1')]
>>> imported.refused["message"].to_list()
["'many' is not a quantity"]
"""

from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from ingest.base import cells, refusal, table
from ingest.base import kind as kinds
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

FIELDS = (
    Field("subscription_id", required=True),
    Field("metric", required=True),
    Field("quantity", "quantity", required=True),
    Field("used_on", "day", required=True),
    Field("event_id"),
)
USAGE = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        "subscription_id": pa.Column(pl.String),
        "metric": pa.Column(pl.String),
        "quantity": pa.Column(cells.QUANTITY),
        "used_on": pa.Column(pl.Date),
        "event_id": pa.Column(pl.String, nullable=True),
    },
    strict=True,
)


def read(
    data: bytes,
    name: str,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return usage of a CSV or Excel file in the columns of `USAGE`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(imported: Imported, agreements: pl.DataFrame) -> Imported:
    """Refuse also the rows of agreements that do not exist (subscription_id)."""
    lost = imported.rows.join(agreements, on="subscription_id", how="anti")
    words = (
        "agreement {} is not known",
        "correct the number, or take the agreement first",
    )
    return kinds.without(
        imported, refusal.where(lost, pl.lit(value=True), "subscription_id", words)
    )


def _events_once(rows: pl.DataFrame) -> pl.DataFrame:
    again = pl.col("event_id").is_not_null() & ~pl.col("event_id").is_first_distinct()
    words = ("event {} stands twice in the file", "keep one row")
    return refusal.where(rows, again, "event_id", words)


KIND = Kind("usage", FIELDS, USAGE, (_events_once,))
