"""The catalogue over the API: the plans that are sold today, with their prices."""

from fastapi import APIRouter

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.payload import DecimalText, Payload
from billing.books import listings

router = APIRouter(tags=["catalogue"])


class Plan(Payload):
    """A plan as it is sold today; its price is per cycle in major units."""

    plan_id: str
    name: str
    product_id: str
    every_count: int
    every_unit: str
    timing: str
    currency: str
    prices_include_vat: bool
    price_model: str
    price: DecimalText


@router.get("/plans", operation_id="list_plans", responses=responses(*READ_STATUSES))
def list_plans(caller: Reader) -> list[Plan]:
    """List the plans that can be subscribed to today."""
    found = listings.plans(caller.books, caller.moment.on)
    return [Plan.of(row) for row in found.to_dicts()]
