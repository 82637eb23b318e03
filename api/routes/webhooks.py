"""Webhooks over the API: endpoints, and the feed of all that has happened."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api import cursor as cursors
from api.auth import Reader, Writer
from api.errors import READ_STATUSES, WRITE_STATUSES, responses
from api.listing import LIMIT_DEFAULT, Cursor, Limit
from api.payload import Id, Payload
from billing.books import listings, oversight
from billing.books.listings import Place
from billing.webhooks.command import DisableEndpoint, RegisterEndpoint

router = APIRouter(tags=["webhooks"])

EventName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=60)]


class NewEndpoint(Payload):
    """Where events are to be sent; without kinds, all of them."""

    url: Annotated[
        str,
        Field(max_length=2000, pattern=r"^https://", examples=["https://example.com/"]),
    ]
    kinds: Annotated[list[EventName], Field(max_length=50)] = Field(
        default_factory=list
    )


class RegisteredEndpoint(Payload):
    """The endpoint with its signing secret, which is shown this once."""

    endpoint_id: str
    secret: str


class Endpoint(Payload):
    """An endpoint as it is now; its secret is not shown again."""

    endpoint_id: str
    url: str
    kinds: str
    state: str


class DisabledEndpoint(Payload):
    """The endpoint to which nothing is sent any more."""

    endpoint_id: str
    state: str


class EventData(Payload):
    """Which thing changed, and the place of the change among all."""

    id: str
    version: int
    sequence: int


class Event(Payload):
    """One event, in the shape of a webhook body with its id."""

    event_id: str
    type: str
    timestamp: datetime
    data: EventData

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the event of a row of the outbox."""
        return cls(
            event_id=str(row["event_id"]),
            type=row["kind"],
            timestamp=row["recorded_at"],
            data=EventData(
                id=row["aggregate_id"], version=row["version"], sequence=row["seq"]
            ),
        )


@router.post(
    "/webhooks",
    operation_id="register_webhook",
    status_code=201,
    response_model=RegisteredEndpoint,
    responses=responses(*WRITE_STATUSES),
)
def register(endpoint: NewEndpoint, sender: Writer) -> Response:
    """Register an endpoint; the answer shows its signing secret once."""
    kinds = tuple(endpoint.kinds) or ("*",)
    return sender.carry_out(
        RegisterEndpoint(endpoint.url, kinds, allow_loopback=False),
        RegisteredEndpoint.of,
    )


@router.get(
    "/webhooks", operation_id="list_webhooks", responses=responses(*READ_STATUSES)
)
def list_endpoints(caller: Reader) -> list[Endpoint]:
    """List the endpoints, those that are disabled too."""
    found = oversight.webhook_endpoints(caller.books)
    return [Endpoint.of(row) for row in found.to_dicts()]


@router.post(
    "/webhooks/{endpoint_id}/disable",
    operation_id="disable_webhook",
    status_code=201,
    response_model=DisabledEndpoint,
    responses=responses(*WRITE_STATUSES),
)
def disable(endpoint_id: Id, sender: Writer) -> Response:
    """Send nothing more to an endpoint."""
    disabled = DisabledEndpoint(endpoint_id=endpoint_id, state="disabled")
    return sender.carry_out(DisableEndpoint(endpoint_id), lambda _: disabled)


class EventFeed(Payload):
    """Events; `next_after` is where to go on, also later, when this was the end."""

    items: list[Event]
    next_after: str
    has_more: bool


@router.get("/events", operation_id="list_events", responses=responses(*READ_STATUSES))
def list_events(
    caller: Reader, after: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> EventFeed:
    """Read all events in the order of recording; none is ever skipped."""
    place = cursors.read(after, listing="events", key=caller.cursor_key)
    found = listings.events(caller.books, place, limit + 1)
    shown = found.head(limit).to_dicts()
    last = Place(int(shown[-1]["xid"]), shown[-1]["seq"]) if shown else place
    return EventFeed(
        items=[Event.of(row) for row in shown],
        next_after=cursors.issue(last, listing="events", key=caller.cursor_key),
        has_more=found.height > limit,
    )
