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

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import yaml
from pydantic import ValidationError

from billing import money, tax
from billing.catalogue.shape import Campaign, CatalogueFile, Plan, Price, Step
from billing.errors import Invalid

BEGINNING = date(1900, 1, 1)

PRODUCTS = pl.Schema(
    {
        "product_id": pl.String,
        "name": pl.String,
        "vat_category": pl.String,
        "recognised": pl.String,
    }
)
PLANS = pl.Schema(
    {
        "plan_id": pl.String,
        "name": pl.String,
        "product_id": pl.String,
        "every_count": pl.Int64,
        "every_unit": pl.String,
        "timing": pl.String,
        "currency": pl.String,
        "anchor_kind": pl.String,
        "anchor_day": pl.Int64,
        "prices_include_vat": pl.Boolean,
        "prorates": pl.Boolean,
        "setup_fee_minor": pl.Int64,
        "minimum_minor": pl.Int64,
        "usage_metric": pl.String,
        "usage_aggregation": pl.String,
        "binding_count": pl.Int64,
        "notice_count": pl.Int64,
        "term_unit": pl.String,
    }
)
PRICES = pl.Schema(
    {
        "plan_id": pl.String,
        "phase": pl.Int64,
        "phase_count": pl.Int64,
        "phase_unit": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "applies_to": pl.String,
        "model": pl.String,
        "amount": pl.String,
        "terms": pl.String,
    }
)
CAMPAIGNS = pl.Schema(
    {
        "campaign_id": pl.String,
        "name": pl.String,
        "code": pl.String,
        "discount_kind": pl.String,
        "percent": pl.String,
        "amount_minor": pl.Int64,
        "lasts_kind": pl.String,
        "lasts_periods": pl.Int64,
        "lasts_until": pl.Date,
        "valid": pl.String,
        "new_customers_only": pl.Boolean,
        "plans": pl.String,
        "stacks": pl.Boolean,
    }
)


class WrongCatalogue(Invalid):
    """Something in a catalogue file cannot be."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A catalogue as frames: `PRODUCTS`, `PLANS`, `PRICES` and `CAMPAIGNS`."""

    products: pl.DataFrame
    plans: pl.DataFrame
    prices: pl.DataFrame
    campaigns: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ApplyCatalogue:
    """Command: from that day what is sold is what the catalogue says."""

    catalogue: Catalogue
    effective_on: date


def parse(text: str, *, currency: str = "SEK", country: str = "SE") -> Catalogue:
    """Read a catalogue file; raise WrongCatalogue that says what is wrong and where."""
    try:
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as broken:
        raise WrongCatalogue(f"the file is not YAML: {broken}") from broken
    return from_mapping(data, currency=currency, country=country)


def from_mapping(
    data: dict[str, Any], *, currency: str = "SEK", country: str = "SE"
) -> Catalogue:
    """Return the catalogue that a mapping of the file's shape describes."""
    try:
        file = CatalogueFile.model_validate(data)
    except ValidationError as wrong:
        raise WrongCatalogue(in_words(wrong)) from wrong
    _check_references(file, country)
    _check_prices(file)
    return Catalogue(
        products=pl.DataFrame(
            [(p.id, p.name or p.id, p.vat, p.recognised) for p in file.products],
            schema=PRODUCTS,
            orient="row",
        ),
        plans=pl.DataFrame([_plan(p, currency) for p in file.plans], schema=PLANS),
        prices=pl.DataFrame(
            [row for plan in file.plans for row in _prices(plan)], schema=PRICES
        ),
        campaigns=pl.DataFrame(
            [_campaign(c, currency) for c in file.campaigns], schema=CAMPAIGNS
        ),
    )


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


def _check_references(file: CatalogueFile, country: str) -> None:
    products = {product.id for product in file.products}
    plans = {plan.id for plan in file.plans}
    for n, product in enumerate(file.products):
        if not tax.is_known(product.vat, country):
            known = ", ".join(tax.categories(country))
            raise WrongCatalogue(
                f"products[{n}] {product.id!r}: vat {product.vat!r} is not known in "
                f"{country}; use one of {known} or a rate such as 0.25"
            )
    for n, plan in enumerate(file.plans):
        if plan.product not in products:
            raise WrongCatalogue(
                f"plans[{n}] {plan.id!r}: product {plan.product!r} is not among the "
                "products"
            )
    for n, campaign in enumerate(file.campaigns):
        for name in campaign.eligible.plans or []:
            if name not in plans:
                raise WrongCatalogue(
                    f"campaigns[{n}] {campaign.id!r}: plan {name!r} is not among the "
                    "plans"
                )


def _check_prices(file: CatalogueFile) -> None:
    """Refuse versions that begin on one day, or inside one that has an end."""
    for n, plan in enumerate(file.plans):
        versions = sorted(plan.versions(), key=lambda version: version.valid_from)
        for before, after in pairwise(versions):
            clash = before.valid_to is not None and after.valid_from < before.valid_to
            if clash or before.valid_from == after.valid_from:
                raise WrongCatalogue(
                    f"plans[{n}] {plan.id!r}: the price from {after.valid_from} "
                    f"overlaps the one from {before.valid_from}; let each begin where "
                    "the one before it ends"
                )


def _plan(plan: Plan, currency: str) -> dict[str, Any]:
    in_currency = plan.currency or currency
    kind, day = plan.anchored()
    return {
        "plan_id": plan.id,
        "name": plan.name or plan.id,
        "product_id": plan.product,
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
        "binding_count": plan.term.binding if plan.term else None,
        "notice_count": plan.term.notice if plan.term else None,
        "term_unit": plan.term.unit if plan.term else None,
    }


def _prices(plan: Plan) -> list[dict[str, Any]]:
    steps = [_step(plan, n, step) for n, step in enumerate(plan.phases, start=1)]
    evergreen = [
        {
            "plan_id": plan.id,
            "phase": 0,
            "phase_count": None,
            "phase_unit": None,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "applies_to": version.applies_to,
            **_priced(version.price),
        }
        for version in plan.versions()
    ]
    return steps + evergreen


def _step(plan: Plan, n: int, step: Step) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "phase": n,
        "phase_count": step.lasts.count,
        "phase_unit": step.lasts.unit,
        "valid_from": BEGINNING,
        "valid_to": None,
        "applies_to": "new",
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


def _campaign(campaign: Campaign, currency: str) -> dict[str, Any]:
    kind, percent, amount = campaign.discount.said()
    lasts, periods, until = campaign.lasted()
    begin = campaign.valid.begin.isoformat() if campaign.valid.begin else ""
    end = campaign.valid.end.isoformat() if campaign.valid.end else ""
    plans = campaign.eligible.plans
    return {
        "campaign_id": campaign.id,
        "name": campaign.name or campaign.id,
        "code": campaign.code,
        "discount_kind": kind,
        "percent": percent,
        "amount_minor": None if amount is None else money.parse(amount, currency),
        "lasts_kind": lasts,
        "lasts_periods": periods,
        "lasts_until": until,
        "valid": f"[{begin},{end})",
        "new_customers_only": campaign.eligible.new_customers,
        "plans": None if plans is None else ",".join(plans),
        "stacks": campaign.stacks,
    }
