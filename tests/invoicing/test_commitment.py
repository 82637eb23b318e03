"""Commitments: what a period is short of is a line of its own at its end."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from billing.invoicing.run import bill
from tests.invoicing.small_base import base, plans


def fact(kind, on, **said):
    return {"kind": kind, "effective_on": on, **said}


def short_of(facts, on):
    """Return the lines that fill up a commitment of 1,000 kr a month, by a day."""
    committed = {"minimum_minor": 100_000, "plan_anchor_kind": "calendar"}
    found = replace(base(facts), plans=plans(basic=committed))
    lines = bill(found, on=on).issue.lines
    return lines.filter(pl.col("kind") == "minimum").select(
        "period_from", "period_to", "amount_minor"
    ).rows()  # fmt: skip


def test_the_rest_of_a_month_is_filled_up_when_it_ends():
    facts = [fact("start", date(2026, 1, 1), item="main", plan_id="basic")]
    assert short_of(facts, date(2026, 1, 31)) == []
    assert short_of(facts, date(2026, 2, 1)) == [
        (date(2026, 1, 1), date(2026, 2, 1), 90_000)
    ]


@pytest.mark.parametrize(
    ("change", "until"),
    [
        (fact("cancel", date(2026, 1, 16)), date(2026, 1, 16)),
        (
            fact("change", date(2026, 1, 16), item="main", plan_id="pro"),
            date(2026, 1, 16),
        ),
    ],
)
def test_a_part_of_a_month_is_a_part_of_the_commitment(change, until):
    facts = [fact("start", date(2026, 1, 1), item="main", plan_id="basic"), change]
    # 15 of 31 days: 483.87 of the commitment, 48.39 of the price.
    assert short_of(facts, date(2026, 2, 1)) == [(date(2026, 1, 1), until, 43_548)]


def test_what_an_added_item_costs_counts():
    facts = [
        fact("start", date(2026, 1, 1), item="main", plan_id="basic"),
        fact("add", date(2026, 1, 1), item="extra", plan_id="pro"),
    ]
    assert short_of(facts, date(2026, 2, 1)) == [
        (date(2026, 1, 1), date(2026, 2, 1), 90_000 - 24_995)
    ]
