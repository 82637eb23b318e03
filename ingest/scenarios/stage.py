"""A stage is where one scenario plays: its books, its company, what has happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from billing import money
from billing.books.handle import Actor, Moment, handle
from billing.books.session import Books
from billing.catalogue.file import ApplyCatalogue, from_mapping
from billing.catalogue.frames import Catalogue
from billing.catalogue.shape_plans import Plan
from billing.company import ApplyCompany, Company, Policies
from billing.errors import Invalid
from ingest.scenarios.shape import Scenario, Settings

LEGAL_ENTITY = "SC"
# The official test number of a company (Bolagsverket).
ORGANISATION_NUMBER = "556000-0167"
ACTOR = Actor("scenario", "admin", "scenario")
MORNING = 5

Answer = dict[str, Any]


class NotYet(Invalid):
    """The format knows it, the product does not do it yet."""


class UnknownOrdinal(Invalid):
    """A step or an expectation speaks of something that has not happened."""


@dataclass(slots=True)
class Stage:
    """The books of one scenario, and the names of what has come about, in order."""

    scenario: Scenario
    books: Books
    plans: dict[str, Plan] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    moments: int = 0

    @property
    def settings(self) -> Settings:
        """Return the policies and the calendar of the scenario."""
        return self.scenario.settings

    def minor(self, amount: str) -> int:
        """Return an amount in the minor units of the scenario's currency."""
        return money.parse(amount, self.settings.currency)

    def give(self, command: object, on: date, *, preview: bool = False) -> Answer:
        """Give a command on a day, a second after the one before."""
        self.moments += 1
        zone = ZoneInfo(self.settings.timezone)
        morning = datetime(on.year, on.month, on.day, MORNING, tzinfo=zone)
        moment = Moment(morning + timedelta(seconds=self.moments), on)
        return handle(self.books, command, actor=ACTOR, moment=moment, preview=preview)

    def invoice(self, ordinal: int) -> str:
        """Return the id of the n-th document issued."""
        return _nth(self.invoices, ordinal, "invoice")

    def payment(self, ordinal: int) -> str:
        """Return the id of the n-th payment that came in."""
        return _nth(self.payments, ordinal, "payment")


def _nth(ids: list[str], ordinal: int, noun: str) -> str:
    if ordinal > len(ids):
        raise UnknownOrdinal(
            f"there is no {noun} {ordinal}: {len(ids)} have come about so far"
        )
    return ids[ordinal - 1]


def set_up(scenario: Scenario, books: Books) -> Stage:
    """Found the company with the scenario's policies, and apply its catalogue."""
    refuse_what_is_not_yet(scenario)
    stage = Stage(scenario, books, {plan.id: plan for plan in scenario.plans})
    first = min((step.on for step in scenario.steps), default=date(2000, 1, 1))
    stage.give(ApplyCompany(_company(scenario.settings), first), first)
    stage.give(ApplyCatalogue(catalogue(scenario, scenario.plans), first), first)
    return stage


def _company(settings: Settings) -> Company:
    return Company(
        legal_entity=LEGAL_ENTITY,
        name="Scenario AB",
        organisation_number=ORGANISATION_NUMBER,
        country=settings.country,
        currency=settings.currency,
        policies=policies(settings),
    )


def policies(settings: Settings) -> Policies:
    """Return the company's policies that the settings of a scenario ask for."""
    currency = settings.currency
    return Policies(
        terms_days=settings.terms_days,
        lead_days=settings.lead_days,
        proration=settings.proration,
        day_basis=settings.day_basis,
        invoice_rounding=settings.invoice_rounding,
        mid_period_credit=settings.mid_period_credit,
        residual_tolerance_minor=money.parse(settings.residual_tolerance, currency),
        reminder_steps=tuple(settings.reminder.after_days),
        reminder_fee_minor=money.parse(settings.reminder.fee, currency),
        reminder_interest=settings.reminder.interest,
        refuse_overdue_days=settings.refuse_overdue_days,
        refuse_overdue_minor=money.parse(settings.refuse_overdue, currency),
    ).checked()


def catalogue(scenario: Scenario, plans: Iterable[Plan]) -> Catalogue:
    """Return plans with the scenario's products and campaigns as a catalogue."""
    settings = scenario.settings
    told = {"prices_include_vat": settings.prices_include_vat}
    parts = {
        "price_lists": _told(scenario.price_lists),
        "products": _told(scenario.products),
        "plans": [told | plan for plan in _told(plans)],
        "campaigns": _told(scenario.campaigns),
    }
    return from_mapping(parts, currency=settings.currency, country=settings.country)


def _told(parts: Iterable[BaseModel]) -> list[dict[str, Any]]:
    return [part.model_dump(by_alias=True, exclude_unset=True) for part in parts]


Wish = tuple[str, Callable[[Scenario], bool]]
ACTIONS_NOT_YET = ("withdraw", "refund", "instalments", "close")
NOT_YET: list[Wish] = [
    ("settings.rounding half_even", lambda s: s.settings.rounding == "half_even"),
    (
        "settings.reminder.collection_after_days",
        lambda s: s.settings.reminder.collection_after_days is not None,
    ),
    ("settings.reminder.interest", lambda s: s.settings.reminder.interest),
    *(
        (f"the step {name}", lambda s, name=name: _does(s, name))
        for name in ACTIONS_NOT_YET
    ),
    (
        "pause with effect extend",
        lambda s: any(step.pause and step.pause.effect == "extend" for step in s.steps),
    ),
    (
        "cancel with effective notice",
        lambda s: any(
            step.cancel and step.cancel.effective == "notice" for step in s.steps
        ),
    ),
]


def _does(scenario: Scenario, name: str) -> bool:
    return any(step.action[0] == name for step in scenario.steps)


def refuse_what_is_not_yet(scenario: Scenario) -> None:
    """Say what the product does not do yet, rather than play without it."""
    missing = [wish for wish, is_wished in NOT_YET if is_wished(scenario)]
    if missing:
        raise NotYet(f"{scenario.scenario!r}: not available yet: {', '.join(missing)}")
