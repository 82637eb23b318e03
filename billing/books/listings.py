"""A listing is read in the order of recording, a page at a time, for machines.

Its order is (xid, seq): the transaction, then the row within it. It shows only what
transactions older than the oldest that still runs have committed, and whatever commits
later has a higher xid. So a reader that goes on after the last row it has seen never
misses a late commit: a long transaction delays a page, and loses nothing. By seq alone
it would: a seq may be drawn early and committed late.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books
from billing.books.standing_catalogue import standing

# A listing selects its rows with xid and seq; this makes one page of it.
PAGE = (
    "select * from ({rows}) as listed where (xid, seq) > (%(xid)s::xid8, %(seq)s)"
    " and xid < pg_snapshot_xmin(pg_current_snapshot())"
    " order by xid, seq limit %(limit)s"
)

CUSTOMERS = (
    "select customers.xid, customers.seq, customer_id, kind, name, city, country"
    " from customers cross join lateral ("
    " select name, city, country from customer_details as detail"
    " where detail.customer_id = customers.customer_id"
    " order by effective_on desc, seq desc limit 1) as latest"
)
INVOICES = (
    "select invoices.xid, invoices.seq, invoice_id, invoices.kind, payer_id,"
    " invoices.currency, invoices.reference, invoices.issued_on, invoices.due_on,"
    " total_minor, open_minor::bigint as open_minor,"
    " case when open_minor = 0 then 'settled' when invoices.kind = 'credit_note'"
    " then 'credit' when invoices.due_on < %(on)s then 'overdue' else 'open' end"
    " as state from invoices inner join open_items on item_id = invoice_id"
)
PAYMENTS = (
    "select xid, seq, payment_id, booked_on, method, amount_minor, currency,"
    " reference, payer_name, account, bank_reference from payments"
)
DEVIATIONS = (
    "select deviations.xid, deviations.seq, deviation_id, payment_id, reason,"
    " deviations.amount_minor, deviations.currency, opened_on, payer_name, reference,"
    " suggested_item_id, suggestion from deviations"
    " inner join payments using (payment_id)"
    " where not exists (select from deviation_settlements as settled"
    " where settled.deviation_id = deviations.deviation_id)"
    " and not exists (select from payment_returns as back"
    " where back.payment_id = deviations.payment_id)"
)
EVENTS = (
    "select xid, seq, event_id, kind, aggregate, aggregate_id, version, recorded_at"
    " from events"
)
PLANS = (
    "with plan as (select distinct on (plan_id) * from plans"
    f" where effective_on <= %(on)s and {standing('plans')}"
    " order by plan_id, effective_on desc, seq desc),"
    " price as (select distinct on (plan_id) * from price_versions"
    " where valid_from <= %(on)s and (valid_to is null or valid_to > %(on)s)"
    f" and phase = 0 and price_list = '' and {standing('price_versions')}"
    " order by plan_id, valid_from desc, version desc)"
    " select plan_id, name, product_id, every_count, every_unit, timing, currency,"
    " prices_include_vat, model as price_model, amount as price"
    " from plan inner join price using (plan_id) order by plan_id"
)

BALANCES = (
    "select currency, sum(open_minor)::bigint as open_minor,"
    " coalesce(sum(open_minor) filter (where due_on < %(on)s and open_minor > 0), 0)"
    "::bigint as overdue_minor from open_items"
    " where customer_id = any(customers_of(%(id)s))"
    " group by currency order by currency"
)

COUNTS = (
    "select (select count(*) from customers) as customers, count(*) as invoices,"
    " count(*) filter (where open_minor <= 0) as paid,"
    " count(*) filter (where open_minor > 0 and due_on < %(on)s) as overdue"
    " from open_items where kind = 'invoice'"
)

DOCUMENT = (
    "select sha256, channel from deliveries where object_id = %(id)s"
    " order by seq desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a page begins; the beginning is before every row."""

    xid: int = 0
    seq: int = 0


def customers(books: Books, after: Place, limit: int) -> pl.DataFrame:
    """Return customers in the order of registration."""
    return _page(books, CUSTOMERS, after, {"limit": limit})


def invoices(books: Books, after: Place, limit: int, *, on: date) -> pl.DataFrame:
    """Return invoices and credit notes in the order of issue, with what is open."""
    return _page(books, INVOICES, after, {"limit": limit, "on": on})


def invoice(books: Books, invoice_id: str, *, on: date) -> pl.DataFrame:
    """Return one invoice or credit note with what is open of it."""
    return ask(
        books, f"{INVOICES} where invoice_id = %(id)s", {"id": invoice_id, "on": on}
    )


def payments(books: Books, after: Place, limit: int) -> pl.DataFrame:
    """Return payments in the order of recording."""
    return _page(books, PAYMENTS, after, {"limit": limit})


def deviations(books: Books, after: Place, limit: int) -> pl.DataFrame:
    """Return the deviations that wait for a decision, the oldest first."""
    return _page(books, DEVIATIONS, after, {"limit": limit})


def events(books: Books, after: Place, limit: int) -> pl.DataFrame:
    """Return events in the order of recording; none is ever skipped."""
    return _page(books, EVENTS, after, {"limit": limit})


def plans(books: Books, on: date) -> pl.DataFrame:
    """Return the plans that are sold on a day, with the first price of each."""
    return ask(books, PLANS, {"on": on})


def balances(books: Books, customer_id: str, on: date) -> pl.DataFrame:
    """Return what a customer owes per currency, and the part past its due date."""
    return ask(books, BALANCES, {"id": customer_id, "on": on})


def document(books: Books, object_id: str) -> pl.DataFrame:
    """Return the hash of the latest document that was delivered of an object."""
    return ask(books, DOCUMENT, {"id": object_id})


def counts(books: Books, on: date) -> dict[str, int]:
    """Return how many customers and invoices there are, and how invoices stand."""
    found = ask(books, COUNTS, {"on": on})
    return {name: int(found[name][0]) for name in found.columns}


def _page(books: Books, rows: str, after: Place, named: dict[str, Any]) -> pl.DataFrame:
    place = {"xid": str(after.xid), "seq": after.seq}
    return ask(books, PAGE.format(rows=rows), {**named, **place})
