"""The same request twice is one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from starlette.testclient import TestClient

from api.app import application
from billing.books import replies
from billing.books.access import IssueApiKey, RevokeApiKey
from billing.customers.registration import RegisterCustomers, customers_frame
from tests.api.conftest import NOW, give

CUSTOMER = {"kind": "person", "name": "Bo Ek"}


def count(books):
    return books.read("select count(*) as n from customers")["n"][0]


def test_a_post_without_a_key_is_refused(client):
    answer = client.post("/v1/customers", json=CUSTOMER)
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"


def test_a_retry_gets_the_same_bytes(books, post):
    key = str(uuid4())
    first = post("/v1/customers", CUSTOMER, key)
    before = count(books)
    again = post("/v1/customers", CUSTOMER, key)
    assert count(books) == before
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_another_body_with_the_same_key_is_refused(post):
    key = str(uuid4())
    post("/v1/customers", CUSTOMER, key)
    answer = post("/v1/customers", CUSTOMER | {"name": "Bo Berg"}, key)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"


def test_the_same_key_on_another_route_is_refused(post):
    key = str(uuid4())
    post("/v1/customers", CUSTOMER, key)
    answer = post("/v1/subscriptions/S1/resume", {}, key)
    assert answer.status_code == 422


def test_a_refusal_is_kept_so_that_a_retry_never_becomes_an_effect(post):
    key = str(uuid4())
    wish = {"customer_id": "LATER", "plan_id": "daily", "start_on": "2026-03-01"}
    refused = post("/v1/subscriptions", wish, key)
    assert refused.status_code == 404
    post("/v1/customers", CUSTOMER | {"customer_id": "LATER"})
    again = post("/v1/subscriptions", wish, key)
    assert again.status_code == 404
    assert again.content == refused.content
    assert post("/v1/subscriptions", wish).status_code == 201


def test_a_crash_before_the_reply_is_kept_takes_the_effect_back(
    books, post, monkeypatch
):
    """Effect and reply are one transaction, so that a retry finds both or neither."""
    lost = str(uuid4())
    before = count(books)
    monkeypatch.setattr(replies, "_keep", lambda *_: 1 / 0)
    assert post("/v1/customers", CUSTOMER, lost).status_code == 500
    monkeypatch.undo()
    assert count(books) == before
    answer = post("/v1/customers", CUSTOMER, lost)
    assert answer.status_code == 201
    assert count(books) == before + 1
    assert post("/v1/customers", CUSTOMER, lost).content == answer.content


def test_many_at_once_have_one_effect(books, app, key):
    shared = str(uuid4())
    before = count(books)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": shared}

    def send(_):
        client = TestClient(app)
        return client.post("/v1/customers", json=CUSTOMER, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert count(books) == before + 1
    made = {a.content for a in answers if a.status_code == 201}
    assert len(made) == 1
    for busy in (a for a in answers if a.status_code != 201):
        assert (busy.status_code, busy.headers["Retry-After"]) == (409, "1")


def test_two_holders_may_use_the_same_key(books, app, client, post):
    other = give(books, IssueApiKey("partner", "integrator", 30))["key"]
    shared = str(uuid4())
    mine = post("/v1/customers", CUSTOMER, shared).json()
    client.headers["Authorization"] = f"Bearer {other}"
    theirs = post("/v1/customers", CUSTOMER, shared).json()
    assert mine["customer_id"] != theirs["customer_id"]


def test_a_role_that_may_not_write_is_refused(books, client, post):
    viewer = give(books, IssueApiKey("auditor", "viewer", 30))["key"]
    client.headers["Authorization"] = f"Bearer {viewer}"
    answer = post("/v1/customers", CUSTOMER)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"


def test_a_revoked_key_opens_nothing_at_once(books, client):
    issued = give(books, IssueApiKey("gone", "admin", 30))
    client.headers["Authorization"] = f"Bearer {issued['key']}"
    assert client.get("/v1/plans").status_code == 200
    give(books, RevokeApiKey(issued["key_id"]))
    assert client.get("/v1/plans").status_code == 401


def test_a_secret_is_nowhere_in_the_audit(books, post):
    answer = post("/v1/webhooks", {"url": "https://hooks.example.com/a"})
    secret = answer.json()["secret"]
    audit = books.read("select payload::text || result::text as t from commands")
    assert not any(secret in text for text in audit["t"])


def test_registering_over_the_handler_is_seen_by_the_api(books, client):
    rows = customers_frame([{"customer_id": "H1", "kind": "person", "name": "Ida"}])
    give(books, RegisterCustomers(rows))
    assert client.get("/v1/customers/H1").json()["name"] == "Ida"
    assert application(books, clock=lambda: NOW).title == "Saldo"
