"""Moving in is taking a folder of files: whoever is named before who refers to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from billing.books.handle import Actor, Moment
from billing.books.session import Books
from billing.errors import NotFound
from ingest.base import intake, mapping, table
from ingest.base.intake import Import, Taken
from ingest.base.mapping import Mapping

MAPPING = "mapping.yaml"
SUFFIXES = {".csv", ".txt", ".tsv", *table.EXCEL}
ORDER = [kind.name for kind in intake.KINDS]
FILES = pl.Schema(
    {
        "file": pl.String,
        "kind": pl.String,
        "rows": pl.Int64,
        "recorded": pl.Int64,
        "unchanged": pl.Int64,
        "refused": pl.Int64,
        "amount_minor": pl.Int64,
        "known": pl.Boolean,
        "correct": pl.String,
    }
)
# What the answers of the commands call the same things.
RECORDED = ("registered", "subscribed", "recorded", "changed")
UNCHANGED = ("unchanged", "known")
AMOUNTS = ("owed_minor", "credit_minor", "net_minor", "vat_minor")


class NoFiles(NotFound):
    """A folder holds no file of the base."""


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What became of a folder: one row per file, with the columns of `FILES`.

    `amount_minor` is the sum of what was recorded, to tie to the other system's list;
    `correct` is the file of refused rows, to correct and take again; `known` files had
    been taken before.
    """

    files: pl.DataFrame

    @property
    def refused(self) -> int:
        """Return how many rows wait to be corrected."""
        return int(self.files["refused"].sum())


def take(books: Books, folder: Path, *, moment: Moment, actor: Actor) -> Moved:
    """Take the files of a folder, kind by kind; raise NoFiles when it has none.

    A file is named after its kind, or known by its headings; `mapping.yaml` holds for
    the kinds that it yields.
    """
    written = folder / MAPPING
    said = mapping.parse(written.read_text("utf-8")) if written.exists() else None
    paths = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in SUFFIXES]
    found = sorted(
        ((_kind(path, said), path) for path in paths),
        key=lambda one: (ORDER.index(one[0]), one[1].name),
    )
    if not found:
        raise NoFiles(f"{folder} has no CSV or Excel files; name it a folder with some")
    rows = []
    for kind, path in found:
        used = _narrowed(said, path, {other for other, _ in found} - {kind})
        given = mapping.as_parameters(as_of=moment.on)
        what = Import(kind, path, used, given)
        taken = intake.import_file(books, what, moment=moment, actor=actor)
        rows.append(_row(path, kind, taken))
    return Moved(pl.DataFrame(rows, schema=FILES))


def _narrowed(said: Mapping | None, path: Path, others: set[str]) -> Mapping | None:
    """Return what the mapping says of one file; None when it says nothing of it."""
    if said is None:
        return None
    headings = table.read(path.read_bytes(), path.name).headings
    used = said.narrowed(headings, others)
    return used if used.kinds else None


def _kind(path: Path, said: Mapping | None) -> str:
    """Return what a file is by its name, else by its headings."""
    stem = path.stem.lower().replace("-", "_").replace(" ", "_")
    for kind in sorted(ORDER, key=len, reverse=True):
        if kind in stem:
            return kind
    headings = table.read(path.read_bytes(), path.name).headings
    kinds = intake.kinds_of(headings)
    if not kinds:
        offered = f" ({', '.join(said.kinds)})" if said else ""
        raise intake.UnknownHeadings(
            f"{path.name} is no kind of file by its name or headings; name it after "
            f"its kind{offered}, for example customers.csv"
        )
    return kinds[0]


def _row(path: Path, kind: str, taken: Taken) -> dict[str, Any]:
    answers = list(taken.answers.values())
    return {
        "file": path.name,
        "kind": taken.kind or kind,
        "rows": taken.rows,
        "recorded": _sum(answers, RECORDED),
        "unchanged": _sum(answers, UNCHANGED),
        "refused": taken.refused["line"].n_unique(),
        "amount_minor": _sum(answers, AMOUNTS) if _has(answers, AMOUNTS) else None,
        "known": taken.known,
        "correct": taken.written.rows.name if taken.written else None,
    }


def _sum(answers: list[dict[str, Any]], names: tuple[str, ...]) -> int:
    return sum(int(a[name]) for a in answers for name in names if name in a)


def _has(answers: list[dict[str, Any]], names: tuple[str, ...]) -> bool:
    return any(name in answer for answer in answers for name in names)
