"""An exit fee is what leaving before the binding ends costs.

A fixed amount, or what remained to be paid: the difference between staying until the
binding ends and leaving, both billed by the engine. It is consideration for the service
and taxed like it (CJEU C-295/17 MEO, C-43/19 Vodafone Portugal).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from billing.invoicing.base import Base
from billing.invoicing.run import bill
from billing.invoicing.timeline import CHANGES, MAIN, intervals
from billing.money import half_up
from billing.tax import RATE_MICRO


@dataclass(frozen=True, slots=True)
class Binding:
    """What an agreement has promised: until when, and what breaking it costs."""

    bound_until: date | None
    exit_fee_kind: str | None
    exit_fee_minor: int | None

    def breaks(self, on: date) -> bool:
        """Return whether an end on the day is too early and costs something."""
        return (
            self.bound_until is not None
            and self.exit_fee_kind is not None
            and on < self.bound_until
        )


@dataclass(frozen=True, slots=True)
class ExitFee:
    """The charge, in minor units without VAT, and the product that it is for."""

    amount_minor: int
    product_id: str


def exit_fee(base: Base, binding: Binding, ends: pl.DataFrame) -> ExitFee | None:
    """Return the fee for ending the only agreement of the base; null: none is due.

    `ends` is the cancellation as one fact, in the columns of `CHANGES`.
    """
    leaving_on = ends["effective_on"][0]
    if not binding.breaks(leaving_on):
        return None
    product_id, rate_micro = _taxed_as(base, leaving_on)
    if binding.exit_fee_kind == "remaining":
        amount = _remaining(base, binding, ends)
    else:
        amount = binding.exit_fee_minor or 0
        if rate_micro:
            amount = half_up(amount * RATE_MICRO, RATE_MICRO + rate_micro)
    return ExitFee(amount, product_id) if amount > 0 else None


def _remaining(base: Base, binding: Binding, ends: pl.DataFrame) -> int:
    """Return what staying until the binding ends would have cost more, without VAT."""
    until: Any = binding.bound_until
    staying = ends.with_columns(effective_on=pl.lit(until), credit=pl.lit("unused"))
    return _net(base, staying, until) - _net(base, ends, until)


def _net(base: Base, ends: pl.DataFrame, until: date) -> int:
    """Return what is billed from now until the day, when the agreement ends so."""
    ended = replace(
        base,
        changes=pl.concat([base.changes, ends.cast(CHANGES)]),
        one_offs=base.one_offs.clear(),
    )
    return int(bill(ended, on=until + timedelta(days=1)).issue.lines["net_minor"].sum())


def _taxed_as(base: Base, on: date) -> tuple[str, int]:
    """Return the product of the main item, and the VAT that its prices include."""
    held = intervals(base.changes).filter(pl.col("item") == MAIN).sort("from_on")
    before = held.filter(pl.col("from_on") <= on)
    plan_id = (held if before.is_empty() else before.tail(1))["plan_id"][0]
    plan = base.plans.filter(pl.col("plan_id") == plan_id).join(
        base.products, on="product_id", how="left"
    )
    rates = base.rates.join(plan.select("vat_category"), on="vat_category").filter(
        pl.col("valid_from") <= on
    )
    included = bool(plan["prices_include_vat"][0]) and rates.height > 0
    rate = int(rates.sort("valid_from")["rate_micro"][-1]) if included else 0
    return str(plan["product_id"][0]), rate
