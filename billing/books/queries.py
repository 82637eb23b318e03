"""Queries answer what screens, the API and the command line ask of the books, now.

Each returns a frame with the columns named in its docstring, empty when there is
nothing.
"""

from datetime import date
from typing import Any

import polars as pl

from billing.books import base
from billing.books.session import Books
from billing.books.standing_catalogue import standing
from billing.company import Company

DETAILS = (
    "(select distinct on (customer_id) * from customer_details"
    " order by customer_id, effective_on desc, seq desc) as detail"
)
ENDS = (
    "(select subscription_id, min(effective_on) as ended_on from subscription_changes"
    " as ending where kind = 'cancel' and not exists (select from subscription_changes"
    " as undo where undo.undoes = ending.change_id) group by subscription_id) as ending"
)
# What the main item has on the day; before its first day, what it will have.
HELD = (
    "lateral (select"
    " coalesce((array_agg(plan_id order by effective_on desc, seq desc) filter"
    "  (where plan_id is not null and effective_on <= %(on)s))[1],"
    "  (array_agg(plan_id order by effective_on, seq) filter"
    "  (where plan_id is not null))[1]) as plan_id,"
    " coalesce((array_agg(quantity order by effective_on desc, seq desc) filter"
    "  (where quantity is not null and effective_on <= %(on)s))[1], 1) as quantity"
    " from subscription_changes as change"
    " where change.subscription_id = subscriptions.subscription_id"
    " and item = 'main' and not exists (select from subscription_changes as undo"
    "  where undo.undoes = change.change_id)) as held on true"
)


def ask(
    books: Books, query: str, parameters: dict[str, Any] | None = None
) -> pl.DataFrame:
    """Run a query of the books with named parameters into a frame."""
    with books.transaction() as connection:
        cursor = connection.execute(query, parameters or {})
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def companies(books: Books, on: date) -> list[Company]:
    """Return the legal entities as they are on the day."""
    with books.reader() as read:
        return base.companies(read, on)


# A person's identity number is shown masked; the merge is the one that stands.
CUSTOMER = (
    "select customer_id, kind, identity_scheme,"
    " coalesce(identity_number, identity_shown) as identity_number, registered_on,"
    " name, vat_number, email, phone, address_line, postal_code, city, country,"
    " language, delivery, gln, (select kept_id from merges_standing"
    "  where merged_id = customers.customer_id) as merged_into, customers.seq"
    " from customers inner join lateral (select * from customer_details as latest"
    "  where latest.customer_id = customers.customer_id"
    "  order by effective_on desc, seq desc limit 1) as detail using (customer_id)"
)


def customer(books: Books, customer_id: str) -> pl.DataFrame:
    """Return one customer's register row and latest details (0 or 1 row).

    Of a merged customer, merged_into is the one that is kept.
    """
    return ask(books, CUSTOMER + " where customer_id = %(id)s", {"id": customer_id})


def customers_listed(books: Books, after_seq: int, limit: int) -> pl.DataFrame:
    """Return customers in the order of registration, after a seq.

    Columns as `customer`.
    """
    return ask(
        books,
        CUSTOMER
        + " where customers.seq > %(after)s order by customers.seq limit %(limit)s",
        {"after": after_seq, "limit": limit},
    )


def identities(books: Books) -> pl.DataFrame:
    """Return every customer's customer_id, kind and identity_hash (null without)."""
    found = books.read("select customer_id, kind, identity_hash from customers")
    return found.cast(pl.String)


PAUSED = (
    "exists (select from subscription_changes as pause"
    " where pause.subscription_id = subscriptions.subscription_id"
    " and pause.kind = 'pause' and pause.effective_on <= %(on)s"
    " and not exists (select from subscription_changes as undo"
    "  where undo.undoes = pause.change_id)"
    " and coalesce(least(pause.until_on, (select min(resume.effective_on)"
    "  from subscription_changes as resume"
    "  where resume.subscription_id = pause.subscription_id"
    "  and resume.kind = 'resume' and resume.effective_on >= pause.effective_on)),"
    "  'infinity') > %(on)s)"
)
SUBSCRIPTION = (
    "select subscription_id, customer_id, payer_id, recipient_id, legal_entity,"
    " subscriptions.currency, plan_id, plan.name as plan_name, quantity,"
    " case when ended_on <= %(on)s then 'ended' when started_on > %(on)s then 'coming'"
    f" when {PAUSED} then 'paused' else 'active' end as state, started_on, ended_on,"
    " payment_method,"
    " (select string_agg(campaign_id, '+') from subscription_changes as c"
    "  where c.subscription_id = subscriptions.subscription_id"
    "  and c.kind = 'campaign') as campaign, position.next_on, subscriptions.seq"
    f" from subscriptions inner join {HELD}"
    " inner join (select distinct on (plan_id) plan_id, name from plans"
    f"  where {standing('plans')}"
    "  order by plan_id, effective_on desc, seq desc) as plan using (plan_id)"
    f" left join {ENDS} using (subscription_id)"
    " left join billing_positions as position using (subscription_id)"
)


def subscriptions_of(books: Books, customer_id: str, on: date) -> pl.DataFrame:
    """Return the agreements that a customer has or pays for, merged ones included.

    Columns: subscription_id, customer_id, payer_id, recipient_id, legal_entity,
    currency, plan_id, plan_name, quantity, state, started_on, ended_on,
    payment_method, campaign, next_on, seq.
    """
    return ask(
        books,
        SUBSCRIPTION + " where customer_id = any(customers_of(%(id)s))"
        " or payer_id = any(customers_of(%(id)s)) order by started_on desc",
        {"id": customer_id, "on": on},
    )


def subscription(books: Books, subscription_id: str, on: date) -> pl.DataFrame:
    """Return one agreement (0 or 1 row); columns as `subscriptions_of`."""
    return ask(
        books,
        SUBSCRIPTION + " where subscription_id = %(id)s",
        {"id": subscription_id, "on": on},
    )


def subscription_history(books: Books, subscription_id: str) -> pl.DataFrame:
    """Return the facts of an agreement in the order of recording.

    Columns: change_id, recorded_at, actor, kind, item, plan_id, quantity, campaign_id,
    effective_on, until_on, effect, credit, reason, undoes, undone.
    """
    return ask(
        books,
        "select change_id, recorded_at, actor, kind, item, plan_id, quantity,"
        " campaign_id, effective_on, until_on, effect, credit, reason, undoes,"
        " exists (select from subscription_changes as undo"
        "  where undo.undoes = change.change_id) as undone"
        " from subscription_changes as change where subscription_id = %(id)s"
        " order by seq",
        {"id": subscription_id},
    )


INVOICE = (
    "select invoice_id, legal_entity, number, kind, payer_id, currency, reference,"
    " payment_method, run_id, amends_id, issued_on, due_on, net_minor, vat_minor,"
    " rounding_minor, total_minor, (total_minor"
    " - coalesce((select sum(amount_minor) from allocations"
    "   where item_id = invoice_id), 0)"
    " + coalesce((select sum(amount_minor) from allocations"
    "   where source_id = invoice_id), 0))::bigint as open_minor, seq,"
    " recorded_at, actor from invoices"
)


def invoices_of(books: Books, customer_id: str) -> pl.DataFrame:
    """Return a payer's documents, newest first; columns as `invoice`."""
    return ask(
        books,
        INVOICE + " where payer_id = any(customers_of(%(id)s))"
        " order by issued_on desc, number desc",
        {"id": customer_id},
    )


def invoices_listed(books: Books, after_seq: int, limit: int) -> pl.DataFrame:
    """Return documents in the order of issue, after a seq; columns as `invoice`."""
    return ask(
        books,
        INVOICE + " where seq > %(after)s order by seq limit %(limit)s",
        {"after": after_seq, "limit": limit},
    )


def invoices_issued(books: Books, on: date) -> pl.DataFrame:
    """Return the documents issued on a day; columns as `invoice`.

    What was taken over from another system was issued, and sent, by that one.
    """
    return ask(
        books,
        INVOICE + " where issued_on = %(on)s and series <> 'M' order by number",
        {"on": on},
    )


def invoices_of_run(books: Books, run_id: str, limit: int = 200) -> pl.DataFrame:
    """Return documents that a run issued; columns as `invoice`."""
    return ask(
        books,
        INVOICE
        + " where run_id = %(run)s order by abs(total_minor) desc limit %(limit)s",
        {"run": run_id, "limit": limit},
    )


def invoice(books: Books, invoice_id: str) -> pl.DataFrame:
    """Return one document (0 or 1 row).

    Columns: invoice_id, legal_entity, number, kind, payer_id, currency, reference,
    payment_method, run_id, amends_id, issued_on, due_on, net_minor, vat_minor,
    rounding_minor, total_minor, open_minor, seq, recorded_at, actor.
    """
    return ask(books, INVOICE + " where invoice_id = %(id)s", {"id": invoice_id})


def invoice_lines(books: Books, invoice_ids: list[str]) -> pl.DataFrame:
    """Return the lines of documents, in order, with the columns of the books."""
    return ask(
        books,
        "select invoice_id, n, kind, subscription_id, item, plan_id, product_id,"
        " campaign_id, text, quantity, cycle_from, cycle_to, period_from, period_to,"
        " price_includes_vat, vat_category, vat_rate, amount_minor, net_minor,"
        " vat_minor, list_minor, full_minor from invoice_lines"
        " where invoice_id = any(%(ids)s) order by invoice_id, n",
        {"ids": invoice_ids},
    )


def invoice_taxes(books: Books, invoice_ids: list[str]) -> pl.DataFrame:
    """Return tax by rate: invoice_id, vat_category, vat_rate, net_minor, vat_minor."""
    return ask(
        books,
        "select invoice_id, vat_category, vat_rate, net_minor, vat_minor"
        " from invoice_taxes where invoice_id = any(%(ids)s)"
        " order by invoice_id, vat_rate desc",
        {"ids": invoice_ids},
    )


def reminders_of(books: Books, invoice_id: str) -> pl.DataFrame:
    """Return the reminders of an invoice: step, fee_minor, issued_on, due_on …."""
    return ask(
        books,
        "select reminder_id, step, fee_minor, interest_minor, open_minor, issued_on,"
        " due_on from reminders where invoice_id = %(id)s order by step",
        {"id": invoice_id},
    )


def allocations_of(books: Books, item_id: str) -> pl.DataFrame:
    """Return what has settled an item, or what a source has settled, in order."""
    return ask(
        books,
        "select allocation_id, source_kind, source_id, item_kind, item_id,"
        " amount_minor, currency, effective_on, rule, recorded_at, actor"
        " from allocations where item_id = %(id)s or source_id = %(id)s order by seq",
        {"id": item_id},
    )


PAYMENT = (
    "select payment_id, legal_entity, account, bank_reference, method, booked_on,"
    " amount_minor, currency, reference, payer_name, payer_account, file_sha256,"
    " position, (amount_minor - coalesce((select sum(amount_minor) from allocations"
    "  where source_id = payment_id), 0))::bigint as rest_minor,"
    " exists (select from payment_returns as back"
    "  where back.payment_id = payments.payment_id) as returned, seq, recorded_at"
    " from payments"
)


def payments_of(books: Books, customer_id: str) -> pl.DataFrame:
    """Return the payments that have settled something of a customer's, newest first."""
    return ask(
        books,
        PAYMENT + " where payment_id in (select source_id from allocations"
        " inner join open_items using (item_id)"
        " where customer_id = any(customers_of(%(id)s)))"
        " order by booked_on desc, seq desc",
        {"id": customer_id},
    )


def payment(books: Books, payment_id: str) -> pl.DataFrame:
    """Return one payment (0 or 1 row), with rest_minor (not placed) and returned."""
    return ask(books, PAYMENT + " where payment_id = %(id)s", {"id": payment_id})


def deviations_open(books: Books, on: date) -> pl.DataFrame:
    """Return what waits for a person, oldest first.

    Columns: deviation_id, payment_id, reason, amount_minor, currency, opened_on,
    age_days, payer_name, reference, suggested_item_id, suggestion, note (the last one
    left when it was parked).
    """
    return ask(
        books,
        "select deviation_id, payment_id, reason, deviation.amount_minor,"
        " deviation.currency, opened_on, %(on)s::date - opened_on as age_days,"
        " payer_name, reference, suggested_item_id, suggestion,"
        " (select note from deviation_notes as left_note"
        "  where left_note.deviation_id = deviation.deviation_id"
        "  order by left_note.seq desc limit 1) as note"
        " from deviations as deviation inner join payments using (payment_id)"
        " where not exists (select from deviation_settlements as done"
        "  where done.deviation_id = deviation.deviation_id)"
        " and not exists (select from payment_returns as back"
        "  where back.payment_id = deviation.payment_id)"
        " order by opened_on, deviation_id",
        {"on": on},
    )


def open_items(books: Books, customer_id: str) -> pl.DataFrame:
    """Return what a customer owes or has to its credit, item by item, oldest first."""
    return ask(
        books,
        "select item_kind, item_id, kind, currency, reference, issued_on, due_on,"
        " amount_minor, open_minor::bigint from open_items"
        " where customer_id = any(customers_of(%(id)s)) and open_minor <> 0"
        " order by due_on, item_id",
        {"id": customer_id},
    )


def balance(books: Books, customer_id: str, on: date) -> dict[str, int]:
    """Return what a customer owes in all, and how much of it is overdue on the day."""
    row = ask(
        books,
        "select coalesce(sum(open_minor), 0)::bigint as balance_minor,"
        " coalesce(sum(open_minor) filter (where due_on < %(on)s and open_minor > 0),"
        "  0)::bigint as overdue_minor from open_items"
        " where customer_id = any(customers_of(%(id)s))",
        {"id": customer_id, "on": on},
    )
    return {name: int(row[name][0]) for name in row.columns}


def history_of(books: Books, customer_id: str) -> pl.DataFrame:
    """Return everything that has happened to a customer, newest first.

    Columns: at, actor, source, kind (of the command), object_id, text.
    """
    return ask(
        books,
        "with facts as ("
        " select command_id, customer_id as object_id, name as text"
        "  from customer_details where customer_id = any(customers_of(%(id)s))"
        " union all select change.command_id, change_id, change.kind || ' '"
        "  || coalesce(plan_id, campaign_id, '') || ' ' || effective_on"
        "  from subscription_changes as change inner join subscriptions"
        "  using (subscription_id) where customer_id = any(customers_of(%(id)s))"
        "  or payer_id = any(customers_of(%(id)s))"
        " union all select command_id, merge_id, merged_id || ' → ' || kept_id"
        "  from customer_merges where %(id)s in (kept_id, merged_id)"
        " union all select command_id, invoice_id, kind || ' ' || total_minor / 100"
        "  from invoices where payer_id = any(customers_of(%(id)s))"
        " union all select r.command_id, reminder_id, 'step ' || step"
        "  from reminders as r inner join invoices using (invoice_id)"
        "  where payer_id = any(customers_of(%(id)s))"
        " union all select a.command_id, source_id, source_kind || ' → ' || item_id"
        "  from allocations as a inner join invoices on invoice_id = item_id"
        "  where payer_id = any(customers_of(%(id)s)))"
        " select recorded_at as at, actor, source, commands.kind, object_id, text"
        " from facts inner join commands using (command_id)"
        " order by recorded_at desc, commands.seq desc limit 500",
        {"id": customer_id},
    )
