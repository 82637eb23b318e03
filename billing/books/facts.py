"""Facts are appended to the books by COPY, many or few at a time, never changed."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.errors import CheckViolation, ExclusionViolation, UniqueViolation

from billing.decision import Rows, is_empty
from billing.errors import Conflict, Invalid


class AlreadyThere(Conflict):
    """A fact with the same natural key is in the books already."""


class RefusedByTheBooks(Invalid):
    """The schema of the books refuses the row."""


Connection = psycopg.Connection[Any]


def append(connection: Connection, table: str, rows: Rows) -> int:
    """Append rows to a table, all or none, and return how many.

    Recording time, actor and command are filled in by the books themselves.
    """
    if is_empty(rows):
        return 0
    frame = rows if isinstance(rows, pl.DataFrame) else None
    try:
        if frame is not None:
            copy_into(connection, table, frame)
        else:
            _copy_rows(connection, table, list(rows))  # type: ignore[arg-type] # rows are dicts where no frame
    except (UniqueViolation, ExclusionViolation) as clash:
        raise AlreadyThere(_words(table, clash)) from clash
    except CheckViolation as wrong:
        raise RefusedByTheBooks(_words(table, wrong)) from wrong
    return len(rows)


def append_new(connection: Connection, table: str, frame: pl.DataFrame) -> int:
    """Append the rows whose natural key is not there yet; return how many were new."""
    if frame.is_empty():
        return 0
    names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    target = sql.Identifier("books", table)
    connection.execute(
        sql.SQL(
            "create temp table fresh on commit drop as select {} from {} limit 0"
        ).format(names, target)
    )
    copy_into(connection, "fresh", frame, schema="pg_temp")
    added = connection.execute(
        sql.SQL(
            "insert into {} ({}) select {} from fresh on conflict do nothing"
        ).format(target, names, names)
    ).rowcount
    connection.execute("drop table fresh")
    return added


def copy_into(
    connection: Connection, table: str, frame: pl.DataFrame, *, schema: str = "books"
) -> None:
    """Send a frame as CSV: one stream, no row made into a Python object."""
    buffer = BytesIO()
    nested = [c for c, t in frame.schema.items() if isinstance(t, pl.Struct | pl.List)]
    frame.with_columns(pl.col(name).struct.json_encode() for name in nested).write_csv(
        buffer, include_header=False, null_value="\\N", quote_style="necessary"
    )
    names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    statement = sql.SQL("copy {} ({}) from stdin (format csv, null '\\N')").format(
        sql.Identifier(schema, table), names
    )
    with connection.cursor().copy(statement) as copy:
        copy.write(buffer.getbuffer())


def _copy_rows(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("books", table), names
    )
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(row.get(name)) for name in columns])


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell may be anything
    if isinstance(value, dict | list):
        return to_json(value)
    return value


def to_json(value: Any) -> str:  # noqa: ANN401 - JSON may be anything
    """Return canonical JSON: sorted keys, dates and decimals as text.

    >>> from decimal import Decimal
    >>> to_json({"b": date(2026, 1, 2), "a": Decimal("1.50")})
    '{"a":"1.50","b":"2026-01-02"}'
    """
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=_json_value,
    )


def _json_value(value: object) -> Any:  # noqa: ANN401 - JSON may be anything
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def _words(table: str, violation: psycopg.Error) -> str:
    detail = violation.diag.message_detail or violation.diag.message_primary or ""
    return f"{table.replace('_', ' ')}: {detail}".strip()
