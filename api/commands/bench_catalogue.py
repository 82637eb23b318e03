"""How long a very large catalogue takes: to read, to record, and to resolve prices."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from billing.books.session import Books

FIRST = date(2016, 1, 1)
A_YEAR = 365
# The rules of the versions of a plan, in turn.
RULES = ("new", "renewal", "all", "cohort")


@dataclass(frozen=True, slots=True)
class Size:
    """How many plans, versions of each, and pieces whose price is resolved."""

    plans: int
    versions: int
    pieces: int


def measure(opened: "Books", size: Size) -> list[dict[str, Any]]:
    """Read and record a catalogue, load it, and give each piece its price version."""
    from api.commands.bench import BANKGIRO, give
    from billing.books.base import Scope, load
    from billing.catalogue.file import ApplyCatalogue, parse
    from billing.company import ApplyCompany, Company, Policies
    from billing.invoicing import prices

    on = FIRST + timedelta(days=A_YEAR * size.versions)
    policies = Policies(catalogue_approval="automatic")
    company = Company(
        "B", "Bench AB", "5560360793", "SE", "SEK", policies, bankgiro=BANKGIRO
    )
    give(opened, ApplyCompany(company, FIRST), FIRST)
    text, count = _file(size), size.plans * size.versions
    read, catalogue = _row(
        f"read a file of {len(text) // 1_000_000} MB", count, lambda: parse(text)
    )
    command = ApplyCatalogue(catalogue, FIRST)
    written, _ = _row("record it", count, lambda: give(opened, command, FIRST))
    again, _ = _row("record it again", count, lambda: give(opened, command, FIRST))
    loaded, base = _row("load it", count, lambda: load(opened, "B", Scope.of([]), on))
    pieces = _pieces(size)
    resolved, _ = _row(
        "resolve the prices", size.pieces, lambda: prices.attach(pieces, base.versions)
    )
    return [read, written, again, loaded, resolved]


def _file(size: Size) -> str:
    """Return a catalogue file in which each plan has versions of every rule in turn."""
    lines = ["products: [{id: news, vat: '0.06'}]", "plans:"]
    for n in range(size.plans):
        lines += [f"  - id: P{n}", "    product: news", "    prices:"]
        lines += [f"      - {_version(k)}" for k in range(size.versions)]
    return "\n".join(lines)


def _version(k: int) -> str:
    rule = RULES[k % len(RULES)]
    begins = FIRST + timedelta(days=A_YEAR * k)
    cohort = f", cohort: {{to: {begins}}}" if rule == "cohort" else ""
    price = f'price: {{amount: "{100 + k}.00"}}'
    return f"{{from: {begins}, {price}, applies_to: {rule}{cohort}}}"


def _pieces(size: Size) -> "pl.DataFrame":
    """Return pieces of agreements that started, and renew, all over the years."""
    import polars as pl

    years = A_YEAR * size.versions
    n = pl.int_range(size.pieces, eager=True).alias("n").to_frame()
    started = pl.lit(FIRST) + pl.duration(days=(pl.col("n") * 31) % years)
    begins = pl.max_horizontal(
        started, pl.lit(FIRST) + pl.duration(days=(pl.col("n") * 37) % years)
    )
    return n.select(
        plan_id=pl.format("P{}", pl.col("n") * 7919 % size.plans),
        price_list=pl.lit(""),
        phase=pl.lit(0, pl.Int64),
        started_on=started,
        plan_from_on=started,
        cycle_from=begins,
        period_from=begins,
    )


def _row(work: str, rows: int, do: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    """Return one line of the result, and what was done."""
    started = time.perf_counter()
    done = do()
    seconds = time.perf_counter() - started
    shown = {"work": work, "rows": rows, "total s": round(seconds, 2)}
    return shown | {"rows/s": int(rows / seconds)}, done
