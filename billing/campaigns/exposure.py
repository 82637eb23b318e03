"""An exposure says who is offered a campaign and who is kept out of it, to compare.

The arm of a customer is drawn by a hash of the campaign and the customer: the same
pair always has the same arm, and the arms of two campaigns have nothing in common.

>>> arm("half", "C1", share_micro=1_000_000), arm("half", "C1", share_micro=0)
('control', 'offered')
"""

import hashlib
from dataclasses import dataclass

from billing.errors import Invalid, NotFound

OFFERED, CONTROL = "offered", "control"
DIGITS = 8
MICRO = 1_000_000


class UnknownCampaign(NotFound):
    """There is no such campaign."""


class NoControlGroup(Invalid):
    """The campaign has no control group."""


class UnknownCustomers(NotFound):
    """A customer to be drawn does not exist."""


@dataclass(frozen=True, slots=True)
class DrawArms:
    """Command: draw who is offered the campaign and who is the control group.

    Customers that have been drawn before keep their arm.
    """

    campaign_id: str
    customer_ids: tuple[str, ...]


def arm(campaign_id: str, customer_id: str, *, share_micro: int) -> str:
    """Return the arm of one customer; share_micro are the millionths in control."""
    digest = hashlib.sha256(f"{campaign_id}/{customer_id}".encode()).hexdigest()
    drawn = int(digest[:DIGITS], 16) * MICRO // 16**DIGITS
    return CONTROL if drawn < share_micro else OFFERED
