"""Addresses say where a customer is on a day: at home, or for a time elsewhere."""

from datetime import date
from typing import Any

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books
from billing.customers.registration import UnknownCustomer

# Of two temporary addresses that meet, the one recorded later holds.
ON = (
    "(select distinct on (customer_id) customer_id, address_line, postal_code, city,"
    " country from temporary_addresses as away"
    " where purpose = %(purpose)s and address_line <> ''"
    " and valid_from <= %(on)s and valid_to > %(on)s"
    " and not exists (select from address_withdrawals as gone"
    "  where gone.address_id = away.address_id)"
    " and customer_id = any(%(ids)s) order by customer_id, seq desc) as away"
)


def addresses_on(
    books: Books, customer_ids: list[str], purpose: str, on: date
) -> pl.DataFrame:
    """Return where customers are on a day, for a purpose (delivery or invoice).

    Columns: customer_id, address_line, postal_code, city, country, temporary.
    """
    return ask(
        books,
        "select customer_id, case when away.customer_id is null then home.address_line"
        "  else away.address_line end as address_line,"
        " case when away.customer_id is null then home.postal_code"
        "  else away.postal_code end as postal_code,"
        " case when away.customer_id is null then home.city else away.city end as city,"
        " coalesce(away.country, home.country) as country,"
        " away.customer_id is not null as temporary"
        " from (select distinct on (customer_id) customer_id, address_line,"
        "  postal_code, city, country from customer_details"
        "  where customer_id = any(%(ids)s)"
        # Who is registered from a later day is there already.
        "  order by customer_id, effective_on > %(on)s, effective_on desc, seq desc)"
        f" as home left join {ON} using (customer_id) order by customer_id",
        {"ids": customer_ids, "purpose": purpose, "on": on},
    )


def address_on(
    books: Books, customer_id: str, purpose: str, on: date
) -> dict[str, Any]:
    """Return where one customer is on a day; raise UnknownCustomer."""
    found = addresses_on(books, [customer_id], purpose, on)
    if found.is_empty():
        raise UnknownCustomer(f"there is no customer {customer_id}")
    return found.row(0, named=True)


def temporary(books: Books, customer_id: str) -> pl.DataFrame:
    """Return a customer's temporary addresses, the latest recorded first.

    Columns: address_id, purpose, valid_from, valid_to, address_line, postal_code, city,
    country, withdrawn_on (null while it holds).
    """
    return ask(
        books,
        "select address_id, purpose, valid_from, valid_to, address_line, postal_code,"
        " city, country, withdrawn_on from temporary_addresses"
        " left join address_withdrawals as gone using (address_id)"
        " where customer_id = %(id)s order by temporary_addresses.seq desc",
        {"id": customer_id},
    )
