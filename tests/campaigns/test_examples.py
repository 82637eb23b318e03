"""3.9: the examples of the catalogue file are tried before a campaign is launched."""

from datetime import date

import pytest

from billing.campaigns import examples
from billing.catalogue.file import ApplyCatalogue, parse
from billing.errors import Invalid

DAY = date(2024, 2, 1)
FILE = """
products: [{{id: paper, vat: print}}]
plans:
  - {{id: daily, product: paper, price: {{amount: "299.00"}}}}
  - {{id: plus, product: paper, price: {{amount: "399.00"}}}}
campaigns:
  - {{id: other, discount: {{percent: "0.1"}}}}
  - id: welcome
    discount: {{percent: "0.5"}}
    valid: {{from: 2026-01-01, to: 2026-03-01}}
    for: {{new_customers: true, plans: [daily]}}
    examples: [{examples}]
  - id: back
    discount: {{percent: "0.5"}}
    for: {{ended: {{from_days: 30, to_days: 400}}, again_after_days: 365}}
    examples:
      - {{plan: daily, on: 2026-01-05, customer: former, ended_days: 60,
         expect: accepted}}
      - {{plan: daily, on: 2026-01-05, customer: former, ended_days: 10,
         expect: refused}}
      - {{plan: daily, on: 2026-01-05, customer: former, before: 300, expect: refused,
         because: again}}
  - id: stay
    discount: {{percent: "0.5"}}
    offered_on: cancellation
    examples:
      - {{plan: daily, on: 2026-01-05, customer: running, expect: accepted}}
      - {{plan: daily, on: 2026-01-05, expect: refused, because: occasion}}
"""
FINE = [
    "{plan: daily, on: 2026-01-05, expect: accepted}",
    "{plan: plus, on: 2026-01-05, expect: refused, because: plan}",
    "{plan: daily, on: 2026-03-01, expect: refused, because: open}",
    "{plan: daily, on: 2026-01-05, customer: former, expect: refused}",
    "{plan: daily, on: 2026-01-05, together_with: [other], expect: refused}",
]


def catalogue(*told):
    return parse(FILE.format(examples=", ".join(told)))


def test_examples_that_come_out_are_no_failures():
    assert examples.failures(catalogue(*FINE).campaigns) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("{plan: plus, on: 2026-01-05, expect: accepted}", "plan: the campaign is not"),
        ("{plan: daily, on: 2026-01-05, expect: refused}", "comes out accepted"),
        (
            "{plan: plus, on: 2026-01-05, expect: refused, because: open}",
            "is refused by 'plan'",
        ),
    ],
)
def test_an_example_that_comes_out_otherwise_is_said_with_its_rule(told, words):
    (failure,) = examples.failures(catalogue(FINE[0], told).campaigns)
    assert failure.startswith("campaign 'welcome' example 2: ")
    assert words in failure


def test_a_campaign_whose_example_fails_is_not_launched(newspaper):
    wrong = catalogue("{plan: plus, on: 2026-01-05, expect: accepted}")
    with pytest.raises(Invalid, match="example 1"):
        newspaper.give(ApplyCatalogue(wrong, DAY), on=DAY)
    assert newspaper.ask(
        "select 1 from campaigns where campaign_id = 'welcome'"
    ).is_empty()


def test_an_example_may_name_a_campaign_that_was_launched_before(newspaper):
    first = "campaigns: [{id: extra, discount: {percent: '0.1'}, stacks: true}]"
    newspaper.give(ApplyCatalogue(parse(first), DAY), on=DAY)
    second = """
plans: [{id: weekly, product: paper, price: {amount: "99.00"}}]
products: [{id: paper, name: Tidningen, vat: print}]
campaigns:
  - id: more
    discount: {percent: "0.1"}
    stacks: true
    examples:
      - {plan: weekly, on: 2024-02-01, together_with: [extra], expect: accepted}
"""
    answer = newspaper.give(ApplyCatalogue(parse(second), DAY), on=DAY)
    assert answer["campaigns"] == 1
