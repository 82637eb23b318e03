"""The timeline of an agreement: what it had when, as half-open intervals of items.

>>> from datetime import date
>>> facts = changes_frame([
...     {"kind": "start", "plan_id": "basic", "effective_on": date(2026, 1, 1)},
...     {"kind": "change", "plan_id": "pro", "effective_on": date(2026, 1, 20)},
...     {"kind": "pause", "effective_on": date(2026, 3, 1),
...         "until_on": date(2026, 4, 1)},
...     {"kind": "cancel", "effective_on": date(2026, 5, 1), "credit": "unused"},
... ])
>>> line = intervals(facts)
>>> line.select("plan_id", "state", "from_on", "to_on").rows()
[('basic', 'active', datetime.date(2026, 1, 1), datetime.date(2026, 1, 20)), \
('pro', 'active', datetime.date(2026, 1, 20), datetime.date(2026, 3, 1)), \
('pro', 'paused', datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)), \
('pro', 'active', datetime.date(2026, 4, 1), datetime.date(2026, 5, 1))]
"""

from typing import Any

import polars as pl

from billing.invoicing.cutting import cut

MAIN = "main"
QUANTITY = pl.Decimal(18, 6)

CHANGES = pl.Schema(
    {
        "seq": pl.Int64(),
        "change_id": pl.String(),
        "subscription_id": pl.String(),
        "kind": pl.String(),
        "item": pl.String(),
        "plan_id": pl.String(),
        "quantity": QUANTITY,
        "agreed_minor": pl.Int64(),
        "campaign_id": pl.String(),
        "anchor_kind": pl.String(),
        "anchor_day": pl.Int64(),
        "effective_on": pl.Date(),
        "until_on": pl.Date(),
        "effect": pl.String(),
        "credit": pl.String(),
        "undoes": pl.String(),
    }
)

# A plan without an agreed price has the catalogue's; null means "as before".
CATALOGUE_PRICE = -1


def changes_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return facts of one agreement as a frame, in the order given."""
    filled = [
        {"seq": n, "change_id": str(n), "subscription_id": "s1", **row}
        for n, row in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema=CHANGES)


def intervals(changes: pl.DataFrame) -> pl.DataFrame:
    """Fold an agreement's facts into intervals of its items.

    `changes` has the columns of `CHANGES`, in any order of rows; what an `undo` takes
    back is left out as if it had never been. Result: subscription_id, item, plan_id,
    quantity, agreed_minor, plan_from_on (when the item took its plan), from_on, to_on
    (null: open), state (active, paused), credit (what happens to time that was billed
    and is not had: unused, none, full), anchor_kind, anchor_day (null: the plan's own),
    anchored_on (the day it is counted from, null: the agreement's start).
    """
    live = without_undone(changes)
    held = _until_end(_held(live), _ends(live))
    paused = _with_pauses(held, live)
    return _with_anchors(paused, live).sort("subscription_id", "item", "from_on")


def without_undone(changes: pl.DataFrame) -> pl.DataFrame:
    """Leave out the facts that were taken back, and the taking back."""
    taken_back = changes.select(change_id="undoes").drop_nulls()
    return changes.join(taken_back, on="change_id", how="anti").filter(
        pl.col("kind") != "undo"
    )


def _held(live: pl.DataFrame) -> pl.DataFrame:
    """Return what each item had from each of its changes until the next."""
    item = ["subscription_id", "item"]
    points = (
        live.filter(pl.col("kind").is_in(["start", "change", "add"]))
        .with_columns(pl.col("item").fill_null(MAIN))
        .sort(*item, "effective_on", "seq")
        .with_columns(
            agreed_minor=pl.when(pl.col("plan_id").is_not_null())
            .then(pl.col("agreed_minor").fill_null(CATALOGUE_PRICE))
            .otherwise("agreed_minor"),
            plan_from_on=pl.when(pl.col("plan_id").is_not_null()).then("effective_on"),
        )
        .with_columns(
            pl.col("plan_id", "quantity", "agreed_minor", "plan_from_on")
            .forward_fill()
            .over(item)
        )
        # Two changes of one day: the later recorded is the one that holds.
        .unique([*item, "effective_on"], keep="last", maintain_order=True)
    )
    return points.select(
        *item,
        "plan_id",
        pl.col("quantity").fill_null(1),
        pl.col("agreed_minor").replace(CATALOGUE_PRICE, None),
        "plan_from_on",
        from_on="effective_on",
        to_on=pl.col("effective_on").shift(-1).over(item),
    )


def _ends(live: pl.DataFrame) -> pl.DataFrame:
    """Return the end of each item: its removal or the agreement's last cancellation."""
    latest = live.filter(pl.col("kind").is_in(["cancel", "remove"])).sort("seq")
    return latest.select(
        "subscription_id",
        item=pl.when(pl.col("kind") == "remove").then("item"),
        ended_on="effective_on",
        credit=pl.col("credit").fill_null("unused"),
    ).unique(["subscription_id", "item"], keep="last")


def _until_end(held: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    removal = ends.drop_nulls("item").rename({"ended_on": "removed_on"})
    cancel = ends.filter(pl.col("item").is_null()).drop("item")
    joined = held.join(removal, on=["subscription_id", "item"], how="left").join(
        cancel, on="subscription_id", how="left", suffix="_cancel"
    )
    ended_on = pl.min_horizontal("removed_on", "ended_on")
    credit = pl.when(
        pl.col("ended_on").is_not_null() & (pl.col("ended_on") == ended_on)
    ).then("credit_cancel")
    return (
        joined.with_columns(
            to_on=pl.min_horizontal("to_on", ended_on),
            credit=pl.coalesce(credit, "credit", pl.lit("unused")),
        )
        .filter(pl.col("to_on").is_null() | (pl.col("from_on") < pl.col("to_on")))
        .drop("removed_on", "ended_on", "credit_cancel")
    )


def pauses(live: pl.DataFrame) -> pl.DataFrame:
    """Return each pause with its end: the day named, or the first resume after it.

    Columns: subscription_id, paused_from, paused_to (null: until resumed), effect.
    """
    begun = live.filter(pl.col("kind") == "pause").select(
        "subscription_id",
        pl.col("effect").fill_null("credit"),
        "until_on",
        "seq",
        paused_from="effective_on",
    )
    resumed = live.filter(pl.col("kind") == "resume").select(
        "subscription_id", resumed_on="effective_on"
    )
    return (
        begun.join(resumed, on="subscription_id", how="left")
        .with_columns(
            resumed_on=pl.when(pl.col("resumed_on") >= pl.col("paused_from")).then(
                "resumed_on"
            )
        )
        .group_by("subscription_id", "effect", "until_on", "seq", "paused_from")
        .agg(pl.col("resumed_on").min())
        .select(
            "subscription_id",
            "paused_from",
            "effect",
            paused_to=pl.min_horizontal("until_on", "resumed_on"),
        )
        .filter(
            pl.col("paused_to").is_null()
            | (pl.col("paused_from") < pl.col("paused_to"))
        )
    )


def _with_pauses(held: pl.DataFrame, live: pl.DataFrame) -> pl.DataFrame:
    """Cut the intervals at the bounds of pauses and say which pieces are paused."""
    stops = pauses(live)
    if stops.is_empty():
        return held.with_columns(state=pl.lit("active"))
    bounds = pl.concat(
        [
            stops.select("subscription_id", at="paused_from"),
            stops.select("subscription_id", at="paused_to"),
        ]
    ).drop_nulls()
    pieces = cut(held, bounds, on=["subscription_id"]).with_row_index("piece")
    within = (
        pieces.join(stops, on="subscription_id")
        .filter(
            (pl.col("from_on") >= pl.col("paused_from"))
            & (
                pl.col("paused_to").is_null()
                | (pl.col("from_on") < pl.col("paused_to"))
            )
        )
        .group_by("piece")
        .agg(effect=pl.col("effect").last())
    )
    no_credit = pl.col("effect") == "none"
    return (
        pieces.join(within, on="piece", how="left")
        .with_columns(
            state=pl.when(pl.col("effect").is_null())
            .then(pl.lit("active"))
            .otherwise(pl.lit("paused")),
            credit=pl.when(no_credit).then(pl.lit("none")).otherwise("credit"),
        )
        .drop("piece", "effect")
    )


def _with_anchors(held: pl.DataFrame, live: pl.DataFrame) -> pl.DataFrame:
    """Cut the intervals where a new billing day begins, and carry it along."""
    anchors = (
        live.filter(pl.col("anchor_kind").is_not_null())
        .select(
            "subscription_id",
            "anchor_kind",
            "anchor_day",
            "seq",
            "effective_on",
            # An odd first period: cycles are counted from the day on which it ends.
            anchored_on=pl.coalesce("until_on", "effective_on"),
        )
        .sort("effective_on", "seq")
        .unique(["subscription_id", "effective_on"], keep="last", maintain_order=True)
    )
    if anchors.is_empty():
        return held.with_columns(
            anchor_kind=pl.lit(None, pl.String),
            anchor_day=pl.lit(None, pl.Int64),
            anchored_on=pl.lit(None, pl.Date),
        )
    bounds = anchors.select("subscription_id", at="effective_on")
    pieces = cut(held, bounds, on=["subscription_id"]).sort("from_on")
    return pieces.join_asof(
        anchors.drop("seq"),
        left_on="from_on",
        right_on="effective_on",
        by="subscription_id",
        strategy="backward",
        # Both sides are sorted above; within groups polars cannot check it.
        check_sortedness=False,
    ).drop("effective_on", strict=False)
