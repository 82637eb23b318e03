"""Where billing stands: a run looks only at what may still change by itself."""

from datetime import date

from tests.invoicing.small_base import Books, base


def fact(kind, on, **said):
    return {"kind": kind, "effective_on": on, **said}


def test_a_year_that_begins_inside_its_cycle_is_not_taken_for_settled():
    facts = [
        fact("start", date(2026, 1, 19), item="main", plan_id="basic"),
        fact("change", date(2026, 6, 19), item="main", plan_id="year"),
    ]
    books = Books(base(facts), incremental=True)
    books.bill(date(2026, 6, 9))
    run = books.bill(date(2026, 6, 19))
    assert run.issue.lines.select("plan_id", "period_from", "period_to").rows() == [
        ("year", date(2026, 6, 19), date(2027, 1, 19))
    ]


def test_an_item_in_arrears_waits_behind_the_months_beside_it():
    facts = [
        fact("start", date(2026, 1, 1), item="main", plan_id="basic"),
        fact("add", date(2026, 1, 1), item="extra", plan_id="later"),
        fact("remove", date(2026, 1, 11), item="extra"),
    ]
    books = Books(base(facts), incremental=True)
    for on in (date(2026, 1, 1), date(2026, 1, 11), date(2026, 2, 1)):
        books.bill(on)
    assert (
        "later",
        "period",
        date(2026, 1, 1),
        date(2026, 1, 11),
        3223,
    ) in books.lines()


def test_nothing_waits_after_the_end():
    facts = [
        fact("start", date(2026, 1, 1), item="main", plan_id="basic"),
        fact("cancel", date(2026, 2, 1)),
    ]
    books = Books(base(facts), incremental=True)
    books.bill(date(2026, 1, 1))
    assert books.next_on is None
    assert books.bill(date(2026, 2, 1)) is None
