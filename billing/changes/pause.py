"""A pause (uppehåll) stops delivery and billing for a while.

Credit for paid days, or none.
"""

from dataclasses import dataclass
from datetime import date

from billing.changes.change import Effective

EFFECTS = ("credit", "none")


@dataclass(frozen=True, slots=True)
class Pause:
    """Command: pause from a day, until another or until resumed."""

    subscription_id: str
    from_on: date
    until_on: date | None = None
    effect: str = "credit"


@dataclass(frozen=True, slots=True)
class Resume:
    """Command: the running pause ends."""

    subscription_id: str
    effective: Effective = "now"
