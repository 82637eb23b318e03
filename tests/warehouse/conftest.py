"""The warehouse of Nordbo AB, built once from a landing made by hand."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.warehouse import nordbo
from tests.warehouse.fixture import Facts

PROJECT = Path(__file__).resolve().parents[2] / "dbt"


@dataclass(frozen=True)
class Build:
    """One build: its file, what each node came to, and the facts it was made from."""

    path: Path
    outcome: dict[str, str]
    facts: Facts

    def rows(self, sql: str, **values: object) -> pl.DataFrame:
        """Ask the build, read-only."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql, values or None).pl()


def build(folder: Path, facts: Facts, as_of: date, *selected: str) -> Build:
    """Land the facts and run dbt over them, in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    path = folder / "warehouse.duckdb"
    os.environ["SALDO_LANDING"] = str(facts.land(folder / "landing"))
    os.environ["SALDO_BUILD"] = str(path)
    done = dbtRunner().invoke([
        "--quiet", "build",
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        "--vars", f"{{as_of: {as_of}}}", *selected,
    ])  # fmt: skip
    # dbt keeps its connection, and with it the lock on the file, for as long as it can.
    DuckDBConnectionManager.close_all_connections()
    assert done.result is not None, done.exception
    return Build(
        path,
        {result.node.name: str(result.status) for result in done.result},
        facts,
    )


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Return the build of Nordbo at the end of April 2026."""
    facts = nordbo.settled(nordbo.billed(nordbo.facts()))
    before = dict(os.environ)
    yield build(tmp_path_factory.mktemp("nordbo"), facts, date(2026, 4, 30))
    os.environ.clear()
    os.environ.update(before)
