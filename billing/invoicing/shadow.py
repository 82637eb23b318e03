"""A shadow run bills what another system has billed, and compares, line by line.

The agreements that move in begin here where the other system has stopped. To rebuild
its last invoices their first day is laid over the facts, and the same engine prices
the same periods: there is no second way to a price. What differs has one class and
words that say what to do (`differing`).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from billing.invoicing import base as shapes
from billing.invoicing import billed_there, cutover, differing, invoice
from billing.invoicing import timeline as timelines
from billing.invoicing.base import Base
from billing.invoicing.billed_there import PERIOD
from billing.invoicing.charges import charges
from billing.invoicing.difference import difference, share

RESULT = pl.Schema(
    {
        "invoice_id": pl.String(),
        "n": pl.Int64(),
        "lines": pl.Int64(),
        "subscription_id": pl.String(),
        "plan_id": pl.String(),
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "currency": pl.String(),
        "old_net_minor": pl.Int64(),
        "new_net_minor": pl.Int64(),
        "old_vat_minor": pl.Int64(),
        "new_vat_minor": pl.Int64(),
        "class": pl.String(),
        "words": pl.String(),
    }
)
PIECES = pl.Schema(
    {
        **shapes.IDENTITY,
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "amount_minor": pl.Int64(),
        "due_on": pl.Date(),
        "reason": pl.String(),
    }
)
EQUAL = "equal"
KINDS = ("period", "usage")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a shadow run found: one row for what an agreement was billed for a period.

    `rows` has the columns of `RESULT`: the old invoice and its first line for the
    period (null: the other system has no such line), how many lines it has, both
    amounts, the class (`differing.CLASSES`, or equal) and words. `skipped` lines are
    history only: fees without agreement or period, and agreements that had ended.
    """

    rows: pl.DataFrame
    skipped: int

    @property
    def summary(self) -> dict[str, Any]:
        """Return lines, those equal, their share, and how many there are by class."""
        counted = self.rows.group_by("class").agg(pl.col("lines").sum())
        by_class = dict(counted.sort("lines", descending=True).rows())
        lines = sum(by_class.values())
        equal = by_class.pop(EQUAL, 0)
        return {
            "lines": lines,
            "equal": equal,
            "equal_share": equal / lines if lines else 1.0,
            "skipped": self.skipped,
            "by_class": by_class,
        }


def compare(base: Base, past: pl.DataFrame, *, since: date | None = None) -> Comparison:
    """Compare what agreements were billed by another system with what they would be.

    `past` has the columns of `past.PAST_LINES`. Compared is each agreement's last
    invoice there, or, with `since`, all that was issued from that day on.
    """
    told = past.drop_nulls(["subscription_id", "period_from", "period_to"])
    running = _without_ended(base, told)
    skipped = past.height - running.height
    old = billed_there.charged(running, since=since)
    new = _rebuilt(base, old)
    found = differing.classed(base, _side_by_side(base, old, new), new)
    lacking = _missing_there(base, old, new, past["issued_on"].min())
    rows = pl.concat([found.select(RESULT.names()).cast(RESULT), lacking])
    return Comparison(rows.sort("subscription_id", "period_from"), skipped)


def _without_ended(base: Base, told: pl.DataFrame) -> pl.DataFrame:
    """Leave out agreements that had ended before the last old invoice was issued.

    They have no reason to move in; those that still run have.
    """
    known = base.subscriptions.select("subscription_id")
    last = told["issued_on"].max()
    ended = (
        told.join(known, on="subscription_id", how="anti")
        .group_by("subscription_id")
        .agg(pl.col("period_to").max())
        .filter(pl.col("period_to") <= last)
    )
    return told.join(ended, on="subscription_id", how="anti")


def _rebuilt(base: Base, old: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces that this system would have billed, with amounts and tax.

    Columns: those of `base.IDENTITY`, period_from, period_to, amount_minor, due_on,
    prorates, and reason (why a piece cannot be billed; then it has no amount).
    """
    begun = _from_the_first_day(base, old)
    since = old["period_from"].min()
    through = since if isinstance(since, date) else date.min
    reaching = replace(begun, billed=_horizon(base, old))
    pieces = charges(
        reaching, timelines.intervals(begun.changes), through=through
    ).filter(pl.col("kind").is_in(KINDS))
    priced = difference(begun, pieces.filter(pl.col("reason").is_null()), on=through)
    parked = pieces.filter(pl.col("reason").is_not_null())
    whole = pl.concat([priced, parked], how="diagonal_relaxed")
    splitting = base.plans.select("plan_id", "prorates")
    return whole.select(PIECES.names()).join(splitting, on="plan_id", how="left")


def _horizon(base: Base, old: pl.DataFrame) -> pl.DataFrame:
    """Return how far each agreement is looked at, as if it had been billed so far."""
    starts = base.changes.filter(pl.col("kind") == "start")
    ends = pl.concat(
        [
            old.select("subscription_id", "period_to"),
            starts.select("subscription_id", period_to="effective_on"),
        ]
    )
    missing = [name for name in shapes.BILLED if name not in ends.columns]
    return (
        ends.with_columns(
            pl.lit(None, shapes.BILLED[name]).alias(name) for name in missing
        )
        .select(shapes.BILLED.names())
        .cast(shapes.BILLED)
    )


def _from_the_first_day(base: Base, old: pl.DataFrame) -> Base:
    """Return the base as if each agreement had been billed here from its first day.

    Only the cycles that are compared are looked at: back to one before them.
    """
    starts = base.changes.filter(pl.col("kind") == "start").select(
        "subscription_id", "plan_id", billed_through="effective_on"
    )
    cycles = cutover.one_cycle_back(base.plans)
    looked_at = old.group_by("subscription_id").agg(pl.col("period_from").min())
    subscriptions = (
        base.subscriptions.join(starts, on="subscription_id", how="left")
        .join(looked_at, on="subscription_id", how="left")
        .join(cycles, on="plan_id", how="left")
        .with_columns(
            settled_on=pl.min_horizontal("period_from", "billed_through").dt.offset_by(
                pl.col("back").fill_null("-1mo")
            )
        )
        .select(base.subscriptions.columns)
    )
    return replace(
        cutover.from_the_first_day(base),
        subscriptions=subscriptions,
        billed=base.billed.clear(),
        credited=base.credited.clear(),
        one_offs=base.one_offs.clear(),
    )


def _side_by_side(base: Base, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Put what would be billed for exactly a period beside what was billed for it.

    Pieces that fill the period count whole; of a cycle that is longer its part counts.
    """
    met = (
        new.filter(pl.col("reason").is_null())
        .join(
            old.select("group", *PERIOD, old_invoice="invoice_id"),
            on="subscription_id",
            suffix="_old",
        )
        .with_columns(
            is_whole=(pl.col("period_from") >= pl.col("period_from_old"))
            & (pl.col("period_to") <= pl.col("period_to_old")),
            period_from=pl.max_horizontal("period_from", "period_from_old"),
            period_to=pl.min_horizontal("period_to", "period_to_old"),
        )
        .filter(pl.col("period_from") < pl.col("period_to"))
    )
    filled = met.filter(
        (pl.col("period_from").min().over("group") == pl.col("period_from_old"))
        & (pl.col("period_to").max().over("group") == pl.col("period_to_old"))
        & (
            pl.col("is_whole").all().over("group")
            | (pl.col("cycle_from").n_unique().over("group") == 1)
        )
    )
    known = base.subscriptions.select(
        "subscription_id", here_currency="currency", is_known=pl.lit(value=True)
    )
    return (
        old.join(_summed(base, filled), on="group", how="left")
        .join(known, on="subscription_id", how="left")
        .with_columns(pl.col("is_known").fill_null(value=False))
    )


def _summed(base: Base, filled: pl.DataFrame) -> pl.DataFrame:
    """Return each period's amounts: tax rounded once a document, and once a line."""
    policies = base.company.policies
    priced = filled.with_columns(
        amount_minor=share(pl.col("full_minor"), policies),
        undiscounted_minor=share(pl.col("list_minor"), policies),
    ).sort("group", "period_from")
    by_document = invoice.taxed(priced.with_columns(invoice_id="old_invoice"))
    by_line = invoice.taxed(
        priced.with_columns(invoice_id=pl.col("group").cast(pl.String))
    )
    line_tax = by_line.group_by("group").agg(line_vat_minor=pl.col("vat_minor").sum())
    return (
        by_document.group_by("group")
        .agg(
            pl.col("amount_minor", "undiscounted_minor").sum(),
            pl.col("campaign_id").drop_nulls().first(),
            pl.col("quantity", "price_version", "price_includes_vat").first(),
            pl.col("vat_rate", "cycle_from", "cycle_to").first(),
            here_plan_id=pl.col("plan_id").first(),
            new_net_minor=pl.col("net_minor").sum(),
            new_vat_minor=pl.col("vat_minor").sum(),
        )
        .join(line_tax, on="group")
    )


def _missing_there(
    base: Base, old: pl.DataFrame, new: pl.DataFrame, first_issued: object
) -> pl.DataFrame:
    """Return what would have been billed in the time of the old invoices, and was not.

    Looked at are agreements that moved in running, up to the day they are billed
    through, and as far back as the old lines reach.
    """
    if not isinstance(first_issued, date):
        return RESULT.to_frame()
    starts = (
        base.changes.filter(pl.col("kind") == "start")
        .select("subscription_id", billed_through="effective_on")
        .join(base.subscriptions, on="subscription_id")
        .filter(pl.col("started_on") < pl.col("billed_through"))
        .select("subscription_id", "billed_through")
    )
    since = old.group_by("subscription_id").agg(since=pl.col("period_from").min())
    expected = (
        new.filter(pl.col("reason").is_null())
        .join(starts, on="subscription_id")
        .join(since, on="subscription_id", how="left")
        .filter(
            (pl.col("period_to") <= pl.col("billed_through"))
            & (pl.col("due_on") >= pl.lit(first_issued))
            & (pl.col("period_from") >= pl.coalesce("since", "period_from"))
        )
        .with_row_index("piece")
    )
    met = expected.join(old, on="subscription_id", suffix="_old").filter(
        (pl.col("period_from") < pl.col("period_to_old"))
        & (pl.col("period_to") > pl.col("period_from_old"))
    )
    lacking = expected.join(met.select("piece").unique(), on="piece", how="anti")
    taxed = invoice.taxed(
        lacking.with_columns(invoice_id=pl.col("piece").cast(pl.String))
    )
    return taxed.select(
        "subscription_id", "plan_id", "period_from", "period_to", "currency",
        invoice_id=pl.lit(None, pl.String),
        n=pl.lit(None, pl.Int64),
        lines=pl.lit(1, pl.Int64),
        old_net_minor=pl.lit(0, pl.Int64),
        new_net_minor="net_minor",
        old_vat_minor=pl.lit(0, pl.Int64),
        new_vat_minor="vat_minor",
        words=pl.lit(differing.NOT_BILLED_THERE),
        **{"class": pl.lit("missing_there")},
    ).select(RESULT.names()).cast(RESULT)  # fmt: skip
