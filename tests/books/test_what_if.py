"""B2, 2.3: what if, asked of books in which things have happened."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from billing.books.what_if import TooMany, WhichCompany, simulated
from billing.catalogue.file import ApplyCatalogue, parse
from billing.changes.cancellation import Cancel
from billing.changes.change import AddItem, ChangeSubscription
from billing.changes.pause import Pause
from billing.company import ApplyCompany
from billing.errors import NotFound
from billing.invoicing.command import BillDay, ChargeOnce, CreditInvoice
from billing.invoicing.what_if_rules import WrongScenario, from_mapping
from tests.conftest import CATALOGUE

FIRST, ON = date(2024, 1, 1), date(2024, 7, 10)
DEARER = """
  - {id: plus, product: paper, prices_include_vat: true, prices: [
      {from: 1900-01-01, applies_to: new, price: {amount: "399.00"}},
      {from: 2024-05-20, applies_to: all, price: {amount: "419.00"}}]}
"""


def happen(paper, day):
    """Let the day's things happen, then bill it."""
    give = paper.give
    happenings = {
        date(2024, 2, 10): lambda: give(
            ChangeSubscription("S2", day, plan_id="plus"), on=day
        ),
        date(2024, 3, 3): lambda: give(
            Pause("S3", date(2024, 3, 10), date(2024, 4, 2)), on=day
        ),
        date(2024, 4, 5): lambda: give(
            AddItem("S4", "more", "seats", Decimal(3), day), on=day
        ),
        # Backdated: the months before are corrected.
        date(2024, 5, 12): lambda: give(
            ChangeSubscription("S1", date(2024, 3, 20), plan_id="plus"), on=day
        ),
        date(2024, 5, 18): lambda: give(
            ApplyCatalogue(
                parse(
                    CATALOGUE.replace(
                        '  - {id: plus, product: paper, price: {amount: "399.00"},'
                        " prices_include_vat: true}\n",
                        DEARER[1:],
                    )
                ),
                day,
            ),
            on=day,
        ),
        date(2024, 5, 25): lambda: give(
            ChargeOnce("C1", "paper", 4900, "Ombud"), on=day
        ),
        date(2024, 6, 2): lambda: credit(paper, day),
        date(2024, 6, 11): lambda: give(Cancel("S5", day, "unused"), on=day),
    }
    if day in happenings:
        happenings[day]()
    give(BillDay("NB"), on=day)


def credit(paper, day):
    newest = paper.ask(
        "select invoice_id from invoice_lines where subscription_id = 'S4'"
        " order by period_from desc limit 1"
    )["invoice_id"][0]
    paper.give(CreditInvoice(newest, "sen", ((1, 1500),)), on=day)


@pytest.fixture
def lived(newspaper):
    """Books in which half a year has been lived, day by day."""
    plans = ["daily", "plus", "daily", "seats", "daily", "plus"]
    day = FIRST
    while day < ON:
        for n, plan in enumerate(plans, 1):
            if day == date(2024, 1, 4 * n):
                newspaper.subscribe(
                    on=day,
                    subscription_id=f"S{n}",
                    plan_id=plan,
                    customer_id=f"C{1 + n % 2}",
                    campaign="HALVA" if n % 3 == 0 else None,
                )
        happen(newspaper, day)
        day += timedelta(days=1)
    return newspaper


def booked(paper):
    return (
        paper.ask(
            "select date_trunc('month', issued_on)::date as month, net_minor, vat_minor"
            " from invoices where issued_on >= date '2024-03-01'"
            " and issued_on < date '2024-07-01'"
        )
        .group_by("month")
        .agg(pl.col("net_minor", "vat_minor").sum())
        .sort("month")
    )


def measure(comparison, name):
    found = comparison.by_month.filter(pl.col("measure") == name).sort("month")
    return found["before_minor"].to_list(), found["after_minor"].to_list()


def test_the_identity_scenario_reproduces_what_was_booked(lived):
    """B2: net and VAT of the months that have been, to the öre."""
    replay = simulated(lived.books, from_mapping({"replay": 4}), ON).replay
    real = booked(lived)
    assert measure(replay, "billed_net") == (real["net_minor"].to_list(),) * 2
    assert measure(replay, "vat") == (real["vat_minor"].to_list(),) * 2
    assert replay.by_month.filter(pl.col("difference_minor") != 0).is_empty()
    assert replay.payers.is_empty()
    assert replay.counts["runs"] > 20


def test_a_replay_under_another_rule_differs_where_the_rule_does(lived):
    scenario = from_mapping({"replay": 4, "policies": {"proration": "none"}})
    replay = simulated(lived.books, scenario, ON).replay
    before, after = measure(replay, "billed_net")
    assert before == booked(lived)["net_minor"].to_list()
    assert after != before
    assert set(replay.payers["subscription_id"]) >= {"S1", "S3"}


def test_a_rate_of_tax_moves_tax_and_not_what_a_price_with_tax_costs(lived):
    vat = {"print": {"from": "2024-03-01", "rate": "0.12"}}
    found = simulated(lived.books, from_mapping({"vat": vat, "replay": 2}), ON)
    totals = {r["measure"]: r for r in found.totals.to_dicts()}
    assert totals["vat"]["difference_minor"] > 0
    # What is sold with the tax in the price earns the company so much less.
    assert (
        totals["billed_net"]["difference_minor"] == -totals["vat"]["difference_minor"]
    )
    assert totals["cash"]["difference_minor"] == 0
    assert measure(found.replay, "vat")[1] > measure(found.replay, "vat")[0]


def test_a_cohort_bounds_what_is_looked_at(lived):
    scenario = from_mapping(
        {"cohort": {"plans": ["plus"]}, "replay": 2, "catalogue": {"plans": [
            {"id": "plus", "prices": [
                {"from": "2024-08-01", "price": {"amount": "449"}}]}
        ]}}
    )  # fmt: skip
    found = simulated(lived.books, scenario, ON)
    assert set(found.payers["subscription_id"]) == {"S1", "S2", "S6"}
    assert set(found.payers["reason"]) == {"price"}
    assert set(found.by_plan["plan_id"]) == {"plus"}
    assert found.payers["after_minor"].to_list() == [44900] * 3


def test_those_who_leave_are_counted_out(lived):
    rise = {"plans": [{"id": "daily", "prices": [
        {"from": "2024-08-01", "price": {"amount": "599"}}]}]}  # fmt: skip
    staying = simulated(lived.books, from_mapping({"catalogue": rise}), ON)
    leaving = simulated(
        lived.books, from_mapping({"catalogue": rise, "churn": "1"}), ON
    )
    assert leaving.forecast.counts["leave"] == staying.forecast.counts["pay_more"] == 1
    mrr = pl.col("measure") == "mrr"
    assert (
        leaving.by_plan.filter(mrr & (pl.col("plan_id") == "daily"))["after_minor"][0]
        == 0
    )


def test_a_campaign_that_was_launched_may_be_other_in_a_what_if_alone(lived):
    half = {"id": "half", "discount": {"percent": "0.4"}}
    scenario = from_mapping({"replay": 6, "catalogue": {"campaigns": [half]}})
    replay = simulated(lived.books, scenario, ON).replay
    assert replay.payers["subscription_id"].to_list() == ["S3", "S6"]
    by = replay.by_campaign.filter(pl.col("measure") == "billed_net")
    assert by.filter(pl.col("campaign_id") == "half")["difference_minor"][0] > 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"monhts": 3}, "the fields are name"),
        ({"policies": {"reminder_steps": [3]}}, "changes nothing here"),
        ({"vat": {"food": {"from": "2026-01-01", "rate": "12"}}}, "0.12"),
        ({"churn": "5"}, "0.05"),
        ({"months": 0}, "months"),
    ],
)
def test_a_scenario_that_cannot_be_says_what_is_wrong(said, words):
    with pytest.raises(WrongScenario, match=words):
        from_mapping(said)


def test_a_what_if_is_bounded_where_it_is_told_to_be(newspaper):
    newspaper.subscribe()
    with pytest.raises(TooMany, match="saldo what-if"):
        simulated(newspaper.books, from_mapping({}), ON, most=0)
    with pytest.raises(WhichCompany):
        simulated(newspaper.books, from_mapping({"company": "XX"}), ON)
    with pytest.raises(NotFound, match="into the scenario"):
        simulated(newspaper.books, from_mapping({"catalogue": "file.yaml"}), ON)


def test_what_is_asked_leaves_nothing(lived):
    before = lived.ask("select count(*) as n from commands")["n"][0]
    simulated(lived.books, from_mapping({"replay": 1}), ON)
    assert lived.ask("select count(*) as n from commands")["n"][0] == before


def test_other_policies_of_the_company_hold_for_the_runs_of_their_days(lived):
    """A policy that was changed in the middle of the months is not smoothed out."""
    lived.give(ApplyCompany(lived.company(proration="none"), ON), on=ON)
    replay = simulated(lived.books, from_mapping({"replay": 4}), ON).replay
    assert replay.by_month.filter(pl.col("difference_minor") != 0).is_empty()
