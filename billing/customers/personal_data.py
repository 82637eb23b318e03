"""Personal data of a customer are shown, given out and erased on request.

GDPR articles 15 and 17 give the right; what bookkeeping requires stays until its time
is over (article 17.3 b; bokföringslagen 7 kap. 2 §).
"""

from dataclasses import dataclass
from datetime import date

from billing.errors import Conflict, Invalid, NotFound

ERASED_NAME = "Raderad"


class StillNeeded(Conflict):
    """The data are needed for what is still running."""


class NoPerson(Invalid):
    """The customer is a company, whose data are nobody's personal data."""


class NoIdentity(NotFound):
    """The books hold no sealed identity number of the customer."""


class NoReason(Invalid):
    """What is done to personal data needs a reason."""


@dataclass(frozen=True, slots=True)
class ErasePersonalData:
    """Command: forget a person; what bookkeeping needs goes when its time is over."""

    customer_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RevealIdentity:
    """Command: tell a person's identity number, once, and record who asked and why."""

    customer_id: str
    reason: str


def kept_until(last_issued_on: date | None, years: int, on: date) -> date | None:
    """Return the last day on which name and address must be kept; None: no more.

    Bokföringslagen 7 kap. 2 §: until the seventh year after the end of the calendar
    year in which the financial year ended has passed. The financial year is the
    calendar year.

    >>> kept_until(date(2019, 3, 1), 7, date(2026, 12, 31))
    datetime.date(2026, 12, 31)
    >>> kept_until(date(2019, 3, 1), 7, date(2027, 1, 1)) is None
    True
    """
    if last_issued_on is None:
        return None
    last = date(last_issued_on.year + years, 12, 31)
    return last if last >= on else None


def refuse_without_reason(reason: str) -> None:
    """Raise NoReason when nothing is said."""
    if not reason.strip():
        raise NoReason("write why; the reason is kept with the event", field="reason")
