"""Expectations are what must come out of a story; only the fields named count."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from billing.catalogue.shape_values import Amount, Name, Strict


def no_float(value: object) -> object:
    """Refuse a binary float where a number must be exact."""
    if isinstance(value, bool | float):
        said = f'write the number {value!r} in quotes, as "{value}"'
        raise ValueError(said)  # noqa: TRY004 - pydantic reports value errors
    return value


Quantity = Annotated[Decimal, BeforeValidator(no_float)]
Ordinal = Annotated[int, Field(ge=1)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class Expectation(Strict):
    """A row of what must come out."""

    def named(self) -> dict[str, Any]:
        """Return the fields that the file names, by their names in it."""
        return self.model_dump(exclude_unset=True, by_alias=True)


class Line(Expectation):
    """A line of a document; `item` is the plan of the agreement, or an item's name."""

    item: Name | None = None
    begin: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")
    quantity: Quantity | None = None
    net: Amount | None = None
    vat: Amount | None = None
    text: str | None = None


class Document(Expectation):
    """An invoice, or a credit note with negative amounts."""

    on: date | None = None
    customer: Name | None = None
    kind: Literal["invoice", "credit_note"] | None = None
    number: Ordinal | None = None
    due: date | None = None
    net: Amount | None = None
    vat: Amount | None = None
    rounding: Amount | None = None
    total: Amount | None = None
    lines: list[Line] | None = None


class Balance(Expectation):
    """What a customer owes at the end of a day, as known then or now."""

    on: date
    customer: Name
    balance: Amount | None = None
    overdue: Amount | None = None
    known: date | None = None


class Deviation(Expectation):
    """A payment, or the rest of one, that a person must look at."""

    payment: Ordinal | None = None
    reason: str | None = None
    amount: Amount | None = None


class Settled(Expectation):
    """What of a payment has settled an invoice."""

    invoice: Ordinal
    amount: Amount | None = None


class Payment(Expectation):
    """What has become of a payment."""

    payment: Ordinal
    settled: list[Settled] | None = None
    unsettled: Amount | None = None


class Reminder(Expectation):
    """A reminder that was sent."""

    on: date | None = None
    invoice: Ordinal | None = None
    step: Ordinal | None = None
    fee: Amount | None = None
    interest: Amount | None = None


class Standing(Expectation):
    """How an agreement stands on a day."""

    subscription: Name
    on: date
    state: Literal["coming", "active", "paused", "ended"] | None = None
    plan: Name | None = None
    paid_through: date | None = None


class Recurring(Expectation):
    """Monthly recurring revenue at the end of a day."""

    on: date
    mrr: Amount


class Movement(Expectation):
    """How much the monthly recurring revenue moved in a month, by cause."""

    month: Month
    movement: Literal["new", "expansion", "contraction", "churn", "reactivation"]
    amount: Amount


class Earned(Expectation):
    """What is earned in a month, and what is deferred at its end."""

    month: Month
    recognised: Amount | None = None
    deferred: Amount | None = None


class Trial(Expectation):
    """The balance of an account at the end of a day."""

    on: date
    account: Annotated[str, Field(pattern=r"^\d{4}$")]
    balance: Amount


class Refused(Expectation):
    """A step that must be refused, and with which kind of no."""

    step: Ordinal
    kind: Literal["not_found", "conflict", "invalid"] | None = None


class Expect(Strict):
    """Everything that must come out; what is not asked for is not looked at."""

    ordered: bool = False
    invoices: list[Document] | None = None
    invoice_count: int | None = None
    nothing_due: tuple[date, ...] = ()
    balances: tuple[Balance, ...] = ()
    deviations: list[Deviation] | None = None
    payments: tuple[Payment, ...] = ()
    reminders: list[Reminder] | None = None
    subscriptions: tuple[Standing, ...] = ()
    mrr: tuple[Recurring, ...] = ()
    mrr_movements: tuple[Movement, ...] = ()
    revenue: tuple[Earned, ...] = ()
    trial_balance: tuple[Trial, ...] = ()
    refused: tuple[Refused, ...] = ()

    def asks_the_warehouse(self) -> bool:
        """Return whether the answer takes a build of the warehouse."""
        return any((self.mrr, self.mrr_movements, self.revenue, self.trial_balance))
