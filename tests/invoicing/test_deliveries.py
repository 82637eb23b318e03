"""2.8: what is sold by deliveries is counted in them."""

from dataclasses import replace
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing import base as shapes
from billing.invoicing.deliveries import calendar
from tests.invoicing import test_laws as laws
from tests.invoicing.small_base import Books, base, day, plans

# The stories begin on a Thursday; 10 January 2026 has no paper.
SATURDAYS = ("news", "News", "0.06", "per_delivery", "wed,sat", "2026-01-10")
EIGHT = {"every_unit": "delivery", "every_count": 8}


def delivered(facts):
    products = pl.DataFrame([SATURDAYS], schema=shapes.PRODUCTS, orient="row")
    return replace(base(facts), products=products, plans=plans(basic=EIGHT))


def test_the_calendar_has_the_weekdays_but_for_some_dates():
    days = pl.date_range(date(2026, 1, 1), date(2026, 1, 17), eager=True)
    found = calendar(delivered(laws.start("basic")).products, days)
    assert found["day"].dt.day().to_list() == [3, 7, 14, 17]
    assert found["ordinal"].to_list() == [0, 1, 2, 3]


@laws.QUICK
@given(pauses=st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), max_size=2))
def test_a_pause_uses_up_no_delivery(pauses):
    """However it is paused, eight deliveries made are a hundred kronor."""
    known, at = laws.start("basic"), 0
    for wait, length in pauses:
        begin, end = at + wait, at + wait + length
        pause = laws.fact("pause", day(begin), until_on=day(end), effect="credit")
        known, at = [*known, pause], end
    books = Books(delivered(known))
    books.bill(day(200))
    active = [
        n for n in range(200)
        if not any(
            f["kind"] == "pause" and f["effective_on"] <= day(n) < f["until_on"]
            for f in known
        )
    ]  # fmt: skip
    made = sum(
        day(n).isoweekday() in {3, 6} and day(n) != date(2026, 1, 10) for n in active
    )
    begun = books.issued.filter(pl.col("cycle_from") < day(200))
    assert begun["amount_minor"].sum() == -(-made // 8) * 10_000


def test_a_pause_in_a_cycle_that_is_billed_issues_nothing():
    books = Books(delivered(laws.start("basic")))
    books.bill(day(5))
    pause = laws.fact("pause", day(6), until_on=day(20), effect="credit")
    books.learn([*laws.start("basic"), pause])
    assert books.bill(day(20)).issue.lines.is_empty()


def test_deliveries_that_are_not_made_are_given_back():
    books = Books(delivered(laws.start("basic")))
    books.bill(day(5))
    books.learn([*laws.start("basic"), laws.fact("cancel", day(8))])
    books.bill(day(60))
    assert books.issued["amount_minor"].to_list() == [10_000, -7_500]


def test_a_product_without_delivery_days_parks_with_the_reason():
    found = delivered(laws.start("basic"))
    silent = found.products.with_columns(delivery_weekdays=pl.lit(None, pl.String))
    run = Books(replace(found, products=silent)).bill(day(5))
    assert run.parked["reason"].to_list() == [
        "product news does not say on which days it is delivered"
    ]


def test_a_run_after_a_run_over_deliveries_issues_nothing_and_misses_nothing():
    whole = Books(delivered(laws.start("basic")))
    partial = Books(delivered(laws.start("basic")), incremental=True)
    for n in range(0, 200, 7):
        whole.bill(day(n))
        partial.bill(day(n))
    assert partial.lines() == whole.lines()
    assert whole.bill(day(196)).issue.lines.is_empty()
