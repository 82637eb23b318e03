"""Which version of a price reaches whom, and in which list."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing import base as shapes
from billing.invoicing import prices
from billing.invoicing.price_reached import reached
from billing.invoicing.run import bill
from tests.invoicing import test_laws as laws
from tests.invoicing.small_base import Books, base, plans, version

DAY = st.dates(date(2020, 1, 1), date(2020, 3, 31))
RULES = st.sampled_from(["new", "renewal", "all", "cohort"])


@st.composite
def versions(draw):
    """Draw versions whose claims do not overlap, one of them for everybody."""
    begins = sorted(draw(st.sets(DAY, max_size=6)))
    rows = [version("p", "0")]
    for number, day in enumerate(begins, 2):
        later = [other for other in begins if other > day]
        ends = later[0] if later and draw(st.booleans()) else None
        rule = draw(RULES)
        cohort = sorted([draw(DAY), draw(DAY)]) if rule == "cohort" else (None, None)
        rows.append(
            version(
                "p", str(number), version=number, valid_from=day, valid_to=ends,
                applies_to=rule, cohort_from=cohort[0], cohort_to=cohort[1],
            )
        )  # fmt: skip
    return rows


PIECES = st.lists(st.tuples(DAY, DAY, DAY, DAY), min_size=1, max_size=5)


def meant(row, days):
    """Return whether a version reaches a piece, as the rule is told."""
    started, taken, begins, piece = days
    by_rule = {"new": taken, "renewal": begins, "all": piece, "cohort": begins}
    within = row["applies_to"] != "cohort" or (
        row["cohort_from"] <= started < row["cohort_to"]
    )
    ends = row.get("valid_to")
    holds = ends is None or piece < ends
    return row["valid_from"] <= by_rule[row["applies_to"]] and holds and within


@given(rows=versions(), pieces=PIECES)
def test_the_newest_version_that_reaches_a_piece_holds(rows, pieces):
    """2.1, 2.2, 2.11: looking up in one sorted column is what the rules say."""
    dated = [sorted(days) for days in pieces]
    found = prices.attach(
        pl.DataFrame(
            [("p", "", 0, *days) for days in dated],
            schema={
                "plan_id": pl.String, "price_list": pl.String, "phase": pl.Int64,
                "started_on": pl.Date, "plan_from_on": pl.Date, "cycle_from": pl.Date,
                "period_from": pl.Date,
            },
            orient="row",
        ).with_row_index("n"),
        pl.DataFrame(rows, schema=prices.VERSIONS),
    ).sort("n")  # fmt: skip
    expected = [
        max(
            [row for row in rows if meant(row, days)] or rows[:1],
            key=lambda row: row["valid_from"],
        )["version"]
        for days in dated
    ]
    assert found["price_version"].to_list() == expected


def with_versions(facts, *rows, **frames):
    found = base(facts)
    others = found.versions.filter(pl.col("plan_id") != "basic")
    own = pl.DataFrame(rows, schema=prices.VERSIONS)
    return replace(found, versions=pl.concat([others, own]), **frames)


LISTS = pl.DataFrame([("norway", "NOK")], schema=shapes.PRICE_LISTS, orient="row")
IN_NORWAY = version("basic", "119.00", price_list="norway")


def listed(currency="NOK", price_list="norway", **frames):
    found = with_versions(
        laws.start("basic"), version("basic", "100.00"), IN_NORWAY, price_lists=LISTS
    )
    agreement = found.subscriptions.with_columns(
        price_list=pl.lit(price_list), currency=pl.lit(currency)
    )
    return bill(replace(found, subscriptions=agreement, **frames), on=date(2026, 1, 1))


def test_an_agreement_costs_what_its_price_list_says():
    """2.7: another currency, another price, the same plan."""
    line = listed().issue.lines
    assert line.select("currency", "amount_minor").rows() == [("NOK", 11900)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            {"currency": "SEK"},
            "list norway is priced in NOK, the agreement is in SEK",
        ),
        ({"price_list": "finland"}, "there is no price list finland"),
        (
            {"versions": pl.DataFrame([version("basic", "1")], schema=prices.VERSIONS)},
            "plan basic has no price in list norway on 2026-01-01; give it one",
        ),
    ],
)
def test_an_agreement_without_a_price_in_its_list_is_parked(said, reason):
    """2.7: the reason names plan and list."""
    run = listed(**said)
    assert run.parked["reason"].to_list() == [reason]
    assert run.issue.lines.is_empty()


def words(*rows, on=date(2026, 3, 15), facts=None):
    found = with_versions(facts or laws.start("basic"), *rows)
    return reached(found, ["S1"], on)["words"].to_list()


OWN = version("basic", "100.00", valid_from=date(2025, 1, 1))
MARCH = date(2026, 3, 1)
OLD = "for agreements that started ever to 2026-02-01"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"applies_to": "renewal"}, "price from 2026-03-01, reached at renewal"),
        ({"applies_to": "all"}, "price from 2026-03-01, for all from that day"),
        ({"applies_to": "new"}, "price from 2025-01-01, the plan's first"),
        (
            {"applies_to": "cohort", "cohort_to": date(2026, 2, 1)},
            f"price from 2026-03-01, {OLD}, reached at renewal",
        ),
        (
            {"applies_to": "cohort", "cohort_from": date(2026, 2, 1)},
            "price from 2025-01-01, the plan's first",
        ),
    ],
)
def test_an_agreement_says_which_version_it_is_on_and_why(rule, said):
    """2.1: each agreement shows its version."""
    later = version("basic", "120.00", version=2, valid_from=MARCH, **rule)
    assert words(OWN, later) == [said]


def test_an_agreed_price_is_said_to_be_one():
    """2.9: a price for one agreement is no version of the catalogue."""
    facts = [
        laws.fact("start", date(2026, 1, 1), item="main", plan_id="basic",
                  agreed_minor=8500)
    ]  # fmt: skip
    assert words(OWN, facts=facts) == ["a price agreed for this agreement alone"]


def test_a_plan_that_is_called_something_else_is_not_billed_anew():
    """2.1: what is billed stays billed when the catalogue changes a name."""
    books = Books(base(laws.start("basic")))
    books.bill(date(2026, 1, 1))
    books.base = replace(books.base, plans=plans(basic={"name": "Another name"}))
    assert books.bill(date(2026, 1, 2)).issue.lines.is_empty()
    assert books.bill(date(2026, 2, 1)).issue.lines["text"].to_list() == [
        "Another name"
    ]
