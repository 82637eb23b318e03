"""Quotes as they stand: open, signed, declined, lapsed or activated."""

from typing import Any

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books

STANDING = (
    "select quote_id, customer_id, coalesce((select step from quote_steps"
    "  where quote_steps.quote_id = quotes.quote_id order by seq desc limit 1), 'open')"
    " as state, activation, reference, currency, first_minor, quoted_on, valid_until,"
    " agreements::text as agreements, array_to_string(array("
    "  select subscription_id from subscriptions"
    "  where subscriptions.quote_id = quotes.quote_id order by subscription_id), ', ')"
    " as subscription_ids from quotes"
)


def quote(books: Books, quote_id: str) -> pl.DataFrame:
    """Return one quote (0 or 1 row).

    Columns: quote_id, customer_id, state, activation, reference, currency, first_minor,
    quoted_on, valid_until, agreements (JSON), subscription_ids (joined by ", ").
    """
    return ask(books, STANDING + " where quote_id = %(id)s", {"id": quote_id})


def quotes(books: Books, customer_id: str | None = None) -> pl.DataFrame:
    """Return the newest quotes, of a customer or of all; columns as `quote`."""
    condition: dict[str, Any] = {"id": customer_id}
    return ask(
        books,
        STANDING + " where %(id)s::text is null or customer_id = %(id)s"
        " order by seq desc limit 200",
        condition,
    )
