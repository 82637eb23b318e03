"""A period is half-open, [from, to); cycles are periods counted from an anchor day.

>>> from datetime import date
>>> days = pl.DataFrame({"anchor": [date(2024, 1, 31)] * 4, "k": [-1, 0, 1, 2]})
>>> cycle = Cycle(months=pl.lit(1), days=pl.lit(0), anchor=pl.col("anchor"))
>>> days.select(cycle.start(pl.col("k")))["start"].to_list()[1:]
[datetime.date(2024, 1, 31), datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
>>> bank_day(date(2026, 12, 24), "SE")
datetime.date(2026, 12, 28)
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays
import polars as pl

MONTHS = {"day": 0, "week": 0, "month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7, "month": 0, "quarter": 0, "year": 0}
SATURDAY = 5
# A calendar week starts on Monday: 2018-01-01 was one.
A_MONDAY = date(2018, 1, 1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A run of periods of `months` months or `days` days, counted from the anchor date.

    All are expressions, so that one frame may hold cycles of every kind. The day of the
    month is `day` (default: the anchor's own); a month that is too short has its last
    day instead, and the next one has the day again.
    """

    months: pl.Expr
    days: pl.Expr
    anchor: pl.Expr
    day: pl.Expr | None = None

    def start(self, k: pl.Expr) -> pl.Expr:
        """Return the first day of the k-th period; 0 is the one at the anchor."""
        by_month = clamped(_months(self.anchor) + k * self.months, self._day_of_month())
        by_day = self.anchor + pl.duration(days=k * self.days)
        return pl.when(self.months > 0).then(by_month).otherwise(by_day).alias("start")

    def index(self, day: pl.Expr) -> pl.Expr:
        """Return k of the period that holds the day."""
        months = (_months(day) - _months(self.anchor)).floordiv(
            pl.max_horizontal(self.months, 1)
        )
        days = (
            (day - self.anchor)
            .dt.total_days()
            .floordiv(pl.max_horizontal(self.days, 1))
        )
        guess = pl.when(self.months > 0).then(months).otherwise(days)
        return pl.when(self.start(guess) > day).then(guess - 1).otherwise(guess)

    def _day_of_month(self) -> pl.Expr:
        own = self.anchor.dt.day()
        return own if self.day is None else pl.coalesce(self.day, own)


def clamped(month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the day of a month (counted from year 0), or the month's last day."""
    year, number = month.floordiv(12), month % 12 + 1
    first = pl.date(year, number, 1)
    last = first.dt.month_end().dt.day()
    return pl.date(year, number, pl.min_horizontal(day.cast(pl.Int32), last))


def length(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return the days of [start, end)."""
    return (end - start).dt.total_days()


def shifted(day: pl.Expr, count: pl.Expr, unit: pl.Expr) -> pl.Expr:
    """Return the day moved by a count of units, clamped at the month's end."""
    months = count * unit.replace_strict(MONTHS, return_dtype=pl.Int64, default=0)
    days = count * unit.replace_strict(DAYS, return_dtype=pl.Int64, default=0)
    moved = clamped(_months(day) + months, day.dt.day().cast(pl.Int64))
    return moved + pl.duration(days=days)


def first_anchor(
    kind: pl.Expr, *, day: pl.Expr, since: pl.Expr, unit: pl.Expr
) -> pl.Expr:
    """Return a day from which the cycles of an anchor are counted.

    `subscription`: the start itself; `calendar`: the 1st of January or a Monday;
    `day`: the first such day of the month on or after the start. Cycles in days
    know no day of the month, and are counted from the start.
    """
    wanted = pl.coalesce(day, pl.lit(1)).cast(pl.Int64)
    this_month = clamped(_months(since), wanted)
    next_month = clamped(_months(since) + 1, wanted)
    by_day = pl.when(this_month >= since).then(this_month).otherwise(next_month)
    monday = pl.lit(A_MONDAY)
    new_year = pl.date(since.dt.year(), 1, 1)
    in_days = unit == "day"
    in_weeks = unit == "week"
    calendar = pl.when(in_weeks).then(monday).otherwise(new_year)
    return (
        pl.when((kind == "subscription") | in_days)
        .then(since)
        .when(kind == "calendar")
        .then(calendar)
        .when(in_weeks)
        .then(since)
        .otherwise(by_day)
    )


def _months(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_bank_day(day: date, country: str) -> bool:
    """Return whether banks clear on that day: no Saturday, Sunday or holiday.

    The eves of midsummer, Christmas and New Year are no bank days in Sweden.
    """
    eve = country == "SE" and (day.month, day.day) in {(12, 24), (12, 31)}
    return (
        day.weekday() < SATURDAY and not eve and day not in _holidays(country, day.year)
    )


def bank_day(day: date, country: str, *, ahead: int = 0) -> date:
    """Return the first bank day on or after the day, or `ahead` bank days past it."""
    while not is_bank_day(day, country):
        day += timedelta(days=1)
    for _ in range(ahead):
        day = bank_day(day + timedelta(days=1), country)
    return day
