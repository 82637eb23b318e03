"""The webhook queue is what waits to be told to whom: leased, sent, and settled.

A claim is a lease of a minute. Who claims and dies has lost nothing: the lease runs out
and the delivery is claimed again. A settlement counts only while its attempt is the
latest, so a late answer never overwrites a newer attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from billing.books.session import Books

LEASE = timedelta(seconds=60)
ACTOR = "webhooks"

CLAIM = """
with due as (
    select event_id, endpoint_id from webhook_queue
    where state = 'pending' and next_at <= %(now)s
      and (lease_until is null or lease_until <= %(now)s)
    order by next_at for update skip locked limit %(limit)s
), claimed as (
    update webhook_queue set lease_until = %(until)s, attempts = attempts + 1
    from due where webhook_queue.event_id = due.event_id
      and webhook_queue.endpoint_id = due.endpoint_id
    returning webhook_queue.event_id, webhook_queue.endpoint_id, attempts
), endpoints as (
    select distinct on (endpoint_id) endpoint_id, url, secret, state
    from webhook_endpoints order by endpoint_id, seq desc
)
select event_id, endpoint_id, attempts, events.kind, events.aggregate_id,
    events.version, events.seq, events.recorded_at, endpoints.url, endpoints.secret,
    endpoints.state
from claimed inner join events using (event_id) inner join endpoints using (endpoint_id)
"""

SETTLE = """
update webhook_queue set state = %(state)s, next_at = coalesce(%(next_at)s, next_at),
    lease_until = null
where event_id = %(event_id)s and endpoint_id = %(endpoint_id)s
  and attempts = %(attempt)s and state = 'pending'
"""

ATTEMPT = """
insert into webhook_attempts
    (event_id, endpoint_id, attempt, attempted_at, status, outcome, response)
values (%(event_id)s, %(endpoint_id)s, %(attempt)s, %(at)s, %(status)s, %(outcome)s,
    %(response)s)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One event that an endpoint is to be told now, in this attempt."""

    event_id: UUID
    endpoint_id: str
    attempt: int
    kind: str
    aggregate_id: str
    version: int
    seq: int
    recorded_at: datetime
    url: str
    secret: str
    endpoint_state: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to, and what comes next: delivered, dead, or pending at."""

    outcome: str
    state: str
    next_at: datetime | None = None
    status: int | None = None
    response: str | None = None


def claim(books: Books, now: datetime, limit: int) -> list[Due]:
    """Lease deliveries that are due, at most so many; others skip them meanwhile."""
    with books.transaction() as connection:
        rows = connection.execute(
            CLAIM, {"now": now, "until": now + LEASE, "limit": limit}
        ).fetchall()
    return [Due(*row) for row in rows]


def settle(books: Books, due: Due, outcome: Outcome, at: datetime) -> bool:
    """Record an attempt and what comes next, together; False when a newer one runs."""
    with books.transaction() as connection:
        _set_axes(connection, books, due, at)
        named: dict[str, Any] = {
            "event_id": due.event_id,
            "endpoint_id": due.endpoint_id,
            "attempt": due.attempt,
            "at": at,
            "status": outcome.status,
            "outcome": outcome.outcome,
            "response": outcome.response,
            "state": outcome.state,
            "next_at": outcome.next_at,
        }
        connection.execute(ATTEMPT, named)
        return connection.execute(SETTLE, named).rowcount == 1


def states(books: Books) -> dict[str, int]:
    """Return how many deliveries are pending, delivered and dead."""
    with books.transaction() as connection:
        rows: Sequence[tuple[Any, ...]] = connection.execute(
            "select state, count(*) from webhook_queue group by state"
        ).fetchall()
    return {"pending": 0, "delivered": 0, "dead": 0} | {
        str(state): int(count) for state, count in rows
    }


def _set_axes(
    connection: psycopg.Connection[Any], books: Books, due: Due, at: datetime
) -> None:
    attempt = books.new_id("attempt", due.event_id, due.endpoint_id, due.attempt)
    connection.execute(
        "select set_config('saldo.at', %s, true), set_config('saldo.actor', %s, true),"
        " set_config('saldo.command_id', %s, true)",
        (at.isoformat(), ACTOR, attempt),
    )
