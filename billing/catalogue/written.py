"""A catalogue written as its file: to begin from, and to overlay with a part of one.

Reading back what is written gives the same catalogue.
"""

import json
from datetime import date
from typing import Any

import polars as pl

from billing import money
from billing.catalogue import idea
from billing.catalogue.frames import Catalogue

Mapping = dict[str, Any]
SECTIONS = ("price_lists", "products", "plans", "campaigns")
# A plan has a price or prices, and a product or a bundle: the one given stands alone.
INSTEAD = {
    "price": "prices", "prices": "price", "product": "bundle", "bundle": "product",
}  # fmt: skip


def written(known: Catalogue, currency: str) -> Mapping:
    """Return the whole catalogue as the mapping that a file of it holds."""
    file = idea.retold(known, known.plans["plan_id"].sort().to_list())
    lists = known.price_lists.sort("price_list").to_dicts()
    told = {
        "price_lists": [
            _said({"id": row.pop("price_list"), **row}) for row in lists
        ],
        "products": [
            idea.product(row) for row in known.products.sort("product_id").to_dicts()
        ],
        "plans": file.get("plans", []),
        "campaigns": [
            _campaign(row, known, currency)
            for row in known.campaigns.sort("campaign_id").to_dicts()
        ],
    }  # fmt: skip
    return {name: parts for name, parts in told.items() if parts}


def overlaid(whole: Mapping, part: Mapping) -> Mapping:
    """Return a catalogue's file in which a part has its say, thing by thing.

    A thing that the file has already keeps the fields that the part does not name.

    >>> overlaid({"plans": [{"id": "a", "name": "A", "prices": [1]}]},
    ...     {"plans": [{"id": "a", "price": 2}, {"id": "b"}]})
    {'plans': [{'id': 'a', 'name': 'A', 'price': 2}, {'id': 'b'}]}
    """
    merged = {**part, **whole}
    for section in part:
        if section in SECTIONS and isinstance(part[section], list):
            merged[section] = _overlaid(whole.get(section, []), part[section])
    return merged


def _overlaid(known: list[Mapping], given: list[Mapping]) -> list[Mapping]:
    by_id = {thing["id"]: dict(thing) for thing in known}
    unnamed = []
    for thing in given:
        if not isinstance(thing, dict) or not isinstance(thing.get("id"), str):
            unnamed.append(thing)
            continue
        before = by_id.get(thing["id"], {})
        for name in thing:
            before.pop(INSTEAD.get(name, ""), None)
        by_id[thing["id"]] = {**before, **thing}
    return [*by_id.values(), *unnamed]


def _campaign(row: Mapping, known: Catalogue, currency: str) -> Mapping:
    mine = pl.col("campaign_id") == row["campaign_id"]
    codes = known.codes.filter(mine).sort("code").to_dicts()
    steps = known.steps.filter(mine).sort("step").to_dicts()
    discounts = [
        {"discount": _discount(step, currency), "periods": step["periods"]}
        for step in steps
    ]
    return _said(
        {
            "id": row["campaign_id"],
            "name": row["name"],
            "code": row["code"],
            "codes": [
                _said({"code": c["code"], "uses": c["max_uses"], "to": c["valid_to"]})
                for c in codes
            ],
            "discount": None if steps else _discount(row, currency),
            "steps": discounts,
            "lasts": None if steps else _lasts(row),
            "valid": _open(row["valid"]),
            "for": _eligible(row),
            "limits": _said(
                {
                    "uses": row["code_max_uses"],
                    "per_customer": row["code_max_uses_customer"],
                }
            ),
            "stacks": row["stacks"],
            "on_plan_change": row["on_plan_change"],
            "offered_on": row["offered_on"],
            "first_period": row["first_period"],
            "binding": _binding(row, currency),
            "control_share": row["control_share"],
            "examples": json.loads(row["examples"]),
        }
    )


def _discount(row: Mapping, currency: str) -> Mapping:
    kind = row["discount_kind"]
    if kind == "percent":
        return {"percent": row["percent"]}
    return {kind: money.to_text(row["amount_minor"], currency)}


def _lasts(row: Mapping) -> Mapping | str:
    kind = row["lasts_kind"]
    if kind == "forever":
        return "forever"
    return {kind: row["lasts_until" if kind == "until" else "lasts_periods"]}


def _open(valid: str) -> Mapping:
    """Return the bounds of a written range of days, "[2026-01-01,)"."""
    begin, end = valid[1:-1].split(",")
    days = {"from": begin, "to": end}
    return {name: date.fromisoformat(day) for name, day in days.items() if day}


def _eligible(row: Mapping) -> Mapping:
    ended = None
    if row["ended_from_days"] is not None:
        ended = {"from_days": row["ended_from_days"], "to_days": row["ended_to_days"]}
    plans = row["plans"]
    return _said(
        {
            "new_customers": row["new_customers_only"],
            "plans": plans and plans.split(","),
            "ended": ended and _said(ended),
            "again_after_days": row["again_after_days"],
        }
    )


def _binding(row: Mapping, currency: str) -> Mapping | None:
    if row["binding_count"] is None:
        return None
    fee = row["exit_fee_kind"]
    if fee == "amount":
        fee = money.to_text(row["exit_fee_minor"], currency)
    lasts = {"count": row["binding_count"], "unit": row["binding_unit"]}
    return _said({"lasts": lasts, "exit_fee": fee})


def _said(mapping: Mapping) -> Mapping:
    """Leave out what is not said: nothing, and empty parts."""
    return {
        name: value
        for name, value in mapping.items()
        if value is not None and value not in ([], {})
    }
