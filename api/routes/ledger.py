"""The ledger over the API: what a customer owes."""

from typing import Any, Self

from fastapi import APIRouter

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.listing import one
from api.payload import Id, Money, Payload, money
from billing.books import listings, queries

router = APIRouter(tags=["ledger"])


class Balance(Payload):
    """What a customer owes in a currency: all of it, and the part past its due date."""

    open: Money
    overdue: Money

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the balance of a row of amounts in minor units."""
        amounts = {name: money(row, f"{name}_minor") for name in ("open", "overdue")}
        return super().of(amounts)


@router.get(
    "/customers/{customer_id}/balance",
    operation_id="get_balance",
    responses=responses(*READ_STATUSES),
)
def get_balance(customer_id: Id, caller: Reader) -> list[Balance]:
    """Read what a customer owes today, one entry per currency."""
    one(queries.customer(caller.books, customer_id), f"customer {customer_id}")
    found = listings.balances(caller.books, customer_id, caller.moment.on)
    return [Balance.of(row) for row in found.to_dicts()]
