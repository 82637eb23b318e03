"""3.9: each rule has a taking that passes and one that is refused, with the remedy."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.campaigns import rules

DAY = date(2026, 3, 10)
PLAIN = {"campaign_id": "c", "customer_id": "C1", "plan_id": "daily", "on": DAY}
# rule: what is refused, and what passes
EXAMPLES = {
    "unknown": ({"campaign_id": None}, {}),
    "occasion": (
        {"offered_on": "cancellation"},
        {"offered_on": "cancellation", "occasion": "change"},
    ),
    "plan": ({"plans": "plus,other"}, {"plans": "plus,daily"}),
    "open": ({"valid_to": DAY}, {"valid_from": DAY, "valid_to": date(2026, 3, 11)}),
    "code": (
        {"code": "X", "code_valid_to": DAY},
        {"code": "X", "code_valid_to": date(2026, 3, 11)},
    ),
    "new_customers": (
        {"new_customers_only": True, "subscriber": True},
        {"new_customers_only": True},
    ),
    "ended": (
        {"ended_from_days": 30, "ended_on": date(2026, 2, 20), "subscriber": True},
        {"ended_from_days": 30, "ended_on": date(2026, 2, 8), "subscriber": True},
    ),
    "again": (
        {"again_after_days": 365, "had_on": date(2025, 3, 11)},
        {"again_after_days": 365, "had_on": date(2025, 3, 10)},
    ),
    "control": ({"arm": "control"}, {"arm": "offered"}),
    "alone": (
        {"others": 1, "stacks": True, "others_stack": False},
        {"others": 1, "stacks": True},
    ),
    "uses": ({"max_uses": 5, "uses": 5}, {"max_uses": 5, "uses": 4}),
    "uses_code": (
        {"code": "X", "code_max_uses": 1, "uses_code": 1},
        {"code": "X", "code_max_uses": 1},
    ),
    "uses_customer": (
        {"max_uses_customer": 1, "uses_customer": 1},
        {"max_uses_customer": 1},
    ),
}


def decided(*rows):
    return rules.decided(rules.takings(PLAIN | row for row in rows))


def test_every_rule_has_examples():
    assert set(EXAMPLES) == set(rules.NAMES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_refuses_one_and_lets_another_pass(name):
    refused, passes = EXAMPLES[name]
    assert decided(refused)["rule"].to_list() == [name]
    assert len(decided(refused)["remedy"][0]) > 20
    assert decided(passes)["rule"].to_list() == [None]


@pytest.mark.parametrize("days", [401, 10])
def test_win_back_is_for_those_who_left_in_the_window(days):
    ended = date.fromordinal(DAY.toordinal() - days)
    former = {"ended_from_days": 30, "ended_to_days": 400, "ended_on": ended}
    assert decided(former | {"subscriber": True})["rule"][0] == "ended"


def test_win_back_is_not_for_those_who_never_were_nor_for_those_who_still_are():
    assert decided({"ended_from_days": 0})["rule"][0] == "ended"
    still = {"subscriber": True, "running": True, "ended_on": date(2026, 1, 1)}
    assert decided({"ended_from_days": 0} | still)["rule"][0] == "ended"


@given(limit=st.integers(1, 6), before=st.integers(0, 6), orders=st.integers(1, 10))
def test_a_file_of_orders_takes_a_campaign_up_to_its_limit_and_no_more(
    limit, before, orders
):
    taken = decided(*(
        {"row": n, "customer_id": f"C{n}", "max_uses": limit, "uses": before}
        for n in range(orders)
    ))  # fmt: skip
    passed = taken["rule"].null_count()
    assert passed == min(orders, max(limit - before, 0))
    assert taken["rule"].to_list() == [None] * passed + ["uses"] * (orders - passed)


def test_an_order_refused_by_another_rule_uses_nothing_up():
    found = decided(
        {"row": 0, "max_uses": 1, "new_customers_only": True, "subscriber": True},
        {"row": 1, "max_uses": 1, "new_customers_only": True, "customer_id": "C2"},
    )
    assert found["rule"].to_list() == ["new_customers", None]
