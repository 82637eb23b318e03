"""A reply is what a request was answered, kept so that its retry gets the same bytes.

Effect and reply are one transaction: the handler's, called within this one, is a part
of it. So there is never an effect without its reply, nor a reply without its effect; a
refusal takes back the handler's part alone, and is kept. The key is held from before
the effect until the commit, so no two requests with one key run at once. And the
command id is made from holder and key: even if a reply were lost, the command would
not be carried out twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from billing.books.session import Books
from billing.errors import Conflict, Invalid


class IdempotencyKeyReused(Invalid):
    """The idempotency key has been used for another request."""


class StillRunning(Conflict):
    """The first request with this idempotency key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request that has an effect: whose, under which key, and what it asks.

    `fingerprint` is the hash of all that makes it another request.
    """

    holder: str
    key: str
    fingerprint: str
    at: datetime

    def command_id(self, books: Books) -> UUID:
        """Return the id of the one command that this key stands for."""
        return UUID(books.new_id("request", self.holder, self.key))


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body of an answer; `replayed` when it was given before."""

    status: int
    body: str
    replayed: bool = False


def once(books: Books, request: Request, answer: Callable[[], Reply]) -> Reply:
    """Return the kept reply to the request, or answer it now and keep the reply.

    What `answer` raises is not kept: the next try runs anew.
    """
    with books.transaction() as connection:
        _hold(connection, books, request)
        kept = _kept(connection, request)
        if kept is not None:
            return kept
        reply = answer()
        _keep(connection, request, reply)
        return reply


def _hold(connection: psycopg.Connection, books: Books, request: Request) -> None:
    """Set the axes of the row to come, and hold the key until the commit."""
    held = connection.execute(
        "select set_config('saldo.at', %s, true), set_config('saldo.actor', %s, true),"
        " set_config('saldo.command_id', %s, true),"
        " pg_try_advisory_xact_lock(hashtextextended(%s, 1))",
        (
            request.at.isoformat(),
            request.holder,
            str(request.command_id(books)),
            str(request.command_id(books)),
        ),
    ).fetchone()
    if held is None or not held[3]:
        raise StillRunning(
            "the first request with this Idempotency-Key is still running; "
            "wait a second and send it again"
        )


def _kept(connection: psycopg.Connection, request: Request) -> Reply | None:
    row = connection.execute(
        "select fingerprint, status, body from api_replies"
        " where (holder, idempotency_key) = (%s, %s)",
        (request.holder, request.key),
    ).fetchone()
    if row is None:
        return None
    if row[0] != request.fingerprint:
        raise IdempotencyKeyReused(
            "this Idempotency-Key was used for another request; "
            "send a new key with a new request"
        )
    return Reply(row[1], row[2], replayed=True)


def _keep(connection: psycopg.Connection, request: Request, reply: Reply) -> None:
    connection.execute(
        "insert into api_replies (holder, idempotency_key, fingerprint, status, body)"
        " values (%s, %s, %s, %s, %s)",
        (request.holder, request.key, request.fingerprint, reply.status, reply.body),
    )
