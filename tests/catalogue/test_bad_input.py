"""Bad input: a file with a fault is refused with words that say what to do."""

from datetime import date

import pytest

from billing.catalogue.file import ApplyCatalogue, WrongCatalogue, parse
from billing.catalogue.review import PriceClashes

SOUND = """
price_lists: [{id: norway, currency: NOK, market: "NO"}]
products: [{id: news, vat: "0.06"}, {id: games, vat: "0.25"}]
"""


def refused(text):
    with pytest.raises(WrongCatalogue) as wrong:
        parse(SOUND + text)
    return wrong.value.message


def plan(**said):
    told = {"id": "p", "product": "news", "price": {"amount": "1.00"}} | said
    kept = {name: value for name, value in told.items() if value is not None}
    return f"plans: [{kept}]".replace("'", '"').replace("None", "null")


TWO = [
    {"from": "2026-01-01", "to": "2026-06-01", "price": {"amount": "1"}},
    {"from": "2026-05-01", "price": {"amount": "2"}},
]
COHORTS = [
    {
        "from": "2026-01-01",
        "price": {"amount": "1"},
        "applies_to": "cohort",
        "cohort": {"to": day},
    }
    for day in ("2025-01-01", "2025-06-01")
]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"price": None, "prices": TWO},
            "plans[0] 'p': the price from 2026-05-01 overlaps the one from 2026-01-01",
        ),
        (
            {"price": None, "prices": COHORTS},
            "the price from 2026-01-01 overlaps the one from 2026-01-01",
        ),
        (
            {
                "product": None,
                "bundle": [
                    {"product": "news", "share": "0.7"},
                    {"product": "games", "share": "0.2"},
                ],
            },
            "the shares sum to 0.9; let them sum to 1",
        ),
        (
            {
                "product": None,
                "bundle": [
                    {"product": "news", "share": "0.7"},
                    {"product": "games", "standalone_price": "10"},
                ],
            },
            "each part has a standalone_price, or each has a share",
        ),
        (
            {
                "product": None,
                "bundle": [
                    {"product": "news", "share": "0.7"},
                    {"product": "films", "share": "0.3"},
                ],
            },
            "plans[0] 'p': product 'films' is not among the products",
        ),
        (
            {"price": {"model": "graduated", "tiers": [{"up_to": 10}]}},
            "the tiers leave a gap above 10; end with a tier of up_to: null",
        ),
        (
            {"price": {"model": "volume", "tiers": [{"up_to": 10}, {"up_to": 5}]}},
            "tier up_to 5 does not come after 10; let the bounds rise",
        ),
        (
            {"lists": {"sweden": {"price": {"amount": "1"}}}},
            "plans[0] 'p': price list 'sweden' is not among the price_lists",
        ),
        (
            {"lists": {"norway": {"price": {"amount": "1"}}}, "setup_fee": "5.00"},
            "its setup_fee and minimum are in SEK, list 'norway' is in NOK",
        ),
        (
            {
                "lists": {"norway": {"price": {"amount": "1"}}},
                "phases": [{"lasts": {"count": 1}, "price": {"amount": "0.5"}}],
            },
            "the plan has 1 phases, list 'norway' prices 0 of them",
        ),
        (
            {"every": {"count": 12, "unit": "delivery"}},
            "product 'news' does not say on which days it is delivered",
        ),
        (
            {"every": {"count": 12, "unit": "delivery"}, "minimum": "5.00"},
            "a minimum needs a cycle of time, not of deliveries",
        ),
    ],
)
def test_a_plan_with_a_fault_is_refused(said, words):
    """2.1, 2.4, 2.6, 2.7, 2.8: each fault says what it is and what to do."""
    assert words in refused(plan(**said))


def test_a_campaign_for_no_plan_is_refused():
    campaign = '{id: half, discount: {percent: "0.5"}, for: {plans: [gone]}}'
    assert refused(plan() + f"\ncampaigns: [{campaign}]") == (
        "campaigns[0] 'half': plan 'gone' is not among the plans"
    )
    assert "at least 1 item" in refused(
        'campaigns: [{id: x, discount: {percent: "0.5"}, for: {plans: []}}]'
    )


def test_all_faults_of_a_file_are_said_at_once():
    """A plan that is written wrongly hides neither its neighbours nor what names it."""
    said = refused(
        """
plans:
  - {id: wrong, product: news}
  - {id: other, product: films, price: {amount: "1.00"}}
campaigns:
  - {id: half, discount: {percent: "0.5"}, for: {plans: [wrong, gone]}}
"""
    )
    assert said.split("; ") == [
        "plans[0]: a plan has either a price or prices, and not both",
        "plans[1] 'other': product 'films' is not among the products",
        "campaigns[0] 'half': plan 'gone' is not among the plans",
    ]


def test_what_is_no_mapping_is_refused():
    with pytest.raises(WrongCatalogue, match="valid dictionary"):
        parse("[1, 2]")


PAPER = "{id: paper, name: Tidningen, vat: print}"


def changed(prices, *, extra=""):
    text = f"""
products: [{PAPER}{extra}]
plans: [{{id: daily, product: paper, prices_include_vat: true, prices: [{prices}]}}]
"""
    return ApplyCatalogue(parse(text), date(2024, 6, 1))


FIRST = '{from: 1900-01-01, price: {amount: "299.00"}, applies_to: new}'
SUMMER = '{from: 2024-07-01, to: 2024-09-01, price: {amount: "99.00"}}'
AUGUST = '{from: 2024-08-01, price: {amount: "309.00"}}'


def test_a_price_that_meets_a_published_one_is_refused_and_nothing_is_recorded(
    newspaper,
):
    """2.1: collisions with the books are said, and the rest of the file waits."""
    on = date(2024, 6, 1)
    newspaper.give(changed(f"{FIRST}, {SUMMER}"), on=on)
    another = ", {id: extra, vat: print}"
    with pytest.raises(PriceClashes) as refusal:
        newspaper.give(changed(f"{FIRST}, {AUGUST}", extra=another), on=on)
    assert refusal.value.message == (
        "plan daily: the price from 2024-08-01 overlaps the one from 2024-07-01; let "
        "each begin where the one before it ends"
    )
    known = newspaper.ask("select product_id from products where product_id = 'extra'")
    assert known.is_empty()


def test_a_price_before_those_published_is_dated_and_not_dropped(newspaper):
    """2.1: an earlier version holds until the later one begins."""
    on = date(2024, 6, 1)
    newspaper.give(changed(f"{FIRST}, {AUGUST}"), on=on)
    july = '{from: 2024-07-01, price: {amount: "304.00"}}'
    newspaper.give(changed(f"{FIRST}, {july}, {AUGUST}"), on=on)
    versions = newspaper.ask(
        "select valid_from, amount::int as amount from price_versions"
        " where plan_id = 'daily' order by valid_from"
    )
    assert versions["amount"].to_list() == [299, 304, 309]
