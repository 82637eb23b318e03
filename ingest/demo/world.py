"""A world is everything that happens to the demo company, named by a seed and a size.

>>> world = World(seed=1, customers=2000, months=24, through=date(2026, 11, 24))
>>> world.begins, len(world.days)
(datetime.date(2024, 11, 24), 731)
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from billing.periods import bank_day, is_bank_day
from ingest.demo.draw import Topic

LEGAL_ENTITY = "NB"
BANKGIRO = "9912346"
IBAN = "SE3550000000054910000003"
BIC = "ESSESESS"
AUTOGIRO_NUMBER = "471117"
WEEK, YEAR = 7, 12


@dataclass(frozen=True, slots=True)
class World:
    """A seed, how many customers there ever are, and which months they live through."""

    seed: int
    customers: int
    months: int
    through: date

    @property
    def begins(self) -> date:
        """Return the first day: the one on which the company leaves its old system."""
        return self.moved(self.through, -self.months)

    @property
    def price_rise_on(self) -> date:
        """Return the day from which prices are higher, after the first year."""
        year_later = self.moved(self.begins, 13)
        return year_later.replace(day=1)

    @property
    def days(self) -> list[date]:
        """Return all days, the last one included."""
        count = (self.through - self.begins).days + 1
        return [self.begins + timedelta(days=n) for n in range(count)]

    def topic(self, name: str) -> Topic:
        """Return what to draw something by."""
        return Topic(self.seed, name)

    @staticmethod
    def moved(day: date, months: int) -> date:
        """Return the day some months later, or the last of a shorter month."""
        count = day.year * YEAR + day.month - 1 + months
        year, month = count // YEAR, count % YEAR + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))


def exported_on(day: pl.Expr) -> pl.Expr:
    """Return when the shop sends what was ordered on a day: the next Monday."""
    weekday = day.dt.weekday().cast(pl.Int64) - 1
    return day + pl.duration(days=WEEK - weekday)


def start_day(day: pl.Expr) -> pl.Expr:
    """Return the first day from then on on which delivery begins: 1, 8, 15 or 22.

    A company that delivers and bills by such days has a few larger runs a month.
    """
    first = day.dt.month_start()
    days = [first + pl.duration(days=n) for n in (0, 7, 14, 21)]
    following = first.dt.offset_by("1mo")
    return pl.coalesce(
        *(pl.when(candidate >= day).then(candidate) for candidate in days), following
    )


def next_bank_day(day: date, *, ahead: int = 0) -> date:
    """Return the day, or the next one on which Swedish banks book."""
    return bank_day(day, "SE", ahead=ahead)


def bank_days(paid: pl.Series) -> pl.DataFrame:
    """Return each day from the first to the last paid, with the day a bank books it.

    Columns: paid_on, booked_on.
    """
    ordered = paid.sort()
    first, last = ordered[0], ordered[-1]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    booked, following = [], next_bank_day(last)
    for day in reversed(days):
        following = day if is_bank_day(day, "SE") else following
        booked.append(following)
    return pl.DataFrame({"paid_on": days, "booked_on": booked[::-1]})
