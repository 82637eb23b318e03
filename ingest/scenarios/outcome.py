"""The outcome of a story is what its books hold, in the words of expectations."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from billing import money
from billing.books import base, outcomes, queries
from billing.books.base import Scope
from billing.invoicing import timeline
from billing.invoicing.timeline import MAIN
from ingest.scenarios.comparison import Row
from ingest.scenarios.player import MANY
from ingest.scenarios.stage import LEGAL_ENTITY, Stage


def documents(stage: Stage) -> list[Row]:
    """Return the invoices and credit notes with their lines, in the order of issue."""
    heads = queries.invoices_listed(stage.books, 0, MANY)
    if heads.is_empty():
        return []
    lines = queries.invoice_lines(stage.books, heads["invoice_id"].to_list()).to_dicts()
    return [
        _document(
            stage, n, head, [x for x in lines if x["invoice_id"] == head["invoice_id"]]
        )
        for n, head in enumerate(heads.sort("number").to_dicts(), 1)
    ]


def _document(stage: Stage, n: int, head: Row, lines: list[Row]) -> Row:
    return {
        "on": head["issued_on"],
        "customer": head["payer_id"],
        "kind": head["kind"],
        "number": n,
        "due": head["due_on"],
        "net": major(stage, head["net_minor"]),
        "vat": major(stage, head["vat_minor"]),
        "rounding": major(stage, head["rounding_minor"]),
        "total": major(stage, head["total_minor"]),
        "lines": [_line(stage, line) for line in lines],
    }


def _line(stage: Stage, line: Row) -> Row:
    item = line["item"]
    return {
        "item": line["plan_id"] if item in {MAIN, None} else item,
        "from": line["period_from"],
        "to": line["period_to"],
        "quantity": line["quantity"],
        "net": major(stage, line["net_minor"]),
        "vat": major(stage, line["vat_minor"]),
        "text": line["text"],
    }


def major(stage: Stage, minor: int) -> Decimal:
    """Return minor units as an amount of the scenario's currency."""
    return Decimal(money.to_text(int(minor), stage.settings.currency))


def balance(stage: Stage, customer: str, on: date, known: date | None) -> Row:
    """Return what a customer owed on a day, as known then or now."""
    found = outcomes.owed(stage.books, customer, on=on, known=known)
    return {
        "balance": major(stage, found["balance_minor"]),
        "overdue": major(stage, found["overdue_minor"]),
    }


def reminders(stage: Stage) -> list[Row]:
    """Return the reminders that were sent."""
    return [
        {
            "on": row["issued_on"],
            "invoice": stage.invoices.index(row["invoice_id"]) + 1,
            "step": row["step"],
            "fee": major(stage, row["fee_minor"]),
            "interest": major(stage, row["interest_minor"]),
        }
        for row in outcomes.reminders(stage.books).to_dicts()
    ]


def deviations(stage: Stage) -> list[Row]:
    """Return the payments that a person had or has to look at."""
    return [
        {
            "payment": stage.payments.index(row["payment_id"]) + 1,
            "reason": row["reason"],
            "amount": major(stage, row["amount_minor"]),
        }
        for row in outcomes.deviations(stage.books).to_dicts()
    ]


def payments(stage: Stage) -> dict[int, Row]:
    """Return what has become of each payment, by its number."""
    found: dict[int, Row] = {}
    for row in outcomes.settled(stage.books).to_dicts():
        number = stage.payments.index(row["payment_id"]) + 1
        payment = found.setdefault(
            number, {"settled": [], "unsettled": major(stage, row["rest_minor"])}
        )
        if row["item_id"] in stage.invoices:
            payment["settled"].append(
                {
                    "invoice": stage.invoices.index(row["item_id"]) + 1,
                    "amount": major(stage, row["amount_minor"]),
                }
            )
    return found


def standing(stage: Stage, subscription: str, on: date) -> Row | None:
    """Return how an agreement stands on a day: state, plan, billed through when."""
    known = max(on, stage.scenario.steps[0].on)
    found = base.load(stage.books, LEGAL_ENTITY, Scope.of([subscription]), known)
    held = timeline.intervals(found.changes).filter(pl.col("item") == MAIN)
    if held.is_empty():
        return None
    running = held.filter(
        (pl.col("from_on") <= on) & (pl.col("to_on").is_null() | (pl.col("to_on") > on))
    )
    before = held["from_on"].min() > on  # type: ignore[operator] # a date
    state = "coming" if before else "ended"
    last = held.row(0 if before else -1, named=True)
    row: dict[str, Any] = last if running.is_empty() else running.row(0, named=True)
    return {
        "state": state if running.is_empty() else row["state"],
        "plan": row["plan_id"],
        "paid_through": _paid_through(
            outcomes.charged(stage.books, subscription, on).to_dicts()
        ),
    }


def _paid_through(lines: Iterable[Row]) -> date | None:
    """Return the end of the last day charged for and not taken back."""
    through: date | None = None
    for line in lines:
        if line["item"] != MAIN or line["kind"] != "period":
            continue
        end, begin = line["period_to"], line["period_from"]
        if line["amount_minor"] > 0:
            through = max(end, through or end)
        elif through is not None and end >= through:
            through = begin
    return through
