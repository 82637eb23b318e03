"""Changing agreements.

Each command becomes facts, and shows what they will cost first.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from billing.books.base import Scope, load
from billing.books.commands.subscriptions import known
from billing.books.handle import Given
from billing.changes.cancellation import CREDITS, Cancel
from billing.changes.change import (
    AddItem,
    AlreadyEnded,
    CannotUndo,
    ChangeSubscription,
    NothingToChange,
    RemoveItem,
    Undo,
    UnknownChange,
    UnknownItem,
    WrongDate,
    resolved,
)
from billing.changes.pause import EFFECTS, Pause, Resume
from billing.decision import Decision
from billing.errors import Invalid
from billing.invoicing import charges, run, timeline
from billing.invoicing.base import Base
from billing.invoicing.timeline import CHANGES, MAIN
from billing.subscriptions.agreement import UnknownSubscription

Facts = list[dict[str, Any]]


class UnknownPlan(Invalid):
    """The catalogue has no such plan."""


class UnknownCampaign(Invalid):
    """There is no such campaign."""


class WrongChoice(Invalid):
    """A choice is none of those that exist."""


def change_subscription(command: ChangeSubscription, given: Given) -> Decision:
    """Record another plan, quantity, price, billing day or campaign from a day."""
    base = _base(command.subscription_id, given)
    on = _day(base, command.effective, given)
    reference = known(given.books.read)
    if command.plan_id is not None:
        _require(reference.plans, "plan_id", command.plan_id, UnknownPlan)
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
        campaign = _campaign(command.campaign, reference.campaigns)
        facts.append({"kind": "campaign", "item": MAIN, "campaign_id": campaign})
    if not facts:
        raise NothingToChange(
            "say what is to change: plan, quantity, price, day or campaign"
        )
    return _decided(base, [f | {"effective_on": on} for f in facts], given)


def _require(
    frame: pl.DataFrame, column: str, value: str, error: type[Invalid]
) -> None:
    if value not in frame[column]:
        raise error(f"there is no {column} {value!r}; see the catalogue", field=column)


def _campaign(name: str, campaigns: pl.DataFrame) -> str:
    found = campaigns.filter((pl.col("code") == name) | (pl.col("campaign_id") == name))
    if found.is_empty():
        raise UnknownCampaign(f"there is no campaign {name!r}", field="campaign")
    return str(found["campaign_id"][0])


def add_item(command: AddItem, given: Given) -> Decision:
    """Record one more thing on the agreement."""
    base = _base(command.subscription_id, given)
    reference = known(given.books.read)
    _require(reference.plans, "plan_id", command.plan_id, UnknownPlan)
    fact = {
        "kind": "add",
        "item": command.item,
        "plan_id": command.plan_id,
        "quantity": command.quantity,
        "effective_on": _day(base, command.effective, given),
    }
    return _decided(base, [fact], given)


def remove_item(command: RemoveItem, given: Given) -> Decision:
    """Record the end of an item."""
    base = _base(command.subscription_id, given)
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
        "effective_on": _day(base, command.effective, given),
    }
    return _decided(base, [fact], given)


def pause(command: Pause, given: Given) -> Decision:
    """Record a pause."""
    _choose("effect", command.effect, EFFECTS)
    if command.until_on is not None and command.until_on <= command.from_on:
        raise WrongDate(
            "a pause ends after the day on which it begins", field="until_on"
        )
    base = _base(command.subscription_id, given)
    fact = {
        "kind": "pause",
        "effective_on": command.from_on,
        "until_on": command.until_on,
        "effect": command.effect,
    }
    return _decided(base, [fact], given)


def resume(command: Resume, given: Given) -> Decision:
    """Record the end of a pause."""
    base = _base(command.subscription_id, given)
    on = _day(base, command.effective, given)
    running = timeline.pauses(timeline.without_undone(base.changes)).filter(
        (pl.col("paused_from") <= on)
        & (pl.col("paused_to").is_null() | (pl.col("paused_to") > on))
    )
    if running.is_empty():
        raise WrongDate(f"agreement {command.subscription_id} is not paused on {on}")
    return _decided(base, [{"kind": "resume", "effective_on": on}], given)


def cancel(command: Cancel, given: Given) -> Decision:
    """Record the end of an agreement."""
    if command.credit is not None:
        _choose("credit", command.credit, CREDITS)
    base = _base(command.subscription_id, given)
    fact = {
        "kind": "cancel",
        "effective_on": _day(base, command.effective, given),
        "credit": command.credit,
        "reason": command.reason,
    }
    return _decided(base, [fact], given)


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
    base = _base(found[0]["subscription_id"], given)
    if command.change_id in base.changes["undoes"]:
        raise CannotUndo(f"change {command.change_id} is taken back already")
    fact = {
        "kind": "undo",
        "undoes": command.change_id,
        "effective_on": given.moment.on,
    }
    return _decided(base, [fact], given)


def _choose(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise WrongChoice(
            f"{name} is {value!r}; it must be one of {', '.join(allowed)}", field=name
        )


def _base(subscription_id: str, given: Given) -> Base:
    """Load one agreement, and hold it until the commit."""
    found = given.rows(
        "select legal_entity from subscriptions where subscription_id = %s",
        (subscription_id,),
    )
    if not found:
        raise UnknownSubscription(f"there is no agreement {subscription_id}")
    given.connection.execute(
        "select 1 from billing_positions where subscription_id = %s for update",
        (subscription_id,),
    )
    entity, scope = found[0]["legal_entity"], Scope.of([subscription_id])
    return load(given.books, entity, scope, given.moment.on)


def _day(base: Base, effective: date | str, given: Given) -> date:
    """Return the day that is meant, which must lie within the agreement."""
    on = given.moment.on
    renewal = _renewal(base, on) if effective in {"renewal", "period_end"} else None
    day = resolved(effective, on=on, renewal_on=renewal)
    ended = timeline.intervals(base.changes)["to_on"]
    last = None if ended.null_count() else ended.max()
    if isinstance(last, date) and day > last:
        raise AlreadyEnded(
            f"the agreement ends on {last}; a change on {day} would have no effect"
        )
    return day


def _renewal(base: Base, on: date) -> date | None:
    """Return the first day after the period of the main item that runs on the day."""
    pieces = charges.charges(base, timeline.intervals(base.changes), through=on)
    running = pieces.filter(
        (pl.col("item") == MAIN)
        & (pl.col("kind") != "setup")
        & (pl.col("cycle_to") > on)
    ).sort("period_from")
    return None if running.is_empty() else running["cycle_to"][0]


def _decided(base: Base, facts: Facts, given: Given) -> Decision:
    """Return the facts to append, and what they make the next runs issue instead."""
    subscription_id = base.subscriptions["subscription_id"][0]
    number = base.changes.height + 1
    rows = [
        {
            "change_id": f"{subscription_id}/{number + n}",
            "subscription_id": subscription_id,
            **fact,
        }
        for n, fact in enumerate(facts)
    ]
    # Facts on one date come in the order of recording, after all that is recorded.
    last = base.changes["seq"].max()
    overlay = [row | {"seq": int(last or 0) + n} for n, row in enumerate(rows, 1)]
    changed = replace(base, changes=pl.concat([base.changes, _as_changes(overlay)]))
    return Decision(
        rows={"subscription_changes": rows},
        answer={
            "subscription_id": subscription_id,
            "change_id": rows[0]["change_id"],
            "effective_on": facts[0]["effective_on"].isoformat(),
            **({"effect": _effect(base, changed, given)} if given.preview else {}),
        },
        touched=(subscription_id,),
    )


def _as_changes(rows: list[dict[str, Any]]) -> pl.DataFrame:
    known_columns = [{k: v for k, v in row.items() if k in CHANGES} for row in rows]
    return pl.DataFrame(known_columns, schema=CHANGES)


def _effect(before: Base, after: Base, given: Given) -> dict[str, Any]:
    """Return what the next run issues with the change, and what without it."""
    on = given.moment.on
    now, then = run.bill(after, on=on), run.bill(before, on=on)
    lines = now.issue.lines.select(
        "text", "period_from", "period_to", "net_minor", "vat_minor"
    )
    return {
        "next_run": now.totals,
        "without_change": then.totals,
        "lines": [
            {k: v.isoformat() if isinstance(v, date) else v for k, v in line.items()}
            for line in lines.to_dicts()
        ],
    }
