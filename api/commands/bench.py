"""A bench measures one piece of work on books of its own, which are thrown away."""

import atexit
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import console
from api.commands import bench_what_if

if TYPE_CHECKING:
    from billing.books.session import Books

FIRST, SECOND = date(2026, 1, 1), date(2026, 2, 1)
BANKGIRO = "54029681"
IBAN = "SE3550000000054910000003"
PLANS = {0: "paper", 1: "digital", 2: "service"}
CATALOGUE = """
products:
  - {id: paper, name: Tidning, vat: print}
  - {id: digital, name: Digitalt, vat: digital_news}
  - {id: service, name: Tjänst, vat: standard}
plans:
  - {id: paper, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: digital, product: digital, price: {amount: "149.00"}, prices_include_vat: true}
  - {id: service, product: service, price: {amount: "99.00"}}
campaigns:
  - {id: welcome, name: Halva priset, code: HALV, discount: {percent: "0.5"},
     lasts: {periods: 3}}
"""


class Bench(StrEnum):
    """What can be measured."""

    bill = "bill"
    camt = "camt"
    what_if = "what-if"
    moving = "import"
    search = "search"
    catalogue = "catalogue"


def bench(  # noqa: PLR0913, PLR0917 - one parameter for each option
    name: Annotated[Bench, typer.Argument()] = Bench.bill,
    size: Annotated[int, typer.Option(min=100, max=2_000_000)] = 100_000,
    plans: Annotated[int, typer.Option(min=1, max=100_000)] = 10_000,
    versions: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: console.Json = False,
) -> None:
    """Measure runs, a bank file, or moving in, with a base of so many agreements.

    `catalogue` has so many plans with so many versions of their price, and resolves it
    for so many pieces.
    """
    import polars as pl

    if os.environ.get("SALDO_DATABASE_URL"):
        raise console.refuse(
            "a bench fills books with invented customers; unset SALDO_DATABASE_URL, so "
            "that it uses a server of its own"
        )
    opened = _thrown_away()
    if name is Bench.moving:
        from api.commands import bench_moving

        moved = pl.DataFrame(bench_moving.measure(opened, size))
        console.show(moved, as_json=as_json)
        return
    if name is Bench.search:
        from api.commands import bench_search

        found = pl.DataFrame(bench_search.measure(opened, size))
        console.show(found, as_json=as_json)
        return
    if name is Bench.catalogue:
        from api.commands import bench_catalogue

        large = bench_catalogue.Size(plans, versions, size)
        resolved = pl.DataFrame(bench_catalogue.measure(opened, large))
        console.show(resolved, as_json=as_json)
        return
    console.complain(f"a base of {size:,} agreements is being made")
    base = bench_what_if.base if name is Bench.what_if else _base
    rows = [base(opened, size), *MEASURES[name](opened, size)]
    console.show(pl.DataFrame(rows), as_json=as_json)


def _thrown_away() -> "Books":
    """Open books in a folder that is removed at exit, when their server has ended."""
    from billing.books.home import Home
    from billing.books.session import open_books

    folder = Path(tempfile.mkdtemp(prefix="saldo-bench-"))
    # What is registered first is called last: the server registers itself later.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return open_books(Home(folder).made())


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


def _row(work: str, rows: int, seconds: dict[str, float]) -> dict[str, Any]:
    """Return one line of the result; the peak is that of this process so far."""
    total = sum(seconds.values())
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "work": work,
        "rows": rows,
        **{
            f"{name} s": round(seconds.get(name, 0.0), 2)
            for name in ("load", "calculate", "record")
        },
        "total s": round(total, 2),
        "rows/s": int(rows / total) if total else 0,
        "peak MB": kilobytes // 1024,
    }


def _base(opened: "Books", size: int) -> dict[str, Any]:
    """Record company, catalogue, customers and agreements; a fifth has a campaign."""
    import polars as pl

    from billing.catalogue.file import ApplyCatalogue, parse
    from billing.company import ApplyCompany, Company, Policies
    from billing.customers.registration import CUSTOMERS, RegisterCustomers
    from billing.subscriptions.agreement import AGREEMENTS, Subscribe

    company = Company(
        "B", "Bench AB", "5560360793", "SE", "SEK", Policies(),
        bankgiro=BANKGIRO, iban=IBAN,
    )  # fmt: skip
    give(opened, ApplyCompany(company, FIRST))
    give(opened, ApplyCatalogue(parse(CATALOGUE), FIRST))
    n = pl.DataFrame({"n": range(size)}).select(
        "n", customer_id=pl.format("C{}", "n"), subscription_id=pl.format("S{}", "n")
    )
    customers = _shaped(
        n.with_columns(kind=pl.lit("person"), name=pl.format("Kund {}", "n")), CUSTOMERS
    )
    agreements = _shaped(
        n.with_columns(
            plan_id=(pl.col("n") % 3).replace_strict(PLANS, return_dtype=pl.String),
            campaign=pl.when(pl.col("n") % 5 == 0).then(pl.lit("HALV")),
            start_on=pl.lit(FIRST),
        ),
        AGREEMENTS,
    )
    seconds, _ = _timed(
        lambda: [
            give(opened, RegisterCustomers(customers)),
            give(opened, Subscribe(agreements)),
        ]
    )
    return _row("register and subscribe", size, {"record": seconds})


def _shaped(frame: Any, schema: Any) -> Any:  # noqa: ANN401 - frames and schemas of polars, not imported yet
    import polars as pl

    missing = [name for name in schema.names() if name not in frame.columns]
    whole = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    return whole.select(schema.names()).cast(schema)


def give(opened: "Books", command: object, on: date = FIRST) -> dict[str, Any]:
    """Give a command as the system does, on the morning of a day."""
    from billing.books.handle import SYSTEM, Moment, handle

    return handle(opened, command, actor=SYSTEM, moment=Moment.morning(on))


def _bill(opened: "Books", _size: int) -> list[dict[str, Any]]:
    """Measure the first month, the same run again, and the second month."""
    return [
        _run(opened, FIRST, "first month"),
        _run(opened, FIRST, "the same again"),
        _run(opened, SECOND, "second month"),
    ]


def _run(opened: "Books", on: date, work: str) -> dict[str, Any]:
    """Measure loading and calculation by themselves; recording is what is left."""
    from billing.books.base import Scope, load
    from billing.invoicing import run
    from billing.invoicing.command import BillDay

    load_s, base = _timed(lambda: load(opened, "B", Scope.due(on), on))
    calculate_s, lines = _timed(lambda: run.bill(base, on=on).issue.lines.height)
    whole_s, _ = _timed(lambda: give(opened, BillDay("B"), on))
    record_s = max(0.0, whole_s - load_s - calculate_s) if lines else whole_s
    return _row(
        work, lines, {"load": load_s, "calculate": calculate_s, "record": record_s}
    )


def _camt(opened: "Books", size: int) -> list[dict[str, Any]]:
    """Measure a camt.054 file that pays every invoice of the first month."""
    import polars as pl

    from billing.books import queries
    from billing.formats import camt
    from billing.invoicing.command import BillDay
    from billing.payments.command import RecordPayments
    from ingest.bank import camt as incoming

    give(opened, BillDay("B"))
    paid = queries.ask(
        opened, "select reference, total_minor from invoices where kind = 'invoice'"
    ).select(
        amount_minor="total_minor",
        ocr="reference",
        free_text=pl.lit(None, pl.String),
        payer_name=pl.lit("Kund"),
        bank_reference=pl.format("R{}", pl.int_range(pl.len())),
        booked_on=pl.lit(SECOND),
        alias=pl.lit(BANKGIRO),
    )
    header = camt.NotificationHeader("M1", datetime(2026, 2, 1, 18), IBAN, "ESSESESS")  # noqa: DTZ001 - a bank's local time
    data = camt.write_camt054(header, paid)
    parse_s, read = _timed(lambda: incoming.read(data))
    record_s, _ = _timed(lambda: give(opened, RecordPayments(read.payments), SECOND))
    seconds = {"load": parse_s, "record": record_s}
    return [_row(f"camt.054 of {len(data) // 1_000_000} MB", size, seconds)]


MEASURES = {
    Bench.bill: _bill,
    Bench.camt: _camt,
    Bench.what_if: bench_what_if.measured,
}
