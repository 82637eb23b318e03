"""A payload is the thin body of a webhook: which thing changed, not what it now holds.

The receiver fetches the state. So no personal data leaves the house in a webhook, and
it does not matter in which order deliveries arrive.

>>> issued = Event("invoice.issued", "0f8a4a3e-7d0e-5c55-9d2e-2a5f6f4b6f10", 1, 42,
...     dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC))
>>> print(body(issued).decode())
{"type":"invoice.issued","timestamp":"2026-11-23T05:00:00Z","data":\
{"id":"0f8a4a3e-7d0e-5c55-9d2e-2a5f6f4b6f10","version":1,"sequence":42}}
"""

import datetime as dt
import json
from dataclasses import dataclass

from billing.errors import Invalid


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, the function whose fact it follows, and what `data.id` names."""

    name: str
    function: str
    identifies: str
    description: str


EVENTS = [
    Kind("invoice.issued", "invoicing", "invoice", "An invoice or credit note is out."),
    Kind("payment.received", "payments", "payment", "A payment has been recorded."),
    Kind("customer.registered", "customers", "customer", "A customer is registered."),
    Kind("customer.merged", "customers", "merge", "Two customers are one from now on."),
    Kind("customer.split", "customers", "merge", "A merge has been taken back."),
    Kind("customer.erased", "customers", "customer", "A person is to be forgotten."),
    Kind("subscription.started", "subscriptions", "agreement", "An agreement began."),
    Kind("reminder.issued", "dunning", "reminder", "A reminder has been sent."),
]
KINDS = {kind.name: kind for kind in EVENTS}


class UnknownEvent(Invalid):
    """No event has this name."""


class EventWithoutPlace(Invalid):
    """An event lacks the moment, version or sequence that its receiver relies on."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as its receivers are told.

    `version` is that of the thing, 1 at first; `sequence` counts the events of the
    company without gaps; `occurred_at` is the moment of the fact, in UTC.
    """

    kind: str
    id: str
    version: int
    sequence: int
    occurred_at: dt.datetime

    def __post_init__(self) -> None:
        known(self.kind)
        if self.occurred_at.utcoffset() != dt.timedelta(0):
            raise EventWithoutPlace(
                f"event {self.kind} {self.id} has no moment in UTC: {self.occurred_at}",
                field="occurred_at",
            )
        if self.version < 1 or self.sequence < 1 or not self.id:
            raise EventWithoutPlace(
                f"event {self.kind} {self.id!r} needs an id, and version and sequence"
                f" from 1 on; it has {self.version} and {self.sequence}",
                field="sequence",
            )


def known(name: str) -> Kind:
    """Return the kind of that name, or refuse it.

    >>> known("invoice.printed")
    Traceback (most recent call last):
        ...
    billing.webhooks.payload.UnknownEvent: no event is called 'invoice.printed'; \
there are invoice.issued, payment.received, customer.registered, customer.merged, \
customer.split, customer.erased, \
subscription.started, reminder.issued
    """
    if name not in KINDS:
        names = ", ".join(KINDS)
        raise UnknownEvent(
            f"no event is called {name!r}; there are {names}", field="kind"
        )
    return KINDS[name]


def body(event: Event) -> bytes:
    """Return the bytes that are signed and sent; the same event has the same bytes."""
    moment = event.occurred_at.isoformat(timespec="auto").replace("+00:00", "Z")
    content = {
        "type": event.kind,
        "timestamp": moment,
        "data": {
            "id": event.id,
            "version": event.version,
            "sequence": event.sequence,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
