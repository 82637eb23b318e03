"""Checks of a catalogue file as a whole: what its parts say of one another."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from billing import tax
from billing.catalogue.shape_plans import Plan
from billing.catalogue.shape_prices import Version
from billing.catalogue.telling import Told


def check(file: Told, currency: str, country: str) -> list[str]:
    """Return every fault in words: what is wrong, where, and what to do.

    `currency` is that of plans that do not say theirs.
    """
    return [
        *_vat(file, country),
        *_sold(file),
        *_lists(file, currency),
        *_deliveries(file),
        *_versions(file),
        *_campaigns(file),
        *_codes(file),
    ]


def _vat(file: Told, country: str) -> Iterator[str]:
    for n, product in file.products:
        if not tax.is_known(product.vat, country):
            known = ", ".join(tax.categories(country))
            yield (
                f"products[{n}] {product.id!r}: vat {product.vat!r} is not known in "
                f"{country}; use one of {known} or a rate such as 0.25"
            )


def _sold(file: Told) -> Iterator[str]:
    for n, plan in file.plans:
        for product in plan.sold():
            if product not in file.ids["products"]:
                yield (
                    f"plans[{n}] {plan.id!r}: product {product!r} is not among the "
                    "products"
                )


def _lists(file: Told, currency: str) -> Iterator[str]:
    currencies = {listed.id: listed.currency for _, listed in file.price_lists}
    for n, plan in file.plans:
        own = plan.currency or currency
        for name in plan.lists:
            if name not in file.ids["price_lists"]:
                yield (
                    f"plans[{n}] {plan.id!r}: price list {name!r} is not among the "
                    "price_lists"
                )
            elif currencies.get(name, own) != own and _has_fixed_amounts(plan):
                yield (
                    f"plans[{n}] {plan.id!r}: its setup_fee and minimum are in {own}, "
                    f"list {name!r} is in {currencies[name]}; sell them there as a "
                    "plan of its own"
                )


def _has_fixed_amounts(plan: Plan) -> bool:
    return bool(Decimal(plan.setup_fee) or Decimal(plan.minimum))


def _deliveries(file: Told) -> Iterator[str]:
    silent = {p.id for _, p in file.products if p.deliveries is None}
    for n, plan in file.plans:
        product = plan.sold()[0]
        if plan.every.unit == "delivery" and product in silent:
            yield (
                f"plans[{n}] {plan.id!r}: it is sold by deliveries, but product "
                f"{product!r} does not say on which days it is delivered; "
                "give it deliveries"
            )


def _versions(file: Told) -> Iterator[str]:
    """Refuse versions of one plan and list that claim the same day."""
    for n, plan in file.plans:
        for name in ("", *plan.lists):
            yield from (
                f"plans[{n}] {plan.id!r}{f' in list {name!r}' if name else ''}: {fault}"
                for fault in _overlaps(plan, name)
            )


def _overlaps(plan: Plan, price_list: str) -> Iterator[str]:
    versions = sorted(plan.versions(price_list), key=lambda v: v.valid_from)
    everyone = [version for version in versions if version.cohort is None]
    for before, after in pairwise(everyone):
        if _meet(before, after):
            yield clash(str(after.valid_from), str(before.valid_from))
    for place, version in enumerate(versions):
        for other in versions[:place]:
            either = version.cohort or other.cohort
            if either and _meet(other, version) and _share_agreements(other, version):
                yield clash(str(version.valid_from), str(other.valid_from))


def _meet(before: Version, after: Version) -> bool:
    """Return whether the later one begins on a day that the other one claims.

    A price without an end claims its first day, and gives way to later ones.
    """
    ends = before.valid_to or before.valid_from + timedelta(days=1)
    return after.valid_from < ends


def _share_agreements(one: Version, other: Version) -> bool:
    first, second = one.cohort, other.cohort
    if first is None or second is None:
        return True
    return not (
        (first.end and second.begin and first.end <= second.begin)
        or (second.end and first.begin and second.end <= first.begin)
    )


def clash(after: str, before: str) -> str:
    """Say that the price from one day claims days that another one has.

    >>> clash("2026-03-01", "2026-01-01")
    'the price from 2026-03-01 overlaps the one from 2026-01-01; let each begin where \
the one before it ends'
    """
    return (
        f"the price from {after} overlaps the one from {before}; "
        "let each begin where the one before it ends"
    )


def _campaigns(file: Told) -> Iterator[str]:
    plans = file.ids["plans"]
    for n, campaign in file.campaigns:
        named = [
            *(campaign.eligible.plans or []),
            *(example.plan for example in campaign.examples),
        ]
        for name in named:
            if name not in plans:
                yield (
                    f"campaigns[{n}] {campaign.id!r}: plan {name!r} is not among the "
                    "plans"
                )


def _codes(file: Told) -> Iterator[str]:
    taken: dict[str, str] = {}
    for n, campaign in file.campaigns:
        own = [campaign.code] if campaign.code else []
        for code in [*own, *(code.code for code in campaign.codes)]:
            if code in taken:
                yield (
                    f"campaigns[{n}] {campaign.id!r}: code {code!r} is that of "
                    f"campaign {taken[code]!r}; give each a code of its own"
                )
            taken[code] = campaign.id
