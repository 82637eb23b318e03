"""The actions of a scenario, each given as the very command that people give."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from billing.books import queries
from billing.catalogue.file import ApplyCatalogue
from billing.catalogue.shape_plans import Plan
from billing.catalogue.shape_prices import Version
from billing.changes import cancellation, change, pause
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.dunning.command import SendReminders
from billing.dunning.command import WriteOff as LoseInvoice
from billing.invoicing.command import (
    BillDay,
    ChargeOnce,
    CreditInvoice,
    RecordUsage,
)
from billing.invoicing.timeline import QUANTITY
from billing.payments.command import (
    PAYMENTS,
    RecordPayments,
    ReturnPayment,
    SettleDeviation,
)
from billing.subscriptions import agreement
from ingest.scenarios import shape
from ingest.scenarios.stage import (
    LEGAL_ENTITY,
    Answer,
    NotYet,
    Stage,
    catalogue,
)

ACCOUNT = "scenario"
USAGE = pl.Schema(
    {
        "subscription_id": pl.String(),
        "metric": pl.String(),
        "quantity": QUANTITY,
        "used_on": pl.Date(),
        "event_id": pl.String(),
    }
)


def _register(stage: Stage, did: shape.Register, on: date) -> Answer:
    row = {
        "customer_id": did.customer,
        "kind": did.kind,
        "name": did.name,
        "identity_number": did.identity_number,
        "country": stage.settings.country,
    }
    return stage.give(RegisterCustomers(customers_frame([row])), on)


def _subscribe(stage: Stage, did: shape.Subscribe, on: date) -> Answer:
    campaigns = [did.campaign] if isinstance(did.campaign, str) else did.campaign
    row = {
        "subscription_id": did.subscription,
        "customer_id": did.customer,
        "payer_id": did.payer,
        "recipient_id": did.recipient,
        "giver_id": did.giver,
        "plan_id": did.plan,
        "quantity": did.quantity,
        "campaign": "+".join(campaigns) if campaigns else None,
        "start_on": did.start,
        "agreed_minor": did.agreed_price and stage.minor(did.agreed_price),
        "price_list": did.price_list,
        "anchor": did.anchor,
        "first_period": did.first_period and str(did.first_period),
    }
    command = agreement.Subscribe(agreement.agreements_frame([row]), did.override)
    return stage.give(command, on)


def _bill(stage: Stage, _: shape.Bill, on: date) -> Answer:
    return stage.give(BillDay(LEGAL_ENTITY), on)


def _change(stage: Stage, did: shape.Change, on: date) -> Answer:
    command = change.ChangeSubscription(
        did.subscription,
        did.effective,
        plan_id=did.plan,
        quantity=did.quantity,
        anchor_day=did.anchor.day if did.anchor else None,
        campaign=did.campaign,
    )
    return stage.give(command, on)


def _add(stage: Stage, did: shape.Add, on: date) -> Answer:
    command = change.AddItem(
        did.subscription, did.item, did.plan, did.quantity, did.effective
    )
    return stage.give(command, on)


def _remove(stage: Stage, did: shape.Remove, on: date) -> Answer:
    command = change.RemoveItem(
        did.subscription, did.item, did.effective, credit=did.credit
    )
    return stage.give(command, on)


def _pause(stage: Stage, did: shape.Pause, on: date) -> Answer:
    command = pause.Pause(did.subscription, did.begin, did.until, did.effect)
    return stage.give(command, on)


def _resume(stage: Stage, did: shape.Resume, on: date) -> Answer:
    return stage.give(pause.Resume(did.subscription, did.effective), on)


def _cancel(stage: Stage, did: shape.Cancel, on: date) -> Answer:
    command = cancellation.Cancel(
        did.subscription, did.effective, did.credit, did.reason, did.waive_fee
    )
    return stage.give(command, on)


def _keep(stage: Stage, did: shape.Keep, on: date) -> Answer:
    return stage.give(agreement.KeepAfterTrial(did.subscription), on)


def _undo(stage: Stage, did: shape.Undo, on: date) -> Answer:
    answer = stage.answers[did.step - 1] if did.step <= len(stage.answers) else {}
    if "change_id" not in answer:
        raise NotYet(
            f"step {did.step} is no change of an agreement; only those are taken back"
        )
    return stage.give(change.Undo(answer["change_id"]), on)


def _use(stage: Stage, did: shape.Use, on: date) -> Answer:
    row = {
        "subscription_id": did.subscription,
        "metric": did.metric,
        "quantity": did.quantity,
        "used_on": did.at,
    }
    usage = pl.DataFrame([row]).with_columns(
        pl.col("quantity").cast(QUANTITY), event_id=pl.lit(None, pl.String)
    )
    return stage.give(RecordUsage(usage), on)


def _price(stage: Stage, did: shape.NewPrice, on: date) -> Answer:
    plan = stage.plans.get(did.plan)
    if plan is None:
        raise change.UnknownChange(f"there is no plan {did.plan}")
    version = Version.model_validate(
        {
            "from": did.begin,
            "to": did.end,
            "price": did.price,
            "applies_to": did.applies_to,
            "cohort": did.cohort,
        }
    )
    priced = _with_version(plan, did.price_list or "", version)
    plans = stage.plans | {did.plan: priced}
    answer = stage.give(
        ApplyCatalogue(catalogue(stage.scenario, plans.values()), on), on
    )
    stage.plans = plans
    return answer


def _with_version(plan: Plan, price_list: str, version: Version) -> Plan:
    told = plan.model_dump(by_alias=True, exclude_unset=True)
    before = plan.versions(price_list)
    versions = [v.model_dump(by_alias=True) for v in (*before, version)]
    if not price_list:
        return Plan.model_validate({**told, "price": None, "prices": versions})
    listed = {**told["lists"][price_list], "price": None, "prices": versions}
    lists = {**told["lists"], price_list: listed}
    return Plan.model_validate({**told, "lists": lists})


def _charge(stage: Stage, did: shape.Charge, on: date) -> Answer:
    command = ChargeOnce(did.customer, did.product, stage.minor(did.amount), did.text)
    return stage.give(command, on)


def _credit(stage: Stage, did: shape.Credit, on: date) -> Answer:
    shares = (
        None
        if did.lines == "all"
        else tuple((share.line, stage.minor(share.amount)) for share in did.lines)
    )
    command = CreditInvoice(stage.invoice(did.invoice), did.reason, shares)
    return stage.give(command, on)


def _pay(stage: Stage, did: shape.Pay, on: date) -> Answer:
    reference = did.reference
    if isinstance(reference, shape.OfInvoice):
        invoice_id = stage.invoice(reference.invoice)
        reference = str(queries.invoice(stage.books, invoice_id)["reference"][0])
    number = len(stage.payments) + 1
    row = {
        "account": ACCOUNT,
        "bank_reference": f"payment {number}",
        "ordinal": 1,
        "method": did.method,
        "booked_on": on,
        "amount_minor": stage.minor(did.amount),
        "currency": stage.settings.currency,
        "reference": reference,
        "payer_name": did.payer_name,
    }
    answer = stage.give(RecordPayments(pl.DataFrame([row], schema=PAYMENTS)), on)
    stage.payments.append(f"{ACCOUNT}/payment {number}/1")
    return answer


def _bounce(stage: Stage, did: shape.Bounce, on: date) -> Answer:
    return stage.give(ReturnPayment(stage.payment(did.payment), did.reason), on)


def _settle(stage: Stage, did: shape.Settle, on: date) -> Answer:
    payment_id = stage.payment(did.payment)
    waiting = queries.deviations_open(stage.books, on).filter(
        pl.col("payment_id") == payment_id
    )
    if waiting.is_empty():
        raise change.NothingToChange(f"payment {did.payment} has nothing to settle")
    shares = tuple(
        (stage.invoice(placed.invoice), stage.minor(placed.amount)) for placed in did.to
    )
    command = SettleDeviation(str(waiting["deviation_id"][0]), "settle", shares)
    return stage.give(command, on)


def _remind(stage: Stage, _: shape.Remind, on: date) -> Answer:
    return stage.give(SendReminders(LEGAL_ENTITY), on)


def _write_off(stage: Stage, did: shape.WriteOff, on: date) -> Answer:
    return stage.give(LoseInvoice(stage.invoice(did.invoice), did.reason), on)


Act = Callable[[Stage, Any, date], Answer]
ACTIONS: dict[str, Act] = {
    "register": _register,
    "subscribe": _subscribe,
    "bill": _bill,
    "change": _change,
    "add": _add,
    "remove": _remove,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "keep": _keep,
    "undo": _undo,
    "use": _use,
    "price": _price,
    "charge": _charge,
    "credit": _credit,
    "pay": _pay,
    "bounce": _bounce,
    "settle": _settle,
    "remind": _remind,
    "write_off": _write_off,
}
