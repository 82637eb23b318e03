"""The commands of claims: a dunning run sends each invoice its next reminder, once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SendReminders:
    """Command: remind of what is overdue by the steps of the company's policy."""

    legal_entity: str


@dataclass(frozen=True, slots=True)
class WriteOff:
    """Command: the rest of an invoice is lost, for a reason."""

    invoice_id: str
    reason: str
