"""The shape of a scenario file: every field that exists; any other field is an error.

>>> story = {"scenario": "a start", "products": [{"id": "paper", "vat": "0.06"}],
...     "plans": [{"id": "basic", "product": "paper", "price": {"amount": "299.00"}}],
...     "steps": [{"on": "2026-01-15", "bill": {}}], "expect": {"invoices": []}}
>>> Scenario.model_validate(story).steps[0].action
('bill', Bill())
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from billing.catalogue.shape_campaigns import Campaign
from billing.catalogue.shape_plans import Day, Plan, PriceList, Product
from billing.catalogue.shape_prices import Cohort, Price
from billing.catalogue.shape_values import Amount, Name, Span, Strict
from ingest.scenarios.expected import Expect, no_float

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Ordinal = Annotated[int, Field(ge=1)]
Quantity = Annotated[Decimal, BeforeValidator(no_float)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
Effective = Literal["now", "renewal"] | date
Basis = Annotated[Literal["actual", "30", "365"], BeforeValidator(str)]


class Reminding(Strict):
    """How the company reminds: the fee, and the days after the due date."""

    fee: Amount = "60.00"
    after_days: tuple[int, ...] = (10,)
    interest: bool = False
    collection_after_days: int | None = None


class Settings(Strict):
    """The policies of the company and the calendar; defaults are the product's own."""

    currency: Currency = "SEK"
    country: str = "SE"
    timezone: str = "Europe/Stockholm"
    prices_include_vat: bool = False
    proration: Literal["day", "none", "full"] = "day"
    day_basis: Basis = "actual"
    rounding: Literal["half_up", "half_even"] = "half_up"
    line_precision: Literal["minor"] = "minor"
    invoice_rounding: Literal["none", "krona"] = "none"
    terms_days: int = 30
    lead_days: int = 0
    month_end: Literal["clamp"] = "clamp"
    mid_period_credit: bool = True
    residual_tolerance: Amount = "0.00"
    refuse_overdue_days: int = 0
    refuse_overdue: Amount = "0.00"
    reminder: Reminding = Reminding()


class Register(Strict):
    """A person or a company becomes known."""

    customer: Name
    kind: Literal["person", "company"] = "person"
    name: Name
    identity_number: str | None = None


class Subscribe(Strict):
    """A customer takes a plan from a day, with one campaign or several in turn."""

    subscription: Name
    customer: Name
    plan: Name
    quantity: Quantity | None = None
    start: date
    campaign: Name | list[Name] | None = None
    payer: Name | None = None
    recipient: Name | None = None
    giver: Name | None = None
    agreed_price: Amount | None = None
    price_list: Name | None = None
    anchor: Name | None = None
    first_period: Literal["rest_of_month", "rest_of_year"] | date | None = None
    override: Name | None = None


class Bill(Strict):
    """A billing run for everything that is due by the day."""


class Change(Strict):
    """Another plan, quantity or billing day from now, the renewal, or any date."""

    subscription: Name
    plan: Name | None = None
    quantity: Quantity | None = None
    anchor: Day | None = None
    campaign: Name | None = None
    effective: Effective = "now"


class Add(Strict):
    """One more thing on the agreement, under a name of its own."""

    subscription: Name
    item: Name
    plan: Name
    quantity: Quantity = Decimal(1)
    effective: Effective = "now"


class Remove(Strict):
    """An item of the agreement ends."""

    subscription: Name
    item: Name
    effective: Effective = "now"
    credit: Literal["unused", "none", "full"] | None = None


class Pause(Strict):
    """The agreement rests from a day, until another or until resumed."""

    subscription: Name
    begin: date = Field(alias="from")
    until: date | None = None
    effect: Literal["extend", "credit", "none"] = "credit"


class Resume(Strict):
    """The pause ends."""

    subscription: Name
    effective: Effective = "now"


class Cancel(Strict):
    """The agreement ends; `effective` is the first day without service."""

    subscription: Name
    effective: Literal["now", "period_end", "notice"] | date = "now"
    credit: Literal["unused", "none", "full"] | None = None
    reason: Name | None = None
    waive_fee: bool = False


class Keep(Strict):
    """An agreement that would stop after its trial goes on."""

    subscription: Name


class Withdraw(Strict):
    """The consumer's fourteen days."""

    subscription: Name


class Undo(Strict):
    """A step is taken back with all its effects."""

    step: Ordinal


class Use(Strict):
    """Something metered is consumed."""

    subscription: Name
    metric: Name
    quantity: Amount
    at: date


class NewPrice(Strict):
    """The catalogue gets a new version of a plan's price, in a list or its own."""

    plan: Name
    begin: date = Field(alias="from")
    end: date | None = Field(None, alias="to")
    price: Price
    applies_to: Literal["new", "all", "renewal", "cohort"] = "renewal"
    cohort: Cohort | None = None
    price_list: Name | None = None


class Charge(Strict):
    """A single charge on the customer's next invoice."""

    customer: Name
    product: Name
    amount: Amount
    text: Name


class LineShare(Strict):
    """An amount of one line of an invoice, before tax as the line is."""

    line: Ordinal
    amount: Amount


class Credit(Strict):
    """A credit note by hand against the lines of an invoice."""

    invoice: Ordinal
    lines: Literal["all"] | list[LineShare]
    reason: Name


class OfInvoice(Strict):
    """The payment reference of an invoice of this story."""

    invoice: Ordinal


class Pay(Strict):
    """Money comes in; the reference is an invoice's, or any text, right or wrong."""

    amount: Amount
    reference: OfInvoice | str | None = None
    method: Literal["bankgiro", "autogiro", "card"] = "bankgiro"
    payer_name: str | None = None


class Bounce(Strict):
    """The bank takes a payment back."""

    payment: Ordinal
    reason: Name


class Placed(Strict):
    """An amount of a payment, placed on an invoice."""

    invoice: Ordinal
    amount: Amount


class Settle(Strict):
    """What a clerk decides about the rest of a payment."""

    payment: Ordinal
    to: list[Placed]


class Refund(Strict):
    """Money goes back to the payer."""

    payment: Ordinal
    amount: Amount


class Remind(Strict):
    """A dunning run."""


class Instalments(Strict):
    """An invoice may be paid in parts."""

    invoice: Ordinal
    parts: Ordinal
    every: Span = Span()


class WriteOff(Strict):
    """What is open on an invoice is lost."""

    invoice: Ordinal
    reason: Name


class Close(Strict):
    """A month of the books is closed."""

    period: Month


class StoryStep(Strict):
    """What happens on a day: exactly one action."""

    on: date
    register_: Register | None = Field(None, alias="register")
    subscribe: Subscribe | None = None
    bill: Bill | None = None
    change: Change | None = None
    add: Add | None = None
    remove: Remove | None = None
    pause: Pause | None = None
    resume: Resume | None = None
    cancel: Cancel | None = None
    keep: Keep | None = None
    withdraw: Withdraw | None = None
    undo: Undo | None = None
    use: Use | None = None
    price: NewPrice | None = None
    charge: Charge | None = None
    credit: Credit | None = None
    pay: Pay | None = None
    bounce: Bounce | None = None
    settle: Settle | None = None
    refund: Refund | None = None
    remind: Remind | None = None
    instalments: Instalments | None = None
    write_off: WriteOff | None = None
    close: Close | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "StoryStep":
        done = self._actions()
        if len(done) != 1:
            named = ", ".join(name for name, _ in done) or "nothing"
            raise ValueError(f"a step does one thing, this one says {named}")
        return self

    def _actions(self) -> list[tuple[str, BaseModel]]:
        named = [(name, getattr(self, name)) for name in type(self).model_fields]
        return [(n.rstrip("_"), a) for n, a in named if isinstance(a, BaseModel)]

    @property
    def action(self) -> tuple[str, BaseModel]:
        """Return the name of what is done, and its content."""
        return self._actions()[0]


class Scenario(Strict):
    """A story over days: a catalogue, what happens, and what must come out."""

    scenario: Name
    source: str = "own"
    settings: Settings = Settings()
    price_lists: tuple[PriceList, ...] = ()
    products: tuple[Product, ...] = ()
    plans: tuple[Plan, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    steps: tuple[StoryStep, ...]
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _goes_forward(self) -> "Scenario":
        days = [step.on for step in self.steps]
        for n, (before, after) in enumerate(pairwise(days), 2):
            if after < before:
                raise ValueError(
                    f"step {n} is on {after}, before the step before it ({before}); "
                    "days never go backwards, say a past day with effective"
                )
        return self


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the format."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(by_alias=True),
    }
