"""One agreement that is being changed: its base, the day that is meant, the effect."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from billing.books.base import Scope, load
from billing.books.handle import Given
from billing.changes.change import AlreadyEnded, resolved
from billing.decision import Decision
from billing.errors import Invalid
from billing.invoicing import charges, first_invoice, run, timeline
from billing.invoicing.base import ONE_OFFS, Base
from billing.invoicing.timeline import CHANGES, MAIN
from billing.subscriptions.agreement import UnknownSubscription

Facts = list[dict[str, Any]]


class WrongChoice(Invalid):
    """A choice is none of those that exist."""


def choose(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is none of those allowed."""
    if value not in allowed:
        raise WrongChoice(
            f"{name} is {value!r}; it must be one of {', '.join(allowed)}", field=name
        )


def held(subscription_id: str, given: Given) -> Base:
    """Load one agreement with its payer's charges, and hold it until the commit."""
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
    base = load(given.books, entity, scope, given.moment.on)
    payer = base.subscriptions["payer_id"][0]
    return replace(base, one_offs=base.one_offs.filter(pl.col("customer_id") == payer))


def day(base: Base, effective: date | str, given: Given) -> date:
    """Return the day that is meant, which must lie within the agreement."""
    on = given.moment.on
    following = renewal(base, on) if effective in {"renewal", "period_end"} else None
    meant = resolved(effective, on=on, renewal_on=following)
    ended = timeline.intervals(base.changes)["to_on"]
    last = None if ended.null_count() else ended.max()
    if isinstance(last, date) and meant > last:
        raise AlreadyEnded(
            f"the agreement ends on {last}; a change on {meant} would have no effect"
        )
    return meant


def renewal(base: Base, on: date) -> date | None:
    """Return the first day after the period of the main item that runs on the day."""
    pieces = charges.charges(base, timeline.intervals(base.changes), through=on)
    running = pieces.filter(
        (pl.col("item") == MAIN)
        & (pl.col("kind") != "setup")
        & (pl.col("cycle_to") > on)
    ).sort("period_from")
    return None if running.is_empty() else running["cycle_to"][0]


def decided(
    base: Base, facts: Facts, given: Given, charged: Facts | None = None
) -> Decision:
    """Return the facts to append, and what they make the next runs issue instead.

    `charged` are single charges that come with them, as rows of one_off_charges.
    """
    subscription_id = base.subscriptions["subscription_id"][0]
    first = following(base)
    rows = [
        {
            "change_id": f"{subscription_id}/{first + n}",
            "subscription_id": subscription_id,
            **fact,
        }
        for n, fact in enumerate(facts)
    ]
    effect = (
        {"effect": _effect(base, _changed(base, rows, charged or []), given)}
        if given.preview
        else {}
    )
    return Decision(
        rows={"subscription_changes": rows, "one_off_charges": charged or []},
        answer={
            "subscription_id": subscription_id,
            "change_id": rows[0]["change_id"],
            "effective_on": facts[0]["effective_on"].isoformat(),
            **effect,
        },
        touched=(subscription_id,),
    )


def following(base: Base) -> int:
    """Return the number of the next fact of the only agreement of the base."""
    return base.changes.height + 1


def _changed(base: Base, rows: Facts, charged: Facts) -> Base:
    """Lay facts over a base; on one date they come after all that is recorded."""
    last = base.changes["seq"].max()
    overlay = [row | {"seq": int(last or 0) + n} for n, row in enumerate(rows, 1)]
    return replace(
        base,
        changes=pl.concat([base.changes, as_frame(overlay, CHANGES)]),
        one_offs=pl.concat([base.one_offs, as_frame(charged, ONE_OFFS)]),
    )


def as_frame(rows: Facts, schema: pl.Schema) -> pl.DataFrame:
    """Return rows as a frame with the columns of a schema, and no others."""
    known = [{k: v for k, v in row.items() if k in schema} for row in rows]
    return pl.DataFrame(known, schema=schema)


def _effect(before: Base, after: Base, given: Given) -> dict[str, Any]:
    """Return what the next run issues with the change, and what without it."""
    on = given.moment.on
    now, then = run.bill(after, on=on), run.bill(before, on=on)
    return {
        "next_run": now.totals,
        "without_change": then.totals,
        "lines": first_invoice.lines(now),
    }
