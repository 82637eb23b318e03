"""Registration makes a person or a company known, with an identity number that holds.

>>> rows = customers_frame([
...     {"customer_id": "C1", "kind": "person", "name": "Åsa Öberg"},
...     {"customer_id": "C2", "kind": "firm", "name": "Byggarna"},
...     {"customer_id": "C3", "kind": "person", "name": "Kim", "identity_number": "1"},
... ])
>>> refusals(rows).select("row", "field").rows()
[(1, 'kind'), (2, 'identity_number')]
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from billing.errors import Conflict, Invalid, NotFound
from billing.identifiers import gln, identity, vat_number

CUSTOMERS = pl.Schema(
    dict.fromkeys(
        (
            "customer_id", "kind", "identity_number", "name", "vat_number", "email",
            "phone", "address_line", "postal_code", "city", "country", "language",
            "delivery", "gln",
        ),
        pl.String,
    )
)  # fmt: skip
DETAILS = CUSTOMERS.names()[3:]
DEFAULTS = {"country": "SE", "language": "sv", "delivery": "email"}
DELIVERIES = ("email", "paper", "none")
KINDS = ("person", "company")

REFUSALS = pl.Schema(
    {
        "row": pl.Int64,
        "field": pl.String,
        "message": pl.String,
        "remedy": pl.String,
    }
)


class UnknownCustomer(NotFound):
    """No customer has the number."""


class CustomerDiffers(Conflict):
    """The number belongs to a customer with another identity."""


class WrongCustomer(Invalid):
    """Something about the customer cannot be."""


@dataclass(frozen=True, slots=True, eq=False)
class RegisterCustomers:
    """Command: register persons and companies; columns of `CUSTOMERS`, nulls allowed.

    A row without customer_id gets the next number. What is registered already with the
    same content stays as it is.
    """

    customers: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    """Command: from that day some details of a customer are others."""

    customer_id: str
    details: dict[str, str | None]
    effective_on: date


def customers_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return customers as a frame with every column; what is not said is null."""
    return pl.DataFrame(rows, schema=CUSTOMERS)


def completed(customers: pl.DataFrame, on: date | None = None) -> pl.DataFrame:
    """Return customers with all columns, defaults filled in and numbers canonical.

    Added: identity_scheme (as `identity.validate`, null without a number). `on` is the
    day of registration, as of which ten digits of a person are read.
    """
    missing = [name for name in CUSTOMERS if name not in customers.columns]
    whole = customers.with_columns(
        pl.lit(None, pl.String).alias(name) for name in missing
    ).select(CUSTOMERS.names())
    filled = whole.with_columns(
        *(pl.col(name).fill_null(value) for name, value in DEFAULTS.items()),
        *(
            pl.col(name).map_elements(number.validate, return_dtype=pl.String)
            for name, number in (("vat_number", vat_number), ("gln", gln))
        ),
    )
    return filled.drop("identity_number").hstack(_identities(filled, on))


def refusals(customers: pl.DataFrame, on: date | None = None) -> pl.DataFrame:
    """Return what is wrong, one row per wrong field; `on` as in `completed`.

    Columns: row (from 0), field, message, remedy.
    """
    found = [
        (row, field, message, remedy)
        for field, check in CHECKS
        if field in customers.columns
        for row, message, remedy in check(customers)
    ]
    if "identity_number" in customers.columns:
        found += [
            (row, "identity_number", message, remedy)
            for row, message, remedy in _wrong_identity(customers, on)
        ]
    return pl.DataFrame(found, schema=REFUSALS, orient="row").sort("row", "field")


Found = list[tuple[int, str, str]]
Check = Callable[[pl.DataFrame], Found]


def _wrong_kind(customers: pl.DataFrame) -> Found:
    return _rows_where(
        customers,
        ~pl.col("kind").is_in(KINDS) | pl.col("kind").is_null(),
        "{kind!r} is neither person nor company",
        "write person or company",
    )


def _no_name(customers: pl.DataFrame) -> Found:
    empty = pl.col("name").is_null() | (pl.col("name").str.strip_chars() == "")
    return _rows_where(customers, empty, "the name is missing", "fill in the name")


def _wrong_delivery(customers: pl.DataFrame) -> Found:
    return _rows_where(
        customers,
        pl.col("delivery").is_not_null() & ~pl.col("delivery").is_in(DELIVERIES),
        "{delivery!r} is no way of delivery",
        f"write one of {', '.join(DELIVERIES)}",
    )


def _wrong_identity(customers: pl.DataFrame, on: date | None) -> Found:
    numbered = customers.with_row_index("row").drop_nulls("identity_number")
    columns = _with_country(numbered).select("kind", "country", "identity_number")
    found = []
    for row, said in zip(numbered["row"], columns.rows(), strict=True):
        kind, country, number = said
        try:
            _validate_identity(kind, country, number, on)
        except Invalid as wrong:
            found.append((row, wrong.message, "correct the number, or leave it empty"))
    return found


def _wrong_number(column: str, validate: Callable[[str], str], remedy: str) -> Check:
    def check(customers: pl.DataFrame) -> Found:
        found = []
        numbered = customers.with_row_index("row").drop_nulls(column)
        for row, number in numbered.select("row", column).rows():
            try:
                validate(number)
            except Invalid as wrong:
                found.append((row, wrong.message, remedy))
        return found

    return check


def _twice(customers: pl.DataFrame) -> Found:
    numbered = customers.with_row_index("row").drop_nulls("customer_id")
    again = numbered.filter(~pl.col("customer_id").is_first_distinct())
    return [
        (row, f"customer {number} stands twice", "keep one of the rows")
        for row, number in again.select("row", "customer_id").rows()
    ]


CHECKS: list[tuple[str, Check]] = [
    ("customer_id", _twice),
    ("kind", _wrong_kind),
    ("name", _no_name),
    (
        "vat_number",
        _wrong_number("vat_number", vat_number.validate, "correct the VAT number"),
    ),
    ("gln", _wrong_number("gln", gln.validate, "correct the GLN, or leave it empty")),
    ("delivery", _wrong_delivery),
]


def _rows_where(
    customers: pl.DataFrame, wrong: pl.Expr, message: str, remedy: str
) -> Found:
    rows = customers.with_row_index("row").filter(wrong)
    return [(row["row"], message.format(**row), remedy) for row in rows.to_dicts()]


def _validate_identity(
    kind: str | None, country: str, number: str, on: date | None
) -> identity.Identity:
    # A row whose kind is wrong is refused for that; its number is read as a person's.
    known = "company" if kind == "company" else "person"
    return identity.validate(known, country, number, on)


def _with_country(customers: pl.DataFrame) -> pl.DataFrame:
    if "country" not in customers.columns:
        return customers.with_columns(country=pl.lit(DEFAULTS["country"]))
    return customers.with_columns(pl.col("country").fill_null(DEFAULTS["country"]))


def _identities(customers: pl.DataFrame, on: date | None) -> pl.DataFrame:
    said = customers.select("kind", "country", "identity_number").rows()
    rows = [
        _validate_identity(kind, country, number, on) if number else (None, None)
        for kind, country, number in said
    ]
    schema = dict.fromkeys(("identity_scheme", "identity_number"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
