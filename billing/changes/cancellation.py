"""A cancellation ends an agreement.

Says what happens to time that is billed already.
"""

from dataclasses import dataclass

from billing.changes.change import Effective

CREDITS = ("unused", "none", "full")


@dataclass(frozen=True, slots=True)
class Cancel:
    """Command: the agreement ends on the day; the first day without service.

    `credit`: unused days (the company's default where null), none, or the full period.
    """

    subscription_id: str
    effective: Effective
    credit: str | None = None
    reason: str | None = None
