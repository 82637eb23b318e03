"""The laws of the engine, whatever happens to an agreement."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.company import Policies
from billing.invoicing.difference import share
from tests.invoicing.small_base import Books, base, day

QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
LAST = 150
PLANS = st.sampled_from(["basic", "pro", "later", "year", "fifteenth"])


def fact(kind, on, **said):
    return {"kind": kind, "effective_on": on, **said}


@st.composite
def happenings(draw):
    """Draw what happens after the start: (recorded on, fact), in the order of days."""
    days = sorted(draw(st.lists(st.integers(1, LAST - 30), max_size=3)))
    found = []
    for n in days:
        kind = draw(st.sampled_from(["change", "pause", "campaign", "back", "ahead"]))
        if kind == "pause":
            end = day(n + draw(st.integers(1, 45)))
            found.append((n, fact("pause", day(n), until_on=end, effect="credit")))
        elif kind == "campaign":
            found.append((n, fact("campaign", day(n), campaign_id="half")))
        else:
            moved = {"back": st.integers(-n, 0), "ahead": st.integers(1, 29)}
            effective = day(n + draw(moved.get(kind, st.just(0))))
            found.append((n, fact("change", effective, plan_id=draw(PLANS))))
    if draw(st.booleans()):
        n = draw(st.integers(LAST - 29, LAST))
        found.append((n, fact("cancel", day(n), credit="unused")))
    return found


def start(plan):
    return [fact("start", day(0), item="main", plan_id=plan)]


def live(books, plan, story, days):
    """Let the days pass: facts become known on theirs, and a run is made on each."""
    known = start(plan)
    for n in days:
        fresh = [said for recorded, said in story if recorded == n]
        if fresh:
            known = known + fresh
            books.learn(known)
        books.bill(day(n))
    return books


def every_few_days(story):
    return sorted({*range(0, LAST + 31, 9), *(n for n, _ in story)})


@given(
    minor=st.integers(0, 10_000_000),
    length=st.integers(1, 366),
    cuts=st.sets(st.integers(1, 365), max_size=6),
)
def test_the_parts_of_any_split_sum_to_the_whole(minor, length, cuts):
    begin = date(2026, 1, 1)
    bounds = sorted({0, length, *(cut for cut in cuts if cut < length)})
    parts = pl.DataFrame(
        [
            (
                begin,
                begin + timedelta(length),
                begin + timedelta(a),
                begin + timedelta(b),
            )
            for a, b in pairwise(bounds)
        ],
        schema=["cycle_from", "cycle_to", "period_from", "period_to"],
        orient="row",
    ).with_columns(kind=pl.lit("period"), prorates=pl.lit(value=True))
    amounts = parts.select(share(pl.lit(minor, pl.Int64), Policies()))
    assert amounts.to_series().sum() == minor


@QUICK
@given(plan=PLANS, story=happenings())
def test_billing_by_and_by_comes_to_billing_at_the_end(plan, story):
    days = every_few_days(story)
    by_and_by = live(Books(base(start(plan))), plan, story, days)
    at_the_end = Books(base(start(plan) + [said for _, said in story]))
    at_the_end.bill(day(days[-1]))
    assert by_and_by.daily() == at_the_end.daily()


@QUICK
@given(plan=PLANS, story=happenings())
def test_a_run_after_a_run_issues_nothing(plan, story):
    days = every_few_days(story)
    books = live(Books(base(start(plan))), plan, story, days)
    assert books.bill(day(days[-1])).issue.lines.is_empty()


@QUICK
@given(plan=PLANS, story=happenings(), undone=st.integers(0, 3))
def test_what_is_done_and_undone_was_never_done(plan, story, undone):
    without = story[:undone] + story[undone + 1 :]
    last = every_few_days(story)[-1]
    taken_back = story[undone : undone + 1]
    number = undone + 2
    undo = (
        [(last, fact("undo", day(last), undoes=f"S1/{number}"))] if taken_back else []
    )
    done = live(Books(base(start(plan))), plan, story + undo, every_few_days(story))
    never = live(Books(base(start(plan))), plan, without, every_few_days(story))
    assert done.daily() == never.daily()


@QUICK
@given(plan=PLANS, story=happenings())
def test_looking_only_where_something_is_due_issues_the_same(plan, story):
    days = every_few_days(story)
    whole = live(Books(base(start(plan))), plan, story, days)
    partial = live(Books(base(start(plan)), incremental=True), plan, story, days)
    assert partial.lines() == whole.lines()
