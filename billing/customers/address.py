"""A temporary address holds between two dates; of two that meet the later one holds."""

from dataclasses import dataclass
from datetime import date

from billing.errors import Invalid, NotFound

PURPOSES = ("delivery", "invoice")


class WrongAddress(Invalid):
    """Something about the address cannot be."""


class UnknownAddress(NotFound):
    """No temporary address has the id."""


@dataclass(frozen=True, slots=True)
class SetTemporaryAddress:
    """Command: between two dates (the last one excluded) the customer is elsewhere.

    `purpose` is delivery or invoice: where things are delivered, or where papers go.
    """

    customer_id: str
    purpose: str
    valid_from: date
    valid_to: date
    address_line: str
    postal_code: str
    city: str
    country: str = "SE"


@dataclass(frozen=True, slots=True)
class WithdrawAddress:
    """Command: a temporary address does not hold any more, as if it were never set."""

    address_id: str


def refuse_wrong(command: SetTemporaryAddress) -> None:
    """Raise WrongAddress with the field to blame.

    >>> refuse_wrong(SetTemporaryAddress("C1", "delivery", date(2026, 7, 1),
    ...     date(2026, 7, 1), "Strandvägen 1", "38030", "Borgholm"))
    Traceback (most recent call last):
        ...
    billing.customers.address.WrongAddress: the address would hold from 2026-07-01 to \
2026-07-01, which is no day; let valid_to lie after valid_from
    """
    if command.purpose not in PURPOSES:
        raise WrongAddress(
            f"{command.purpose!r} is no purpose of an address; "
            f"write one of {', '.join(PURPOSES)}",
            field="purpose",
        )
    if command.valid_from >= command.valid_to:
        raise WrongAddress(
            f"the address would hold from {command.valid_from} to {command.valid_to}, "
            "which is no day; let valid_to lie after valid_from",
            field="valid_to",
        )
    for name in ("address_line", "postal_code", "city", "country"):
        if not str(getattr(command, name)).strip():
            raise WrongAddress(f"the address has no {name}; fill it in", field=name)
