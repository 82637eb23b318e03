"""Claims and collection in the books: reminders, mandates, orders, results, losses."""

import polars as pl

from billing.books.base import company
from billing.books.commands.payments import settlement
from billing.books.handle import Given
from billing.decision import Decision, events
from billing.dunning import reminder
from billing.dunning.command import SendReminders, WriteOff
from billing.errors import Conflict, Invalid, NotFound
from billing.payment_methods import collection
from billing.payment_methods.command import (
    MANDATES,
    RESULTS,
    OrderCollection,
    RecordCollectionResults,
    RecordMandates,
)

# Both begin with the index of open invoices, which is small, whatever the history is.
OVERDUE = """
    select invoice_id, currency, due_on, (total_minor - paid.amount_minor)::bigint
        as open_minor, reminded.steps::bigint as steps_taken
    from open_invoices inner join invoices using (invoice_id, due_on)
    cross join lateral (
        select coalesce(sum(amount_minor), 0) as amount_minor
        from allocations where item_id = invoice_id) as paid
    cross join lateral (
        select count(*) as steps from reminders
        where reminders.invoice_id = invoices.invoice_id) as reminded
    where legal_entity = %s and due_on < %s
"""

PAYABLE = """
    select invoice_id, mandate.mandate_id, currency, due_on,
        (total_minor - paid.amount_minor)::bigint as open_minor,
        ordered.attempts, ordered.waiting
    from open_invoices inner join invoices using (invoice_id, due_on)
    cross join lateral (
        select mandate_id, event from mandates where customer_id = any(array(
            select payer_id union all
            select merged_id from merges_standing where kept_id = payer_id))
        order by effective_on desc, seq desc limit 1) as mandate
    cross join lateral (
        select coalesce(sum(amount_minor), 0) as amount_minor
        from allocations where item_id = invoice_id) as paid
    cross join lateral (
        select count(*)::bigint as attempts,
            coalesce(bool_or(result is null), false) as waiting
        from collection_orders left join collection_results using (order_id)
        where collection_orders.invoice_id = invoices.invoice_id) as ordered
    where legal_entity = %s and payment_method = 'autogiro'
        and mandate.event = 'active' and due_on between %s - 60 and %s
"""


class UnknownInvoice(NotFound):
    """There is no such invoice."""


class NothingOpen(Conflict):
    """The invoice has nothing open."""


class WrongMandate(Invalid):
    """A mandate names a customer that does not exist."""


class UnknownOrder(Invalid):
    """A result answers an order that was never sent."""


def send_reminders(command: SendReminders, given: Given) -> Decision:
    """Send each overdue invoice the next reminder of the company's steps."""
    on = given.moment.on
    seller = company(given.books.read, command.legal_entity, on)
    overdue = given.frame(OVERDUE, (command.legal_entity, on))
    if overdue.is_empty():
        return Decision(answer={"reminders": 0, "fees_minor": 0})
    found = reminder.due(overdue, seller.policies, on=on)
    return Decision(
        rows={"reminders": found},
        answer={
            "reminders": found.height,
            "fees_minor": int(found["fee_minor"].sum()),
        },
        events=events("reminder.issued", "reminder", found["reminder_id"]),
    )


def write_off(command: WriteOff, given: Given) -> Decision:
    """Record that what is open on an invoice is lost."""
    found = given.rows(
        "select currency, open_minor::bigint from open_items where item_id = %s"
        " and item_kind = 'invoice'",
        (command.invoice_id,),
    )
    if not found:
        raise UnknownInvoice(f"there is no invoice {command.invoice_id}")
    amount = found[0]["open_minor"]
    if amount <= 0:
        raise NothingOpen(f"invoice {command.invoice_id} has nothing open")
    loss = f"{command.invoice_id}/W"
    return Decision(
        rows={
            "write_offs": [
                {
                    "write_off_id": loss,
                    "invoice_id": command.invoice_id,
                    "amount_minor": amount,
                    "reason": command.reason,
                    "written_off_on": given.moment.on,
                }
            ],
            "allocations": [
                {
                    "allocation_id": f"{loss}>{command.invoice_id}#1",
                    "source_kind": "write_off",
                    "source_id": loss,
                    "item_kind": "invoice",
                    "item_id": command.invoice_id,
                    "n": 1,
                    "amount_minor": amount,
                    "currency": found[0]["currency"],
                    "effective_on": given.moment.on,
                    "rule": "written_off",
                }
            ],
        },
        answer={"write_off_id": loss, "amount_minor": amount},
    )


def record_mandates(command: RecordMandates, given: Given) -> Decision:
    """Record what has happened to mandates, once each."""
    mandates = command.mandates.select(MANDATES.names()).cast(MANDATES)
    named = mandates.with_columns(
        pl.coalesce("mandate_id", pl.format("{}-{}", "scheme", "payer_number")).alias(
            "mandate_id"
        )
    )
    customers = given.frame(
        "select customer_id from customers where customer_id = any(%s)",
        (named["customer_id"].to_list(),),
    )
    lost = (
        named
        if customers.is_empty()
        else named.join(customers, on="customer_id", how="anti")
    )
    if not lost.is_empty():
        raise WrongMandate(f"there is no customer {lost['customer_id'][0]}")
    known = given.frame(
        "select mandate_id, event, effective_on from mandates"
        " where mandate_id = any(%s)",
        (named["mandate_id"].to_list(),),
    )
    event = ["mandate_id", "event", "effective_on"]
    fresh = named.unique(event, maintain_order=True)
    if not known.is_empty():
        fresh = fresh.join(known, on=event, how="anti")
    return Decision(
        rows={"mandates": fresh},
        answer={"recorded": fresh.height, "known": mandates.height - fresh.height},
    )


def order_collection(command: OrderCollection, given: Given) -> Decision:
    """Order what is payable by mandate and has no order under way."""
    on = given.moment.on
    seller = company(given.books.read, command.legal_entity, on)
    horizon = on.fromordinal(on.toordinal() + seller.policies.collection_lead_days)
    payable = given.frame(PAYABLE, (command.legal_entity, on, horizon))
    if payable.is_empty():
        return Decision(answer={"orders": 0, "amount_minor": 0, "order_ids": []})
    found = collection.orders(
        payable, on=on, lead_days=seller.policies.collection_lead_days
    )
    return Decision(
        rows={"collection_orders": found},
        answer={
            "orders": found.height,
            "amount_minor": int(found["amount_minor"].sum()),
            "order_ids": found["order_id"].to_list(),
        },
    )


def record_results(command: RecordCollectionResults, given: Given) -> Decision:
    """Record answers to orders; a paid one is a payment of its invoice."""
    results = command.results.select(RESULTS.names()).cast(RESULTS)
    orders = given.frame(
        "select order_id, legal_entity, reference, orders.currency,"
        " orders.amount_minor, answered.result as known_result"
        " from collection_orders as orders inner join invoices using (invoice_id)"
        " left join collection_results as answered using (order_id)"
        " where order_id = any(%s)",
        (results["order_id"].to_list(),),
    )
    if orders.height < results["order_id"].n_unique():
        raise UnknownOrder("the file answers an order that was never sent")
    fresh = results.join(orders.filter(pl.col("known_result").is_null()), on="order_id")
    paid = _as_payments(fresh.filter(pl.col("result") == "paid"), command.file_sha256)
    settled = settlement(paid, given) if not paid.is_empty() else {}
    return Decision(
        rows={
            "collection_results": fresh.select(RESULTS.names()),
            "payments": paid,
            **settled,
        },
        answer={"recorded": fresh.height, "paid": paid.height},
        events=events("payment.received", "payment", paid["payment_id"]),
    )


def _as_payments(paid: pl.DataFrame, file_sha256: str | None) -> pl.DataFrame:
    return paid.select(
        "legal_entity",
        "booked_on",
        "currency",
        "reference",
        payment_id=pl.format("autogiro/{}/1", "order_id"),
        account=pl.lit("autogiro"),
        bank_reference="order_id",
        ordinal=pl.lit(1),
        method=pl.lit("autogiro"),
        amount_minor=pl.col("amount_minor").cast(pl.Int64),
        payer_name=pl.lit(None, pl.String),
        file_sha256=pl.lit(file_sha256, pl.String),
    )
