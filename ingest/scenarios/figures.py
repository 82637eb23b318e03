"""Figures are what the warehouse says of a scenario's books: landed, built, asked.

One build answers for every day and month that is asked about: the models keep the days,
and all that the books hold counts.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from billing import money
from billing.books import landing, warehouse
from ingest.scenarios.comparison import Row, asked
from ingest.scenarios.stage import Stage

# The same day for every scenario, so that dbt parses its project only once.
LAST_DAY = date(2099, 12, 31)
# Which model answers which list of expectations.
MODELS = {
    "mrr": "price_periods",
    "mrr_movements": "mrr_movements",
    "revenue": "deferred_revenue",
    "trial_balance": "journal_lines",
}
MRR = """
    select sum(mrr_native) from main.price_periods
    where currency = $currency and status in ('active', 'paused')
        and valid_from <= $day and (valid_to is null or valid_to > $day)
"""
MOVEMENT = """
    select sum(delta) from main.mrr_movements
    where currency = $currency and strftime(month_end, '%Y-%m') = $month
        and movement = $movement
"""
EARNED = """
    select sum(recognised_minor), arg_max(closing_minor, month_end)
    from main.deferred_revenue
    where currency = $currency and strftime(month_end, '%Y-%m') = $month
"""
ACCOUNT = """
    select sum(amount_minor) from main.journal_lines
    where currency = $currency and account = $account and accounting_date <= $day
"""


def faults(stage: Stage) -> list[str]:
    """Return the figures that came out otherwise; nothing is built unasked."""
    expect = stage.scenario.expect
    if not expect.asks_the_warehouse():
        return []
    with duckdb.connect(str(_built(stage)), read_only=True) as build:
        return [
            *(fault for row in expect.mrr for fault in asked(
                "mrr", row.named(), {"on": row.on, "mrr": _mrr(stage, build, row.on)}
            )),
            *(fault for row in expect.mrr_movements for fault in asked(
                "mrr_movements", row.named(), _movement(stage, build, row.named())
            )),
            *(fault for row in expect.revenue for fault in asked(
                "revenue", row.named(), _earned(stage, build, row.month)
            )),
            *(fault for row in expect.trial_balance for fault in asked(
                "trial_balance", row.named(), _account(stage, build, row.named())
            )),
        ]  # fmt: skip


def _built(stage: Stage) -> Path:
    """Land the books and build what is asked of; return the build's file."""
    landing.land(stage.books)
    wanted = [
        model for name, model in MODELS.items() if getattr(stage.scenario.expect, name)
    ]
    return warehouse.build_models(stage.books.home, LAST_DAY, tuple(wanted))


def _one(build: Any, query: str, told: Row) -> tuple[Any, ...]:  # noqa: ANN401 - a connection
    row = build.execute(query, told).fetchone()
    return tuple(row) if row is not None else (None, None)


def _rounded(stage: Stage, value: Decimal | None) -> Decimal:
    """Return a monthly value as an amount, as it is shown."""
    exact = Decimal(value or 0).scaleb(money.exponent(stage.settings.currency))
    numerator, denominator = exact.as_integer_ratio()
    return _major(stage, money.half_up(numerator, denominator))


def _major(stage: Stage, minor: int | None) -> Decimal:
    return Decimal(money.to_text(int(minor or 0), stage.settings.currency))


def _mrr(stage: Stage, build: Any, day: date) -> Decimal:  # noqa: ANN401 - a connection
    told = {"currency": stage.settings.currency, "day": day}
    return _rounded(stage, _one(build, MRR, told)[0])


def _movement(stage: Stage, build: Any, row: Row) -> Row:  # noqa: ANN401 - a connection
    told = {
        "currency": stage.settings.currency,
        "month": row["month"],
        "movement": row["movement"],
    }
    return row | {"amount": _rounded(stage, _one(build, MOVEMENT, told)[0])}


def _earned(stage: Stage, build: Any, month: str) -> Row:  # noqa: ANN401 - a connection
    told = {"currency": stage.settings.currency, "month": month}
    recognised, deferred = _one(build, EARNED, told)
    return {
        "month": month,
        "recognised": _major(stage, recognised),
        "deferred": _major(stage, deferred),
    }


def _account(stage: Stage, build: Any, row: Row) -> Row:  # noqa: ANN401 - a connection
    told = {
        "currency": stage.settings.currency,
        "account": row["account"],
        "day": row["on"],
    }
    return row | {"balance": _major(stage, _one(build, ACCOUNT, told)[0])}
