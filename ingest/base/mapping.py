"""A mapping says where each field of a kind is found in a file of another system.

A field is a heading, or a mapping that says how to come by it:

    start_on: {date: as_of, minus_months: tenure}       # a day, tenure months before
    ended_on: {when: {Churn: "Yes"}, then: {parameter: as_of}}
    plan_id: {join: [internet, {column: Contract, map: {One year: year}}], with: "-"}

>>> mapping = parse('''
... name: example
... parameters: [as_of]
... customers: {customer_id: nr, kind: {constant: person}}
... agreements: {customer_id: nr, start_on: {date: as_of, minus_months: months}}
... ''')
>>> mapping.kinds
['customers', 'agreements']
>>> table = pl.DataFrame({"line": [2], "nr": ["C1"], "months": ["34"]})
>>> mapping.applied("agreements", table, {"as_of": "2026-01-01"}).rows()
[(2, 'C1', '2023-03-01')]
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from billing.errors import Invalid, NotFound
from ingest.base import cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Named

KINDS = (
    "customers", "agreements", "mandates", "usage", "changes", "open_invoices",
    "balances", "past_invoices",
)  # fmt: skip
FORMS = ("column", "constant", "parameter", "date", "when", "join")
SHIPPED = "ingest.base.mappings"


class WrongMapping(Invalid):
    """A mapping file says something that cannot be."""


class UnknownMapping(NotFound):
    """No mapping of that name is shipped."""


class Strict(BaseModel):
    """A part of the file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Strict):
    """How one field is come by: exactly one of the six forms, and what belongs to it.

    column (with map, otherwise, date_format) · constant · parameter · date (a
    parameter's or column's name, with minus_months, plus_months, plus_days: 1 makes a
    last day the day after it) · when/then/otherwise · join/with. What is not found is
    null, and refused if the field is required.
    """

    column: str | None = None
    value_map: dict[str, str | None] | None = Field(None, alias="map")
    date_format: str | None = None
    constant: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    parameter: str | None = None
    date: str | None = None
    minus_months: str | None = None
    plus_months: str | None = None
    plus_days: int = 0
    when: dict[str, str | list[str]] | None = None
    then: Source | str | None = None
    otherwise: Source | str | None = None
    join: list[Source | str] | None = None
    between: str = Field("", alias="with")

    @model_validator(mode="after")
    def _is_one_form(self) -> Source:
        said = [form for form in FORMS if getattr(self, form) is not None]
        if len(said) != 1:
            raise ValueError(f"say exactly one of {', '.join(FORMS)}")
        if self.when is not None and self.then is None:
            raise ValueError("when needs then")
        return self


Fields = dict[str, Source | str]


class Mapping(Strict):
    """A whole mapping file: its parameters, and the fields of each kind it yields."""

    name: str = "mapping"
    about: str = ""
    parameters: list[str] = []
    customers: Fields | None = None
    agreements: Fields | None = None
    mandates: Fields | None = None
    usage: Fields | None = None
    changes: Fields | None = None
    open_invoices: Fields | None = None
    balances: Fields | None = None
    past_invoices: Fields | None = None

    @property
    def kinds(self) -> list[str]:
        """Return the kinds that one file yields, in the order of their import."""
        return [kind for kind in KINDS if getattr(self, kind) is not None]

    def narrowed(self, headings: list[str], others: set[str]) -> Mapping:
        """Return the mapping of one file: without kinds that it has no columns for.

        `others` are kinds that other files bring.
        """
        lacking = {
            kind: None
            for kind in self.kinds
            if kind in others or not self._fits(kind, headings)
        }
        return self.model_copy(update=lacking)

    def _fits(self, kind: str, headings: list[str]) -> bool:
        fields: Fields = getattr(self, kind)
        return all(
            column in headings
            for source in fields.values()
            for column in _columns(source, self.parameters)
        )

    def applied(
        self, kind: str, table: pl.DataFrame, parameters: Named[str, str]
    ) -> pl.DataFrame:
        """Return line and the fields of a kind, still as text.

        Raises WrongMapping when the table lacks a column or the caller a parameter.
        """
        fields: Fields | None = getattr(self, kind)
        if fields is None:
            raise WrongMapping(f"the mapping {self.name} yields no {kind}")
        self._check(fields, table, parameters)
        given = {name: parameters[name] for name in self.parameters}
        return table.select(
            "line",
            *(
                _expression(source, given).cast(pl.String).alias(name)
                for name, source in fields.items()
            ),
        )

    def _check(
        self, fields: Fields, table: pl.DataFrame, parameters: Named[str, str]
    ) -> None:
        for name in self.parameters:
            if name not in parameters:
                raise WrongMapping(
                    f"the mapping {self.name} needs the parameter {name}; give it",
                    field=name,
                )
        for field, source in fields.items():
            for column in _columns(source, self.parameters):
                if column not in table.columns:
                    raise WrongMapping(
                        f"{field}: the file has no column {column!r}; it has "
                        f"{', '.join(table.columns[1:])}",
                        field=field,
                    )


def parse(text: str) -> Mapping:
    """Read a mapping file; raise WrongMapping that says what is wrong and where."""
    try:
        data: Any = yaml.safe_load(text)
        return Mapping.model_validate(data)
    except yaml.YAMLError as broken:
        raise WrongMapping(f"the mapping is not YAML: {broken}") from broken
    except ValidationError as wrong:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in wrong.errors()
        )
        raise WrongMapping(f"the mapping cannot be used: {faults}") from wrong


def shipped(name: str) -> Mapping:
    """Return a mapping that comes with the product, by its name."""
    folder = resources.files(SHIPPED)
    file = folder.joinpath(f"{name}.yaml")
    if not file.is_file():
        names = sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir())
        raise UnknownMapping(
            f"there is no mapping {name!r}; shipped are {', '.join(names)}"
        )
    return parse(file.read_text("utf-8"))


def same_names(kind: str, headings: list[str], fields: tuple[str, ...]) -> Mapping:
    """Return the mapping of a file whose headings are the fields' own names.

    Case, spaces and hyphens in headings do not matter.
    """
    found = {
        heading.lower().replace(" ", "_").replace("-", "_"): heading
        for heading in headings
    }
    known = {field: found[field] for field in fields if field in found}
    return Mapping.model_validate({"name": "own headings", kind: known})


def _columns(source: Source | str, parameters: list[str]) -> Iterator[str]:
    """Yield the columns that a source reads."""
    if isinstance(source, str):
        yield source
        return
    if source.date is not None and source.date not in parameters:
        yield source.date
    yield from (
        column
        for column in (source.column, source.minus_months, source.plus_months)
        if column is not None
    )
    yield from source.when or ()
    for part in (source.then, source.otherwise, *(source.join or ())):
        # After a value map, otherwise is a constant and no column.
        if part is not None and not (source.value_map and part is source.otherwise):
            yield from _columns(part, parameters)


def _expression(source: Source | str, given: Named[str, str]) -> pl.Expr:
    if isinstance(source, str):
        return pl.col(source)
    for form, make in FORM_EXPRESSIONS.items():
        if getattr(source, form) is not None:
            return make(source, given)
    raise WrongMapping("a field says nothing")


def _of_column(source: Source, given: Named[str, str]) -> pl.Expr:
    cell = pl.col(str(source.column))
    if source.date_format is not None:
        read = cell.str.to_date(source.date_format, strict=False)
        return pl.coalesce(read.cast(pl.String), cell)
    if source.value_map is None:
        return cell
    known = cell.is_in(list(source.value_map))
    mapped = cell.replace_strict(source.value_map, default=None, return_dtype=pl.String)
    # A value that nobody mapped passes as it is, so that its refusal can name it.
    rest = cell if source.otherwise is None else _constant(source.otherwise, given)
    return pl.when(known).then(mapped).when(cell.is_not_null()).then(rest)


def _constant(source: Source | str, given: Named[str, str]) -> pl.Expr:
    return pl.lit(source) if isinstance(source, str) else _expression(source, given)


def _of_constant(source: Source, _given: Named[str, str]) -> pl.Expr:
    return pl.lit(source.constant)


def _of_parameter(source: Source, given: Named[str, str]) -> pl.Expr:
    return pl.lit(_parameter(str(source.parameter), given))


def _parameter(name: str, given: Named[str, str]) -> str:
    if name not in given:
        raise WrongMapping(f"{name!r} is not among the parameters of the mapping")
    return given[name]


def _of_date(source: Source, given: Named[str, str]) -> pl.Expr:
    name = str(source.date)
    said = pl.lit(given[name]) if name in given else pl.col(name)
    months = pl.lit(0, pl.Int64)
    if source.plus_months is not None:
        months = months + cells.whole(pl.col(source.plus_months))
    if source.minus_months is not None:
        months = months - cells.whole(pl.col(source.minus_months))
    moved = cells.day(said).dt.offset_by(pl.format("{}mo", months))
    moved = moved.dt.offset_by(f"{source.plus_days}d")
    # A count that is no number passes as it is, so that its refusal can name it.
    wrong = pl.coalesce(
        *(
            pl.when(cells.whole(pl.col(column)).is_null()).then(pl.col(column))
            for column in (source.minus_months, source.plus_months)
            if column is not None
        ),
        pl.lit(None, pl.String),
    )
    return pl.coalesce(moved.cast(pl.String), wrong)


def _of_when(source: Source, given: Named[str, str]) -> pl.Expr:
    holds = pl.all_horizontal(
        pl.col(column).is_in([wanted] if isinstance(wanted, str) else wanted)
        for column, wanted in (source.when or {}).items()
    )
    then = _expression(source.then or "", given).cast(pl.String)
    if source.otherwise is None:
        return pl.when(holds).then(then)
    rest = _expression(source.otherwise, given).cast(pl.String)
    return pl.when(holds).then(then).otherwise(rest)


def _of_join(source: Source, given: Named[str, str]) -> pl.Expr:
    parts = [_expression(part, given) for part in source.join or ()]
    return pl.concat_str(parts, separator=source.between, ignore_nulls=True)


FORM_EXPRESSIONS = {
    "column": _of_column,
    "constant": _of_constant,
    "parameter": _of_parameter,
    "date": _of_date,
    "when": _of_when,
    "join": _of_join,
}


def as_parameters(**given: date | str) -> dict[str, str]:
    """Return parameters as texts: a date as YYYY-MM-DD."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in given.items()
    }
