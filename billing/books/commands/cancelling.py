"""Ending an agreement: what leaving early costs, and what might make somebody stay."""

from typing import Any

from billing.books import offers
from billing.books.commands.one_agreement import (
    Facts,
    as_frame,
    choose,
    day,
    decided,
    following,
    held,
    renewal,
)
from billing.books.handle import Given, NotAllowed
from billing.changes.cancellation import CREDITS, EXIT_FEE, Cancel, early
from billing.changes.change import NothingToChange
from billing.decision import Decision
from billing.invoicing.base import Base
from billing.invoicing.exit_fee import Binding, exit_fee
from billing.invoicing.timeline import CHANGES

WAIVERS = frozenset({"admin", "system", "billing"})


def cancel(command: Cancel, given: Given) -> Decision:
    """Record the end of an agreement, with the charge for leaving early."""
    if command.credit is not None:
        choose("credit", command.credit, CREDITS)
    base = held(command.subscription_id, given)
    fact = {
        "kind": "cancel",
        "effective_on": day(base, command.effective, given),
        "credit": command.credit,
        "reason": command.reason,
    }
    bound = _bound(command.subscription_id, given)
    charged = _charged(base, fact, bound, given)
    if command.waive_fee:
        _check_waiver(command, charged, given)
    decision = decided(base, [fact], given, [] if command.waive_fee else charged)
    until = bound["bound_until"]
    fee = {
        "exit_fee_minor": sum(row["amount_minor"] for row in charged),
        "exit_fee_waived": command.waive_fee,
        "bound_until": until and until.isoformat(),
    }
    return Decision(
        rows=decision.rows,
        answer={**decision.answer, **fee, "offers": _offers(base, given)},
        touched=decision.touched,
    )


def _bound(subscription_id: str, given: Given) -> dict[str, Any]:
    return given.rows(
        "select bound_until, exit_fee_kind, exit_fee_minor, legal_entity,"
        " (select language from customer_details"
        "  where customer_details.customer_id = subscriptions.payer_id"
        "  order by effective_on desc, seq desc limit 1) as language"
        " from subscriptions where subscription_id = %s",
        (subscription_id,),
    )[0]


def _charged(
    base: Base, fact: dict[str, Any], bound: dict[str, Any], given: Given
) -> Facts:
    """Return the charge for leaving early, less what earlier ends have charged."""
    subscription = base.subscriptions.row(0, named=True)
    number = subscription["subscription_id"]
    change_id = f"{number}/{following(base)}"
    last = base.changes["seq"].max()
    seq = int(last) + 1 if isinstance(last, int) else 1
    ends = as_frame(
        [fact | {"change_id": change_id, "subscription_id": number, "seq": seq}],
        CHANGES,
    )
    binding = Binding(
        bound["bound_until"], bound["exit_fee_kind"], bound["exit_fee_minor"]
    )
    fee = exit_fee(base, binding, ends)
    before = _charged_before(number, given)
    amount = (fee.amount_minor if fee else 0) - before["amount_minor"]
    if not amount:
        return []
    return [
        {
            "charge_id": change_id + EXIT_FEE,
            "customer_id": subscription["payer_id"],
            "legal_entity": bound["legal_entity"],
            "product_id": fee.product_id if fee else before["product_id"],
            "currency": subscription["currency"],
            "amount_minor": amount,
            "text": early(bound["language"], number),
            "effective_on": max(given.moment.on, fact["effective_on"]),
        }
    ]


def _charged_before(subscription_id: str, given: Given) -> dict[str, Any]:
    """Return what ends that stand have charged, so that nothing is charged twice."""
    return given.rows(
        "select coalesce(sum(amount_minor), 0)::bigint as amount_minor,"
        " max(product_id) as product_id from one_off_charges where charge_id in ("
        " select change_id || %s from subscription_changes as ending"
        " where subscription_id = %s and kind = 'cancel' and not exists ("
        "  select from subscription_changes as undo"
        "  where undo.undoes = ending.change_id))",
        (EXIT_FEE, subscription_id),
    )[0]


def _check_waiver(command: Cancel, charged: Facts, given: Given) -> None:
    if given.actor.role not in WAIVERS:
        raise NotAllowed(
            f"{given.actor.name} has the role {given.actor.role}, which may not waive "
            f"an exit fee; it takes {', '.join(sorted(WAIVERS))}"
        )
    if not command.reason:
        raise NothingToChange("say with reason why the fee is waived", field="reason")
    if not charged:
        raise NothingToChange(
            "no exit fee would be charged; leave waive_fee out", field="waive_fee"
        )


def _offers(base: Base, given: Given) -> list[dict[str, Any]]:
    """Return what may be offered instead, from the next period on."""
    on = renewal(base, given.moment.on) or given.moment.on
    found = offers.best_offers(given.books, base, on)
    return [row | {"effective_on": on.isoformat()} for row in found.to_dicts()]
