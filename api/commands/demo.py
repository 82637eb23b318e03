"""The demo: a company that never was lives its months through the real pipeline."""

import gc
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import console

if TYPE_CHECKING:
    from billing.books.home import Home
    from billing.books.session import Books
    from billing.books.warehouse import Published
    from ingest.demo.world import World

CUSTOMERS, MONTHS, SEED = 2000, 24, 1
LOG_SHOWN = 30
FEW = 10_000
# What the summary shows: the name of a figure, its words, and whether it is money.
FIGURES = {
    "customers.active": ("customers with a running agreement", False),
    "invoices.issued": ("invoices issued", False),
    "billings.gross": ("billed", True),
    "cash.received": ("received", True),
    "receivables.total": ("receivables", True),
    "receivables.overdue": ("of which overdue", True),
    "mrr.closing": ("MRR", True),
    "revenue.recognised": ("revenue recognised this month", True),
    "revenue.deferred": ("revenue deferred", True),
    "deviations.open": ("deviations open", False),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line; what was not is null."""

    customers: int | None
    months: int | None
    seed: int | None
    through: date | None


def demo(
    customers: Annotated[int | None, typer.Option(min=10, max=1_000_000)] = None,
    months: Annotated[int | None, typer.Option(min=1, max=120)] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    through: Annotated[
        date | None,
        typer.Option(parser=date.fromisoformat, metavar="DATE", help="Default: today."),
    ] = None,
) -> None:
    """Let a demo company live: 2,000 customers and 24 months unless said otherwise."""
    if (customers or CUSTOMERS) <= FEW:
        # A day of few customers is many small frames: one thread is faster than two.
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from billing.books import warehouse

    _hurry()
    opened = console.books()
    world = world_of(Wish(customers, months, seed, through), opened.home.path)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # dbt reads its project on the other core, while the history is lived.
        beside.submit(warehouse.manifest, opened.home)
        played = _played(opened, world)
    if not played and _is_published(opened.home, world):
        console.say("the demo has been carried out; there is nothing to do")
    else:
        console.say(f"carrying out {world.through} by the daily job")
        last_day(opened.home, world.through)
    _write_reports(opened, world)
    _summarise(opened, world)


def _hurry() -> None:
    """Collect garbage rarely: a history makes millions of small objects that pass."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def world_of(wish: Wish, home: Path) -> "World":
    """Return the world wished for; what is not said is as in the home, or usual."""
    from ingest.demo.world import World

    marker = home / "demo.json"
    said = json.loads(marker.read_text("utf-8"))["world"] if marker.exists() else {}
    through = said.get("through")
    known = date.fromisoformat(through) if through else console.moment().on
    return World(
        seed=_first(wish.seed, said.get("seed"), SEED),
        customers=_first(wish.customers, said.get("customers"), CUSTOMERS),
        months=_first(wish.months, said.get("months"), MONTHS),
        through=wish.through or known,
    )


def _first(*choices: int | None) -> int:
    return next(choice for choice in choices if choice is not None)


def _played(opened: "Books", world: "World") -> int:
    """Carry the history forward with a bar that shows how far it is."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from ingest.demo import history

    console.say(
        f"{world.customers:,} customers, {world.months} months, seed {world.seed}, "
        f"through {world.through}, in {opened.home.path}"
    )
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True),
    ) as progress:  # fmt: skip
        task = progress.add_task("days", total=len(world.days))
        return history.play(
            opened,
            world,
            lambda done, every: progress.update(task, completed=done, total=every),
        )


def last_day(home: "Home", day: date) -> None:
    """Carry out a day by the Dagster job itself, as the schedule would."""
    arguments = [
        sys.executable, "-m", "dagster", "job", "execute",
        "-m", "dagster_project.definitions", "-j", "day",
        "--tags", json.dumps({"dagster/partition": day.isoformat()}),
    ]  # fmt: skip
    log = home.dagster / f"day-{day}.log"
    with log.open("wb") as written:
        outcome = subprocess.run(  # noqa: S603 - our own command
            arguments,
            env=console.environment(home),
            stdout=written,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if outcome.returncode:
        lines = log.read_text("utf-8", "replace").splitlines()
        console.complain("\n".join(lines[-LOG_SHOWN:]))
        raise console.refuse(f"the daily job of {day} failed; all of it is in {log}")


def _is_published(home: "Home", world: "World") -> bool:
    from billing.books import warehouse

    try:
        return warehouse.published(home).as_of >= world.through
    except warehouse.NothingPublished:
        return False


def _write_reports(opened: "Books", world: "World") -> None:
    """Write the vouchers of the last year as a SIE file, as a controller would."""
    from billing.books import exports
    from billing.books.vault import write_durably
    from ingest.demo.world import LEGAL_ENTITY

    on = world.through
    if (opened.home.reports / f"{LEGAL_ENTITY}-{on.year}.SI").exists():
        return
    export = exports.sie_4i(opened, LEGAL_ENTITY, str(on.year), on)
    write_durably(opened.home.reports / export.name, export.content)


def _summarise(opened: "Books", world: "World") -> None:
    from billing.books import listings, warehouse

    published = warehouse.published(opened.home)
    counts = listings.counts(opened, world.through)
    figures = _figures(published)
    console.say()
    for name in ("customers", "invoices", "paid", "overdue"):
        console.say(f"{name:<36} {counts[name]:>16,}")
    for name, (words, is_money) in FIGURES.items():
        value = figures.get(name, 0)
        said = f"{value:,.2f}" if is_money else f"{int(value):,}"
        console.say(f"{words:<36} {said:>16}")
    console.say(f"{'checks passed':<36} {published.checks:>16,}")
    console.say()
    console.say(f"reports       {opened.home.reports}")
    console.say(f"papers, files {opened.home.outbox}")
    console.say("next          make serve, or: saldo verify; saldo report list")


def _figures(published: "Published") -> "dict[str, float]":
    rows = published.read(
        "select kpi_id, sum(kpi_value) as v from kpi_values group by 1"
    )
    return dict(zip(rows["kpi_id"], rows["v"], strict=True))
