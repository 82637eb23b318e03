"""Subscriptions over the API: take an agreement, change, pause, end and read it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter
from api.errors import READ_STATUSES, previewable, responses
from api.listing import one
from api.payload import Day, DecimalText, Id, Minor, Payload, Quantity, Text
from billing.books import offers, queries
from billing.changes.cancellation import Cancel
from billing.changes.change import ChangeSubscription
from billing.changes.pause import Pause, Resume
from billing.subscriptions.agreement import (
    KeepAfterTrial,
    Subscribe,
    agreements_frame,
)

router = APIRouter(tags=["subscriptions"])

Price = Annotated[
    Minor, Field(ge=0, description="A price for this agreement alone, per cycle.")
]
AnchorDay = Annotated[int, Field(strict=True, ge=1, le=31)]


class NewSubscription(Payload):
    """An agreement to take; what is left out gets the default of the trade."""

    subscription_id: Id | None = None
    customer_id: Id
    payer_id: Id | None = None
    recipient_id: Id | None = None
    legal_entity: Id | None = None
    plan_id: Id
    quantity: Quantity | None = None
    agreed_minor: Price | None = None
    campaign: Text | None = Field(None, description="A code; several joined by +.")
    payment_method: Literal["bankgiro", "autogiro", "card"] | None = None
    start_on: Day
    giver_id: Id | None = Field(None, description="Who pays for a gift.")
    price_list: Id | None = None
    anchor: Id | None = Field(
        None,
        description="subscription, calendar, a day of the month, or the agreement "
        "whose cycles it shares.",
    )
    first_period: Literal["rest_of_month", "rest_of_year"] | Day | None = None


class Order(NewSubscription):
    """An agreement to take; a refusal of its payer is overridden with a reason."""

    override: Text | None = None


class BillLine(Payload):
    """A line of an invoice to come; amounts in minor units of the agreement."""

    text: str
    period_from: date
    period_to: date
    net_minor: int
    vat_minor: int


class FirstBill(Payload):
    """What the first invoice will be, and what falls due within the first year."""

    issued_on: date
    total_minor: int
    first_year_minor: int
    lines: list[BillLine]

    @classmethod
    def of_effect(cls, effect: dict[str, Any]) -> Self:
        """Return the first bill of the effect that a preview answers."""
        return cls(
            issued_on=effect["issued_on"],
            total_minor=effect["next_run"]["total_minor"],
            first_year_minor=effect["first_year"]["total_minor"],
            lines=[BillLine.of(line) for line in effect["lines"]],
        )


class Subscribed(Payload):
    """The number of the agreement; `subscribed` is false when it was there already.

    A preview shows the first invoice.
    """

    subscription_id: str
    subscribed: bool
    first_bill: FirstBill | None = None


class Change(Payload):
    """What becomes other, and when: a date, now, or at the next renewal."""

    effective: Day | Literal["now", "renewal"] = "now"
    plan_id: Id | None = None
    quantity: Quantity | None = None
    agreed_minor: Price | None = None
    anchor_day: AnchorDay | None = None
    campaign: Text | None = None
    reason: Text | None = None


class Cancellation(Payload):
    """When the agreement ends, and what happens to days that are billed already."""

    effective: Day | Literal["now", "period_end"] = "period_end"
    credit: Literal["unused", "none", "full"] | None = None
    reason: Text | None = None
    waive_fee: bool = False


class Interruption(Payload):
    """From when and until when nothing is delivered; credit for paid days or none."""

    from_on: Day
    until_on: Day | None = None
    effect: Literal["credit", "none"] = "credit"


class Resumption(Payload):
    """When delivery begins again."""

    effective: Day | Literal["now"] = "now"


class Changed(Payload):
    """The change that was recorded, and the day from which it holds."""

    change_id: str
    effective_on: date


class Offer(Payload):
    """An offer for an agreement; prices per cycle, sums over a year, in minor units."""

    campaign_id: str
    name: str
    words: str
    price_minor: int
    kept_minor: int
    saved_minor: int


class Ended(Changed):
    """The end of an agreement, what leaving early costs, and what may be offered."""

    exit_fee_minor: int
    exit_fee_waived: bool
    bound_until: date | None
    offers: list[Offer]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the end as the command answers it."""
        offers = [Offer.of(offer) for offer in row["offers"]]
        told = {name: row[name] for name in cls.model_fields if name in row}
        return cls(**told | {"offers": offers})


class Subscription(Payload):
    """An agreement as it is today."""

    subscription_id: str
    customer_id: str
    payer_id: str
    plan_id: str
    plan_name: str
    quantity: DecimalText | None
    state: str
    started_on: date
    ended_on: date | None
    payment_method: str
    campaign: str | None
    next_on: date | None


@router.post(
    "/subscriptions",
    operation_id="subscribe",
    status_code=201,
    response_model=Subscribed,
    responses=previewable(Subscribed),
)
def subscribe(subscription: Order, sender: TryingWriter) -> Response:
    """Take an agreement; the same agreement twice is one agreement."""
    row = as_row(subscription)
    override = row.pop("override")

    def shown(answer: dict[str, Any]) -> Subscribed:
        effect = answer.get("effect")
        return Subscribed(
            subscription_id=(*answer["subscription_ids"], row["subscription_id"])[0],
            subscribed=answer["subscribed"] > 0,
            first_bill=FirstBill.of_effect(effect) if effect else None,
        )

    return sender.carry_out(Subscribe(agreements_frame([row]), override), shown)


def as_row(subscription: NewSubscription) -> dict[str, Any]:
    """Return an agreement of the API as a row of agreements."""
    row = subscription.model_dump()
    row["quantity"] = row["quantity"] and Decimal(row["quantity"])
    row["first_period"] = row["first_period"] and str(row["first_period"])
    return row


@router.post(
    "/subscriptions/{subscription_id}/keep",
    operation_id="keep_subscription_after_trial",
    status_code=201,
    response_model=Changed,
    responses=previewable(Changed),
)
def keep(subscription_id: Id, sender: TryingWriter) -> Response:
    """Let an agreement that stops after its trial go on."""
    return sender.carry_out(KeepAfterTrial(subscription_id), Changed.of)


@router.get(
    "/subscriptions/{subscription_id}",
    operation_id="get_subscription",
    responses=responses(*READ_STATUSES),
)
def get_subscription(subscription_id: Id, caller: Reader) -> Subscription:
    """Read one agreement as it is today."""
    found = queries.subscription(caller.books, subscription_id, caller.moment.on)
    return Subscription.of(one(found, f"subscription {subscription_id}"))


@router.get(
    "/customers/{customer_id}/subscriptions",
    operation_id="list_subscriptions_of_customer",
    responses=responses(*READ_STATUSES),
)
def list_of_customer(customer_id: Id, caller: Reader) -> list[Subscription]:
    """Read the agreements of a customer."""
    one(queries.customer(caller.books, customer_id), f"customer {customer_id}")
    found = queries.subscriptions_of(caller.books, customer_id, caller.moment.on)
    return [Subscription.of(row) for row in found.to_dicts()]


@router.post(
    "/subscriptions/{subscription_id}/change",
    operation_id="change_subscription",
    status_code=201,
    response_model=Changed,
    responses=previewable(Changed),
)
def change(subscription_id: Id, asked: Change, sender: TryingWriter) -> Response:
    """Change plan, quantity, price, billing day or campaign."""
    fields = asked.model_dump()
    fields["quantity"] = fields["quantity"] and Decimal(fields["quantity"])
    return sender.carry_out(ChangeSubscription(subscription_id, **fields), Changed.of)


@router.post(
    "/subscriptions/{subscription_id}/cancel",
    operation_id="cancel_subscription",
    status_code=201,
    response_model=Ended,
    responses=previewable(Ended),
)
def cancel(subscription_id: Id, asked: Cancellation, sender: TryingWriter) -> Response:
    """End an agreement, at the end of the paid period unless another day is given."""
    return sender.carry_out(Cancel(subscription_id, **asked.model_dump()), Ended.of)


@router.post(
    "/subscriptions/{subscription_id}/pause",
    operation_id="pause_subscription",
    status_code=201,
    response_model=Changed,
    responses=previewable(Changed),
)
def pause(subscription_id: Id, asked: Interruption, sender: TryingWriter) -> Response:
    """Pause delivery and billing."""
    return sender.carry_out(Pause(subscription_id, **asked.model_dump()), Changed.of)


@router.post(
    "/subscriptions/{subscription_id}/resume",
    operation_id="resume_subscription",
    status_code=201,
    response_model=Changed,
    responses=previewable(Changed),
)
def resume(subscription_id: Id, asked: Resumption, sender: TryingWriter) -> Response:
    """End the running pause."""
    return sender.carry_out(Resume(subscription_id, **asked.model_dump()), Changed.of)


@router.get(
    "/subscriptions/{subscription_id}/offers",
    operation_id="list_offers_on_cancellation",
    responses=responses(*READ_STATUSES),
)
def list_offers(subscription_id: Id, caller: Reader) -> list[Offer]:
    """List what may be offered to who wants to cancel, the best for us first."""
    on = caller.moment.on
    found = offers.offers_on_cancellation(caller.books, subscription_id, on)
    return [Offer.of(row) for row in found.to_dicts()]
