"""Campaigns over the API: what is offered, to whom, and who is the control group."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, Writer
from api.errors import READ_STATUSES, WRITE_STATUSES, responses
from api.payload import Id, Payload
from api.routes.subscriptions import Offer
from billing.books import offers
from billing.campaigns.exposure import DrawArms

router = APIRouter(tags=["campaigns"])


class Campaign(Payload):
    """An offer: when it is open and how often it has been taken."""

    campaign_id: str
    name: str
    code: str | None
    words: str
    offered_on: str
    valid_from: date | None
    valid_to: date | None
    takers: int


class Drawing(Payload):
    """Whom to draw for a campaign's groups."""

    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class Drawn(Payload):
    """How many were drawn into each group; known were drawn before."""

    campaign_id: str
    offered: int
    control: int
    known: int


@router.get(
    "/campaigns", operation_id="list_campaigns", responses=responses(*READ_STATUSES)
)
def list_campaigns(caller: Reader) -> list[Campaign]:
    """List the campaigns, those launched last first."""
    found = offers.launched(caller.books)
    return [Campaign.of(row) for row in found.to_dicts()]


@router.get(
    "/customers/{customer_id}/offers",
    operation_id="list_offers_for_order",
    responses=responses(*READ_STATUSES),
)
def list_offers(
    customer_id: Id, plan_id: Annotated[Id, Query()], caller: Reader
) -> list[Offer]:
    """List the campaigns that a customer may take with a plan today."""
    on = caller.moment.on
    found = offers.offers_for(caller.books, customer_id, plan_id, on)
    return [Offer.of(row) for row in found.to_dicts()]


@router.post(
    "/campaigns/{campaign_id}/arms",
    operation_id="draw_campaign_arms",
    status_code=201,
    response_model=Drawn,
    responses=responses(*WRITE_STATUSES),
)
def draw(campaign_id: Id, drawing: Drawing, sender: Writer) -> Response:
    """Draw who is offered a campaign and who is kept out of it, to compare."""
    return sender.carry_out(
        DrawArms(campaign_id, tuple(drawing.customer_ids)), Drawn.of
    )
