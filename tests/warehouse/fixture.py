"""A landing made by hand: facts as rows, written as the Parquet that the books land."""

import importlib.util
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from billing.books.landing import UNLANDED

VERSIONS = Path(__file__).resolve().parents[2] / "billing/books/migrations/versions"
TYPES = {
    "text": pl.String,
    "uuid": pl.String,
    "jsonb": pl.String,
    "date": pl.Date,
    "bigint": pl.Int64,
    "int": pl.Int32,
    "boolean": pl.Boolean,
    "timestamptz": pl.Datetime("us", "UTC"),
}
AXES = {
    "seq": pl.Int64,
    "recorded_at": pl.Datetime("us", "UTC"),
    "actor": pl.String,
    "command_id": pl.String,
}
CONSTRAINTS = {"primary", "unique", "check", "exclude", "foreign", "constraint"}
PARTS = re.compile(r",(?![^(]*\))")
DEFAULTS = {"''": "", "true": True, "false": False, "0": 0}
DATED = (
    "issued_on", "effective_on", "booked_on", "opened_on", "settled_on", "used_on",
    "registered_on", "returned_on", "written_off_on", "on_date", "started_on",
    "quoted_on", "exposed_on", "erased_on", "withdrawn_on", "proposed_on",
)  # fmt: skip


def schemas() -> dict[str, pl.Schema]:
    """Return the landed columns of every table, read from the books' own migrations."""
    return {table: _schema(ddl) for table, ddl in _tables().items()}


@cache
def defaults() -> dict[str, dict[str, Any]]:
    """Return what the books fill in where a row says nothing, by table and column."""
    return {
        table: {
            part.split()[0]: DEFAULTS.get(stated[1], stated[1].strip("'"))
            for part in _parts(ddl)
            if (stated := re.search(r" default ('[^']*'|\w+)", part))
        }
        for table, ddl in _tables().items()
    }


@cache
def _tables() -> dict[str, str]:
    """Return the columns of every table: as made, and with what was added since."""
    tables: dict[str, str] = {}
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        spec = importlib.util.spec_from_file_location(f"books_{path.stem}", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        tables |= migration.FACTS
        for table, changes in getattr(migration, "COLUMNS", {}).items():
            added = [
                part.removeprefix("add ")
                for part in _parts(changes)
                if part.startswith("add ")
            ]
            tables[table] = ", ".join([tables[table], *added])
    return tables


def _parts(ddl: str) -> list[str]:
    return [part.strip() for part in PARTS.split(" ".join(ddl.split()))]


def _schema(ddl: str) -> pl.Schema:
    columns = {}
    for part in _parts(ddl):
        name, kind, *_ = [*part.split(), ""]
        if name in {*CONSTRAINTS, *UNLANDED} or "(" in name:
            continue
        decimal = re.match(r"\w+ numeric\((\d+), ?(\d+)\)", part)
        if decimal:
            columns[name] = pl.Decimal(int(decimal[1]), int(decimal[2]))
        elif kind == "daterange":
            columns |= {f"{name}_from": pl.Date, f"{name}_to": pl.Date}
        elif kind in TYPES:
            columns[name] = TYPES[kind]
    return pl.Schema({**columns, **AXES})


class Facts:
    """Rows of the books by table; each gets its place in the order of recording."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.seq = 0

    def add(self, table: str, **row: Any) -> None:
        """Record one row, at noon of its own business day unless it says when."""
        self.seq += 1
        day = next((row[name] for name in DATED if row.get(name)), date(2025, 1, 1))
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        axes = {"seq": self.seq, "recorded_at": noon, "actor": "test",
                "command_id": f"c{self.seq}"}  # fmt: skip
        stated = defaults()[table]
        self.rows.setdefault(table, []).append({**stated, **axes, **row})

    def add_frame(self, table: str, frame: pl.DataFrame, **same: Any) -> None:
        """Record the rows of a frame, in its order."""
        for row in frame.to_dicts():
            self.add(table, **row, **same)

    def land(self, landing: Path) -> Path:
        """Write every table, the empty ones too, and return the folder."""
        for table, schema in schemas().items():
            rows = [
                {name: row.get(name) for name in schema}
                for row in self.rows.get(table, [])
            ]
            frame = pl.DataFrame(rows, schema=schema, orient="row")
            folder = landing / table
            folder.mkdir(parents=True)
            frame.write_parquet(folder / f"seq=0-{self.seq}.parquet")
        return landing
