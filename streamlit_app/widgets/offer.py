"""An offer in words: what it takes off, for how long, for whom, on which terms."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from billing.catalogue.frames import Catalogue
from streamlit_app.widgets import numbers
from streamlit_app.widgets.wording import name_of, text

Row = dict[str, Any]
STATES = ("running", "coming", "ended")


def state(valid: str, on: date) -> str:
    """Return whether an offer can be taken on a day, not yet, or no longer.

    >>> state("[2026-01-01,2026-07-01)", date(2026, 7, 1)), state("[,)", date.max)
    ('ended', 'running')
    """
    begin, end = bounds(valid)
    if begin is not None and on < begin:
        return "coming"
    return "ended" if end is not None and on >= end else "running"


def bounds(valid: str) -> tuple[date | None, date | None]:
    """Return the first day of an offer, and the day after its last."""
    begin, end = (day or None for day in valid.strip("[)").split(","))
    return (
        date.fromisoformat(begin) if begin else None,
        date.fromisoformat(end) if end else None,
    )


def rules(offer: Row, known: Catalogue) -> list[str]:
    """Return the rules of an offer, a sentence each."""
    names = dict(known.plans.select("plan_id", "name").rows())
    said = [takes(offer, known), _for(offer, names), *_limits(offer)]
    if offer["first_period"]:
        said.append(f"{text('offer.first_period')}: {_first(offer['first_period'])}")
    if offer["binding_count"]:
        length = f"{offer['binding_count']} {name_of('cycles', offer['binding_unit'])}"
        said.append(f"{text('offer.bound')}: {length}{_fee(offer)}")
    said.append(text("offer.may_stack" if offer["stacks"] else "offer.alone"))
    said.append(name_of("on_plan_change", offer["on_plan_change"]))
    if offer["offered_on"] == "cancellation":
        said.append(text("offer.on_cancellation"))
    if offer["control_share"]:
        share = numbers.percent(Decimal(offer["control_share"]))
        said.append(text("offer.control_group", share=share))
    return said


def takes(offer: Row, known: Catalogue) -> str:
    """Return what an offer takes off, and for how long; steps one after the other."""
    steps = known.steps.filter(pl.col("campaign_id") == offer["campaign_id"])
    if steps.is_empty():
        return f"{_off(offer)} {_lasting(offer)}"
    parts = [
        f"{_off(row)} {text('offer.for_periods', count=row['periods'])}"
        for row in steps.sort("step").to_dicts()
    ]
    return f"{text('offer.then')} ".join(parts)


def _off(row: Row) -> str:
    """Return the size of a discount in words."""
    kind = row["discount_kind"]
    if kind == "percent":
        return text("offer.off", size=numbers.percent(Decimal(row["percent"])))
    return text(f"offer.off_{kind}", size=numbers.money(row["amount_minor"]))


def _lasting(offer: Row) -> str:
    kind = offer["lasts_kind"]
    if kind == "until":
        return text("offer.until_day", day=numbers.day(offer["lasts_until"]))
    if kind == "forever":
        return text("offer.forever")
    return text(f"offer.for_{kind}", count=offer["lasts_periods"])


def _for(offer: Row, names: dict[str, str]) -> str:
    whom = text(
        "offer.for_new" if offer["new_customers_only"] else "offer.for_everyone"
    )
    if offer["ended_from_days"] is not None:
        most = offer["ended_to_days"]
        key = "offer.for_former" if most is None else "offer.for_former_to"
        whom = text(key, least=offer["ended_from_days"], most=most)
    if offer["plans"]:
        plans = [names.get(plan, plan) for plan in offer["plans"].split(",")]
        whom = f"{whom}: {', '.join(plans)}"
    return whom


def _limits(offer: Row) -> list[str]:
    return [
        text(key, count=numbers.count(offer[name]))
        for name, key in (
            ("code_max_uses", "offer.at_most"),
            ("code_max_uses_customer", "offer.each_at_most"),
            ("again_after_days", "offer.again_after"),
        )
        if offer[name]
    ]


def _first(first_period: str) -> str:
    return name_of("first_period", first_period)


def _fee(offer: Row) -> str:
    if offer["exit_fee_kind"] == "remaining":
        return f", {text('offer.fee_remaining')}"
    if offer["exit_fee_minor"]:
        return f", {text('offer.fee', fee=numbers.money(offer['exit_fee_minor']))}"
    return ""


def examples(offer: Row) -> list[Row]:
    """Return the orders that an offer was tried on before its launch."""
    found: list[Row] = json.loads(offer["examples"])
    return found
