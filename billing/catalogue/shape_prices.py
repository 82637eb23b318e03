"""The shape of a price in a catalogue file: its model, its days, and whom it is for."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from billing.catalogue.shape_values import Amount, Span, Strict

TIERED = ("graduated", "volume", "stairstep")


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

    @model_validator(mode="after")
    def _has_what_its_model_needs(self) -> "Price":
        if self.model in TIERED:
            _check_tiers(self.model, self.tiers)
        elif self.model == "package" and not (self.size or 0) > 0:
            raise ValueError("a package needs the size above 0 that its amount buys")
        elif self.model == "percentage" and self.rate is None:
            raise ValueError('a percentage needs its rate, as a share such as "0.029"')
        elif self.model in {"flat", "per_unit"} and self.amount is None:
            raise ValueError(f"a {self.model} price needs its amount")
        return self


def _check_tiers(model: str, tiers: list[Tier]) -> None:
    """Refuse tiers that leave a gap, go backwards or end too early."""
    if not tiers:
        raise ValueError(f"a {model} price needs tiers")
    bounds = [None if t.up_to is None else Decimal(t.up_to) for t in tiers]
    for before, after in pairwise(bounds):
        if before is None:
            raise ValueError("only the last tier may be without up_to")
        if after is not None and after <= before:
            raise ValueError(
                f"tier up_to {after} does not come after {before}; let the bounds rise"
            )
    if bounds[-1] is not None:
        raise ValueError(
            f"the tiers leave a gap above {bounds[-1]}; end with a tier of up_to: null"
        )


class Cohort(Strict):
    """The agreements that a price version is for: those that started between."""

    begin: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _has_a_bound(self) -> "Cohort":
        if self.begin is None and self.end is None:
            raise ValueError("a cohort has a from, a to, or both")
        if self.begin and self.end and self.begin >= self.end:
            raise ValueError(f"the cohort ends on {self.end}, before it begins")
        return self


class Version(Strict):
    """A price with the days on which it holds, and for whom.

    `cohort` reaches the agreements that started in its days, at their next renewal.
    """

    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(None, alias="to")
    price: Price
    applies_to: Literal["new", "all", "renewal", "cohort"] = "renewal"
    cohort: Cohort | None = None

    @model_validator(mode="after")
    def _is_for_somebody(self) -> "Version":
        if (self.applies_to == "cohort") != (self.cohort is not None):
            raise ValueError(
                "a price that applies_to cohort names the cohort, and no other does"
            )
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError(f"the price ends on {self.valid_to}, before it begins")
        return self


class Step(Strict):
    """A price that lasts for a while after the start, before the next one."""

    lasts: Span
    price: Price
