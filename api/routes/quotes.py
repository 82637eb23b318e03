"""Quotes over the API: made, read, signed and declined."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter, Writer
from api.errors import READ_STATUSES, WRITE_STATUSES, previewable, responses
from api.listing import one
from api.payload import Currency, Day, Id, Payload, Text
from api.routes.subscriptions import FirstBill, NewSubscription, as_row
from billing.books import quotes
from billing.subscriptions.agreement import agreements_frame
from billing.subscriptions.quote import DeclineQuote, Quote, SignQuote

router = APIRouter(tags=["quotes"])


class Offered(NewSubscription):
    """An agreement that is offered; without a first day it begins on acceptance."""

    start_on: Day | None = None  # type: ignore[assignment] # looser than an order


class NewQuote(Payload):
    """What is offered, until when, and what makes it an agreement."""

    agreements: Annotated[list[Offered], Field(min_length=1, max_length=100)]
    valid_until: Day
    activation: Literal["signature", "payment"] = "signature"


class Quoted(Payload):
    """The quote with what its first invoice and first year come to."""

    quote_id: str
    reference: str | None
    currency: Currency
    first_minor: int
    valid_until: date
    first_bill: FirstBill

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the quote as the command answers it."""
        told = {name: row[name] for name in cls.model_fields if name in row}
        return cls(**told, first_bill=FirstBill.of_effect(row["effect"]))


class Signature(Payload):
    """How it is known that the customer has signed."""

    evidence: Text


class Decline(Payload):
    """Why the customer does not want it."""

    reason: Text


class QuoteState(Payload):
    """Where the quote stands; `reference` is what a payment is made with."""

    quote_id: str
    state: str
    reference: str | None = None
    currency: str | None = None
    first_minor: int | None = None
    subscription_ids: list[str] = Field(default_factory=list)


class StandingQuote(Payload):
    """A quote as it stands today."""

    quote_id: str
    customer_id: str
    state: str
    activation: str
    reference: str | None
    currency: Currency
    first_minor: int
    quoted_on: date
    valid_until: date


@router.post(
    "/quotes",
    operation_id="make_quote",
    status_code=201,
    response_model=Quoted,
    responses=previewable(Quoted),
)
def make(quote: NewQuote, sender: TryingWriter) -> Response:
    """Offer agreements at today's prices, until a day."""
    rows = [as_row(offered) for offered in quote.agreements]
    command = Quote(agreements_frame(rows), quote.valid_until, quote.activation)
    return sender.carry_out(command, Quoted.of)


@router.get(
    "/quotes/{quote_id}",
    operation_id="get_quote",
    responses=responses(*READ_STATUSES),
)
def get_quote(quote_id: Id, caller: Reader) -> StandingQuote:
    """Read one quote as it stands."""
    found = quotes.quote(caller.books, quote_id)
    return StandingQuote.of(one(found, f"quote {quote_id}"))


@router.post(
    "/quotes/{quote_id}/signature",
    operation_id="sign_quote",
    status_code=201,
    response_model=QuoteState,
    responses=responses(*WRITE_STATUSES),
)
def sign(quote_id: Id, signature: Signature, sender: Writer) -> Response:
    """Record that a quote is signed; its agreements begin, or wait for a payment."""
    return sender.carry_out(SignQuote(quote_id, signature.evidence), QuoteState.of)


@router.post(
    "/quotes/{quote_id}/decline",
    operation_id="decline_quote",
    status_code=201,
    response_model=QuoteState,
    responses=responses(*WRITE_STATUSES),
)
def decline(quote_id: Id, declined: Decline, sender: Writer) -> Response:
    """Record that a quote is not wanted."""
    return sender.carry_out(DeclineQuote(quote_id, declined.reason), QuoteState.of)
