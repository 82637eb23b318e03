"""Billing runs in the books.

Preview, approval, and the issue of exactly what was previewed.
"""

from typing import Any

import polars as pl
from psycopg.errors import LockNotAvailable

from billing.books.base import WAITING, Scope, load
from billing.books.handle import SYSTEM, Given
from billing.company import Policies
from billing.decision import Decision, events
from billing.errors import Conflict, Invalid, NotFound
from billing.invoicing.command import (
    ApproveRun,
    BillDay,
    CarryOutRun,
    ChargeOnce,
    PreviewRun,
    RecordUsage,
)
from billing.invoicing.invoice import SERIES
from billing.invoicing.run import PreviewChanged, Run, bill

FIRST_NUMBER = 100001
STEP_COLUMNS = (
    "invoices", "credit_notes", "lines", "net_minor", "vat_minor", "total_minor",
    "parked",
)  # fmt: skip


class UnknownRun(NotFound):
    """There is no such run."""


class NotApproved(Conflict):
    """The run has not been approved."""


class SamePerson(Conflict):
    """The one who previewed may not approve."""


class AlreadyRunning(Conflict):
    """Another run holds the agreements that are due."""


class WrongUsage(Invalid):
    """Usage that cannot be recorded."""


def bill_day(command: BillDay, given: Given) -> Decision:
    """Preview, approve by rule, and carry out; or leave the preview for people."""
    run = _run(command.legal_entity, given)
    if run is None:
        return Decision(answer={"state": "nothing_due", **_zero()})
    policies = _policies(command.legal_entity, given)
    run_id = _run_id(command.legal_entity, given)
    steps = ["previewed"]
    if policies.approval == "automatic":
        steps += ["approved", "carried_out"]
    decision = _issued(run_id, run, given) if len(steps) > 1 else Decision()
    rows = [_step(run_id, step, run) for step in steps]
    return Decision(
        rows={"billing_run_steps": rows, **decision.rows},
        answer={"run_id": run_id, "state": steps[-1], **_answer(run)},
        counters=decision.counters,
        positions=decision.positions,
        events=decision.events,
    )


def preview_run(command: PreviewRun, given: Given) -> Decision:
    """Record what a run would issue today, by its fingerprint and totals."""
    run = _run(command.legal_entity, given)
    if run is None:
        return Decision(answer={"state": "nothing_due", **_zero()})
    run_id = _run_id(command.legal_entity, given)
    return Decision(
        rows={"billing_run_steps": [_step(run_id, "previewed", run)]},
        answer={
            "run_id": run_id,
            "state": "previewed",
            **_answer(run),
            "by_plan": _by_plan(run),
            "parked_agreements": run.parked.to_dicts(),
        },
    )


def approve_run(command: ApproveRun, given: Given) -> Decision:
    """Record that another person has approved what was previewed."""
    previewed = _recorded(command.run_id, "previewed", given)
    if previewed["actor"] == given.actor.name and given.actor != SYSTEM:
        raise SamePerson(
            "the one who previewed the run may not approve it; ask a colleague"
        )
    if previewed["fingerprint"] != command.fingerprint:
        raise PreviewChanged("the fingerprint is not that of the preview; look again")
    totals = {name: previewed[name] for name in STEP_COLUMNS}
    row = {
        "run_id": command.run_id,
        "step": "approved",
        "on_date": previewed["on_date"],
        "fingerprint": command.fingerprint,
        **totals,
    }
    return Decision(
        rows={"billing_run_steps": [row]},
        answer={"run_id": command.run_id, "state": "approved", **totals},
    )


def carry_out_run(command: CarryOutRun, given: Given) -> Decision:
    """Issue what was approved; refuse when the difference is another one now."""
    approved = _recorded(command.run_id, "approved", given)
    legal_entity = command.run_id.rsplit("-", 4)[0]
    run = _run(legal_entity, given)
    found = None if run is None else run.fingerprint
    if run is None or found != approved["fingerprint"] or found != command.fingerprint:
        raise PreviewChanged(
            "what would be issued is no longer what was approved; preview the run again"
        )
    decision = _issued(command.run_id, run, given)
    step = _step(command.run_id, "carried_out", run)
    return Decision(
        rows={"billing_run_steps": [step], **decision.rows},
        answer={"run_id": command.run_id, "state": "carried_out", **_answer(run)},
        counters=decision.counters,
        positions=decision.positions,
        events=decision.events,
    )


def _run(legal_entity: str, given: Given) -> Run | None:
    """Hold the agreements that are due and find their difference.

    None: nothing is due.
    """
    on = given.moment.on
    try:
        due = given.connection.execute(
            "select count(*) from (select 1 from billing_positions"
            " inner join subscriptions using (subscription_id)"
            " where next_on <= %s and legal_entity = %s"
            " for update of billing_positions) as due",
            (on, legal_entity),
        ).fetchone()
    except LockNotAvailable as busy:
        raise AlreadyRunning(
            "another run is at work; try again when it is done"
        ) from busy
    base = None
    if due and due[0] > 0:
        base = load(given.books, legal_entity, Scope.due(on), on)
    elif _waiting_charges(legal_entity, given):
        base = load(given.books, legal_entity, Scope.of([]), on)
    if base is None:
        return None
    first = given.next_number(legal_entity, SERIES, start=FIRST_NUMBER)
    return bill(base, on=on, first_number=first)


def _waiting_charges(legal_entity: str, given: Given) -> bool:
    found = given.rows(
        "select 1 from one_off_charges as charge where legal_entity = %s"
        f" and effective_on <= %s and {WAITING} limit 1",
        (legal_entity, given.moment.on),
    )
    return bool(found)


def _policies(legal_entity: str, given: Given) -> Policies:
    found = given.rows(
        "select policies from company_profiles where legal_entity = %s"
        " and effective_on <= %s order by effective_on desc, seq desc limit 1",
        (legal_entity, given.moment.on),
    )
    return Policies.from_mapping(found[0]["policies"])


def _run_id(legal_entity: str, given: Given) -> str:
    """Name the run after company, day and how many there were before on that day."""
    day = f"{legal_entity}-{given.moment.on.isoformat()}"
    before = given.rows(
        "select count(distinct run_id) as runs from billing_run_steps"
        " where run_id like %s",
        (f"{day}-%",),
    )
    return f"{day}-{before[0]['runs'] + 1}"


def _step(run_id: str, step: str, run: Run) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "step": step,
        "on_date": run.on,
        "fingerprint": run.fingerprint,
        **run.totals,
    }


def _recorded(run_id: str, step: str, given: Given) -> dict[str, Any]:
    found = given.rows(
        "select * from billing_run_steps where run_id = %s and step = %s",
        (run_id, step),
    )
    if found:
        return found[0]
    if step == "approved":
        raise NotApproved(f"run {run_id} has not been approved by anybody yet")
    raise UnknownRun(f"there is no run {run_id}")


def _issued(run_id: str, run: Run, given: Given) -> Decision:
    """Return what the run appends: documents, parked agreements, numbers, positions."""
    invoices = run.issue.invoices.with_columns(run_id=pl.lit(run_id))
    lines = run.issue.lines.drop("payer_id", "currency", "rate_micro")
    legal_entity = run_id.rsplit("-", 4)[0]
    numbers = invoices["number"].to_list()
    counters = {(legal_entity, SERIES): max(numbers) + 1} if numbers else {}
    return Decision(
        rows={
            "invoices": invoices,
            "invoice_lines": lines,
            "invoice_taxes": run.issue.taxes,
            "parked_agreements": run.parked.with_columns(
                run_id=pl.lit(run_id), parked_on=pl.lit(given.moment.on)
            ),
        },
        counters=counters,
        positions=run.positions,
        events=events("invoice.issued", "invoice", invoices["invoice_id"]),
    )


def _answer(run: Run) -> dict[str, Any]:
    return {"fingerprint": run.fingerprint, **run.totals}


def _zero() -> dict[str, Any]:
    return dict.fromkeys(STEP_COLUMNS, 0)


def _by_plan(run: Run) -> list[dict[str, Any]]:
    return (
        run.issue.lines.group_by("plan_id", "currency")
        .agg(pl.len().alias("lines"), pl.col("net_minor", "vat_minor").sum())
        .sort("plan_id", nulls_last=True)
        .to_dicts()
    )


def record_usage(command: RecordUsage, given: Given) -> Decision:
    """Record usage events once; an event without an id is named after its content."""
    usage = command.usage
    known = given.frame("select subscription_id from subscriptions").cast(pl.String)
    lost = usage.join(known, on="subscription_id", how="anti")
    if not lost.is_empty():
        raise WrongUsage(f"there is no agreement {lost['subscription_id'][0]}")
    named = usage.with_columns(
        event_id=pl.coalesce(
            pl.col("event_id"),
            pl.format("{}/{}", pl.lit(str(given.command_id)), pl.int_range(pl.len())),
        )
    )
    return Decision(
        rows={"usage_events": named},
        answer={"recorded": named.height},
        touched=tuple(named["subscription_id"].unique()),
    )


def charge_once(command: ChargeOnce, given: Given) -> Decision:
    """Record a single charge for the customer's next invoice."""
    entities = given.rows(
        "select distinct legal_entity, currency from company_profiles"
    )
    chosen = [e for e in entities if command.legal_entity in {None, e["legal_entity"]}]
    if len(chosen) != 1:
        raise Invalid("name the legal entity that charges", field="legal_entity")
    if not given.rows(
        "select 1 from customers where customer_id = %s", (command.customer_id,)
    ):
        raise NotFound(f"there is no customer {command.customer_id}")
    charge_id = str(given.command_id)
    row = {
        "charge_id": charge_id,
        "customer_id": command.customer_id,
        "legal_entity": chosen[0]["legal_entity"],
        "product_id": command.product_id,
        "currency": command.currency or chosen[0]["currency"],
        "amount_minor": command.amount_minor,
        "text": command.text,
        "effective_on": given.moment.on,
    }
    return Decision(rows={"one_off_charges": [row]}, answer={"charge_id": charge_id})
