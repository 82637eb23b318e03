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
from billing.identifiers import organisationsnummer, personnummer, vat_number

CUSTOMERS = pl.Schema(
    dict.fromkeys(
        (
            "customer_id", "kind", "identity_number", "name", "vat_number", "email",
            "phone", "address_line", "postal_code", "city", "country", "language",
            "delivery",
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


def completed(customers: pl.DataFrame) -> pl.DataFrame:
    """Return customers with all columns, defaults filled in and identities canonical.

    Added: identity_scheme (personnummer, organisationsnummer, null without a number).
    """
    missing = [name for name in CUSTOMERS if name not in customers.columns]
    whole = customers.with_columns(
        pl.lit(None, pl.String).alias(name) for name in missing
    ).select(CUSTOMERS.names())
    number = pl.struct("kind", "identity_number").map_elements(
        _canonical, return_dtype=pl.String
    )
    return whole.with_columns(
        *(pl.col(name).fill_null(value) for name, value in DEFAULTS.items()),
        identity_number=number,
        identity_scheme=pl.when(pl.col("identity_number").is_not_null()).then(
            pl.when(pl.col("kind") == "person")
            .then(pl.lit("personnummer"))
            .otherwise(pl.lit("organisationsnummer"))
        ),
    )


def refusals(customers: pl.DataFrame) -> pl.DataFrame:
    """Return what is wrong, one row per wrong field.

    Columns: row (from 0), field, message, remedy.
    """
    found = [
        (row, field, message, remedy)
        for field, check in CHECKS
        if field in customers.columns
        for row, message, remedy in check(customers)
    ]
    return pl.DataFrame(found, schema=REFUSALS, orient="row").sort("row", "field")


Found = list[tuple[int, str, str]]


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


def _wrong_identity(customers: pl.DataFrame) -> Found:
    numbered = customers.with_row_index("row").drop_nulls("identity_number")
    found = []
    for row, kind, number in numbered.select("row", "kind", "identity_number").rows():
        try:
            _validate_identity(kind, number)
        except Invalid as wrong:
            found.append((row, wrong.message, "correct the number, or leave it empty"))
    return found


def _wrong_vat(customers: pl.DataFrame) -> Found:
    found = []
    numbered = customers.with_row_index("row").drop_nulls("vat_number")
    for row, number in numbered.select("row", "vat_number").rows():
        try:
            vat_number.validate(number)
        except Invalid as wrong:
            found.append((row, wrong.message, "correct the VAT number"))
    return found


def _twice(customers: pl.DataFrame) -> Found:
    numbered = customers.with_row_index("row").drop_nulls("customer_id")
    again = numbered.filter(~pl.col("customer_id").is_first_distinct())
    return [
        (row, f"customer {number} stands twice", "keep one of the rows")
        for row, number in again.select("row", "customer_id").rows()
    ]


CHECKS: list[tuple[str, Callable[[pl.DataFrame], Found]]] = [
    ("customer_id", _twice),
    ("kind", _wrong_kind),
    ("name", _no_name),
    ("identity_number", _wrong_identity),
    ("vat_number", _wrong_vat),
    ("delivery", _wrong_delivery),
]


def _rows_where(
    customers: pl.DataFrame, wrong: pl.Expr, message: str, remedy: str
) -> Found:
    rows = customers.with_row_index("row").filter(wrong)
    return [(row["row"], message.format(**row), remedy) for row in rows.to_dicts()]


def _validate_identity(kind: str | None, number: str) -> str:
    if kind == "company":
        return organisationsnummer.validate(number)
    return personnummer.validate(number)


def _canonical(row: dict[str, str | None]) -> str | None:
    number = row["identity_number"]
    return None if number is None else _validate_identity(row["kind"], number)
