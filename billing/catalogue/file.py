"""The catalogue is a file: products, plans with their prices, and campaigns, in YAML.

>>> catalogue = parse('''
... products: [{id: paper, name: Tidningen, vat: print}]
... plans:
...   - {id: daily, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
... ''')
>>> catalogue.plans.select("plan_id", "every_unit", "timing").rows()
[('daily', 'month', 'advance')]
>>> parse("plans: [{id: x, product: y, price: {amount: '1'}}]")
Traceback (most recent call last):
    ...
billing.catalogue.file.WrongCatalogue: plans[0] 'x': product 'y' is not among the \
products
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import yaml
from pydantic import ValidationError

from billing import money
from billing.catalogue import campaign_rows
from billing.catalogue.checks import check
from billing.catalogue.frames import (
    CAMPAIGNS,
    CODES,
    PARTS,
    PLANS,
    PRICE_LISTS,
    PRICES,
    PRODUCTS,
    STEPS,
    Catalogue,
)
from billing.catalogue.reading import read
from billing.catalogue.shape import CatalogueFile
from billing.catalogue.shape_plans import Plan, Product, Term
from billing.catalogue.shape_prices import Price, Step, Version
from billing.catalogue.shape_values import BEGINNING
from billing.catalogue.telling import told
from billing.errors import Invalid


class WrongCatalogue(Invalid):
    """Something in a catalogue file cannot be."""


@dataclass(frozen=True, slots=True)
class ApplyCatalogue:
    """Command: from that day what is sold is what the catalogue says."""

    catalogue: Catalogue
    effective_on: date


def parse(text: str, *, currency: str = "SEK", country: str = "SE") -> Catalogue:
    """Read a catalogue file; raise WrongCatalogue that says what is wrong and where."""
    with _without_collecting():
        try:
            data = read(text) or {}
        except yaml.YAMLError as broken:
            raise WrongCatalogue(f"the file is not YAML: {broken}") from broken
        return from_mapping(data, currency=currency, country=country)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let no garbage be collected: a large file is millions of things that all stay."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def from_mapping(
    data: dict[str, Any], *, currency: str = "SEK", country: str = "SE"
) -> Catalogue:
    """Return the catalogue that a mapping of the file's shape describes."""
    faults = []
    try:
        file = CatalogueFile.model_validate(data)
    except ValidationError as wrong:
        faults.append(in_words(wrong))
    faults += check(told(data), currency, country)
    if faults:
        raise WrongCatalogue("; ".join(faults))
    lists = {price_list.id: price_list.currency for price_list in file.price_lists}
    return Catalogue(
        products=_frame([_product(p) for p in file.products], PRODUCTS),
        plans=_frame([_plan(p, currency) for p in file.plans], PLANS),
        prices=_frame([row for plan in file.plans for row in _prices(plan)], PRICES),
        parts=_frame(
            [row for plan in file.plans for row in _parts(plan, currency)], PARTS
        ),
        price_lists=_frame(
            [(p.id, p.name or p.id, lists[p.id], p.market) for p in file.price_lists],
            PRICE_LISTS,
        ),
        campaigns=_frame(
            [campaign_rows.campaign(c, currency) for c in file.campaigns], CAMPAIGNS
        ),
        steps=_frame(
            [row for c in file.campaigns for row in campaign_rows.steps(c, currency)],
            STEPS,
        ),
        codes=_frame(
            [row for c in file.campaigns for row in campaign_rows.codes(c)], CODES
        ),
    )


def _frame(rows: Sequence[Any], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def in_words(wrong: ValidationError) -> str:
    """Say every fault with its place in the file."""
    faults = []
    for fault in wrong.errors():
        place = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}"
            for part in fault["loc"]
        )
        faults.append(
            f"{place.lstrip('.')}: {fault['msg'].removeprefix('Value error, ')}"
        )
    return "; ".join(faults)


def _product(product: Product) -> dict[str, Any]:
    delivered = product.deliveries
    return {
        "product_id": product.id,
        "name": product.name or product.id,
        "vat_category": product.vat,
        "recognised": product.recognised,
        "delivery_weekdays": delivered and ",".join(delivered.weekdays),
        "delivery_except": delivered
        and ",".join(day.isoformat() for day in sorted(delivered.except_on)),
    }


def _plan(plan: Plan, currency: str) -> dict[str, Any]:
    in_currency = plan.currency or currency
    kind, day = plan.anchored()
    return {
        "plan_id": plan.id,
        "name": plan.name or plan.id,
        "product_id": plan.sold()[0],
        "every_count": plan.every.count,
        "every_unit": plan.every.unit,
        "timing": plan.timing,
        "currency": in_currency,
        "anchor_kind": kind,
        "anchor_day": day,
        "prices_include_vat": plan.prices_include_vat,
        "prorates": plan.prorate,
        "setup_fee_minor": money.parse(plan.setup_fee, in_currency),
        "minimum_minor": money.parse(plan.minimum, in_currency),
        "usage_metric": plan.usage.metric if plan.usage else None,
        "usage_aggregation": plan.usage.aggregation if plan.usage else None,
        "trial_then": plan.trial.then if plan.trial else None,
        **_term(plan.term or Term(), in_currency),
    }


def _term(term: Term, currency: str) -> dict[str, Any]:
    kind, fee_minor = campaign_rows.exit_fee(term.exit_fee, currency)
    # Without a length of its own, what does not renew lasts as long as it binds.
    lasts = term.lasts or (None if term.renews else term.binding)
    return {
        "binding_count": term.binding or None,
        "notice_count": term.notice or None,
        "term_unit": term.unit,
        "lasts_count": lasts,
        "renews": term.renews,
        "exit_fee_kind": kind,
        "exit_fee_minor": fee_minor,
    }


def _parts(plan: Plan, currency: str) -> list[dict[str, Any]]:
    in_currency = plan.currency or currency
    return [
        {
            "plan_id": plan.id,
            "n": n,
            "product_id": part.product,
            "standalone_minor": part.standalone_price
            and money.parse(part.standalone_price, in_currency),
            "share": part.share,
        }
        for n, part in enumerate(plan.bundle, start=1)
    ]


def _prices(plan: Plan) -> list[dict[str, Any]]:
    lists = ("", *plan.lists)
    steps = [
        _step(plan, name, n, step)
        for name in lists
        for n, step in enumerate(plan.steps(name), start=1)
    ]
    evergreen = [
        _version(plan, name, version)
        for name in lists
        for version in plan.versions(name)
    ]
    return steps + evergreen


def _version(plan: Plan, price_list: str, version: Version) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "price_list": price_list,
        "phase": 0,
        "phase_count": None,
        "phase_unit": None,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "applies_to": version.applies_to,
        "cohort_from": version.cohort and version.cohort.begin,
        "cohort_to": version.cohort and version.cohort.end,
        **_priced(version.price),
    }


def _step(plan: Plan, price_list: str, n: int, step: Step) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "price_list": price_list,
        "phase": n,
        "phase_count": step.lasts.count,
        "phase_unit": step.lasts.unit,
        "valid_from": BEGINNING,
        "valid_to": None,
        "applies_to": "new",
        "cohort_from": None,
        "cohort_to": None,
        **_priced(step.price),
    }


def _priced(price: Price) -> dict[str, Any]:
    return {
        "model": price.model,
        "amount": price.amount or "0",
        "terms": price.model_dump_json(
            exclude={"model", "amount"}, exclude_defaults=True
        ),
    }
