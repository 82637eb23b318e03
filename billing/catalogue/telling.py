"""What a catalogue file tells, thing by thing, whatever is wrong with the others.

So all faults of a file are said at once: a plan that is written wrongly does not hide
that another one sells a product that does not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from billing.catalogue.shape_campaigns import Campaign
from billing.catalogue.shape_plans import Plan, PriceList, Product
from billing.catalogue.shape_values import Strict

KINDS: dict[str, type[Strict]] = {
    "price_lists": PriceList,
    "products": Product,
    "plans": Plan,
    "campaigns": Campaign,
}


@dataclass(frozen=True, slots=True)
class Told:
    """The things of a file that are well written, each with its place in its list.

    `ids` are those of all things by kind, the wrongly written among them.
    """

    price_lists: list[tuple[int, PriceList]]
    products: list[tuple[int, Product]]
    plans: list[tuple[int, Plan]]
    campaigns: list[tuple[int, Campaign]]
    ids: dict[str, set[str]]


def told(data: object) -> Told:
    """Return what a mapping of the file's shape tells; what is no mapping: nothing."""
    lists = {kind: _listed(data, kind) for kind in KINDS}
    things: dict[str, Any] = {
        kind: list(_well_written(kind, listed)) for kind, listed in lists.items()
    }
    ids = {
        kind: {str(thing["id"]) for thing in listed if "id" in _mapping(thing)}
        for kind, listed in lists.items()
    }
    return Told(**things, ids=ids)


def _mapping(thing: object) -> dict[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _listed(data: object, kind: str) -> list[Any]:
    found = _mapping(data).get(kind)
    return list(found) if isinstance(found, list | tuple) else []


def _well_written(kind: str, listed: list[Any]) -> Iterator[tuple[int, Strict]]:
    for n, thing in enumerate(listed):
        try:
            yield n, KINDS[kind].model_validate(thing)
        except ValidationError:
            continue
