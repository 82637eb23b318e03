"""A small base made by hand, and runs over it that remember what they have issued."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from billing import tax
from billing.company import Company, Policies
from billing.invoicing import base as shapes
from billing.invoicing.base import Base
from billing.invoicing.prices import VERSIONS
from billing.invoicing.run import Run, bill
from billing.invoicing.timeline import CHANGES

COMPANY = Company("NB", "Nordbo AB", "556000-0167", "SE", "SEK", Policies())
# plan: price, what differs from a monthly plan in advance
PLANS: dict[str, tuple[str, dict[str, Any]]] = {
    "basic": ("100.00", {}),
    "pro": ("249.95", {}),
    "later": ("99.90", {"timing": "arrears"}),
    "year": ("1188.00", {"every_unit": "year"}),
    "fifteenth": ("31.00", {"plan_anchor_kind": "day", "plan_anchor_day": 15}),
}
PLAIN = {
    "product_id": "news", "every_count": 1, "every_unit": "month",
    "timing": "advance", "plan_currency": "SEK", "plan_anchor_kind": "subscription",
    "prices_include_vat": False, "prorates": True, "setup_fee_minor": 0,
    "minimum_minor": 0,
}  # fmt: skip


def plans(**extra: dict[str, Any]) -> pl.DataFrame:
    known = {name: differs for name, (_, differs) in PLANS.items()} | extra
    rows = [{"plan_id": n, "name": n.title(), **PLAIN, **d} for n, d in known.items()]
    return pl.DataFrame(rows, schema=shapes.PLANS)


def version(plan: str, amount: str, **differs: Any) -> dict[str, Any]:
    return {
        "plan_id": plan, "price_list": "", "version": 1, "phase": 0,
        "valid_from": date(1900, 1, 1), "applies_to": "new", "model": "flat",
        "amount": Decimal(amount), "terms": "{}", **differs,
    }  # fmt: skip


def base(facts: list[dict[str, Any]], policies: Policies | None = None) -> Base:
    """Return a base of one agreement, with the facts that are known so far."""
    products = pl.DataFrame(
        [("news", "News", "0.06", "daily", None, None)],
        schema=shapes.PRODUCTS,
        orient="row",
    )
    subscription = {
        "subscription_id": "S1", "customer_id": "C1", "payer_id": "C1",
        "currency": "SEK", "payment_method": "bankgiro", "price_list": "",
        "started_on": facts[0]["effective_on"],
    }  # fmt: skip
    return Base(
        company=replace(COMPANY, policies=policies or Policies()),
        subscriptions=pl.DataFrame([subscription], schema=shapes.SUBSCRIPTIONS),
        changes=changes(facts),
        plans=plans(),
        products=products,
        versions=pl.DataFrame(
            [version(name, amount) for name, (amount, _) in PLANS.items()],
            schema=VERSIONS,
        ),
        campaigns=pl.DataFrame(
            [{"campaign_id": "half", "discount_kind": "percent",
              "percent": Decimal("0.5"), "lasts_kind": "periods", "lasts_periods": 2}],
            schema=shapes.CAMPAIGNS,
        ),
        rates=tax.rates(products["vat_category"], "SE"),
        billed=shapes.BILLED.to_frame(),
        one_offs=shapes.ONE_OFFS.to_frame(),
        usage=shapes.USAGE.to_frame(),
    ).checked()  # fmt: skip


def changes(facts: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {"seq": n, "change_id": f"S1/{n}", "subscription_id": "S1", **fact}
        for n, fact in enumerate(facts, 1)
    ]
    return pl.DataFrame(rows, schema=CHANGES)


class Books:
    """What one agreement has been billed, run by run; the shortest books there are."""

    def __init__(self, start: Base, *, incremental: bool = False) -> None:
        self.base = start
        self.incremental = incremental
        self.issued = start.billed
        self.next_on: date | None = date.min
        self.settled_on: date | None = None
        self.number = 1

    def learn(self, facts: list[dict[str, Any]]) -> None:
        """Take facts in, and look at the whole agreement again."""
        self.base = replace(self.base, changes=changes(facts))
        self.next_on, self.settled_on = date.min, None

    def bill(self, on: date) -> Run | None:
        """Carry out a run; incremental books look only when and where they must."""
        if self.incremental and (self.next_on is None or self.next_on > on):
            return None
        run = bill(self._seen(), on=on, first_number=self.number)
        self.number += run.issue.invoices.height
        lines = run.issue.lines.select(shapes.BILLED.names())
        self.issued = pl.concat([self.issued, lines])
        stands = run.positions.row(0, named=True)
        self.next_on, self.settled_on = stands["next_on"], stands["settled_on"]
        return run

    def _seen(self) -> Base:
        settled = self.settled_on if self.incremental else None
        billed = self.issued
        if settled is not None:
            billed = billed.filter(pl.col("cycle_from") >= settled)
        subscriptions = self.base.subscriptions.with_columns(
            settled_on=pl.lit(settled, pl.Date)
        )
        return replace(self.base, billed=billed, subscriptions=subscriptions)

    def lines(self) -> list[tuple[Any, ...]]:
        """Return what was issued, line by line, whenever it was."""
        return sorted(
            self.issued.select(
                "plan_id", "kind", "period_from", "period_to", "amount_minor"
            ).rows()
        )

    def daily(self) -> dict[tuple[str, date], int]:
        """Return what each plan has been charged, net, by cycle."""
        sums = self.issued.group_by("plan_id", "cycle_from").agg(
            pl.col("amount_minor").sum()
        )
        return {(p, c): a for p, c, a in sums.rows() if a}


def day(n: int) -> date:
    """Return the n-th day of the stories, which begin in January 2026."""
    return date(2026, 1, 1) + timedelta(days=n)
