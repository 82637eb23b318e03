"""Merging says that two registrations are one customer; a split takes that back.

Both are facts. What was issued stays with whom it was issued to; what comes goes to
the customer that is kept.
"""

from dataclasses import dataclass

from billing.errors import Conflict, Invalid, NotFound


class WrongMerge(Invalid):
    """The two cannot be one customer."""


class AlreadyMerged(Conflict):
    """One of the two is part of another merge that stands."""


class UnknownMerge(NotFound):
    """No merge has the id."""


class AlreadySplit(Conflict):
    """The merge has been taken back before."""


@dataclass(frozen=True, slots=True)
class MergeCustomers:
    """Command: from today the merged customer is the kept one."""

    kept_id: str
    merged_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SplitCustomers:
    """Command: a merge is taken back; from today the two are two customers again."""

    merge_id: str
    reason: str


def refuse_wrong(command: MergeCustomers, kinds: tuple[str, str]) -> None:
    """Raise WrongMerge when the two can never be one; `kinds` are kept's and merged's.

    >>> refuse_wrong(MergeCustomers("C1", "C2", "same"), ("person", "company"))
    Traceback (most recent call last):
        ...
    billing.customers.merging.WrongMerge: C1 is a person and C2 a company; a person \
and a company are never one customer, so let one pay for the other instead
    """
    if command.kept_id == command.merged_id:
        raise WrongMerge(
            f"{command.kept_id} is one customer already; name two customers",
            field="merged_id",
        )
    if not command.reason.strip():
        raise WrongMerge(
            "a merge needs a reason; write why they are one", field="reason"
        )
    if kinds[0] != kinds[1]:
        raise WrongMerge(
            f"{command.kept_id} is a {kinds[0]} and {command.merged_id} a {kinds[1]}; "
            "a person and a company are never one customer, so let one pay for the "
            "other instead",
            field="merged_id",
        )
