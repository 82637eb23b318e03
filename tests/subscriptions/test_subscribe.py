"""1.3, 1.4, 1.7, 3.5–3.8: what an order shows before it is given, and its refusals."""

from datetime import date

import pytest

from billing.books.handle import Actor, NotAllowed
from billing.books.offers import offers_for, offers_on_cancellation
from billing.catalogue.file import ApplyCatalogue, parse
from billing.changes.cancellation import Cancel
from billing.changes.change import ChangeSubscription, Undo
from billing.company import ApplyCompany
from billing.customers.registration import ChangeCustomer
from billing.errors import Conflict, NotFound
from billing.invoicing.command import BillDay
from billing.subscriptions.agreement import Subscribe, agreements_frame

DAY = date(2024, 2, 1)
SELLER = Actor("sales", "service")
CATALOGUE = """
price_lists: [{id: norway, currency: NOK, market: "NO"}]
products: [{id: paper, vat: print}]
plans:
  - id: weekly
    product: paper
    price: {amount: "100.00"}
    lists: {norway: {price: {amount: "120.00"}}}
  - id: yearly
    product: paper
    every: {unit: year}
    price: {amount: "1060.00"}
    prices_include_vat: true
    term: {binding: 12, exit_fee: "106.00"}
  - {id: arrears, product: paper, timing: arrears, price: {amount: "100.00"}}
campaigns:
  - {id: stay, discount: {percent: "0.5"}, lasts: {periods: 3},
     offered_on: cancellation}
  - id: steps
    steps: [{discount: {percent: "1.0"}}, {discount: {price: "80.00"}, periods: 2}]
    offered_on: cancellation
  - {id: plus, discount: {percent: "0.9"}, for: {plans: [yearly]},
     offered_on: cancellation}
  - {id: welcome, code: HEJ, discount: {amount: "10.00"}, lasts: {periods: 1}}
"""


@pytest.fixture
def paper(newspaper):
    newspaper.give(ApplyCatalogue(parse(CATALOGUE), DAY), on=DAY)
    return newspaper


def orders(*rows):
    plain = {"customer_id": "C1", "plan_id": "weekly", "start_on": DAY}
    return Subscribe(agreements_frame([plain | row for row in rows]))


def headers(paper):
    found = paper.ask("select * from subscriptions order by subscription_id")
    return found.to_dicts()


def test_a_preview_shows_the_first_invoice_and_leaves_nothing(paper):
    """1.3: a backdated start issues exactly the missing periods, shown before."""
    paper.subscribe(on=DAY, plan_id="weekly")
    answer = paper.give(orders({"start_on": date(2023, 12, 1)}), on=DAY, preview=True)
    days = [line["period_from"] for line in answer["effect"]["lines"]]
    assert days == ["2023-12-01", "2024-01-01", "2024-02-01"]
    assert answer["effect"]["next_run"]["total_minor"] == 31800
    assert len(headers(paper)) == 1


def test_a_preview_of_what_is_billed_later_shows_the_invoice_of_that_day(paper):
    answer = paper.give(orders({"plan_id": "arrears"}), on=DAY, preview=True)
    assert answer["effect"]["issued_on"] == "2024-03-01"
    assert answer["effect"]["next_run"]["total_minor"] == 10600


@pytest.mark.parametrize(
    ("start", "until", "stub"),
    [
        (date(2026, 3, 29), "2026-04-01", 968),
        (date(2026, 10, 25), "2026-11-01", 2258),
        (date(2026, 12, 31), "2027-01-01", 323),
        (date(2028, 2, 29), "2028-03-01", 345),
    ],
)
def test_an_odd_first_period_is_a_share_of_its_cycle_on_any_day(
    paper, start, until, stub
):
    """3.5: summer time, winter time, the last day of a year, the leap day."""
    paper.give(orders({"start_on": start, "first_period": "rest_of_month"}), on=start)
    paper.give(BillDay("NB"), on=start)
    paper.give(BillDay("NB"), on=date.fromisoformat(until))
    lines = paper.ask(
        "select period_from, period_to, net_minor from invoice_lines order by 1"
    )
    first, second = lines.rows()
    assert (first[0], first[1].isoformat(), first[2]) == (start, until, stub)
    assert (second[0].isoformat(), second[2]) == (until, 10000)


def test_the_list_is_that_of_the_payers_country_unless_one_is_named(paper):
    moved = {"name": "Åsa Öberg", "country": "NO"}
    paper.give(ChangeCustomer("C1", moved, DAY), on=DAY)
    paper.give(
        orders({"subscription_id": "A"}, {"subscription_id": "B", "payer_id": "C2"}),
        on=DAY,
    )
    assert [(h["price_list"], h["currency"]) for h in headers(paper)] == [
        ("norway", "NOK"),
        ("", "SEK"),
    ]
    with pytest.raises(NotFound, match="no price in the list"):
        paper.give(orders({"price_list": "nope"}), on=DAY)


def test_binding_and_its_fee_are_kept_on_the_agreement(paper):
    """3.6: the binding is known from the start, with what breaking it costs."""
    paper.give(orders({"plan_id": "yearly"}), on=DAY)
    (header,) = headers(paper)
    assert header["bound_until"] == date(2025, 2, 1)
    assert (header["exit_fee_kind"], header["exit_fee_minor"]) == ("amount", 10600)


def test_a_fee_of_a_price_with_tax_includes_the_tax(paper):
    """3.6: 106.00 with 6 % is 100.00 and 6.00, in the payer's language."""
    paper.give(ChangeCustomer("C1", {"name": "Åsa", "language": "en"}, DAY), on=DAY)
    paper.give(orders({"subscription_id": "S1", "plan_id": "yearly"}), on=DAY)
    paper.give(BillDay("NB"), on=DAY)
    told = paper.give(Cancel("S1", DAY), on=DAY, preview=True)
    assert told["exit_fee_minor"] == 10000
    assert told["bound_until"] == "2025-02-01"
    texts = [line["text"] for line in told["effect"]["lines"]]
    assert "Early termination charge, agreement S1" in texts
    paper.give(Cancel("S1", DAY), on=DAY)
    run = paper.give(BillDay("NB"), on=DAY)
    assert run["total_minor"] == 10600 - 106000


def test_a_later_end_gives_back_what_the_earlier_one_charged(paper):
    """3.6: of two cancellations that stand the fee is charged once."""
    paper.give(orders({"subscription_id": "S1", "plan_id": "yearly"}), on=DAY)
    paper.give(Cancel("S1", date(2024, 6, 1)), on=DAY)
    assert paper.give(Cancel("S1", date(2024, 5, 1)), on=DAY)["exit_fee_minor"] == 0
    charged = paper.ask("select sum(amount_minor)::bigint as sum from one_off_charges")
    assert charged["sum"][0] == 10000


def test_who_may_not_waive_or_override_is_refused(paper):
    """1.7, 3.6: overriding a refusal and waiving a fee take a role and a reason."""
    paper.give(orders({"subscription_id": "S1", "plan_id": "yearly"}), on=DAY)
    with pytest.raises(NotAllowed):
        paper.give(Cancel("S1", DAY, reason="x", waive_fee=True), on=DAY, actor=SELLER)
    with pytest.raises(NotAllowed):
        command = Subscribe(orders({}).agreements, override="she is kind")
        paper.give(command, on=DAY, actor=SELLER)


def test_a_lapsed_fee_never_makes_an_empty_run(paper):
    paper.give(orders({"subscription_id": "S1", "plan_id": "yearly"}), on=DAY)
    paper.give(BillDay("NB"), on=DAY)
    ended = paper.give(Cancel("S1", DAY, credit="none"), on=DAY)
    paper.give(Undo(ended["change_id"]), on=DAY)
    paper.give(BillDay("NB"), on=DAY)
    assert paper.give(BillDay("NB"), on=date(2024, 2, 2))["state"] == "nothing_due"


def test_a_payer_who_is_behind_is_told_how_much_and_for_how_long(paper):
    """1.7: the refusal says amount, days and remedy."""
    strict = paper.company(refuse_overdue_days=10, terms_days=10)
    paper.give(ApplyCompany(strict, DAY), on=DAY)
    paper.subscribe(on=DAY, plan_id="weekly")
    paper.give(BillDay("NB"), on=DAY)
    with pytest.raises(Conflict, match=r"106\.00 SEK overdue, the oldest for 11 days"):
        paper.give(orders({}), on=date(2024, 2, 22))


def test_the_offer_that_leaves_most_comes_first_when_someone_cancels(paper):
    """3.8: next-best offers are those that the rules allow, ranked by what is kept."""
    paper.subscribe(on=DAY, plan_id="weekly")
    paper.give(BillDay("NB"), on=DAY)
    found = offers_on_cancellation(paper.books, "S1", DAY)
    assert found.select(
        "campaign_id", "words", "price_minor", "saved_minor"
    ).rows() == [
        ("steps", "free for 1 period, then at 80.00 SEK for 2 periods", 0, 14000),
        ("stay", "50 % off for 3 periods", 5000, 15000),
    ]
    told = paper.give(Cancel("S1", "period_end"), on=DAY, preview=True)
    assert [offer["campaign_id"] for offer in told["offers"]] == ["steps", "stay"]
    paper.give(ChangeSubscription("S1", "renewal", campaign="stay"), on=DAY)
    after = offers_on_cancellation(paper.books, "S1", date(2024, 3, 1))
    assert after.is_empty()


def test_offers_for_an_order_are_priced_for_the_customer(paper):
    found = offers_for(paper.books, "C1", "weekly", DAY)
    rows = found.select("campaign_id", "code", "price_minor", "saved_minor").rows()
    assert rows == [("welcome", "HEJ", 9000, 1000), ("half", "HALVA", 5000, 15000)]
