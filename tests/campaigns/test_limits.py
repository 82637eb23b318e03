"""3.2, 1.7: limits hold when two ask at once, and after merges and withdrawals."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from billing.books.session import release
from billing.campaigns.exposure import DrawArms, arm
from billing.catalogue.file import ApplyCatalogue, parse
from billing.changes.change import ChangeSubscription, Undo
from billing.customers.merging import MergeCustomers
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.errors import Conflict, Invalid, No, NotFound

DAY = date(2024, 2, 1)
CAMPAIGNS = """
products: [{id: paper, vat: print}]
plans: [{id: weekly, product: paper, price: {amount: "99.00"}}]
campaigns:
  - {id: few, discount: {percent: "0.5"}, codes: [{code: FEW, uses: 1}]}
  - {id: intro, discount: {percent: "0.5"}, for: {new_customers: true}}
  - {id: once, discount: {percent: "0.5"}, limits: {per_customer: 1}}
  - {id: tried, discount: {percent: "0.5"}, control_share: "0.25"}
"""


@pytest.fixture
def offers(newspaper):
    newspaper.give(ApplyCatalogue(parse(CAMPAIGNS), DAY), on=DAY)
    return newspaper


def orders(paper, *rows):
    """Give orders at the same moment, each on a thread of its own; return the noes."""
    start = Barrier(len(rows))

    def order(row):
        try:
            start.wait()
            paper.subscribe(on=DAY, plan_id="weekly", **row)
        except No as no:
            return no.message
        finally:
            release(paper.books.url)
        return None

    with ThreadPoolExecutor(len(rows)) as pool:
        return [no for no in pool.map(order, rows) if no]


@pytest.mark.parametrize("n", range(3))
def test_a_code_is_not_used_beyond_its_limit_by_two_at_once(offers, n):
    noes = orders(
        offers,
        {"subscription_id": "A", "campaign": "FEW"},
        {"subscription_id": "B", "campaign": "FEW", "customer_id": "C2"},
    )
    assert len(noes) == 1
    assert "used up after 1 times" in noes[0]


def test_one_customer_is_new_only_once_at_once(offers):
    two = [{"subscription_id": name, "campaign": "intro"} for name in "AB"]
    noes = orders(offers, *two)
    assert len(noes) == 1
    assert "new customers" in noes[0]


def test_the_code_that_was_used_is_kept_with_the_taking(offers):
    offers.subscribe(on=DAY, plan_id="weekly", campaign="FEW")
    taken = offers.ask(
        "select campaign_id, code from subscription_changes where code <> ''"
    )
    assert taken.rows() == [("few", "FEW")]


def test_what_is_taken_back_is_not_used(offers):
    offers.subscribe(on=DAY, plan_id="weekly", campaign="once")
    with pytest.raises(NotFound, match="this one has"):
        offers.subscribe(
            on=DAY, plan_id="weekly", campaign="once", subscription_id="S2"
        )
    offers.give(Undo("S1/2"), on=DAY)
    offers.subscribe(on=DAY, plan_id="weekly", campaign="once", subscription_id="S2")


def test_merged_customers_have_one_history(offers):
    twin = {"customer_id": "C3", "kind": "person", "name": "Åsa Öberg"}
    offers.give(RegisterCustomers(customers_frame([twin])), on=DAY)
    offers.subscribe(on=DAY, plan_id="weekly", campaign="once", customer_id="C3")
    offers.give(MergeCustomers("C1", "C3", "the same person"), on=DAY)
    with pytest.raises(NotFound, match="this one has"):
        offers.subscribe(
            on=DAY, plan_id="weekly", campaign="once", subscription_id="S2"
        )


def test_a_change_takes_a_campaign_by_the_same_rules(offers):
    offers.subscribe(on=DAY, plan_id="weekly")
    offers.give(ChangeSubscription("S1", DAY, campaign="FEW"), on=DAY)
    with pytest.raises(Conflict, match="cannot be combined"):
        offers.give(ChangeSubscription("S1", DAY, campaign="once"), on=DAY)
    with pytest.raises(Conflict, match="new customers"):
        offers.give(ChangeSubscription("S1", DAY, campaign="intro"), on=DAY)


def test_the_control_group_is_drawn_once_and_is_not_offered_the_campaign(offers):
    people = [
        {"customer_id": f"P{n}", "kind": "person", "name": f"P {n}"} for n in range(400)
    ]
    offers.give(RegisterCustomers(customers_frame(people)), on=DAY)
    everyone = tuple(row["customer_id"] for row in people)
    answer = offers.give(DrawArms("tried", everyone), on=DAY)
    assert 60 < answer["control"] < 140
    drawn = dict(offers.ask("select customer_id, arm from campaign_exposures").rows())
    assert drawn == {name: arm("tried", name, share_micro=250_000) for name in everyone}
    again = offers.give(DrawArms("tried", everyone), on=DAY)
    assert (again["known"], again["control"]) == (400, 0)
    kept_out = next(name for name, side in drawn.items() if side == "control")
    with pytest.raises(NotFound, match="not offered the campaign"):
        offers.subscribe(
            on=DAY, plan_id="weekly", campaign="tried", customer_id=kept_out
        )


def test_arms_are_drawn_only_of_who_exists_and_where_there_is_a_control_group(offers):
    with pytest.raises(Invalid, match="no control group"):
        offers.give(DrawArms("once", ("C1",)), on=DAY)
    with pytest.raises(NotFound, match="no customer C9"):
        offers.give(DrawArms("tried", ("C9",)), on=DAY)
    with pytest.raises(NotFound, match="no campaign"):
        offers.give(DrawArms("nope", ("C1",)), on=DAY)
