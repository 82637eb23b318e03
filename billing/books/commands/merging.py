"""Merging customers and splitting them again: two facts, and what they touch."""

from typing import Any

import polars as pl

from billing.books.handle import Given
from billing.customers import merging
from billing.customers.merging import (
    AlreadyMerged,
    AlreadySplit,
    MergeCustomers,
    SplitCustomers,
    UnknownMerge,
    WrongMerge,
)
from billing.customers.registration import UnknownCustomer
from billing.decision import Decision, events


def merge_customers(command: MergeCustomers, given: Given) -> Decision:
    """Record that two registrations are one customer; look anew at its agreements."""
    names = (command.kept_id, command.merged_id)
    merging.refuse_wrong(command, _kinds(names, given))
    _refuse_second(names, given)
    merge_id = given.books.new_id("merge", given.command_id)
    row = {
        "merge_id": merge_id,
        "kept_id": command.kept_id,
        "merged_id": command.merged_id,
        "reason": command.reason,
        "effective_on": given.moment.on,
    }
    return Decision(
        rows={"customer_merges": [row]},
        answer={"merge_id": merge_id, "customer_id": command.kept_id},
        touched=_agreements(command.merged_id, given),
        events=events("customer.merged", "merge", pl.Series([merge_id])),
    )


def split_customers(command: SplitCustomers, given: Given) -> Decision:
    """Record that a merge is taken back.

    What the kept one was billed meanwhile for the other's agreements that are not over
    is credited and billed to the other: the difference that billing always makes.
    """
    if not command.reason.strip():
        raise WrongMerge("a split needs a reason; write it", field="reason")
    found = given.rows(
        "select merged_id, exists (select from customer_splits as split"
        " where split.merge_id = customer_merges.merge_id) as is_split"
        " from customer_merges where merge_id = %s",
        (command.merge_id,),
    )
    if not found:
        raise UnknownMerge(
            f"there is no merge {command.merge_id}; see the customer's history"
        )
    if found[0]["is_split"]:
        raise AlreadySplit(f"the merge {command.merge_id} was taken back before")
    row = {
        "merge_id": command.merge_id,
        "reason": command.reason,
        "effective_on": given.moment.on,
    }
    return Decision(
        rows={"customer_splits": [row]},
        answer={"merge_id": command.merge_id, "customer_id": found[0]["merged_id"]},
        touched=_agreements(found[0]["merged_id"], given),
        events=events("customer.split", "merge", pl.Series([command.merge_id])),
    )


def _kinds(names: tuple[str, str], given: Given) -> tuple[str, str]:
    """Return the kinds of the two, and hold both until the commit."""
    given.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(name, 2))"
        " from (select unnest(%s::text[]) as name order by 1) as named",
        (list(names),),
    )
    found = given.rows(
        "select customer_id, kind from customers where customer_id = any(%s)",
        (list(names),),
    )
    kinds: dict[str, Any] = {row["customer_id"]: row["kind"] for row in found}
    for name in names:
        if name not in kinds:
            raise UnknownCustomer(f"there is no customer {name}")
    return kinds[names[0]], kinds[names[1]]


def _refuse_second(names: tuple[str, str], given: Given) -> None:
    """Refuse a chain: who is merged is nobody's kept one, and is merged once."""
    kept, merged = names
    standing = given.rows(
        "select merge_id, kept_id, merged_id from merges_standing"
        " where merged_id = any(%s) or kept_id = %s order by merge_id limit 1",
        (list(names), merged),
    )
    if standing:
        row = standing[0]
        into = (
            f"name {row['kept_id']} instead"
            if row["merged_id"] == kept
            else f"split {row['merge_id']} first"
        )
        raise AlreadyMerged(
            f"{row['merged_id']} is merged into {row['kept_id']} already; {into}"
        )


def _agreements(merged_id: str, given: Given) -> tuple[str, ...]:
    found = given.rows(
        "select subscription_id from subscriptions"
        " where customer_id = %s or payer_id = %s",
        (merged_id, merged_id),
    )
    return tuple(row["subscription_id"] for row in found)
