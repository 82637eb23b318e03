"""An idea for what is sold, as a catalogue file: a plan told again, a price rise.

What a file does not name stays as it is; so a file with one plan and one new version is
a price rise, and nothing else.

>>> raised(Decimal("299"), Rise("daily", date(2026, 1, 1), percent=Decimal("0.05")))
Decimal('313.95')
>>> raised(Decimal("299"), Rise("daily", date(2026, 1, 1), percent=Decimal("0.05"),
...     whole=True))
Decimal('314.00')
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import yaml

from billing import money
from billing.catalogue.frames import Catalogue
from billing.errors import NotFound

CENT, ONE = Decimal("0.01"), Decimal(1)
# What a percentage raises besides the amount itself: those of the tiers.
TIER_AMOUNTS = ("amount", "flat")
Mapping = dict[str, Any]


class NoSuchPlan(NotFound):
    """The catalogue has no such plan, or it has no price that could be raised."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A new price of a plan: an amount, or a share more (negative: less) than today's.

    `applies_to` is as in a catalogue file; `cohort_from` and `cohort_to` bound the
    starts of the agreements that a cohort's price is for. `whole` rounds to whole units
    of the currency.
    """

    plan_id: str
    from_on: date
    percent: Decimal | None = None
    amount: Decimal | None = None
    applies_to: str = "renewal"
    cohort_from: date | None = None
    cohort_to: date | None = None
    whole: bool = False


def price_rise(known: Catalogue, rise: Rise) -> Mapping:
    """Return the catalogue file that gives a plan a new price; raise NoSuchPlan."""
    plan = described(known, rise.plan_id)
    version: Mapping = {
        "from": rise.from_on,
        "applies_to": rise.applies_to,
        "price": _new_price(_current(known, rise), rise),
    }
    if rise.applies_to == "cohort":
        bounds = {"from": rise.cohort_from, "to": rise.cohort_to}
        version["cohort"] = {name: day for name, day in bounds.items() if day}
    return {
        "products": _products(known, [rise.plan_id]),
        "plans": [plan | {"prices": [version]}],
    }


def retold(known: Catalogue, plan_ids: list[str]) -> Mapping:
    """Return the catalogue file of plans that are sold, as they are; raise NoSuchPlan.

    A campaign's file names the plans that the campaign is for.
    """
    lists = known.prices.filter(
        pl.col("plan_id").is_in(plan_ids) & (pl.col("price_list") != "")
    )["price_list"]
    told = known.price_lists.filter(pl.col("price_list").is_in(lists.to_list()))
    file = {
        "price_lists": [
            _said({"id": row.pop("price_list"), **row}) for row in told.to_dicts()
        ],
        "products": _products(known, plan_ids),
        "plans": [
            described(known, plan_id) | _all_prices(known, plan_id)
            for plan_id in plan_ids
        ],
    }
    return {name: parts for name, parts in file.items() if parts}


def described(known: Catalogue, plan_id: str) -> Mapping:
    """Return a plan as the catalogue file tells it, without its prices."""
    found = known.plans.filter(pl.col("plan_id") == plan_id)
    if found.is_empty():
        raise NoSuchPlan(f"there is no plan {plan_id!r}; see the catalogue for plans")
    row = found.row(0, named=True)
    currency = row["currency"]
    parts = known.parts.filter(pl.col("plan_id") == plan_id).sort("n").to_dicts()
    return _said(
        {
            "id": plan_id,
            "name": row["name"],
            "product": None if parts else row["product_id"],
            "bundle": [_part(part, currency) for part in parts] or None,
            "every": {"count": row["every_count"], "unit": row["every_unit"]},
            "timing": row["timing"],
            "currency": currency,
            "anchor": (row["anchor_day"] and {"day": row["anchor_day"]})
            or row["anchor_kind"],
            "prices_include_vat": row["prices_include_vat"],
            "prorate": row["prorates"],
            "setup_fee": _major(row["setup_fee_minor"], currency),
            "minimum": _major(row["minimum_minor"], currency),
            "usage": row["usage_metric"]
            and {
                "metric": row["usage_metric"],
                "aggregation": row["usage_aggregation"],
            },
            "trial": _trial(known, row),
            "term": _term(row, currency),
        }
    )


def to_yaml(mapping: Mapping) -> str:
    """Return a catalogue file as its text."""
    return yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False, width=88)


def raised(amount: Decimal, rise: Rise) -> Decimal:
    """Return an amount that is raised by the share, rounded half up."""
    new = amount * (1 + (rise.percent or 0))
    return new.quantize(ONE if rise.whole else CENT, ROUND_HALF_UP).quantize(CENT)


def _current(known: Catalogue, rise: Rise) -> Mapping:
    """Return the price of the plan's own list that new agreements have on the day."""
    found = known.prices.filter(
        (pl.col("plan_id") == rise.plan_id)
        & (pl.col("price_list") == "")
        & (pl.col("phase") == 0)
        & (pl.col("applies_to") != "cohort")
        & (pl.col("valid_from") <= rise.from_on)
    ).sort("valid_from", descending=True)
    if found.is_empty():
        raise NoSuchPlan(
            f"plan {rise.plan_id!r} has no price on {rise.from_on}; choose a later day",
            field="from",
        )
    return found.row(0, named=True)


def _all_prices(known: Catalogue, plan_id: str) -> Mapping:
    """Return the steps, the versions and the price lists of a plan."""
    rows = known.prices.filter(pl.col("plan_id") == plan_id).sort(
        "price_list", "phase", "valid_from"
    )
    trial = known.plans.filter(pl.col("plan_id") == plan_id)["trial_then"][0]
    phases = rows.filter(pl.col("phase") > (1 if trial else 0))
    steps = phases.filter(pl.col("price_list") == "").to_dicts()
    own = rows.filter(pl.col("phase") == 0)
    by_list = {
        str(name): [_version(row) for row in found.to_dicts()]
        for (name,), found in own.group_by("price_list", maintain_order=True)
    }
    said: Mapping = {
        "phases": [
            {
                "lasts": {"count": row["phase_count"], "unit": row["phase_unit"]},
                "price": _price(row),
            }
            for row in steps
        ],
        "prices": by_list.pop("", []),
        "lists": {
            name: _listed(versions, phases.filter(pl.col("price_list") == name))
            for name, versions in by_list.items()
        },
    }
    return {name: part for name, part in said.items() if part}


def _listed(versions: list[Mapping], phases: pl.DataFrame) -> Mapping:
    """Return the prices of a plan in a list, with those of its phases."""
    prices = [_price(row) for row in phases.to_dicts()]
    return {"prices": versions, **({"phases": prices} if prices else {})}


def _version(row: Mapping) -> Mapping:
    cohort = _said({"from": row["cohort_from"], "to": row["cohort_to"]})
    return _said(
        {
            "from": row["valid_from"],
            "to": row["valid_to"],
            "applies_to": row["applies_to"],
            "cohort": cohort or None,
            "price": _price(row),
        }
    )


def _price(row: Mapping) -> Mapping:
    return {
        "model": row["model"],
        "amount": row["amount"],
        **json.loads(row["terms"]),
    }


def _new_price(current: Mapping, rise: Rise) -> Mapping:
    terms = json.loads(current["terms"])
    price: Mapping = {"model": current["model"], **terms}
    before = Decimal(current["amount"])
    if rise.amount is not None:
        return price | {"amount": str(rise.amount.quantize(CENT))}
    if "tiers" in terms:
        price["tiers"] = [_raised_tier(tier, rise) for tier in terms["tiers"]]
    if before:
        price["amount"] = str(raised(before, rise))
    return price


def _raised_tier(tier: Mapping, rise: Rise) -> Mapping:
    new = {
        name: str(raised(Decimal(tier[name]), rise))
        for name in TIER_AMOUNTS
        if name in tier
    }
    return tier | new


def _products(known: Catalogue, plan_ids: list[str]) -> list[Mapping]:
    """Return the products that plans sell, as the file tells them."""
    mine = pl.col("plan_id").is_in(plan_ids)
    sold = known.plans.filter(mine)["product_id"].to_list()
    sold += known.parts.filter(mine)["product_id"].to_list()
    rows = known.products.filter(pl.col("product_id").is_in(sold)).to_dicts()
    return [product(row) for row in rows]


def product(row: Mapping) -> Mapping:
    """Return a product of the catalogue's frame as the file tells it."""
    weekdays, without = row["delivery_weekdays"], row["delivery_except"]
    days = [date.fromisoformat(day) for day in (without or "").split(",") if day]
    return _said(
        {
            "id": row["product_id"],
            "name": row["name"],
            "vat": row["vat_category"],
            "recognised": row["recognised"],
            "deliveries": weekdays
            and _said({"weekdays": weekdays.split(","), "except": days or None}),
        }
    )


def _part(part: Mapping, currency: str) -> Mapping:
    alone = part["standalone_minor"]
    if alone is None:
        return {"product": part["product_id"], "share": part["share"]}
    return {"product": part["product_id"], "standalone_price": _major(alone, currency)}


def _trial(known: Catalogue, row: Mapping) -> Mapping | None:
    """Return the trial of a plan; its other steps stay when the file is silent."""
    if row["trial_then"] is None:
        return None
    first = known.prices.filter(
        (pl.col("plan_id") == row["plan_id"]) & (pl.col("phase") == 1)
    ).row(0, named=True)
    lasts = {"count": first["phase_count"], "unit": first["phase_unit"]}
    return {"lasts": lasts, "then": row["trial_then"]}


def _term(row: Mapping, currency: str) -> Mapping | None:
    fee = row["exit_fee_kind"]
    if fee == "amount":
        fee = _major(row["exit_fee_minor"], currency)
    said = {
        "binding": row["binding_count"],
        "notice": row["notice_count"],
        "renews": None if row["renews"] else False,
        "lasts": row["lasts_count"],
        "exit_fee": fee,
    }
    told = _said(said)
    return told | {"unit": row["term_unit"]} if told else None


def _major(minor: int | None, currency: str) -> str | None:
    if not minor:
        return None
    digits = money.exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _said(mapping: Mapping) -> Mapping:
    return {name: value for name, value in mapping.items() if value is not None}
