"""A company is the legal entity that sells: its profile and the policies it bills by.

>>> Policies.from_mapping({"terms_days": 10}).terms_days
10
>>> Policies.from_mapping({"term_days": 10})
Traceback (most recent call last):
    ...
billing.company.UnknownPolicy: 'term_days' is not a policy; policies are: \
approval, catalogue_approval, collection_lead_days, day_basis, invoice_rounding, \
lead_days, mid_period_credit, proration, refuse_overdue_days, refuse_overdue_minor, \
reminder_fee_minor, reminder_interest, reminder_steps, residual_tolerance_minor, \
retention_years, terms_days
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from billing.errors import Invalid

PRORATIONS = ("day", "none", "full")
DAY_BASES = ("actual", "30", "365")
ROUNDINGS = ("none", "krona")
APPROVALS = ("automatic", "manual")


class UnknownPolicy(Invalid):
    """The profile names a policy that does not exist."""


class WrongPolicy(Invalid):
    """A policy has a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Policies:
    """How a legal entity bills, reminds and settles; each has a default of the trade.

    `reminder_steps` are days after the due date; the fee is in minor units and at most
    60 kr in Sweden (lag 1981:739 2 §). Orders of a payer are refused when more than
    `refuse_overdue_minor` has been overdue for `refuse_overdue_days` (0: never).
    `retention_years` are those that accounting material is kept (BFL 7:2).
    """

    terms_days: int = 30
    lead_days: int = 0
    proration: str = "day"
    day_basis: str = "actual"
    invoice_rounding: str = "none"
    mid_period_credit: bool = True
    residual_tolerance_minor: int = 0
    reminder_steps: tuple[int, ...] = (10,)
    reminder_fee_minor: int = 6000
    reminder_interest: bool = False
    collection_lead_days: int = 5
    approval: str = "automatic"
    catalogue_approval: str = "automatic"
    refuse_overdue_days: int = 0
    refuse_overdue_minor: int = 0
    retention_years: int = 7

    @classmethod
    def from_mapping(cls, policies: Mapping[str, Any]) -> Self:
        """Read policies by name; what is not named keeps its default."""
        known = {field.name for field in fields(cls)}
        for name in policies:
            if name not in known:
                raise UnknownPolicy(
                    f"{name!r} is not a policy; policies are: "
                    f"{', '.join(sorted(known))}",
                    field=name,
                )
        values = dict(policies)
        if "reminder_steps" in values:
            values["reminder_steps"] = tuple(values["reminder_steps"])
        return cls(**values).checked()

    def checked(self) -> Self:
        """Return the policies, or say which value is impossible."""
        for name, allowed in (
            ("proration", PRORATIONS),
            ("day_basis", DAY_BASES),
            ("invoice_rounding", ROUNDINGS),
            ("approval", APPROVALS),
            ("catalogue_approval", APPROVALS),
        ):
            if getattr(self, name) not in allowed:
                raise WrongPolicy(
                    f"{name} is {getattr(self, name)!r}; it must be one of "
                    f"{', '.join(allowed)}",
                    field=name,
                )
        return self

    def to_mapping(self) -> dict[str, Any]:
        """Return the policies by name, as they are stored."""
        return {**asdict(self), "reminder_steps": list(self.reminder_steps)}


@dataclass(frozen=True, slots=True)
class Company:
    """One legal entity as it is on a day: who it is, where it is paid, how it bills.

    `autogiro_number` is the customer number (6 digits) that its bank gave it for files.
    """

    legal_entity: str
    name: str
    organisation_number: str
    country: str
    currency: str
    policies: Policies
    vat_number: str | None = None
    bankgiro: str | None = None
    iban: str | None = None
    autogiro_number: str | None = None
    address_line: str | None = None
    postal_code: str | None = None
    city: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ApplyCompany:
    """Command: from that day the legal entity is and does what the profile says."""

    company: Company
    effective_on: date
