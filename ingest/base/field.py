"""A field of an imported row has a name, a form, and may be required.

>>> fields = (Field("plan_id", required=True),
...     Field("agreed_minor", "minor", said="agreed"))
>>> said = pl.DataFrame(
...     {"line": [2, 3], "plan_id": ["p", None], "agreed": ["99,50", "x"]})
>>> rows, refused = typed(said, fields)
>>> rows.rows()
[(2, 'p', 9950)]
>>> refused.select("line", "field", "message").rows()
[(3, 'plan_id', 'plan_id is missing'), (3, 'agreed', "'x' is not an amount")]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from ingest.base import cells, refusal

CURRENCY = "currency"
DEFAULT_CURRENCY = "SEK"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the frame: how its cells are read, and what a file calls it."""

    name: str
    form: str = "text"
    required: bool = False
    said: str | None = None

    @property
    def cell(self) -> str:
        """Return the name that the field has in files and mappings."""
        return self.said or self.name


# Form → how it is read, what it is called, and how to write it.
FORMS: dict[str, tuple[Callable[[str], pl.Expr], str, str]] = {
    "text": (pl.col, "a text", "write a text"),
    "day": (lambda name: cells.day(pl.col(name)), "a date", "write it as 2026-04-13"),
    "minor": (
        lambda name: cells.minor(pl.col(name), pl.col(CURRENCY)),
        "an amount",
        "write it as 299.00, with the decimals that the currency has",
    ),
    "quantity": (
        lambda name: cells.quantity(pl.col(name)),
        "a quantity",
        "write a number with at most six decimals",
    ),
    "rate": (
        lambda name: cells.rate(pl.col(name)),
        "a rate of tax",
        "write it as 25 or 0.25",
    ),
    "whole": (
        lambda name: cells.whole(pl.col(name)),
        "a whole number",
        "write digits only",
    ),
}


def names(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return what files call the fields."""
    return tuple(field.cell for field in fields)


def typed(
    said: pl.DataFrame, fields: Sequence[Field]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with every field in its type, and the refusals of the others."""
    whole = _with_all(said, fields)
    read = {field.name: FORMS[field.form][0](field.cell) for field in fields}
    rows = whole.with_columns(**{f"read:{name}": value for name, value in read.items()})
    refused = _refused(rows, fields)
    kept = rows.join(refused.select("line").unique(), on="line", how="anti")
    return kept.select(
        "line", *(pl.col(f"read:{field.name}").alias(field.name) for field in fields)
    ), refused


def _with_all(said: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    missing = [name for name in names(fields) if name not in said.columns]
    whole = said.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    if CURRENCY not in whole.columns:
        return whole.with_columns(pl.lit(DEFAULT_CURRENCY).alias(CURRENCY))
    return whole.with_columns(pl.col(CURRENCY).fill_null(DEFAULT_CURRENCY))


def _refused(rows: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Return the refusals; field by field only if any row is wrong at all."""
    wrong = rows.select(pl.any_horizontal(_is_wrong(field) for field in fields).any())
    if not wrong.item():
        return refusal.frame([])
    return pl.concat([found for field in fields for found in _refusals(rows, field)])


def _is_wrong(field: Field) -> pl.Expr:
    unread = pl.col(f"read:{field.name}").is_null()
    return unread if field.required else unread & pl.col(field.cell).is_not_null()


def _refusals(rows: pl.DataFrame, field: Field) -> list[pl.DataFrame]:
    _, called, remedy = FORMS[field.form]
    empty, unread = pl.col(field.cell).is_null(), pl.col(f"read:{field.name}").is_null()
    found = [
        refusal.where(
            rows, ~empty & unread, field.cell, (f"'{{}}' is not {called}", remedy)
        )
    ]
    if field.required:
        words = (f"{field.cell} is missing", "fill it in")
        found.append(refusal.where(rows, empty, field.cell, words))
    return found
