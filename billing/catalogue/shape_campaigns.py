"""The shape of campaigns in a catalogue file: what they take off, when, for whom."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from billing.catalogue.shape_values import Amount, ExitFee, Name, Span, Strict


class Discount(Strict):
    """What is taken off: a share, an amount, or all above a fixed price."""

    percent: Amount | None = None
    amount: Amount | None = None
    price: Amount | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Discount":
        if sum(v is not None for v in (self.percent, self.amount, self.price)) != 1:
            raise ValueError("a discount is one of percent, amount and price")
        if self.percent is not None and not 0 < Decimal(self.percent) <= 1:
            raise ValueError(
                f"percent {self.percent} is no share of a price; write half as 0.50"
            )
        return self

    def said(self) -> tuple[str, str | None, str | None]:
        """Return the kind of discount, its share and its amount."""
        if self.percent is not None:
            return "percent", self.percent, None
        if self.amount is not None:
            return "amount", None, self.amount
        return "price", None, self.price


class CampaignStep(Strict):
    """A discount for a number of periods, before the next step of the campaign."""

    discount: Discount
    periods: Annotated[int, Field(gt=0)] = 1


class Lasting(Strict):
    """How long a discount is given."""

    periods: Annotated[int, Field(gt=0)] | None = None
    until: date | None = None
    uses: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Lasting":
        if sum(v is not None for v in (self.periods, self.until, self.uses)) != 1:
            raise ValueError("a discount lasts a number of periods, uses, or until")
        return self


class Open(Strict):
    """The days on which a campaign may be taken."""

    begin: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")


class Ended(Strict):
    """How long ago a former customer's last agreement has ended, in days."""

    from_days: Annotated[int, Field(ge=0)] = 0
    to_days: Annotated[int, Field(gt=0)] | None = None


class Eligible(Strict):
    """Whom a campaign is for.

    `ended` asks for former customers (win-back), `again_after_days` for those who have
    not had the campaign for that long.
    """

    new_customers: bool = False
    plans: Annotated[list[Name], Field(min_length=1)] | None = None
    ended: Ended | None = None
    again_after_days: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_for_somebody(self) -> "Eligible":
        if self.new_customers and self.ended is not None:
            raise ValueError("nobody is both a new customer and a former one")
        return self


class Limits(Strict):
    """How often a campaign may be taken in all, and by one customer."""

    uses: Annotated[int, Field(gt=0)] | None = None
    per_customer: Annotated[int, Field(gt=0)] | None = None


class Code(Strict):
    """A code of its own for a campaign, for so many uses, until a day."""

    code: Name
    uses: Annotated[int, Field(gt=0)] | None = None
    valid_to: date | None = Field(None, alias="to")


class CampaignBinding(Strict):
    """What an offer asks in return: staying, or a fee for leaving early."""

    lasts: Span
    exit_fee: ExitFee | None = None


class Example(Strict):
    """An order that must be accepted or refused, tried before launch.

    `customer` is new, running (has an agreement), or former with days since its end;
    `before` are days since it last had this campaign.
    """

    plan: Name
    on: date
    expect: Literal["accepted", "refused"]
    customer: Literal["new", "running", "former"] = "new"
    ended_days: int | None = None
    before: int | None = None
    together_with: list[Name] = []
    because: str | None = None


class Campaign(Strict):
    """An offer: what it takes off, for how long, when and for whom.

    `steps` follow one another by themselves. `first_period` lets the first period last
    for the rest of the month or year, or until a date. `control_share` of those whom it
    is for are not offered it, to compare with.
    """

    id: Name
    name: str | None = None
    code: str | None = None
    codes: list[Code] = []
    discount: Discount | None = None
    steps: list[CampaignStep] = []
    lasts: Lasting | Literal["forever"] = "forever"
    valid: Open = Field(default_factory=lambda: Open.model_validate({}))
    eligible: Eligible = Field(Eligible(), alias="for")
    limits: Limits = Limits()
    stacks: bool = False
    on_plan_change: Literal["keep", "lose"] = "keep"
    offered_on: Literal["order", "cancellation"] = "order"
    first_period: Literal["rest_of_month", "rest_of_year"] | date | None = None
    binding: CampaignBinding | None = None
    control_share: Amount | None = None
    examples: list[Example] = []

    @model_validator(mode="after")
    def _takes_something_off(self) -> "Campaign":
        if (self.discount is None) == (not self.steps):
            raise ValueError("a campaign has either a discount or steps, and not both")
        if self.steps and self.lasts != "forever":
            raise ValueError("steps say themselves how long they last")
        if self.control_share and not 0 < Decimal(self.control_share) < 1:
            raise ValueError("control_share is a share between 0 and 1")
        return self

    def lasted(self) -> tuple[str, int | None, date | None]:
        """Return how the end is counted, the number of periods, and the last day."""
        if self.steps:
            return "steps", sum(step.periods for step in self.steps), None
        if self.lasts == "forever":
            return "forever", None, None
        if self.lasts.until is not None:
            return "until", None, self.lasts.until
        if self.lasts.uses is not None:
            return "uses", self.lasts.uses, None
        return "periods", self.lasts.periods, None
