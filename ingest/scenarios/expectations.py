"""Checking what a story expects against what came about; every fault is a sentence."""

from collections.abc import Callable, Sequence

from ingest.scenarios import figures, outcome
from ingest.scenarios.comparison import Row, asked, complete
from ingest.scenarios.expected import Expect
from ingest.scenarios.player import Played, Plot
from ingest.scenarios.stage import Stage

Faults = list[str]


def faults(stage: Stage, played: Plot, documents: list[Row]) -> Faults:
    """Return everything that did not come out as expected."""
    expect = stage.scenario.expect
    found = [fault for check in CHECKS for fault in check(stage, expect)]
    idle = [f"nothing_due: on {day} a run would issue something" for day in played.due]
    return [
        *_refusals(expect, played.steps),
        *_invoices(expect, documents),
        *found,
        *idle,
        *figures.faults(stage),
    ]


def _refusals(expect: Expect, played: Sequence[Played]) -> Faults:
    found = [
        {"step": p.step, "kind": p.refusal.kind, "message": p.refusal.message}
        for p in played
        if p.refusal is not None
    ]
    return complete("refused", [row.named() for row in expect.refused], found)


def _invoices(expect: Expect, found: list[Row]) -> Faults:
    count = expect.invoice_count
    wrong = (
        [f"invoice_count: {count} were expected, {len(found)} were issued"]
        if count is not None and count != len(found)
        else []
    )
    if expect.invoices is None:
        return wrong
    wanted = [row.named() for row in expect.invoices]
    return complete("invoices", wanted, found, ordered=expect.ordered) + wrong


def _reminders(stage: Stage, expect: Expect) -> Faults:
    if expect.reminders is None:
        return []
    wanted = [row.named() for row in expect.reminders]
    found = outcome.reminders(stage)
    return complete("reminders", wanted, found, ordered=expect.ordered)


def _deviations(stage: Stage, expect: Expect) -> Faults:
    if expect.deviations is None:
        return []
    wanted = [row.named() for row in expect.deviations]
    found = outcome.deviations(stage)
    return complete("deviations", wanted, found, ordered=expect.ordered)


def _balances(stage: Stage, expect: Expect) -> Faults:
    found: Faults = []
    for row in expect.balances:
        owed = outcome.balance(stage, row.customer, row.on, row.known)
        named = {"on": row.on, "customer": row.customer, "known": row.known}
        found += asked("balances", row.named(), named | owed)
    return found


def _payments(stage: Stage, expect: Expect) -> Faults:
    settled = outcome.payments(stage) if expect.payments else {}
    found: Faults = []
    for row in expect.payments:
        payment = settled.get(row.payment)
        known = None if payment is None else {"payment": row.payment, **payment}
        found += asked("payments", row.named(), known)
    return found


def _subscriptions(stage: Stage, expect: Expect) -> Faults:
    found: Faults = []
    for row in expect.subscriptions:
        stands = outcome.standing(stage, row.subscription, row.on)
        named = {"subscription": row.subscription, "on": row.on}
        found += asked("subscriptions", row.named(), stands and named | stands)
    return found


CHECKS: list[Callable[[Stage, Expect], Faults]] = [
    _reminders,
    _deviations,
    _balances,
    _payments,
    _subscriptions,
]
