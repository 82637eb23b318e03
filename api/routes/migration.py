"""Moving in over the API: what a shadow run over the old system's invoices finds."""

from datetime import date
from typing import Annotated, Any, Self

import polars as pl
from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.listing import Limit
from api.payload import Money, Payload, civil, money
from billing.books import shadow
from billing.invoicing.shadow import EQUAL

router = APIRouter(tags=["migration"])
SHOWN = 50
PARTS_PER_MILLION = 1_000_000


class ShadowDifference(Payload):
    """A line that the two systems bill differently, its class, and what to do."""

    invoice_id: str | None
    n: int | None
    subscription_id: str
    plan_id: str | None
    period_from: date
    period_to: date
    old_net: Money
    new_net: Money
    difference: str
    words: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the difference of a row of amounts in minor units."""
        amounts = {name: money(row, f"{name}_minor") for name in ("old_net", "new_net")}
        return super().of({**row, **amounts, "difference": row["class"]})


class ShadowRun(Payload):
    """How many lines were compared, how many are equal, and the first that are not.

    `skipped` lines are history only: fees, and agreements that had ended.
    """

    lines: int
    equal: int
    equal_ppm: int
    skipped: int
    by_class: dict[str, int]
    differences: list[ShadowDifference]


@router.get(
    "/migration/shadow",
    operation_id="get_shadow_run",
    responses=responses(*READ_STATUSES),
)
def get_shadow(
    caller: Reader,
    limit: Limit = SHOWN,
    since: Annotated[
        date | None,
        BeforeValidator(civil),
        Query(description="Invoices issued from that day; default: each last one."),
    ] = None,
) -> ShadowRun:
    """Bill again what another system has billed, and read what differs and why."""
    found = shadow.compared(caller.books, caller.moment.on, since=since)
    summary = found.summary
    differing = found.rows.filter(pl.col("class") != EQUAL).head(limit)
    return ShadowRun(
        lines=summary["lines"],
        equal=summary["equal"],
        equal_ppm=int(summary["equal_share"] * PARTS_PER_MILLION),
        skipped=summary["skipped"],
        by_class=summary["by_class"],
        differences=[ShadowDifference.of(row) for row in differing.to_dicts()],
    )
