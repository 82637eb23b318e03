"""A quote is an offer of agreements at today's prices, until a day.

It becomes agreements when it is signed, or when its first payment has come.

>>> reference(100001)
'900010000124'
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from billing.errors import Conflict, Invalid, NotFound
from billing.identifiers import ocr

ACTIVATIONS = ("signature", "payment")
# Invoices are numbered from 100001: it takes nine thousand million to meet a quote's.
PREFIX = "9000"


class UnknownQuote(NotFound):
    """There is no such quote."""


class QuoteIsClosed(Conflict):
    """The quote has been signed, declined or activated, or its time is over."""


class WrongQuote(Invalid):
    """The quote cannot be made or signed as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """Command: offer agreements (columns of `agreement.AGREEMENTS`) until a day.

    `activation`: they begin when the quote is signed, or when it is signed and the
    first invoice's total has been paid with the quote's own reference. The first day
    without a start is that of the activation.
    """

    agreements: pl.DataFrame
    valid_until: date
    activation: str = "signature"


@dataclass(frozen=True, slots=True)
class SignQuote:
    """Command: the customer has accepted; `evidence` says how that is known."""

    quote_id: str
    evidence: str


@dataclass(frozen=True, slots=True)
class DeclineQuote:
    """Command: the customer does not want it."""

    quote_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActivateQuotes:
    """Command of the daily job: what is paid becomes agreements, what is old lapses.

    Payments of quotes are placed on the invoices of their agreements once these are
    there.
    """


def reference(number: int) -> str:
    """Return the payment reference of a quote by its number."""
    return ocr.issue(f"{PREFIX}{number}")
