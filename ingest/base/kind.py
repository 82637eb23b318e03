"""A kind of file says which fields its rows have and what must hold of them.

The reading of every kind is the same: mapped, typed, checked; a row that fails is
refused with its reason, and all others go through.
"""

from collections.abc import Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass, field

import pandera.polars as pa
import polars as pl

from ingest.base import mapping as mappings
from ingest.base import refusal, table
from ingest.base.field import Field, names, typed
from ingest.base.mapping import Mapping
from ingest.base.table import Table

Check = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What a file says: rows with `line` in the columns of their kind, and refusals.

    `refused` has line, field, message, remedy and record (`refusal.REFUSED`).
    """

    rows: pl.DataFrame
    refused: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of file: its name, fields, frame schema, and checks of the typed rows.

    A check returns refusals (`refusal.COLUMNS`) of the rows it finds wrong. `prepared`
    completes the typed rows before the checks, `finished` shapes those that hold.
    """

    name: str
    fields: tuple[Field, ...]
    schema: pa.DataFrameSchema
    checks: tuple[Check, ...] = ()
    prepared: Check = field(default=lambda rows: rows)
    finished: Check = field(default=lambda rows: rows)


def read(
    kind: Kind,
    found: Table,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return the rows of a kind in a table; without a mapping by their own headings."""
    names_used = mapping or mappings.same_names(
        kind.name, found.headings, names(kind.fields)
    )
    said = names_used.applied(kind.name, found.cells, parameters or {})
    rows, refused = typed(said, kind.fields)
    rows = kind.prepared(rows)
    if rows.is_empty():
        return Imported(kind.finished(rows), _named(refused, found))
    wrong = pl.concat([check(rows) for check in kind.checks] or [refusal.frame([])])
    good = rows.join(wrong.select("line").unique(), on="line", how="anti")
    refusals = _named(pl.concat([refused, wrong]), found)
    return Imported(kind.schema.validate(kind.finished(good)), refusals)


def _named(refusals: pl.DataFrame, found: Table) -> pl.DataFrame:
    return refusal.with_records(refusals, table.record_of(found.cells))


def of_rows(rows: pl.DataFrame, refusals: pl.DataFrame) -> pl.DataFrame:
    """Return refusals that name a `row` (from 0) as refusals that name its line."""
    lines = rows.select(row=pl.int_range(pl.len(), dtype=pl.Int64), line="line")
    return refusals.join(lines, on="row").select(
        "line", "field", "message", "remedy", record=pl.lit(None, pl.String)
    )


def without(imported: Imported, refusals: pl.DataFrame) -> Imported:
    """Return what was imported with more rows refused.

    The record of a row is then what was read of it.
    """
    rows = imported.rows
    if refusals.is_empty():
        return imported
    said = rows.with_columns(pl.exclude("line").cast(pl.String))
    named = refusal.with_records(refusals, table.record_of(said))
    kept = rows.join(refusals.select("line").unique(), on="line", how="anti")
    return Imported(kept, pl.concat([imported.refused, named]).sort("line", "field"))
