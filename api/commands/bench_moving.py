"""How long it takes to move a base in: files of another system, taken and compared."""

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import console

if TYPE_CHECKING:
    from billing.books.session import Books

SEED, MONTHS = 1, 12
# Of the demo's customers rather more than so many have come from the old system.
OPENING_SHARE = 0.6


def measure(opened: "Books", size: int) -> list[dict[str, Any]]:
    """Move in an invented base of so many customers with agreements, file by file."""
    from billing.books import shadow
    from billing.books.handle import SYSTEM, Moment
    from ingest.base import moving
    from ingest.demo import history, old_base
    from ingest.demo.world import World

    through = console.moment().on
    world = World(SEED, int(size / OPENING_SHARE) + 100, MONTHS, through)
    history.open_company(opened, world)
    moment = Moment.morning(world.begins)
    rows = []
    with tempfile.TemporaryDirectory(prefix="saldo-bench-") as folder:
        for name, data in old_base.files(world, size).items():
            part = Path(folder) / name.removesuffix(".csv")
            part.mkdir()
            (part / name).write_bytes(data)
            started = time.perf_counter()
            moved = moving.take(opened, part, moment=moment, actor=SYSTEM)
            rows.append(_row(part.name, int(moved.files["recorded"].sum()), started))
    started = time.perf_counter()
    found = shadow.compared(opened, world.begins)
    rows.append(_row("shadow run", found.summary["lines"], started))
    return rows


def _row(work: str, rows: int, started: float) -> dict[str, Any]:
    seconds = time.perf_counter() - started
    return {
        "work": work,
        "rows": rows,
        "total s": round(seconds, 2),
        "rows/s": int(rows / seconds),
    }
