r"""Agreements come as one row each: a customer, a plan, a first day, perhaps a price.

`agreed` is the agreed price per cycle in major units; `billed_through` is the day up to
which the system being replaced has billed.

>>> imported = read(b"customer_id;plan_id;start_on;agreed\n"
...     b"C1;daily;2026-01-15;299,00\nC2;daily;15/1;\n", "agreements.csv")
>>> imported.rows.select("customer_id", "start_on", "agreed_minor").rows()
[('C1', datetime.date(2026, 1, 15), 29900)]
>>> imported.refused.select("line", "message").rows()
[(3, "'15/1' is not a date")]
"""

from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from billing.subscriptions import agreement
from billing.subscriptions.agreement import Known
from ingest.base import kind as kinds
from ingest.base import refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

REQUIRED = ("customer_id", "plan_id", "start_on")
FORMS = {"start_on": "day", "ended_on": "day", "billed_through": "day"}
FORMS |= {"quantity": "quantity", "agreed_minor": "minor"}
FIELDS = tuple(
    Field(
        name,
        FORMS.get(name, "text"),
        required=name in REQUIRED,
        said="agreed" if name == "agreed_minor" else None,
    )
    for name in agreement.AGREEMENTS
)
AGREEMENTS = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        **{
            name: pa.Column(dtype, nullable=name not in REQUIRED)
            for name, dtype in agreement.AGREEMENTS.items()
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
    """Return agreements of a CSV or Excel file in the columns of `AGREEMENTS`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(imported: Imported, known: Known) -> Imported:
    """Refuse also the rows that name what does not exist, or that exist as another.

    A row that exists already as it is passes: taking it again changes nothing.
    """
    rows = imported.rows
    there = rows.join(
        known.agreements, on="subscription_id", suffix="_known", nulls_equal=False
    )
    same = (
        (pl.col("customer_id") == pl.col("customer_id_known"))
        & (pl.col("plan_id") == pl.col("plan_id_known"))
        & (pl.col("start_on") == pl.col("started_on"))
    )
    differs = refusal.where(
        there,
        ~same,
        "subscription_id",
        (
            "agreement {} exists with another customer, plan or start",
            "send a change, or give the new agreement a number of its own",
        ),
    )
    new = rows.join(there.select("line"), on="line", how="anti")
    wrong = kinds.of_rows(new, agreement.refusals(new.drop("line"), known))
    # Who is not named in the file is the customer, who is refused already.
    for party in ("payer_id", "recipient_id"):
        unnamed = new.filter(pl.col(party).is_null()).select("line")
        wrong = wrong.join(
            unnamed.with_columns(field=pl.lit(party)), on=["line", "field"], how="anti"
        )
    return kinds.without(imported, pl.concat([differs, wrong]))


def _numbers_once(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("subscription_id")
    return refusal.where(
        rows,
        number.is_not_null() & ~number.is_first_distinct(),
        "subscription_id",
        ("agreement {} stands twice in the file", "keep one row"),
    )


def _ends_after_start(rows: pl.DataFrame) -> pl.DataFrame:
    return refusal.where(
        rows,
        (pl.col("ended_on") < pl.col("start_on")).fill_null(value=False),
        "ended_on",
        ("ended_on {} is before the start", "an agreement ends on or after its start"),
    )


KIND = Kind("agreements", FIELDS, AGREEMENTS, (_numbers_once, _ends_after_start))
