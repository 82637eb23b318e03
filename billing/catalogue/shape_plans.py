"""The shape of products and plans in a catalogue file: what is sold, and how."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from billing.catalogue.shape_prices import Price, Step, Version
from billing.catalogue.shape_values import (
    BEGINNING,
    Amount,
    ExitFee,
    Name,
    Span,
    Strict,
    Unit,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Every(Strict):
    """How long a cycle is: a count of units of time, or of deliveries."""

    count: Annotated[int, Field(gt=0)] = 1
    unit: Unit | Literal["delivery"] = "month"


class Trial(Strict):
    """Days free of charge at the start, after which the agreement goes on or stops."""

    lasts: Span
    then: Literal["convert", "stop"] = "convert"


class Part(Strict):
    """One product of a bundle, with what it costs alone or its share of the price."""

    product: Name
    standalone_price: Amount | None = None
    share: Amount | None = None


class PriceList(Strict):
    """A list of prices of its own: a currency, and the country that it is for."""

    id: Name
    name: str | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    market: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None


class Listed(Strict):
    """The prices of a plan in one price list: one, or versions.

    `phases` are the prices of the plan's phases in the list, in their order.
    """

    price: Price | None = None
    prices: list[Version] = []
    phases: list[Price] = []

    @model_validator(mode="after")
    def _has_one_price(self) -> "Listed":
        if (self.price is None) == (not self.prices):
            raise ValueError("a list has either a price or prices, and not both")
        return self


class Deliveries(Strict):
    """The days on which a product is delivered: weekdays, but for some dates."""

    weekdays: Annotated[list[Weekday], Field(min_length=1)]
    except_on: list[date] = Field([], alias="except")


class Day(Strict):
    """A day of the month on which cycles begin."""

    day: Annotated[int, Field(ge=1, le=31)]


class Usage(Strict):
    """What is metered, and how the events of a period become one quantity."""

    metric: Name
    aggregation: Literal["sum", "max", "last", "count"] = "sum"


class Term(Strict):
    """Binding and notice, in units of time; how long it lasts where it has an end.

    `exit_fee` is charged when an agreement ends before its binding does: an amount, or
    what remained to be paid.
    """

    binding: Annotated[int, Field(ge=0)] = 0
    notice: Annotated[int, Field(ge=0)] = 0
    unit: Unit = "month"
    renews: bool = True
    lasts: Annotated[int, Field(gt=0)] | None = None
    exit_fee: ExitFee | None = None

    @model_validator(mode="after")
    def _ends_somewhere(self) -> "Term":
        if not self.renews and self.lasts is None and not self.binding:
            raise ValueError("a term that does not renew says how long it lasts")
        if self.exit_fee is not None and not self.binding:
            raise ValueError("an exit_fee needs a binding that it ends")
        return self


class Product(Strict):
    """What is sold: its tax and when it is earned."""

    id: Name
    name: str | None = None
    vat: Annotated[str, BeforeValidator(str)] = "standard"
    recognised: Literal["daily", "at_once", "per_delivery"] = "daily"
    deliveries: Deliveries | None = None


class Plan(Strict):
    """How a product or a bundle is sold: how often, when, and for what price.

    `lists` are its prices in the price lists, by their ids.
    """

    id: Name
    name: str | None = None
    product: Name | None = None
    bundle: list[Part] = []
    every: Every = Every()
    timing: Literal["advance", "arrears"] = "advance"
    currency: str | None = None
    anchor: Literal["subscription", "calendar"] | Day = "subscription"
    prices_include_vat: bool = False
    prorate: bool = True
    price: Price | None = None
    prices: list[Version] = []
    lists: dict[Name, Listed] = {}
    trial: Trial | None = None
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

    @model_validator(mode="after")
    def _sells_something(self) -> "Plan":
        if (self.product is None) == (not self.bundle):
            raise ValueError("a plan has either a product or a bundle, and not both")
        if self.bundle:
            _check_bundle(self.bundle)
        if self.bundle and self.usage:
            raise ValueError("a bundle is not metered; add the usage as an item")
        return self

    @model_validator(mode="after")
    def _prices_its_phases_in_every_list(self) -> "Plan":
        for name, listed in self.lists.items():
            if len(listed.phases) != len(self.phases):
                raise ValueError(
                    f"the plan has {len(self.phases)} phases, list {name!r} prices "
                    f"{len(listed.phases)} of them; give it a price for each"
                )
        return self

    @model_validator(mode="after")
    def _is_counted_in_one_way(self) -> "Plan":
        by_delivery = self.every.unit == "delivery"
        if by_delivery and self.usage:
            raise ValueError("what is metered has a cycle of time, not of deliveries")
        if by_delivery and Decimal(self.minimum):
            raise ValueError("a minimum needs a cycle of time, not of deliveries")
        return self

    def sold(self) -> list[str]:
        """Return the products that it is made of; the first names it on its own."""
        return [p.product for p in self.bundle] or [str(self.product)]

    def versions(self, price_list: str = "") -> list[Version]:
        """Return the versions of the evergreen price; one price is one since ever."""
        priced = self.lists[price_list] if price_list else self
        if priced.price is None:
            return priced.prices
        only = {"from": BEGINNING, "price": priced.price, "applies_to": "new"}
        return [Version.model_validate(only)]

    def steps(self, price_list: str = "") -> list[Step]:
        """Return the steps before the evergreen price; a trial is the first of them.

        They last as long in every list; a trial is free in all of them.
        """
        phases = self.phases
        if price_list:
            listed = self.lists[price_list].phases
            phases = [
                Step(lasts=phase.lasts, price=price)
                for phase, price in zip(phases, listed, strict=True)
            ]
        if self.trial is None:
            return phases
        free = Step(lasts=self.trial.lasts, price=Price(amount="0.00"))
        return [free, *phases]

    def anchored(self) -> tuple[str, int | None]:
        """Return the kind of anchor and its day of the month."""
        if isinstance(self.anchor, Day):
            return "day", self.anchor.day
        return self.anchor, None


def _check_bundle(parts: list[Part]) -> None:
    """Refuse parts that do not say, all in one way, what share of the price is theirs.

    IFRS 15.74: the price is shared by relative standalone price.
    """
    products = [part.product for part in parts]
    twice = {p for p in products if products.count(p) > 1}
    if twice:
        raise ValueError(f"the bundle has {', '.join(sorted(twice))} twice")
    if all(p.standalone_price is not None and p.share is None for p in parts):
        if any(Decimal(p.standalone_price or 0) <= 0 for p in parts):
            raise ValueError("a standalone_price is above 0")
        return
    if not all(p.share is not None and p.standalone_price is None for p in parts):
        raise ValueError("each part has a standalone_price, or each has a share")
    whole = sum(Decimal(part.share or 0) for part in parts)
    if whole != 1:
        raise ValueError(f"the shares sum to {whole}; let them sum to 1")
