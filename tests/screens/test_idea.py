"""2.10: an idea for what is sold becomes a catalogue file that changes just that."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.catalogue import idea
from billing.catalogue.file import from_mapping, parse
from billing.catalogue.idea import NoSuchPlan, Rise
from billing.catalogue.review import review

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
RICH = """
price_lists: [{id: norge, name: Norge, currency: NOK, market: "NO"}]
products:
  - {id: paper, name: Papper, vat: print, recognised: per_delivery,
     deliveries: {weekdays: [mon, fri], except: [2026-12-25]}}
  - {id: app, name: App, vat: standard}
plans:
  - id: both
    bundle: [{product: paper, standalone_price: "200"}, {product: app, share: null,
      standalone_price: "100"}]
    every: {count: 3, unit: month}
    anchor: {day: 15}
    prices_include_vat: true
    prices:
      - {from: 2025-01-01, price: {amount: "250.00"}}
      - {from: 2026-01-01, applies_to: cohort, cohort: {to: 2025-07-01},
         price: {amount: "240.00"}}
    lists: {norge: {price: {amount: "260.00"}, phases: [{amount: "110.00"}]}}
    phases: [{lasts: {count: 2, unit: month}, price: {amount: "99.00"}}]
    setup_fee: "0.00"
    trial: {lasts: {count: 14, unit: day}, then: stop}
    term: {binding: 12, notice: 1, unit: month, exit_fee: "499.00"}
  - id: metered
    product: app
    timing: arrears
    price: {model: graduated, tiers: [{up_to: "10", amount: "2"}, {amount: "1.50"}]}
    usage: {metric: calls, aggregation: max}
"""


def catalogues():
    yield "rich", parse(RICH)
    for name in ("newspaper", "telco"):
        yield name, parse((EXAMPLES / name / "catalogue.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("name", "known"), catalogues())
def test_a_price_rise_changes_a_price_and_nothing_else(name, known):
    """2.2 2.10: the file of a rise tells the plan again, word for word."""
    for plan_id in known.plans["plan_id"]:
        rise = Rise(plan_id, date(2031, 1, 1), percent=Decimal("0.10"))
        file = from_mapping(idea.price_rise(known, rise))
        changes = review(file, known).changes
        assert set(changes["object"]) == {"price"}, (name, plan_id, changes.rows())


@pytest.mark.parametrize(("name", "known"), catalogues())
def test_plans_told_again_change_nothing(name, known):
    """2.10: what is sold, told as a file, differs from what is sold in nothing."""
    text = idea.to_yaml(idea.retold(known, known.plans["plan_id"].to_list()))
    assert review(parse(text), known).changes.rows() == [], name


def test_the_text_of_a_rise_reads_as_the_same_catalogue():
    known = parse(RICH)
    rise = Rise("both", date(2031, 1, 1), amount=Decimal(279), applies_to="all")
    mapping = idea.price_rise(known, rise)
    prices = parse(idea.to_yaml(mapping)).prices
    evergreen = prices.filter(prices["phase"] == 0)
    assert evergreen.select("amount", "applies_to", "valid_from").rows() == [
        ("279.00", "all", date(2031, 1, 1))
    ]


def test_a_percentage_raises_every_tier():
    known = parse(RICH)
    rise = Rise("metered", date(2031, 1, 1), percent=Decimal("0.10"))
    price = idea.price_rise(known, rise)["plans"][0]["prices"][0]["price"]
    assert [tier["amount"] for tier in price["tiers"]] == ["2.20", "1.65"]


def test_a_cohort_is_named_by_its_starts():
    known = parse(RICH)
    rise = Rise(
        "both", date(2031, 1, 1), Decimal("0.1"), applies_to="cohort",
        cohort_to=date(2027, 1, 1),
    )  # fmt: skip
    version = idea.price_rise(known, rise)["plans"][0]["prices"][0]
    assert version["cohort"] == {"to": date(2027, 1, 1)}


def test_a_plan_that_is_not_there_is_refused():
    with pytest.raises(NoSuchPlan, match="no plan 'x'"):
        idea.described(parse(RICH), "x")
