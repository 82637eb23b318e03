"""What agreements that are not recorded yet will be billed, by the engine itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from billing.books.base import Scope, load
from billing.books.handle import Given
from billing.invoicing import first_invoice
from billing.invoicing.base import SUBSCRIPTIONS, Base
from billing.invoicing.run import Run
from billing.invoicing.timeline import CHANGES


@dataclass(frozen=True, slots=True)
class FirstBill:
    """The first invoice of new agreements of one company, and a year of them."""

    first: Run
    year: Run


def bills(
    agreements: pl.DataFrame, facts: pl.DataFrame, given: Given
) -> list[FirstBill]:
    """Return the first bill of each company that sells some of the agreements.

    `agreements` and `facts` are those of `subscriptions.Begun`.
    """
    return [
        _bill(
            _base(agreements.filter(pl.col("legal_entity") == entity), facts, given),
            given.moment.on,
        )
        for entity in agreements["legal_entity"].unique().sort()
    ]


def effect(
    agreements: pl.DataFrame, facts: pl.DataFrame, given: Given
) -> dict[str, Any]:
    """Return the first invoice and a year's cost as they are shown: totals and lines.

    issued_on is the day of the first invoice; the year is what falls due within it.
    """
    found = bills(agreements, facts, given)
    return {
        "issued_on": min(bill.first.on for bill in found).isoformat(),
        "next_run": summed(bill.first for bill in found),
        "first_year": summed(bill.year for bill in found),
        "lines": [line for bill in found for line in first_invoice.lines(bill.first)],
    }


def summed(runs: Iterable[Run]) -> dict[str, int]:
    """Return the totals of several runs as one."""
    total: Counter[str] = Counter()
    for run in runs:
        total.update(run.totals)
    return dict(total)


def _bill(base: Base, on: date) -> FirstBill:
    first = base.subscriptions["started_on"].min()
    since = max(on, first) if isinstance(first, date) else on
    return FirstBill(
        first_invoice.first_invoice(base, on=on),
        first_invoice.first_year(base, since=since),
    )


def _base(agreements: pl.DataFrame, facts: pl.DataFrame, given: Given) -> Base:
    """Return the base that the agreements alone would make."""
    entity = agreements["legal_entity"][0]
    empty = load(given.books, entity, Scope.of([]), given.moment.on)
    own = facts.join(
        agreements.select("subscription_id"), on="subscription_id", how="semi"
    ).with_columns(seq=pl.int_range(1, pl.len() + 1))
    return replace(
        empty,
        subscriptions=_shaped(
            agreements.rename({"start_on": "started_on"}), SUBSCRIPTIONS
        ),
        changes=_shaped(own, CHANGES),
        one_offs=empty.one_offs.clear(),
    )


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    missing = [name for name in schema if name not in frame.columns]
    return (
        frame.with_columns(pl.lit(None, schema[name]).alias(name) for name in missing)
        .select(schema.names())
        .cast(schema)
    )
