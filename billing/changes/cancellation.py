"""A cancellation ends an agreement.

Says what happens to time that is billed already, and what leaving early costs.
"""

from dataclasses import dataclass

from billing.changes.change import Effective

CREDITS = ("unused", "none", "full")
# A charge for leaving early is named after the change that ends the agreement.
EXIT_FEE = "/exit_fee"
# Why the payer is charged, in the languages that documents are written in.
EARLY = {
    "sv": "Avgift för uppsägning i förtid, avtal {}",
    "en": "Early termination charge, agreement {}",
    "nb": "Gebyr for oppsigelse før bindingstidens utløp, avtale {}",
    "da": "Gebyr for opsigelse før bindingsperiodens udløb, aftale {}",
    "fi": "Maksu sopimuksen ennenaikaisesta päättämisestä, sopimus {}",
}


@dataclass(frozen=True, slots=True)
class Cancel:
    """Command: the agreement ends on the day; the first day without service.

    `credit`: unused days (the company's default where null), none, or the full period.
    Before the binding ends the agreement's exit fee is charged, unless `waive_fee`.
    """

    subscription_id: str
    effective: Effective
    credit: str | None = None
    reason: str | None = None
    waive_fee: bool = False


def early(language: str | None, subscription_id: str) -> str:
    """Return what the charge for leaving early is called on the invoice.

    >>> early("en", "S1"), early(None, "S1")[:6]
    ('Early termination charge, agreement S1', 'Avgift')
    """
    return EARLY.get(language or "sv", EARLY["en"]).format(subscription_id)
