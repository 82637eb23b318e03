r"""Changes come as one row each: what is asked for about an agreement, and when.

`change` is plan, quantity, price, campaign, pause, resume, cancel, add or remove;
`effective` is a date, now, renewal or period_end.

>>> imported = read(b"subscription_id;change;effective;plan_id\nS1;plan;now;weekend\n"
...     b"S2;plan;soon;weekend\nS3;plan;now;\n", "changes.csv")
>>> [line for line, _ in commands(imported.rows)], imported.refused["field"].to_list()
([2], ['effective', 'plan_id'])
"""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Named
from datetime import date
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl

from billing.changes.cancellation import CREDITS, Cancel
from billing.changes.change import (
    WHEN,
    AddItem,
    ChangeSubscription,
    Effective,
    RemoveItem,
)
from billing.changes.pause import EFFECTS, Pause, Resume
from ingest.base import cells, refusal, table
from ingest.base import kind as kinds
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

Row = dict[str, Any]

FIELDS = (
    Field("subscription_id", required=True),
    Field("change", required=True),
    Field("effective", required=True),
    Field("until_on", "day"),
    Field("plan_id"),
    Field("quantity", "quantity"),
    Field("agreed_minor", "minor", said="agreed"),
    Field("item"),
    Field("campaign"),
    Field("credit"),
    Field("reason"),
)
# What each change cannot do without.
NEEDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan_id",),
    "quantity": ("quantity",),
    "price": ("agreed_minor",),
    "campaign": ("campaign",),
    "pause": (),
    "resume": (),
    "cancel": (),
    "add": ("item", "plan_id"),
    "remove": ("item",),
}
CHANGES = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        "subscription_id": pa.Column(pl.String),
        "change": pa.Column(pl.String, pa.Check.isin(list(NEEDS))),
        "effective": pa.Column(pl.String),
        "until_on": pa.Column(pl.Date, nullable=True),
        "quantity": pa.Column(cells.QUANTITY, nullable=True),
        "agreed_minor": pa.Column(pl.Int64, nullable=True),
        **{
            name: pa.Column(pl.String, nullable=True)
            for name in ("plan_id", "item", "campaign", "credit", "reason")
        },
    },
    strict=True,
)


def read(
    data: bytes,
    name: str,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return changes of a CSV or Excel file in the columns of `CHANGES`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def commands(rows: pl.DataFrame) -> Iterator[tuple[int, object]]:
    """Yield the line and the command of each row, in the order of the file."""
    for row in rows.sort("line").iter_rows(named=True):
        yield row["line"], COMMANDS[row["change"]](row)


def _changed(row: Row) -> ChangeSubscription:
    return ChangeSubscription(
        row["subscription_id"],
        _effective(row),
        plan_id=row["plan_id"],
        quantity=row["quantity"],
        agreed_minor=row["agreed_minor"],
        campaign=row["campaign"],
        reason=row["reason"],
    )


def _paused(row: Row) -> Pause:
    effect = row["credit"] or "credit"
    return Pause(
        row["subscription_id"],
        date.fromisoformat(row["effective"]),
        row["until_on"],
        effect,
    )


def _resumed(row: Row) -> Resume:
    return Resume(row["subscription_id"], _effective(row))


def _cancelled(row: Row) -> Cancel:
    return Cancel(row["subscription_id"], _effective(row), row["credit"], row["reason"])


def _added(row: Row) -> AddItem:
    quantity = row["quantity"] or Decimal(1)
    return AddItem(
        row["subscription_id"], row["item"], row["plan_id"], quantity, _effective(row)
    )


def _removed(row: Row) -> RemoveItem:
    return RemoveItem(
        row["subscription_id"], row["item"], _effective(row), row["credit"]
    )


COMMANDS: dict[str, Callable[[Row], object]] = {
    **dict.fromkeys(("plan", "quantity", "price", "campaign"), _changed),
    "pause": _paused,
    "resume": _resumed,
    "cancel": _cancelled,
    "add": _added,
    "remove": _removed,
}


def _effective(row: Row) -> Effective:
    said: str = row["effective"]
    return said if said in WHEN else date.fromisoformat(said)


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Write dates the one way, and words in lower case."""
    said = pl.col("effective").str.to_lowercase()
    on = cells.day(pl.col("effective")).dt.strftime("%Y-%m-%d")
    return rows.with_columns(
        change=pl.col("change").str.to_lowercase(), effective=pl.coalesce(on, said)
    )


def _known_change(rows: pl.DataFrame) -> pl.DataFrame:
    words = ("'{}' is no change", f"write one of {', '.join(NEEDS)}")
    return refusal.where(rows, ~pl.col("change").is_in(list(NEEDS)), "change", words)


def _has_what_it_needs(rows: pl.DataFrame) -> pl.DataFrame:
    found = [
        refusal.where(
            rows,
            (pl.col("change") == change) & pl.col(need).is_null(),
            need,
            (f"a change of the kind {change} says no {need}", "fill it in"),
        )
        for change, needs in NEEDS.items()
        for need in needs
    ]
    return pl.concat(found)


def _has_a_day(rows: pl.DataFrame) -> pl.DataFrame:
    dated = pl.col("effective").str.contains(r"^\d{4}-\d{2}-\d{2}$")
    pause = pl.col("change") == "pause"
    words = ("'{}' is no time for this change", f"write a date, or {', '.join(WHEN)}")
    paused = ("a pause begins on a date, not '{}'", "write it as 2026-04-13")
    return pl.concat(
        [
            refusal.where(
                rows, ~dated & ~pl.col("effective").is_in(WHEN), "effective", words
            ),
            refusal.where(
                rows,
                pause & ~dated & pl.col("effective").is_in(WHEN),
                "effective",
                paused,
            ),
        ]
    )


def _has_a_known_credit(rows: pl.DataFrame) -> pl.DataFrame:
    allowed = (
        pl.when(pl.col("change") == "pause")
        .then(pl.col("credit").is_in(EFFECTS))
        .otherwise(pl.col("credit").is_in(CREDITS))
    )
    words = ("'{}' is no credit for this change", f"write one of {', '.join(CREDITS)}")
    return refusal.where(
        rows, pl.col("credit").is_not_null() & ~allowed, "credit", words
    )


KIND = Kind(
    "changes",
    FIELDS,
    CHANGES,
    (_known_change, _has_what_it_needs, _has_a_day, _has_a_known_credit),
    prepared=_prepared,
)
