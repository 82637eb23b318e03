"""Customers and agreements over the API, on real books."""

CUSTOMER = {"kind": "person", "name": "Åsa Öberg", "email": "asa@example.com"}


def test_a_customer_gets_the_next_number_and_can_be_read(client, post):
    answer = post("/v1/customers", CUSTOMER)
    assert answer.status_code == 201, answer.text
    number = answer.json()["customer_id"]
    assert answer.json()["registered"]
    read = client.get(f"/v1/customers/{number}")
    assert read.status_code == 200, read.text
    assert read.json()["name"] == "Åsa Öberg"
    assert read.headers["Cache-Control"] == "no-store"


def test_the_same_customer_twice_is_one_customer(post):
    numbered = CUSTOMER | {"customer_id": "K1"}
    assert post("/v1/customers", numbered).json()["registered"]
    again = post("/v1/customers", numbered)
    assert again.json() == {"customer_id": "K1", "registered": False}


def test_a_wrong_identity_number_is_a_problem_that_names_the_field(post):
    answer = post("/v1/customers", CUSTOMER | {"identity_number": "19121212-1213"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "/identity_number"


def test_a_preview_leaves_nothing_behind(client, post):
    answer = post("/v1/customers?preview=true", CUSTOMER | {"customer_id": "PREVIEW"})
    assert answer.status_code == 200, answer.text
    assert client.get("/v1/customers/PREVIEW").status_code == 404


def test_an_agreement_is_taken_changed_paused_resumed_and_ended(client, post):
    customer = post("/v1/customers", CUSTOMER).json()["customer_id"]
    taken = post(
        "/v1/subscriptions",
        {"customer_id": customer, "plan_id": "weekend", "start_on": "2026-03-01"},
    )
    assert taken.status_code == 201, taken.text
    number = taken.json()["subscription_id"]
    for verb, body in {
        "change": {"plan_id": "daily", "effective": "2026-03-10"},
        "pause": {"from_on": "2026-03-15"},
        "resume": {"effective": "2026-03-20"},
        "cancel": {"effective": "period_end"},
    }.items():
        answer = post(f"/v1/subscriptions/{number}/{verb}", body)
        assert answer.status_code == 201, (verb, answer.text)
        assert answer.json()["change_id"].startswith(number)
    read = client.get(f"/v1/subscriptions/{number}").json()
    # The change is for the tenth: today the agreement has what it was taken with.
    assert read["plan_id"] == "weekend"
    assert client.get(f"/v1/customers/{customer}/subscriptions").json() == [read]


def test_an_unknown_plan_is_refused_in_words(post):
    customer = post("/v1/customers", CUSTOMER).json()["customer_id"]
    wish = {"customer_id": customer, "plan_id": "hourly", "start_on": "2026-03-01"}
    answer = post("/v1/subscriptions", wish)
    assert answer.status_code == 404
    assert "hourly" in answer.json()["detail"]


def test_the_plans_on_sale_are_listed(client):
    plans = client.get("/v1/plans").json()
    assert [(plan["plan_id"], plan["price"]) for plan in plans] == [
        ("daily", "299"),
        ("weekend", "149"),
    ]
