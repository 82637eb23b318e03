"""A change to an agreement takes effect now, at renewal, or on any date.

That is said, never inferred.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.errors import Conflict, Invalid, NotFound

Effective = date | str
WHEN = ("now", "renewal", "period_end")


class WrongDate(Invalid):
    """The day on which a change takes effect cannot be."""


class NothingToChange(Invalid):
    """The command changes nothing."""


class UnknownItem(NotFound):
    """The agreement has no such item on the day."""


class UnknownChange(NotFound):
    """No change has the id."""


class CannotUndo(Conflict):
    """The change cannot be taken back."""


class AlreadyEnded(Conflict):
    """The agreement has ended on the day."""


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    """Command: another plan, quantity, agreed price, billing day or campaign."""

    subscription_id: str
    effective: Effective
    plan_id: str | None = None
    quantity: Decimal | None = None
    agreed_minor: int | None = None
    anchor_day: int | None = None
    campaign: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AddItem:
    """Command: one more thing on the agreement, under a name of its own."""

    subscription_id: str
    item: str
    plan_id: str
    quantity: Decimal
    effective: Effective


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """Command: the item ends."""

    subscription_id: str
    item: str
    effective: Effective
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """Command: take a change back with all its effects, as if it had never been."""

    change_id: str


def resolved(effective: Effective, *, on: date, renewal_on: date | None) -> date:
    """Return the day that "now", "renewal" or "period_end" means for the agreement."""
    if isinstance(effective, date):
        return effective
    if effective == "now":
        return on
    if effective in WHEN and renewal_on is not None:
        return renewal_on
    if effective in WHEN:
        raise AlreadyEnded("the agreement has no period that could end or be renewed")
    raise WrongDate(
        f"{effective!r} is no time for a change; "
        "say now, renewal, period_end or a date",
        field="effective",
    )
