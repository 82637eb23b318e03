"""Changing agreements.

Each command becomes facts, and shows what they will cost first.
"""

from dataclasses import replace

import polars as pl

from billing.books import offers
from billing.books.commands.one_agreement import (
    Facts,
    choose,
    day,
    decided,
    following,
    held,
)
from billing.books.commands.order_limits import hold_names
from billing.books.handle import Given
from billing.books.references import About, known
from billing.changes.cancellation import EXIT_FEE
from billing.changes.change import (
    AddItem,
    CannotUndo,
    ChangeSubscription,
    NothingToChange,
    RemoveItem,
    Undo,
    UnknownChange,
    UnknownItem,
    WrongDate,
)
from billing.changes.pause import EFFECTS, Pause, Resume
from billing.decision import Decision
from billing.errors import Conflict, Invalid
from billing.invoicing import timeline
from billing.invoicing.base import Base
from billing.invoicing.timeline import MAIN


class UnknownPlan(Invalid):
    """The catalogue has no such plan."""


class UnknownCampaign(Invalid):
    """There is no such campaign."""


class CampaignRefused(Conflict):
    """The rules of the campaign do not let the agreement take it."""


def change_subscription(command: ChangeSubscription, given: Given) -> Decision:
    """Record another plan, quantity, price, billing day or campaign from a day."""
    base = held(command.subscription_id, given)
    on = day(base, command.effective, given)
    if command.plan_id is not None:
        _require_plan(command.plan_id, given)
    facts: Facts = []
    if (command.plan_id, command.quantity, command.agreed_minor) != (None, None, None):
        facts.append(
            {
                "kind": "change",
                "item": MAIN,
                "plan_id": command.plan_id,
                "quantity": command.quantity,
                "agreed_minor": command.agreed_minor,
            }
        )
    if command.anchor_day is not None:
        facts.append(
            {
                "kind": "anchor",
                "anchor_kind": "day",
                "anchor_day": command.anchor_day,
            }
        )
    if command.campaign is not None:
        plan_id = command.plan_id or offers.plan_on(base, on)
        taker = offers.Taker(base, str(plan_id), on, offers.CHANGE)
        facts.append(_campaign(command.campaign, taker, given))
    if not facts:
        raise NothingToChange(
            "say what is to change: plan, quantity, price, day or campaign"
        )
    return decided(base, [f | {"effective_on": on} for f in facts], given)


def _require_plan(plan_id: str, given: Given) -> None:
    plans = known(given.books.read, About((), (), ())).plans
    if plan_id not in plans["plan_id"]:
        raise UnknownPlan(
            f"there is no plan_id {plan_id!r}; see the catalogue", field="plan_id"
        )


def _campaign(name: str, taker: offers.Taker, given: Given) -> dict[str, str | None]:
    """Return the taking of a campaign as a fact, or refuse it by the first rule."""
    hold_names([name], [taker.customer_id], given)
    found = offers.decided(given.books, taker, [name]).row(0, named=True)
    if found["rule"] == "unknown":
        raise UnknownCampaign(f"there is no campaign {name!r}", field="campaign")
    if found["rule"] is not None:
        raise CampaignRefused(
            f"campaign {name} is refused; {found['remedy']}", field="campaign"
        )
    return {
        "kind": "campaign",
        "item": MAIN,
        "campaign_id": found["campaign_id"],
        "code": found["code"],
    }


def add_item(command: AddItem, given: Given) -> Decision:
    """Record one more thing on the agreement."""
    base = held(command.subscription_id, given)
    _require_plan(command.plan_id, given)
    fact = {
        "kind": "add",
        "item": command.item,
        "plan_id": command.plan_id,
        "quantity": command.quantity,
        "effective_on": day(base, command.effective, given),
    }
    return decided(base, [fact], given)


def remove_item(command: RemoveItem, given: Given) -> Decision:
    """Record the end of an item."""
    base = held(command.subscription_id, given)
    items = timeline.intervals(base.changes)["item"]
    if command.item not in items:
        raise UnknownItem(
            f"agreement {command.subscription_id} has no item {command.item!r}; it has "
            f"{', '.join(sorted(items.unique()))}"
        )
    fact = {
        "kind": "remove",
        "item": command.item,
        "credit": command.credit,
        "effective_on": day(base, command.effective, given),
    }
    return decided(base, [fact], given)


def pause(command: Pause, given: Given) -> Decision:
    """Record a pause."""
    choose("effect", command.effect, EFFECTS)
    if command.until_on is not None and command.until_on <= command.from_on:
        raise WrongDate(
            "a pause ends after the day on which it begins", field="until_on"
        )
    base = held(command.subscription_id, given)
    fact = {
        "kind": "pause",
        "effective_on": command.from_on,
        "until_on": command.until_on,
        "effect": command.effect,
    }
    return decided(base, [fact], given)


def resume(command: Resume, given: Given) -> Decision:
    """Record the end of a pause."""
    base = held(command.subscription_id, given)
    on = day(base, command.effective, given)
    running = timeline.pauses(timeline.without_undone(base.changes)).filter(
        (pl.col("paused_from") <= on)
        & (pl.col("paused_to").is_null() | (pl.col("paused_to") > on))
    )
    if running.is_empty():
        raise WrongDate(f"agreement {command.subscription_id} is not paused on {on}")
    return decided(base, [{"kind": "resume", "effective_on": on}], given)


def undo(command: Undo, given: Given) -> Decision:
    """Record that a change is taken back."""
    found = given.rows(
        "select subscription_id, kind from subscription_changes where change_id = %s",
        (command.change_id,),
    )
    if not found:
        raise UnknownChange(f"there is no change {command.change_id}")
    if found[0]["kind"] in {"start", "undo"}:
        raise CannotUndo(
            "a start is not undone; cancel the agreement from its first day"
        )
    base = held(found[0]["subscription_id"], given)
    if command.change_id in base.changes["undoes"]:
        raise CannotUndo(f"change {command.change_id} is taken back already")
    fact = {
        "kind": "undo",
        "undoes": command.change_id,
        "effective_on": given.moment.on,
    }
    unbilled = pl.col("charge_id") == command.change_id + EXIT_FEE
    kept = replace(base, one_offs=base.one_offs.filter(~unbilled))
    return decided(kept, [fact], given, _taken_back(command.change_id, kept, given))


def _taken_back(change_id: str, base: Base, given: Given) -> Facts:
    """Return what gives an exit fee back that has been billed; one that has not lapses.

    A fee lapses with the cancellation that it is for (`base.LAPSED`).
    """
    charged: Facts = given.rows(
        "select customer_id, legal_entity, product_id, currency, amount_minor, text"
        " from one_off_charges as charge where charge_id = %s and exists ("
        " select from invoice_lines as line where line.source_id = charge.charge_id"
        " and line.kind = 'one_off')",
        (change_id + EXIT_FEE,),
    )
    undo_id = f"{base.subscriptions['subscription_id'][0]}/{following(base)}"
    return [
        row
        | {
            "charge_id": undo_id + EXIT_FEE,
            "amount_minor": -row["amount_minor"],
            "effective_on": given.moment.on,
        }
        for row in charged
    ]
