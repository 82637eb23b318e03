"""Outcomes are what has come of payments and claims so far, and what was owed on a day.

Unlike the queries of the screens they look back: at a day that is past, and at what was
known on a day.
"""

from datetime import date

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books

# What the customer owes of the day: documents and reminders, less what has been paid. A
# payment counts by the day of its booking and for the customer whose invoice it names,
# also the part of it that has settled nothing yet.
OWED = """
    with known as (select coalesce(%(known)s::date + 1, 'infinity'::date) as until),
    items as (
        select invoice_id as item_id, total_minor as amount_minor, due_on
        from invoices, known
        where payer_id = %(customer)s and issued_on <= %(on)s
            and invoices.recorded_at < known.until
        union all
        select reminder_id, fee_minor + interest_minor, reminders.due_on
        from reminders inner join invoices using (invoice_id), known
        where payer_id = %(customer)s and reminders.issued_on <= %(on)s
            and reminders.recorded_at < known.until),
    placed as (
        select allocations.* from allocations, known
        where effective_on <= %(on)s and recorded_at < known.until),
    open_items as (
        select due_on, amount_minor
            - coalesce((select sum(placed.amount_minor) from placed
                        where placed.item_id = items.item_id), 0)
            + coalesce((select sum(placed.amount_minor) from placed
                        where placed.source_id = items.item_id), 0) as open_minor
        from items),
    rests as (
        select payments.amount_minor
            - coalesce((select sum(placed.amount_minor) from placed
                        where source_id = payment_id), 0) as rest_minor
        from payments inner join invoices using (legal_entity, reference), known
        where invoices.payer_id = %(customer)s and booked_on <= %(on)s
            and payments.recorded_at < known.until
            and not exists (select from payment_returns as back
                where back.payment_id = payments.payment_id
                    and returned_on <= %(on)s and back.recorded_at < known.until))
    select (coalesce((select sum(open_minor) from open_items), 0)
            - coalesce((select sum(rest_minor) from rests), 0))::bigint
            as balance_minor,
        coalesce((select sum(open_minor) from open_items
            where due_on < %(on)s and open_minor > 0), 0)::bigint as overdue_minor
"""


def owed(
    books: Books, customer_id: str, *, on: date, known: date | None = None
) -> dict[str, int]:
    """Return what a customer owed at the end of a day, and what of it was overdue.

    `known` looks at it as it was recorded by the end of that day (null: as it is now).
    """
    row = ask(books, OWED, {"customer": customer_id, "on": on, "known": known})
    return {name: int(row[name][0]) for name in row.columns}


def deviations(books: Books) -> pl.DataFrame:
    """Return all that waited for a person: payment_id, reason, amount_minor."""
    return ask(
        books,
        "select payment_id, reason, amount_minor, opened_on from deviations"
        " order by seq",
    )


def reminders(books: Books) -> pl.DataFrame:
    """Return all reminders: invoice_id, step, fee_minor, interest_minor, issued_on."""
    return ask(
        books,
        "select invoice_id, step, fee_minor, interest_minor, issued_on from reminders"
        " order by seq",
    )


def settled(books: Books) -> pl.DataFrame:
    """Return what of each payment settles each item: payment_id, item_id, amount_minor.

    A payment that settles nothing has one row without an item; amount_minor is then 0
    and rest_minor all of it.
    """
    return ask(
        books,
        "with placed as (select source_id as payment_id, item_id,"
        " sum(amount_minor)::bigint as amount_minor from allocations"
        " where source_kind = 'payment' group by source_id, item_id"
        " having sum(amount_minor) <> 0)"
        " select payment_id, item_id, coalesce(placed.amount_minor, 0)::bigint"
        " as amount_minor, (payments.amount_minor - coalesce(sum(placed.amount_minor)"
        " over (partition by payment_id), 0))::bigint as rest_minor"
        " from payments left join placed using (payment_id)"
        " order by payments.seq, item_id",
    )


def charged(books: Books, subscription_id: str, on: date) -> pl.DataFrame:
    """Return the lines that have charged an agreement by the day.

    Columns: item, kind, period_from, period_to and amount_minor, which is negative
    where days are taken back.
    """
    return ask(
        books,
        "select item, line.kind, period_from, period_to, amount_minor"
        " from invoice_lines as line inner join invoices using (invoice_id)"
        " where subscription_id = %(id)s and issued_on <= %(on)s"
        " order by period_from, line.seq",
        {"id": subscription_id, "on": on},
    )
