"""A landing made by hand: facts as rows, written as the Parquet that the books land."""

import importlib.util
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

BOOKS = (
    Path(__file__).resolve().parents[2]
    / "billing/books/migrations/versions/0001_books.py"
)
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
DATED = (
    "issued_on", "effective_on", "booked_on", "opened_on", "settled_on", "used_on",
    "registered_on", "returned_on", "written_off_on", "on_date", "started_on",
)  # fmt: skip


def schemas() -> dict[str, pl.Schema]:
    """Return the landed columns of every table, read from the books' own migration."""
    spec = importlib.util.spec_from_file_location("books_0001", BOOKS)
    books = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(books)
    return {table: _schema(ddl) for table, ddl in books.FACTS.items()}


def _schema(ddl: str) -> pl.Schema:
    columns = {}
    for part in map(str.strip, re.split(r",(?![^(]*\))", " ".join(ddl.split()))):
        name, kind, *rest = [*part.split(), ""]
        if name in CONSTRAINTS or name.startswith("unique(") or "generated" in rest:
            continue
        decimal = re.match(r"\w+ numeric\((\d+), ?(\d+)\)", part)
        if decimal:
            columns[name] = pl.Decimal(int(decimal[1]), int(decimal[2]))
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
        self.rows.setdefault(table, []).append({**axes, **row})

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
