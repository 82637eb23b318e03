"""Deciding what the rest of a payment is for, in the books: settle, credit, or park."""

from typing import Any

from billing.books.handle import Given
from billing.decision import Decision
from billing.errors import Conflict, Invalid, NotFound
from billing.payments.command import DECISIONS, SettleDeviation


class UnknownDeviation(NotFound):
    """There is no such deviation."""


class AlreadyDecided(Conflict):
    """The deviation has been decided."""


class WrongShares(Invalid):
    """The shares do not fit the payment or the items."""


def settle_deviation(command: SettleDeviation, given: Given) -> Decision:
    """Carry out what a person decides about the rest of a payment."""
    if command.decision not in DECISIONS:
        raise WrongShares(
            f"{command.decision!r} is no decision; say {', '.join(DECISIONS)}",
            field="decision",
        )
    deviation = _open_deviation(command.deviation_id, given)
    allocations = (
        _chosen(command, deviation, given) if command.decision == "settle" else []
    )
    settled = {
        "deviation_id": command.deviation_id,
        "decision": command.decision,
        "note": command.note,
        "settled_on": given.moment.on,
    }
    rows: dict[str, Any] = {"allocations": allocations}
    if command.decision == "park":
        note = {name: settled[name] for name in ("deviation_id", "note")}
        rows["deviation_notes"] = [note | {"noted_on": given.moment.on}]
    else:
        rows["deviation_settlements"] = [settled]
    return Decision(
        rows=rows,
        answer={
            "deviation_id": command.deviation_id,
            "decision": command.decision,
            "allocated_minor": sum(row["amount_minor"] for row in allocations),
        },
    )


def _open_deviation(deviation_id: str, given: Given) -> dict[str, Any]:
    found = given.rows(
        "select deviation.*, settlement.decision from deviations as deviation"
        " left join deviation_settlements as settlement using (deviation_id)"
        " where deviation_id = %s",
        (deviation_id,),
    )
    if not found:
        raise UnknownDeviation(f"there is no deviation {deviation_id}")
    if found[0]["decision"] is not None:
        raise AlreadyDecided(
            f"deviation {deviation_id} was decided: {found[0]['decision']}"
        )
    return found[0]


def _chosen(
    command: SettleDeviation, deviation: dict[str, Any], given: Given
) -> list[dict[str, Any]]:
    """Return the allocations that the shares ask for, checked against what is open."""
    total = sum(amount for _, amount in command.shares)
    if total != deviation["amount_minor"] or not command.shares:
        raise WrongShares(
            f"the shares come to {total}, the payment has {deviation['amount_minor']} "
            "left; place all of it, or credit the customer with the rest"
        )
    return [
        _share(deviation, item_id, amount, given) for item_id, amount in command.shares
    ]


def _share(
    deviation: dict[str, Any], item_id: str, amount: int, given: Given
) -> dict[str, Any]:
    item = given.rows(
        "select item_kind, currency, open_minor from open_items where item_id = %s",
        (item_id,),
    )
    if not item:
        raise WrongShares(f"there is no open item {item_id}")
    if item[0]["currency"] != deviation["currency"] or amount <= 0:
        raise WrongShares(
            f"{item_id} is in {item[0]['currency']}; give an amount in it"
        )
    if amount > item[0]["open_minor"]:
        raise WrongShares(
            f"{item_id} has {item[0]['open_minor']} open, "
            f"less than the share of {amount}"
        )
    number = given.rows(
        "select coalesce(max(n), 0) + 1 as n from allocations"
        " where source_id = %s and item_id = %s",
        (deviation["payment_id"], item_id),
    )[0]["n"]
    return {
        "allocation_id": f"{deviation['payment_id']}>{item_id}#{number}",
        "source_kind": "payment",
        "source_id": deviation["payment_id"],
        "item_kind": item[0]["item_kind"],
        "item_id": item_id,
        "n": number,
        "amount_minor": amount,
        "currency": deviation["currency"],
        "effective_on": given.moment.on,
        "rule": "decided",
    }
