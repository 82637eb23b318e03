"""1.2–1.7, 3.6–3.8 over the API: orders, quotes, offers and what leaving costs."""

import pytest

from billing.catalogue.file import ApplyCatalogue, parse
from billing.customers.registration import RegisterCustomers, customers_frame
from tests.api.conftest import TODAY, give

CATALOGUE = """
products: [{id: service, vat: standard}]
plans:
  - id: bound
    product: service
    price: {amount: "100.00"}
    term: {binding: 12, exit_fee: "300.00"}
campaigns:
  - {id: stay, discount: {percent: "0.5"}, lasts: {periods: 2},
     offered_on: cancellation, for: {plans: [bound]}}
  - {id: tested, discount: {percent: "0.5"}, control_share: "0.5",
     for: {plans: [bound]}}
"""


@pytest.fixture(scope="module")
def shop(books):
    people = [
        {"customer_id": name, "kind": "person", "name": name}
        for name in ("anna", "bo", "gro")
    ]
    give(books, RegisterCustomers(customers_frame(people)))
    give(books, ApplyCatalogue(parse(CATALOGUE), TODAY))
    return books


def order(**more):
    return {"customer_id": "anna", "plan_id": "bound", "start_on": "2026-03-02"} | more


def test_a_preview_of_an_order_shows_the_first_bill(shop, post):
    preview = post(
        "/v1/subscriptions?preview=true", order(first_period="rest_of_month")
    )
    assert preview.status_code == 200
    bill = preview.json()["first_bill"]
    assert bill["lines"][0]["period_to"] == "2026-04-01"
    assert bill["total_minor"] == 9677 + 2419


def test_a_gift_is_paid_by_its_giver(shop, post, client):
    told = post("/v1/subscriptions", order(giver_id="gro"))
    read = client.get(f"/v1/subscriptions/{told.json()['subscription_id']}").json()
    assert (read["payer_id"], read["ended_on"]) == ("gro", "2027-03-02")


def test_a_quote_is_made_signed_and_read(shop, post, client):
    quote = {"agreements": [order(start_on=None)], "valid_until": "2026-03-31"}
    made = post("/v1/quotes", quote).json()
    assert made["first_minor"] == made["first_bill"]["total_minor"] == 12500
    signed = post(f"/v1/quotes/{made['quote_id']}/signature", {"evidence": "BankID"})
    assert signed.json()["state"] == "activated"
    assert client.get(f"/v1/quotes/{made['quote_id']}").json()["state"] == "activated"
    declined = post(f"/v1/quotes/{made['quote_id']}/decline", {"reason": "late"})
    assert (declined.status_code, declined.json()["code"]) == (409, "quote_is_closed")


def test_leaving_early_costs_and_something_else_is_offered(shop, post, client):
    number = post("/v1/subscriptions", order(customer_id="bo")).json()[
        "subscription_id"
    ]
    ended = post(f"/v1/subscriptions/{number}/cancel?preview=true", {}).json()
    assert (ended["exit_fee_minor"], ended["bound_until"]) == (30000, "2027-03-02")
    assert [offer["campaign_id"] for offer in ended["offers"]] == ["stay"]
    listed = client.get(f"/v1/subscriptions/{number}/offers").json()
    assert listed[0]["words"] == "50 % off for 2 periods"


def test_campaigns_are_listed_and_their_arms_drawn(shop, post, client):
    listed = {row["campaign_id"]: row for row in client.get("/v1/campaigns").json()}
    assert listed["stay"]["offered_on"] == "cancellation"
    drawn = post("/v1/campaigns/tested/arms", {"customer_ids": ["anna", "bo"]}).json()
    assert drawn["offered"] + drawn["control"] == 2
    ordered = client.get("/v1/customers/gro/offers?plan_id=bound").json()
    assert {"tested"} <= {offer["campaign_id"] for offer in ordered}


def test_an_agreement_without_a_trial_is_not_kept(shop, post):
    number = post("/v1/subscriptions", order(customer_id="bo")).json()[
        "subscription_id"
    ]
    assert post(f"/v1/subscriptions/{number}/keep", {}).status_code == 409
