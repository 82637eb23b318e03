"""Personal data: everything the books hold of a person, for the person to read."""

from typing import Any

import polars as pl

from billing.books import queries
from billing.books.personal_tables import HIDDEN, PERSONAL
from billing.books.session import Books
from billing.customers.registration import UnknownCustomer


def exported(books: Books, customer_id: str) -> dict[str, Any]:
    """Return everything about a customer and those merged into it: GDPR article 15.

    Keys: customer_id, customers (each registration's tables with rows as dictionaries
    of text, numbers and null). An identity number is masked; who asks for it in full
    gets it by RevealIdentity, which is recorded. Raises UnknownCustomer.
    """
    named = queries.ask(
        books,
        "select unnest(customers_of(%(id)s)) as customer_id"
        " where exists (select from customers where customer_id = %(id)s)",
        {"id": customer_id},
    )
    if named.is_empty():
        raise UnknownCustomer(f"there is no customer {customer_id}")
    return {
        "customer_id": customer_id,
        "customers": {one: _tables(books, one) for one in sorted(named["customer_id"])},
    }


def erasures_due(books: Books, on: Any) -> pl.DataFrame:  # noqa: ANN401 - a day
    """Return whose name and address need not be kept any more: customer_id, reason."""
    return queries.ask(
        books,
        "select customer_id, reason from (select distinct on (customer_id) * from"
        " erasures order by customer_id, seq desc) as latest"
        " where kept_until < %(on)s order by customer_id",
        {"on": on},
    )


def _tables(books: Books, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table, condition in PERSONAL.items():
        rows = queries.ask(
            books,
            f"select to_jsonb(row) as said from {table} as row where {condition}"
            " order by seq",
            {"id": customer_id},
        )
        if not rows.is_empty():
            found[table] = [_readable(said) for said in rows["said"]]
    return found


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in HIDDEN}
