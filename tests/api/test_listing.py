"""Listings give every row once while others write; cursors cannot be forged."""

import threading

import pytest

from billing.books import listings
from billing.books.listings import Place
from billing.customers.registration import RegisterCustomers, customers_frame
from tests.api.conftest import give


def register(books, *numbers):
    rows = [{"customer_id": n, "kind": "person", "name": f"Namn {n}"} for n in numbers]
    give(books, RegisterCustomers(customers_frame(rows)))


def walk(client, limit):
    cursor, seen = None, []
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/customers", params=query).json()
        seen += [row["customer_id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


def test_every_row_appears_exactly_once_while_others_write(books, client):
    register(books, *(f"W{n}" for n in range(40)))
    stop = threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            register(books, f"WW{n}")
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = walk(client, 7)
    finally:
        stop.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert {f"W{n}" for n in range(40)} <= set(seen)


def test_a_late_commit_is_not_skipped(books):
    """What was recorded early and committed late still comes after the cursor."""
    late_open, may_commit = threading.Event(), threading.Event()
    register(books, "L0")
    everything = listings.customers(books, Place(), 100_000)
    place = Place(int(everything["xid"][-1]), everything["seq"][-1])

    def late():
        with books.transaction() as connection:
            connection.execute(
                "select set_config('saldo.at', now()::text, true),"
                " set_config('saldo.actor', 'late', true),"
                " set_config('saldo.command_id', gen_random_uuid()::text, true)"
            )
            connection.execute(
                "insert into customers (customer_id, kind, registered_on)"
                " values ('LATE', 'person', current_date)"
            )
            connection.execute(
                "insert into customer_details (customer_id, effective_on, name,"
                " country, language, delivery)"
                " values ('LATE', current_date, 'Sen', 'SE', 'sv', 'email')"
            )
            late_open.set()
            may_commit.wait(10)

    thread = threading.Thread(target=late)
    thread.start()
    late_open.wait(10)
    register(books, "L1")
    during = listings.customers(books, place, 100)
    if not during.is_empty():
        place = Place(int(during["xid"][-1]), during["seq"][-1])
    may_commit.set()
    thread.join()
    after = listings.customers(books, place, 100)
    seen = [*during.to_dicts(), *after.to_dicts()]
    assert {"L1", "LATE"} <= {row["customer_id"] for row in seen}


@pytest.mark.parametrize("cursor", ["AAAA", "x" * 60, "eyJhIjoxfQ"])
def test_a_forged_cursor_is_refused(client, cursor):
    answer = client.get("/v1/customers", params={"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["code"] == "wrong_cursor"


def test_a_cursor_of_another_listing_is_refused(books, client):
    register(books, "X1", "X2")
    cursor = client.get("/v1/customers?limit=1").json()["next_cursor"]
    answer = client.get("/v1/payments", params={"cursor": cursor})
    assert answer.status_code == 400


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_limit_outside_its_bounds_is_refused(client, limit):
    assert client.get(f"/v1/customers?limit={limit}").status_code == 422


def test_the_feed_of_events_goes_on_where_it_ended(books, client):
    register(books, "E1")
    end = None
    while True:
        query = {"after": end, "limit": 200} if end else {"limit": 200}
        feed = client.get("/v1/events", params=query).json()
        end = feed["next_after"]
        if not feed["has_more"]:
            break
    register(books, "E2")
    new = client.get("/v1/events", params={"after": end}).json()["items"]
    assert [event["data"]["id"] for event in new] == ["E2"]
    assert new[0]["type"] == "customer.registered"
