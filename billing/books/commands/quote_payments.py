"""Quotes that a payment activates: found by their reference, begun, and settled."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from billing.books.commands import quotes
from billing.books.commands.payments import OPEN_ITEMS, allocations, open_items
from billing.books.commands.subscriptions import recorded
from billing.books.handle import Given
from billing.decision import Decision
from billing.errors import No
from billing.payments import matching
from billing.subscriptions.quote import ActivateQuotes

# A payment with a quote's reference that nobody has decided about yet.
PAID = (
    "select quote_id, payment_id, deviation_id, quotes.reference, deviation.currency,"
    " deviation.amount_minor as paid_minor, booked_on from quotes"
    " inner join payments using (reference)"
    " inner join deviations as deviation using (payment_id)"
    " where deviation.reason in ('unknown_reference', 'nothing_open')"
    " and quotes.currency = deviation.currency"
    " and not exists (select from deviation_settlements as done"
    "  where done.deviation_id = deviation.deviation_id)"
    " and not exists (select from payment_returns as back"
    "  where back.payment_id = deviation.payment_id)"
)
STEP = "exists (select from quote_steps where quote_id = quotes.quote_id and step = {})"
SIGNED = STEP.format("'signed'")
CLOSED = STEP.format("any('{declined,lapsed,activated}')")


@dataclass(slots=True)
class Done:
    """What one activation comes to so far."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)


def activate_quotes(_: ActivateQuotes, given: Given) -> Decision:
    """Begin what is signed and paid, place the payments, and let old quotes lapse."""
    given.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('quotes', 0))"
    )
    done = Done()
    paid = _payable(given)
    accepted: list[dict[str, Any]] = []
    for row in paid:
        if _is_accepted(row, accepted, given, done):
            accepted.append(row)
    settled = _settlement(given)
    _lapse(given, done, {row["quote_id"] for row in paid})
    if not accepted:
        return Decision(
            rows={"quote_steps": done.steps, **settled}, answer=_answer(done, settled)
        )
    begun = quotes.activated(accepted, given.moment.on, given)
    decision = recorded(begun, given)
    done.steps += [
        quotes.step(row["quote_id"], "activated", row["payments"], given)
        for row in accepted
    ]
    return Decision(
        rows={"quote_steps": done.steps, **decision.rows, **settled},
        answer={**_answer(done, settled), **decision.answer},
        counters=decision.counters,
        positions=decision.positions,
        events=decision.events,
    )


def _answer(done: Done, settled: dict[str, Any]) -> dict[str, Any]:
    named = {
        step: [row["quote_id"] for row in done.steps if row["step"] == step]
        for step in ("activated", "lapsed")
    }
    return {**named, "refused": done.refused, "placed": len(settled["allocations"])}


def _payable(given: Given) -> list[dict[str, Any]]:
    """Return the signed quotes whose payments cover the first invoice.

    An order without a first day, or with one that has passed, begins on the day of the
    payment that covered it.
    """
    return given.rows(
        f"with paid as ({PAID}), covered as (select quote_id,"
        " sum(paid_minor)::bigint as paid_minor, max(booked_on) as paid_on,"
        " string_agg(payment_id, ', ' order by payment_id) as payments"
        " from paid group by quote_id)"
        " select quotes.*, paid_on, payments from quotes"
        " inner join covered using (quote_id)"
        " where activation = 'payment' and paid_minor >= first_minor"
        f" and paid_on <= valid_until and {SIGNED} and not {CLOSED}"
        " order by quote_id"
    )


def _is_accepted(
    row: dict[str, Any], before: list[dict[str, Any]], given: Given, done: Done
) -> bool:
    """Return whether orders are taken after those before; a person sees to a no."""
    paid_on = row["paid_on"].isoformat()
    row["agreements"] = [
        order | {"start_on": max(order.get("start_on") or paid_on, paid_on)}
        for order in row["agreements"]
    ]
    try:
        quotes.activated([*before, row], given.moment.on, given)
    except No as no:
        done.refused.append({"quote_id": row["quote_id"], "reason": no.message})
        return False
    return True


def _lapse(given: Given, done: Done, paid: set[str]) -> None:
    """Let the quotes lapse whose time is over and that nobody has paid in time."""
    old = given.rows(
        f"select quote_id from quotes where valid_until < %s and not {CLOSED}"
        " order by quote_id",
        (given.moment.on,),
    )
    done.steps += [
        quotes.step(row["quote_id"], "lapsed", "not accepted in time", given)
        for row in old
        if row["quote_id"] not in paid
    ]


def _settlement(given: Given) -> dict[str, Any]:
    """Place payments of quotes on the invoices of their agreements, oldest first.

    What is left of a payment is a deviation of its own, that a person decides about.
    """
    paid = given.frame(f"select * from ({PAID}) as paid order by booked_on, payment_id")
    if paid.is_empty():
        return {"allocations": [], "deviations": [], "deviation_settlements": []}
    items = open_items(
        given,
        OPEN_ITEMS.format(key="quotes.reference")
        + " inner join (select distinct line.invoice_id as item_id, quotes.reference"
        "  from quotes inner join subscriptions using (quote_id)"
        "  inner join invoice_lines as line using (subscription_id)"
        "  where quotes.reference = any(%s)) as quotes using (item_id)"
        " where open_minor > 0",
        (paid["reference"].to_list(),),
    )
    due = paid.join(items, on=["reference", "currency"], how="semi")
    shares, rests = matching.match(
        due.select("payment_id", "reference", "currency", "paid_minor"), items
    )
    placed = due.join(shares, on="payment_id", how="semi")
    return {
        "allocations": allocations(shares, "payment", "quote", given),
        "deviation_settlements": placed.select(
            "deviation_id",
            decision=pl.lit("settle"),
            note=pl.format("first payment of quote {}", "quote_id"),
            settled_on=pl.lit(given.moment.on),
        ),
        "deviations": rests.join(
            placed.select("payment_id", "currency"), on="payment_id"
        ).select(
            "payment_id",
            "currency",
            reason=pl.lit(matching.OVERPAID),
            deviation_id=pl.format("{}!{}", "payment_id", pl.lit(matching.OVERPAID)),
            amount_minor="rest_minor",
            opened_on=pl.lit(given.moment.on),
        ),
    }
