"""Handling a command is the one way to change the books.

Authorise, load, decide, append.

Everything of one command is one transaction, with an audit row. The same command id
twice is one effect: the second time gets the first answer. A preview is the same
without the append.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import polars as pl
import psycopg

from billing.books import facts
from billing.books.session import Books
from billing.decision import Decision
from billing.errors import Conflict, Invalid

Connection = psycopg.Connection[Any]
# Facts that open or settle invoices.
SETTLING = {"invoices", "allocations"}
COMPANY_ZONE = ZoneInfo("Europe/Stockholm")


class NotAllowed(Conflict):
    """The actor's role may not give this command."""


class CommandIdReused(Conflict):
    """The command id has been used for another command."""


class UnknownCommand(Invalid):
    """No handler knows the command."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: name, role, and through which shell."""

    name: str
    role: str
    source: str = "system"


SYSTEM = Actor("saldo", "system")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a command is given.

    The instant of recording and the company's business date.
    """

    at: datetime
    on: date

    @classmethod
    def of(cls, at: datetime) -> "Moment":
        """Return the moment of an instant, dated in the company's time zone."""
        return cls(at, at.astimezone(COMPANY_ZONE).date())

    @classmethod
    def morning(cls, on: date) -> "Moment":
        """Return five in the morning of a day, when the daily job runs."""
        return cls(datetime(on.year, on.month, on.day, 5, tzinfo=COMPANY_ZONE), on)


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision may look at besides the command: the books."""

    books: Books
    connection: Connection
    moment: Moment
    actor: Actor
    command_id: UUID
    preview: bool = False

    def frame(self, query: str, parameters: tuple[object, ...] = ()) -> pl.DataFrame:
        """Run a query of this transaction into a frame."""
        cursor = self.connection.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        return pl.DataFrame(
            cursor.fetchall(), schema=names, orient="row", infer_schema_length=None
        )

    def rows(
        self, query: str, parameters: tuple[object, ...] | dict[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Run a query of this transaction into dictionaries."""
        cursor = self.connection.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def next_number(self, legal_entity: str, series: str, *, start: int) -> int:
        """Return the next number of a series and hold the series until the commit."""
        self.connection.execute(
            "insert into counters values (%s, %s, %s) on conflict do nothing",
            (legal_entity, series, start),
        )
        found = self.rows(
            "select next from counters where (legal_entity, series) = (%s, %s)"
            " for update",
            (legal_entity, series),
        )
        return int(found[0]["next"])


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of command is handled: who may give it, and what it comes to."""

    roles: frozenset[str]
    decide: Callable[[Any, Given], Decision]


def handle(  # noqa: PLR0913 - what, by whom, when, and whether for real
    books: Books,
    command: object,
    *,
    actor: Actor,
    moment: Moment,
    command_id: UUID | None = None,
    preview: bool = False,
) -> dict[str, Any]:
    """Carry out a command and return its answer.

    Refuse with one of the three kinds of no.

    A command that changes nothing leaves nothing, not even an audit row. A shell that
    may try again gives a command id of its own; without one each call is a
    command of its own, and only natural keys keep it from having its effect twice.
    """
    handler = _handler_of(command)
    _authorise(handler, command, actor)
    described = _described(command, books.namespace.bytes)
    digest = hashlib.sha256(facts.to_json(described).encode()).hexdigest()
    command_id = command_id or uuid4()
    with books.transaction() as connection:
        before = _begin(connection, command_id, actor, moment)
        if before is not None:
            return _answer_again(before, digest)
        given = Given(books, connection, moment, actor, command_id, preview)
        decision = handler.decide(command, given)
        if preview or decision.changes_nothing:
            raise psycopg.Rollback
        audit = {"digest": digest, **described}
        _append(given, type(command).__name__, decision, audit)
    return {**decision.answer, **decision.told}


def _handler_of(command: object) -> Handler:
    # The list of handlers imports every part of billing, and each of them this module.
    from billing.books.commands import HANDLERS

    handler = HANDLERS.get(type(command))
    if handler is None:
        raise UnknownCommand(f"no handler for {type(command).__name__}")
    return handler


def _authorise(handler: Handler, command: object, actor: Actor) -> None:
    if actor.role not in handler.roles:
        raise NotAllowed(
            f"{actor.name} has the role {actor.role}, which may not give "
            f"{type(command).__name__}; it takes {', '.join(sorted(handler.roles))}"
        )


def _begin(
    connection: Connection, command_id: UUID, actor: Actor, moment: Moment
) -> dict[str, Any] | None:
    """Set the transaction's axes and lock the command id; return the earlier answer."""
    connection.execute(
        "select set_config('saldo.at', %s, true),"
        " set_config('saldo.actor', %s, true),"
        " set_config('saldo.command_id', %s, true),"
        " pg_advisory_xact_lock(hashtextextended(%s, 0))",
        (moment.at.isoformat(), actor.name, str(command_id), str(command_id)),
    )
    row = connection.execute(
        "select payload ->> 'digest', result from commands where command_id = %s",
        (command_id,),
    ).fetchone()
    return None if row is None else {"digest": row[0], "result": row[1]}


def _answer_again(before: dict[str, Any], digest: str) -> dict[str, Any]:
    if before["digest"] != digest:
        raise CommandIdReused(
            "this command id was used for another command; "
            "give a new id to a new command"
        )
    return dict(before["result"])


def _append(given: Given, kind: str, decision: Decision, audit: dict[str, Any]) -> None:
    for table, rows in decision.rows.items():
        facts.append(given.connection, table, rows)
    if SETTLING & decision.rows.keys():
        _keep_open_invoices(given.connection)
    _advance_counters(given.connection, decision)
    _mark_touched(given.connection, decision, given.moment.on)
    _record_events(given, decision)
    facts.append(
        given.connection,
        "commands",
        [
            {
                "kind": kind,
                "role": given.actor.role,
                "source": given.actor.source,
                "on_date": given.moment.on,
                "payload": audit,
                "result": dict(decision.answer),
            }
        ],
    )


def _keep_open_invoices(connection: Connection) -> None:
    """Let the index of open invoices follow what this transaction issued and settled.

    It is an index, not a fact: `verify` compares it with the documents.
    """
    connection.execute(
        "with touched as ("
        " select invoice_id from invoices"
        "  where xid = pg_current_xact_id() and kind = 'invoice'"
        " union select item_id from allocations where xid = pg_current_xact_id()),"
        " standing as (select invoice_id, due_on, total_minor - coalesce(("
        "  select sum(amount_minor) from allocations"
        "  where item_id = invoice_id), 0) as open_minor"
        "  from touched inner join invoices using (invoice_id)"
        "  where kind = 'invoice'),"
        " closed as (delete from open_invoices using standing where"
        "  open_invoices.invoice_id = standing.invoice_id and open_minor <= 0)"
        " insert into open_invoices select invoice_id, due_on from standing"
        " where open_minor > 0 on conflict do nothing"
    )


def _advance_counters(connection: Connection, decision: Decision) -> None:
    for (legal_entity, series), following in decision.counters.items():
        connection.execute(
            "update counters set next = %s where (legal_entity, series) = (%s, %s)",
            (following, legal_entity, series),
        )


def _mark_touched(connection: Connection, decision: Decision, on: date) -> None:
    """Let billing look anew at the agreements touched, and record where it stands."""
    if decision.touched:
        connection.execute(
            "insert into billing_positions (subscription_id, next_on, settled_on)"
            " select unnest(%s::text[]), %s, null on conflict (subscription_id)"
            " do update set settled_on = null,"
            " next_on = least(billing_positions.next_on, excluded.next_on)",
            (list(decision.touched), on),
        )
    if decision.positions is not None and not decision.positions.is_empty():
        connection.execute(
            "create temp table stands (like billing_positions) on commit drop"
        )
        facts.copy_into(connection, "stands", decision.positions, schema="pg_temp")
        connection.execute(
            "insert into billing_positions select * from stands"
            " on conflict (subscription_id) do update"
            " set next_on = excluded.next_on, settled_on = excluded.settled_on"
        )


def _record_events(given: Given, decision: Decision) -> None:
    """Put the events into the outbox, and queue them for the endpoints now active."""
    if decision.events.is_empty():
        return
    given.connection.execute(
        "create temp table told (kind text, aggregate text, aggregate_id text)"
        " on commit drop"
    )
    facts.copy_into(given.connection, "told", decision.events, schema="pg_temp")
    # The id is the hash of the event's natural key under the installation's secret.
    given.connection.execute(
        "insert into events"
        " (event_id, kind, aggregate, aggregate_id, version, occurred_on)"
        " select md5(%s || kind || '/' || aggregate_id)::uuid, kind, aggregate,"
        " aggregate_id, 1, %s from told on conflict do nothing",
        (str(given.books.namespace), given.moment.on),
    )
    given.connection.execute(
        "insert into webhook_queue (event_id, endpoint_id, state, next_at)"
        " select event_id, endpoint_id, 'pending', %s from events"
        " cross join (select distinct on (endpoint_id) * from webhook_endpoints"
        " order by endpoint_id, seq desc) as endpoint"
        " where events.command_id = %s and endpoint.state = 'active'"
        " and (endpoint.kinds = '*' or events.kind = any(string_to_array("
        "endpoint.kinds, ',')))",
        (given.moment.at, given.command_id),
    )


def _described(command: object, key: bytes) -> dict[str, Any]:
    """Return a command as JSON-able data; a frame by its size and hash."""
    if not is_dataclass(command):
        raise UnknownCommand(f"{command!r} is not a command")
    return {f.name: _plain(getattr(command, f.name), key) for f in fields(command)}


def _plain(value: Any, key: bytes) -> Any:  # noqa: ANN401 - a field may be anything
    if isinstance(value, pl.DataFrame):
        return {"rows": value.height, "sha256": _frame_hash(value, key)}
    if is_dataclass(value) and not isinstance(value, type):
        return _described(value, key)
    if isinstance(value, tuple | list):
        return [_plain(part, key) for part in value]
    if isinstance(value, dict):
        return {str(name): _plain(part, key) for name, part in value.items()}
    return value


def _frame_hash(frame: pl.DataFrame, key: bytes) -> str:
    # A hash without a key of a row that is known but for its identity number would give
    # that number away to whoever tries them all.
    data = frame.write_csv().encode()
    if "identity_number" in frame.columns:
        return hmac.new(key, data, hashlib.sha256).hexdigest()
    return hashlib.sha256(data).hexdigest()


__all__ = ["SYSTEM", "Actor", "Given", "Handler", "Moment", "handle"]
