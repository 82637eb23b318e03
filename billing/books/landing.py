"""Landing copies the books to Parquet, so that the warehouse never opens them.

A part holds what was committed since the part before: the fence is the oldest running
transaction (``pg_snapshot_xmin``), so a late commit is landed later and never skipped.
Parts are immutable; the manifest names them and is replaced last, in one step. Only
what must be forgotten is landed anew: after an erasure every table that it may have
touched, and a table whose columns have changed.
"""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl

from billing.books.home import Home
from billing.books.personal_tables import ERASED
from billing.books.session import Books, Reader
from billing.books.vault import write_durably

COLUMNS = """
    select table_name, column_name, data_type, numeric_precision, numeric_scale
    from information_schema.columns
    where table_schema = 'books' and table_name in (
        select table_name from information_schema.columns
        where table_schema = 'books' and column_name = 'xid')
    order by table_name, ordinal_position
"""
UNLANDED = {"xid", "claim", "identity_hash", "identity_sealed"}
AS_TEXT = {"uuid", "jsonb"}


@dataclass(frozen=True, slots=True)
class Landed:
    """What one landing added: tables that grew, rows, and the last seq of all."""

    tables: int
    rows: int
    position: int


def land(books: Books) -> Landed:
    """Land what has been committed since the last landing.

    Nothing new is no new part.
    """
    manifest = _manifest(books.home)
    _forget_orphans(books.home, manifest)
    with books.reader() as read:
        fence = int(
            read("select pg_snapshot_xmin(pg_current_snapshot())::text as fence")[
                "fence"
            ][0]
        )
        fences = manifest["fence"], fence
        tables = _tables(read)
        erased = _erased(read, fence)
        anew = _anew(books.home, manifest, tables, erased)
        known = {part["table"] for part in manifest["parts"]} - anew
        added = [
            _part(books.home, name, frame)
            for name, columns in tables.items()
            # A table's first part shows its columns, with or without rows.
            if not (
                frame := _new_rows(
                    read, name, columns, (0, fence) if name in anew else fences
                )
            ).is_empty()
            or name not in known
        ]
    kept = [part for part in manifest["parts"] if part["table"] not in anew]
    manifest |= {"fence": fence, "erased": erased, "parts": kept + added}
    write_durably(_path(books.home), json.dumps(manifest, indent=1).encode())
    if anew:
        _forget_orphans(books.home, manifest)
    rows = sum(part["rows"] for part in added)
    return Landed(sum(part["rows"] > 0 for part in added), rows, position(books.home))


def position(home: Home) -> int:
    """Return the last seq that has been landed."""
    return max((part["to"] for part in _manifest(home)["parts"]), default=0)


def _path(home: Home) -> Any:  # noqa: ANN401 - a path of the home
    return home.landing / "manifest.json"


def _manifest(home: Home) -> dict[str, Any]:
    path = _path(home)
    if path.exists():
        return dict(json.loads(path.read_text()))
    return {"fence": 0, "parts": []}


def _forget_orphans(home: Home, manifest: dict[str, Any]) -> None:
    """Remove parts of a landing that was cut off before its manifest."""
    kept = {part["file"] for part in manifest["parts"]}
    for path in home.landing.glob("*/*.parquet"):
        if str(path.relative_to(home.landing)) not in kept:
            path.unlink()


def _tables(read: Reader) -> dict[str, pl.DataFrame]:
    columns = read(COLUMNS).filter(~pl.col("column_name").is_in(UNLANDED))
    parts = columns.partition_by("table_name", maintain_order=True)
    return {frame["table_name"][0]: frame for frame in parts}


def _new_rows(
    read: Reader, name: str, columns: pl.DataFrame, fences: tuple[int, int]
) -> pl.DataFrame:
    """Return the rows committed between two fences, in the order of recording."""
    since, until = fences
    return read(
        f"select {_selected(columns)} from {name}"
        f" where xid >= '{since}'::xid8 and xid < '{until}'::xid8 order by seq"
    ).with_columns(_typed(columns))


def _erased(read: Reader, fence: int) -> int:
    """Return the seq of the last erasure before the fence."""
    found = read(
        "select coalesce(max(seq), 0)::bigint as seq from erasures"
        f" where xid < '{fence}'::xid8"
    )
    return int(found["seq"][0])


def _anew(
    home: Home, manifest: dict[str, Any], tables: dict[str, pl.DataFrame], erased: int
) -> set[str]:
    """Return the tables whose parts may hold what must not, or have other columns."""
    last = {part["table"]: part["file"] for part in manifest["parts"]}
    forgotten = ERASED if erased > manifest.get("erased", 0) else set()
    return {
        name
        for name, file in last.items()
        if name in forgotten
        or list(pl.read_parquet_schema(home.landing / file)) != _landed(tables[name])
    }


def _landed(columns: pl.DataFrame) -> list[str]:
    return [
        name
        for row in columns.to_dicts()
        for name in (
            (f"{row['column_name']}_from", f"{row['column_name']}_to")
            if row["data_type"] == "daterange"
            else (row["column_name"],)
        )
    ]


def _part(home: Home, name: str, frame: pl.DataFrame) -> dict[str, Any]:
    """Write a part, whole or not at all, and return its entry in the manifest."""
    seqs = [0] if frame.is_empty() else frame["seq"].to_list()
    file = f"{name}/seq={seqs[0]}-{seqs[-1]}.parquet"
    path = home.landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    frame.write_parquet(buffer)
    data = buffer.getvalue()
    write_durably(path, data)
    return {
        "table": name,
        "file": file,
        "rows": frame.height,
        "from": seqs[0],
        "to": seqs[-1],
        "sum_minor": _sum(frame),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _selected(columns: pl.DataFrame) -> str:
    return ", ".join(
        _column(row["column_name"], row["data_type"]) for row in columns.to_dicts()
    )


def _column(name: str, kind: str) -> str:
    if kind in AS_TEXT:
        return f"{name}::text as {name}"
    if kind == "daterange":
        return f"lower({name}) as {name}_from, upper({name}) as {name}_to"
    return name


def _typed(columns: pl.DataFrame) -> list[pl.Expr]:
    """Give numerics the precision that the books have."""
    return [
        pl.col(row["column_name"]).cast(
            pl.Decimal(row["numeric_precision"], row["numeric_scale"])
        )
        for row in columns.filter(pl.col("data_type") == "numeric").to_dicts()
    ]


def _sum(frame: pl.DataFrame) -> int | None:
    return int(frame["amount_minor"].sum()) if "amount_minor" in frame.columns else None
