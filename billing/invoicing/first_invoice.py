"""The first invoice of agreements that do not exist yet, by the engine that bills.

Also what a year of them costs: all that would have been billed within it.
"""

from datetime import date
from typing import Any

import polars as pl

from billing.invoicing.base import Base
from billing.invoicing.run import Run, bill

LINE = ("text", "period_from", "period_to", "net_minor", "vat_minor")


def first_invoice(base: Base, *, on: date) -> Run:
    """Return the run that bills something first, on the day or the first day after."""
    run = bill(base, on=on)
    following = run.positions["next_on"].min()
    if run.issue.lines.is_empty() and isinstance(following, date):
        return bill(base, on=following)
    return run


def first_year(base: Base, *, since: date) -> Run:
    """Return the run of everything that falls due within a year from a day."""
    last = pl.select(pl.lit(since).dt.offset_by("1y").dt.offset_by("-1d")).item()
    return bill(base, on=last)


def lines(run: Run) -> list[dict[str, Any]]:
    """Return the lines of a run as they are shown: text, days (ISO) and amounts."""
    return [
        {k: v.isoformat() if isinstance(v, date) else v for k, v in line.items()}
        for line in run.issue.lines.select(LINE).to_dicts()
    ]
