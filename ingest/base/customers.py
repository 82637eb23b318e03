r"""Customers come as one row each: a person or company, and an identity that holds.

>>> imported = read(b"customer_id,kind,name,identity_number\n"
...     b"C1,person,Kim,1\nC2,person,Bo,\n", "customers.csv")
>>> imported.rows.select("line", "customer_id").rows()
[(3, 'C2')]
>>> imported.refused.select("line", "field", "record").rows()
[(2, 'identity_number', 'C1;person;Kim;1')]
"""

from collections.abc import Callable
from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from billing.customers import registration
from ingest.base import kind as kinds
from ingest.base import refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

REQUIRED = ("kind", "name")
FIELDS = tuple(
    Field(name, required=name in REQUIRED) for name in registration.CUSTOMERS
)
CUSTOMERS = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        **{
            name: pa.Column(pl.String, nullable=name not in REQUIRED)
            for name in registration.CUSTOMERS
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
    """Return customers of a CSV or Excel file in the columns of `CUSTOMERS`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(
    imported: Imported,
    known: pl.DataFrame,
    hashed: Callable[[pl.DataFrame], pl.Series],
) -> Imported:
    """Refuse also what clashes with customers that are registered.

    `known` has customer_id, kind and identity_hash of those; `hashed` gives the hashes
    of identity_scheme and identity_number.
    """
    rows = imported.rows
    completed = registration.completed(rows)
    canonical = completed.select(
        "customer_id", "kind", identity_hash=hashed(completed), line=rows["line"]
    )
    differs = canonical.join(known, on="customer_id", suffix="_known").filter(
        pl.col("identity_hash").ne_missing(pl.col("identity_hash_known"))
        | (pl.col("kind") != pl.col("kind_known"))
    )
    new = canonical.join(known, on="customer_id", how="anti", nulls_equal=False)
    taken = new.join(known, on="identity_hash", suffix="_known")
    found = pl.concat(
        [
            refusal.where(
                differs,
                pl.lit(value=True),
                "customer_id",
                (
                    "customer {} is registered with another identity",
                    "give the new customer a number of its own",
                ),
            ),
            refusal.where(
                taken.with_columns(identity_number="customer_id_known"),
                pl.lit(value=True),
                "identity_number",
                ("the identity number belongs to customer {}", "use that customer"),
            ),
        ]
    )
    return kinds.without(imported, found)


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep one of the rows that say the same of a numbered customer.

    An order file says it once for each agreement.
    """
    named = pl.col("customer_id").is_not_null()
    said = pl.struct(pl.exclude("line"))
    return rows.filter(~named | said.is_first_distinct())


def _registrable(rows: pl.DataFrame) -> pl.DataFrame:
    return kinds.of_rows(rows, registration.refusals(rows))


def _one_identity_once(rows: pl.DataFrame) -> pl.DataFrame:
    digits = pl.col("identity_number").str.replace_all("[^0-9]", "")
    again = digits.is_not_null() & ~digits.is_first_distinct()
    return refusal.where(
        rows,
        again,
        "identity_number",
        (
            "another row has the same identity number",
            "keep one customer for it, or correct the number",
        ),
    )


KIND = Kind(
    "customers", FIELDS, CUSTOMERS, (_registrable, _one_identity_once), prepared=_once
)
