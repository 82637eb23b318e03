"""Payments over the API: what came in, what deviates, and how that is settled."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter
from api.errors import READ_STATUSES, previewable, responses
from api.listing import Listed, Page, one, page
from api.payload import Minor, Money, Name, Payload, Text, money
from billing.books import listings, queries
from billing.payments.command import SettleDeviation

router = APIRouter(tags=["payments"])


class Payment(Payload):
    """A payment as the bank reported it."""

    payment_id: str
    booked_on: date
    method: str
    amount: Money
    reference: str | None
    payer_name: str | None
    account: str
    bank_reference: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the payment of a row with its amount in minor units."""
        return super().of({**row, "amount": money(row, "amount_minor")})


class Deviation(Payload):
    """A payment that a person must look at: why, since when, and a suggestion."""

    deviation_id: str
    payment_id: str
    reason: str
    amount: Money
    opened_on: date
    payer_name: str | None
    reference: str | None
    suggested_item_id: str | None
    suggestion: str | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the deviation of a row with its amount in minor units."""
        return super().of({**row, "amount": money(row, "amount_minor")})


class Share(Payload):
    """A part of the payment for one open item."""

    item_id: Name
    amount_minor: Minor


class Settlement(Payload):
    """What to do with the payment: settle items, credit it to the payer, or park it."""

    decision: Literal["settle", "credit", "park"]
    shares: Annotated[list[Share], Field(max_length=100)] = Field(default_factory=list)
    note: Text


class Settled(Payload):
    """The deviation that is settled."""

    deviation_id: str
    decision: str


@router.get(
    "/payments", operation_id="list_payments", responses=responses(*READ_STATUSES)
)
def list_payments(asked: Page) -> Listed[Payment]:
    """List incoming payments in the order of recording."""
    return page(asked, listings.payments, Payment.of)


@router.get(
    "/payments/{payment_id:path}",
    operation_id="get_payment",
    responses=responses(*READ_STATUSES),
)
def get_payment(payment_id: Name, caller: Reader) -> Payment:
    """Read one payment."""
    found = queries.payment(caller.books, payment_id)
    return Payment.of(one(found, f"payment {payment_id}"))


@router.get(
    "/deviations",
    operation_id="list_open_deviations",
    responses=responses(*READ_STATUSES),
)
def list_deviations(asked: Page) -> Listed[Deviation]:
    """List the payments that wait for a person."""
    return page(asked, listings.deviations, Deviation.of)


@router.post(
    "/deviations/{deviation_id:path}/settle",
    operation_id="settle_deviation",
    status_code=201,
    response_model=Settled,
    responses=previewable(Settled),
)
def settle(deviation_id: Name, asked: Settlement, sender: TryingWriter) -> Response:
    """Settle a deviation by a person's decision, with its reason."""
    shares = tuple((share.item_id, share.amount_minor) for share in asked.shares)
    settled = Settled(deviation_id=deviation_id, decision=asked.decision)
    return sender.carry_out(
        SettleDeviation(deviation_id, asked.decision, shares, asked.note),
        lambda _: settled,
    )
