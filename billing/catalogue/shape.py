"""The shape of a catalogue file: every field that exists.

Any other field is an error.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

BEGINNING = date(1900, 1, 1)


def _decimal_text(value: object) -> str:
    """Take a decimal as text or whole number.

    A float has lost its last digits already.
    """
    if isinstance(value, bool | float):
        raise ValueError(  # noqa: TRY004 - pydantic gathers ValueErrors
            f'write the amount {value!r} in quotes, as "{value:.2f}"'
        )
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f'{value!r} is not an amount; write it as "299.00"') from None
    if not number.is_finite():
        raise ValueError(f'{value!r} is not an amount; write it as "299.00"')
    return str(value)


Amount = Annotated[str, BeforeValidator(_decimal_text)]
Name = Annotated[str, Field(min_length=1)]
Unit = Literal["day", "week", "month", "quarter", "year"]


class Strict(BaseModel):
    """A part of the file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Span(Strict):
    """A count of units of time."""

    count: Annotated[int, Field(gt=0)] = 1
    unit: Unit = "month"


class Tier(Strict):
    """A price for the units up to a bound; null is without bound."""

    up_to: Amount | None = None
    amount: Amount = "0"
    flat: Amount = "0"


class Price(Strict):
    """What a cycle costs, by one of the models of the trade."""

    model: Literal[
        "flat", "per_unit", "graduated", "volume", "package", "percentage", "stairstep"
    ] = "flat"
    amount: Amount | None = None
    tiers: list[Tier] = []
    size: int | None = None
    free_units: Amount = "0"
    rate: Amount | None = None
    fixed: Amount = "0"
    min: Amount | None = None
    max: Amount | None = None


class Version(Strict):
    """A price with the days on which it holds, and for whom."""

    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(None, alias="to")
    price: Price
    applies_to: Literal["new", "all", "renewal"] = "renewal"


class Step(Strict):
    """A price that lasts for a while after the start, before the next one."""

    lasts: Span
    price: Price


class Day(Strict):
    """A day of the month on which cycles begin."""

    day: Annotated[int, Field(ge=1, le=31)]


class Usage(Strict):
    """What is metered, and how the events of a period become one quantity."""

    metric: Name
    aggregation: Literal["sum", "max", "last", "count"] = "sum"


class Term(Strict):
    """Binding and notice, in units of time."""

    binding: int = 0
    notice: int = 0
    unit: Unit = "month"
    renews: bool = True


class Product(Strict):
    """What is sold: its tax and when it is earned."""

    id: Name
    name: str | None = None
    vat: Annotated[str, BeforeValidator(str)] = "standard"
    recognised: Literal["daily", "at_once", "per_delivery"] = "daily"


class Plan(Strict):
    """How a product is sold: how often, when, and for what price."""

    id: Name
    name: str | None = None
    product: Name
    every: Span = Span()
    timing: Literal["advance", "arrears"] = "advance"
    currency: str | None = None
    anchor: Literal["subscription", "calendar"] | Day = "subscription"
    prices_include_vat: bool = False
    prorate: bool = True
    price: Price | None = None
    prices: list[Version] = []
    phases: list[Step] = []
    setup_fee: Amount = "0.00"
    minimum: Amount = "0.00"
    usage: Usage | None = None
    term: Term | None = None

    @model_validator(mode="after")
    def _has_one_price(self) -> "Plan":
        if (self.price is None) == (not self.prices):
            raise ValueError("a plan has either a price or prices, and not both")
        return self

    def versions(self) -> list[Version]:
        """Return the versions of the evergreen price; one price is one since ever."""
        if self.price is None:
            return self.prices
        only = {"from": BEGINNING, "price": self.price, "applies_to": "new"}
        return [Version.model_validate(only)]

    def anchored(self) -> tuple[str, int | None]:
        """Return the kind of anchor and its day of the month."""
        if isinstance(self.anchor, Day):
            return "day", self.anchor.day
        return self.anchor, None


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


class Lasting(Strict):
    """How long a discount is given."""

    periods: int | None = None
    until: date | None = None
    uses: int | None = None


class Open(Strict):
    """The days on which a campaign may be taken."""

    begin: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")


class Eligible(Strict):
    """Whom a campaign is for."""

    new_customers: bool = False
    plans: list[Name] | None = None


class Campaign(Strict):
    """An offer: what it takes off, for how long, when and for whom."""

    id: Name
    name: str | None = None
    code: str | None = None
    discount: Discount
    lasts: Lasting | Literal["forever"] = "forever"
    valid: Open = Field(default_factory=lambda: Open.model_validate({}))
    eligible: Eligible = Field(Eligible(), alias="for")
    stacks: bool = False

    def lasted(self) -> tuple[str, int | None, date | None]:
        """Return how the end is counted, the number of periods, and the last day."""
        if self.lasts == "forever":
            return "forever", None, None
        if self.lasts.until is not None:
            return "until", None, self.lasts.until
        if self.lasts.uses is not None:
            return "uses", self.lasts.uses, None
        return "periods", self.lasts.periods, None


class CatalogueFile(Strict):
    """The whole file."""

    products: list[Product] = []
    plans: list[Plan] = []
    campaigns: list[Campaign] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "CatalogueFile":
        for name in ("products", "plans", "campaigns"):
            ids = [part.id for part in getattr(self, name)]
            twice = {i for i in ids if ids.count(i) > 1}
            if twice:
                raise ValueError(f"{name}: {', '.join(sorted(twice))} stands twice")
        return self
