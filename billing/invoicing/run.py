"""A run issues the difference of a whole base on a day; a preview only shows it.

What was previewed has a fingerprint: the run that is carried out has the same one, or
it refuses. Agreements that cannot be billed are parked with the reason; others go on.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from billing.errors import Conflict
from billing.invoicing import timeline as timelines
from billing.invoicing.base import Base
from billing.invoicing.charges import charges
from billing.invoicing.difference import difference
from billing.invoicing.invoice import Issue, issue

FINGERPRINTED = (
    "payer_id", "kind", "subscription_id", "item", "plan_id", "source_id",
    "period_from", "period_to", "amount_minor", "net_minor", "vat_minor",
)  # fmt: skip


class PreviewChanged(Conflict):
    """What would be issued is no longer what was previewed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run on one day comes to.

    `parked`: subscription_id, reason. `positions`: subscription_id, next_on (the day on
    which there will be something to bill, null: never), settled_on (cycles before it
    need not be looked at again while the facts stay the same).
    """

    on: date
    issue: Issue
    parked: pl.DataFrame
    positions: pl.DataFrame

    @property
    def fingerprint(self) -> str:
        """Return the hash of what is issued: who, what, when and how much."""
        lines = self.issue.lines.select(FINGERPRINTED).sort(FINGERPRINTED)
        text = lines.with_columns(pl.all().cast(pl.String)).write_csv()
        return hashlib.sha256(f"{self.on}\n{text}".encode()).hexdigest()

    @property
    def totals(self) -> dict[str, Any]:
        """Return counts and sums, as they are shown and recorded."""
        invoices = self.issue.invoices
        credit_notes = int((invoices["kind"] == "credit_note").sum())
        return {
            "invoices": invoices.height - credit_notes,
            "credit_notes": credit_notes,
            "lines": self.issue.lines.height,
            "net_minor": int(invoices["net_minor"].sum()),
            "vat_minor": int(invoices["vat_minor"].sum()),
            "total_minor": int(invoices["total_minor"].sum()),
            "parked": self.parked.height,
        }


def bill(base: Base, *, on: date, first_number: int = 1) -> Run:
    """Carry out the four steps: timeline, charges, difference, invoice."""
    timeline = timelines.intervals(base.changes)
    pieces = charges(base, timeline, through=on)
    parked = _parked(pieces, on)
    priced = pieces.join(parked, on="subscription_id", how="anti")
    found = difference(base, priced, on=on).join(
        parked, on="subscription_id", how="anti"
    )
    due = found.filter("is_due")
    return Run(
        on=on,
        issue=issue(base, due, on=on, first_number=first_number),
        parked=parked,
        positions=_positions(base, found, parked, on),
    )


def _parked(pieces: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return the agreements that have a piece by now that cannot be billed."""
    return (
        pieces.filter(pl.col("reason").is_not_null() & (pl.col("period_from") <= on))
        .sort("period_from")
        .group_by("subscription_id")
        .agg(pl.col("reason").first())
        .sort("subscription_id")
    )


def _settled(base: Base, found: pl.DataFrame) -> pl.DataFrame:
    """Return the first cycle of each agreement that may still change by itself.

    Each item's last billed cycle may, and one that waits to be billed: a year in
    arrears is older than the months beside it. What a commitment is short of hangs on
    all that its period holds, so such agreements are always looked at whole.
    """
    item = ["subscription_id", "item"]
    billed = pl.concat(
        [
            base.billed.select(*item, "cycle_from"),
            found.filter("is_due").select(*item, "cycle_from"),
        ]
    )
    waiting = found.filter(~pl.col("is_due")).select(*item, "cycle_from")
    committed = base.changes.join(
        base.plans.filter(pl.col("minimum_minor") > 0), on="plan_id", how="semi"
    )
    return (
        pl.concat([billed.group_by(item).agg(pl.col("cycle_from").max()), waiting])
        .group_by("subscription_id")
        .agg(settled_on=pl.col("cycle_from").min())
        .join(committed, on="subscription_id", how="anti")
    )


def _positions(
    base: Base, found: pl.DataFrame, parked: pl.DataFrame, on: date
) -> pl.DataFrame:
    """Say for each agreement when billing must look again, and from where."""
    waiting = (
        found.filter(~pl.col("is_due") & (pl.col("due_on") > pl.lit(on)))
        .group_by("subscription_id")
        .agg(next_on=pl.col("due_on").min())
    )
    settled = _settled(base, found)
    blocked = parked.select("subscription_id", blocked=pl.lit(value=True))
    return (
        base.subscriptions.select("subscription_id")
        .join(waiting, on="subscription_id", how="left")
        .join(settled, on="subscription_id", how="left")
        .join(blocked, on="subscription_id", how="left")
        .select(
            "subscription_id",
            # What is parked is looked at again the next day, in case it was mended.
            next_on=pl.when("blocked")
            .then(pl.lit(on).dt.offset_by("1d"))
            .otherwise("next_on"),
            settled_on=pl.when("blocked").then(None).otherwise("settled_on"),
        )
    )
