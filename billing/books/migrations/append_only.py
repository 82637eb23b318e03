"""A table of facts is append-only by schema: both time axes, and no way to edit."""

from typing import Any

# Every fact carries both time axes: its own business date and the moment and
# transaction of recording. The defaults read what handle() has set for the
# transaction, so a row written outside the handler is refused.
AXES = """
    seq bigint not null default nextval('books.fact_seq'),
    xid xid8 not null default pg_current_xact_id(),
    recorded_at timestamptz not null
        default current_setting('saldo.at')::timestamptz,
    actor text not null default current_setting('saldo.actor'),
    command_id uuid not null default current_setting('saldo.command_id')::uuid
"""


def append_only(op: Any, table: str, columns: str) -> None:  # noqa: ANN401 - alembic's
    """Create a table of facts: rows may be inserted and read, and nothing else."""
    op.execute(f"create table books.{table} ({AXES}, {columns})")
    op.execute(f"create index on books.{table} (xid)")
    op.execute(
        f"create trigger append_only before update or delete on books.{table}"
        " for each row execute function books.refuse()"
    )
    op.execute(
        f"create trigger no_truncate before truncate on books.{table}"
        " for each statement execute function books.refuse()"
    )
    op.execute(f"grant insert on books.{table} to saldo_app")
