"""Forgetting a person, and telling an identity number to who needs it."""

from datetime import date
from typing import Any, LiteralString

import polars as pl

from billing.books import base, sealing
from billing.books.handle import Given
from billing.customers import personal_data
from billing.customers.personal_data import (
    ErasePersonalData,
    NoIdentity,
    NoPerson,
    RevealIdentity,
    StillNeeded,
)
from billing.customers.registration import UnknownCustomer
from billing.decision import Decision, events

ERASED_FIELDS = (
    "identity number, e-mail, telephone, GLN, temporary addresses, payers' names and"
    " accounts, mandates' accounts, notes"
)
KEPT_FIELDS = "name, address, VAT number"

RUNNING: LiteralString = (
    "select from subscriptions where (customer_id = any(%(ids)s)"
    " or payer_id = any(%(ids)s) or recipient_id = any(%(ids)s)"
    " or giver_id = any(%(ids)s)) and not exists (select from subscription_changes"
    "  as ending where ending.subscription_id = subscriptions.subscription_id"
    "  and kind = 'cancel' and effective_on <= %(on)s and not exists (select from"
    "   subscription_changes as undo where undo.undoes = ending.change_id)) limit 1"
)
OWING: LiteralString = (
    "select from open_items where customer_id = any(%(ids)s) and open_minor <> 0"
    " limit 1"
)
WAITING: LiteralString = (
    "select from deviations where not exists (select from deviation_settlements"
    "  as done where done.deviation_id = deviations.deviation_id)"
    " and not exists (select from payment_returns as back"
    "  where back.payment_id = deviations.payment_id)"
    " and (suggested_item_id in (select item_id from open_items"
    "   where customer_id = any(%(ids)s))"
    "  or payment_id in (select source_id from allocations inner join open_items"
    "   using (item_id) where customer_id = any(%(ids)s))) limit 1"
)
# What still needs a customer, in the words of a refusal.
NEEDS: list[tuple[str, LiteralString, str]] = [
    ("has agreements that run or are to come", RUNNING, "end them first"),
    ("has open items", OWING, "settle, credit or write them off first"),
    ("has payments that wait for a decision", WAITING, "decide about them first"),
]


def erase(command: ErasePersonalData, given: Given) -> Decision:
    """Record an erasure, with which the books forget; what is forgotten stays so."""
    personal_data.refuse_without_reason(command.reason)
    on = given.moment.on
    who = _person(command.customer_id, given)
    ids = list(who["ids"])
    for what, query, remedy in NEEDS:
        asked = given.connection.execute(query, {"ids": ids, "on": on})
        if asked.fetchone() is not None:
            raise StillNeeded(f"customer {command.customer_id} {what}; {remedy}")
    until = _kept_until(ids, given)
    answer = {
        "customer_id": command.customer_id,
        "kept_until": until,
        "kept": KEPT_FIELDS if until else "",
    }
    if _is_done(ids, until, given):
        return Decision(answer={**answer, "erased": False})
    said = {
        "erased_on": on,
        "reason": command.reason,
        "fields": ERASED_FIELDS if until else f"{ERASED_FIELDS}, {KEPT_FIELDS}",
        "kept": answer["kept"],
        "kept_until": until,
    }
    return Decision(
        rows={"erasures": [{"customer_id": one, **said} for one in ids]},
        answer={**answer, "erased": True},
        events=events("customer.erased", "customer", pl.Series(ids)),
    )


def reveal(command: RevealIdentity, given: Given) -> Decision:
    """Record who reads a person's identity number and why, and tell it this once."""
    personal_data.refuse_without_reason(command.reason)
    found = given.rows(
        "select identity_scheme, identity_hash, identity_sealed from customers"
        " where customer_id = %s",
        (command.customer_id,),
    )
    if not found:
        raise UnknownCustomer(f"there is no customer {command.customer_id}")
    row = found[0]
    if row["identity_sealed"] is None:
        raise NoIdentity(
            f"the books hold no sealed identity number of {command.customer_id}"
        )
    seal = sealing.seal_of(given.books.home)
    number = seal.open(row["identity_sealed"], row["identity_hash"])
    said = {
        "customer_id": command.customer_id,
        "revealed_on": given.moment.on,
        "reason": command.reason,
    }
    # What is only looked at beforehand is not told: nothing would be recorded of it.
    return Decision(
        rows={"identity_reveals": [said]},
        answer={"customer_id": command.customer_id, "scheme": row["identity_scheme"]},
        told={} if given.preview else {"identity_number": number},
    )


def _person(customer_id: str, given: Given) -> dict[str, Any]:
    """Return a person with all registrations of it, or say why it is none."""
    found = given.rows(
        "select kind, identity_scheme, identity_number, identity_sealed,"
        " customers_of(customer_id) as ids, (select kept_id from merges_standing"
        "  where merged_id = customer_id) as kept_id,"
        " exists (select from erasures where erasures.customer_id"
        "  = customers.customer_id) as is_erased"
        " from customers where customer_id = %s",
        (customer_id,),
    )
    if not found:
        raise UnknownCustomer(f"there is no customer {customer_id}")
    row = found[0]
    if row["kept_id"]:
        raise StillNeeded(
            f"customer {customer_id} is merged into {row['kept_id']}; erase that one"
        )
    # A sole trader is a person, whatever it is registered as.
    personal = row["kind"] == "person" or row["identity_sealed"] or row["is_erased"]
    if not personal:
        raise NoPerson(
            f"customer {customer_id} is a company; change its details instead",
            field="customer_id",
        )
    return row


def _kept_until(ids: list[str], given: Given) -> date | None:
    """Return how long the strictest of the companies must keep name and address."""
    last = given.rows(
        "select legal_entity, max(issued_on) as issued_on from invoices"
        " where payer_id = any(%s) group by legal_entity",
        (ids,),
    )
    on = given.moment.on
    policies = {
        company.legal_entity: company.policies
        for company in (base.companies(given.books.read, on) if last else [])
    }
    days = [
        personal_data.kept_until(
            row["issued_on"], policies[row["legal_entity"]].retention_years, on
        )
        for row in last
    ]
    return max((day for day in days if day), default=None)


def _is_done(ids: list[str], until: date | None, given: Given) -> bool:
    """Return whether nothing has come in since an erasure that forgot as much."""
    done = given.rows(
        "select count(distinct customer_id) as n from erasures"
        " where customer_id = any(%s) and (kept_until is null or kept_until = %s)"
        " and not exists (select from customer_details as later where"
        "  later.customer_id = erasures.customer_id and later.seq > erasures.seq)"
        " and not exists (select from temporary_addresses as later where"
        "  later.customer_id = erasures.customer_id and later.seq > erasures.seq)",
        (ids, until),
    )
    return int(done[0]["n"]) == len(ids)
