"""Webhooks reach a real receiver on loopback: signed, retried, leased, disabled."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from api.deliver import Answer, deliver, outcome_of
from billing.books import oversight, queries, webhooks
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.webhooks.command import DisableEndpoint, RegisterEndpoint
from tests.api.conftest import NOW, give, started


class Receiver(ThreadingHTTPServer):
    """Answers with the statuses it is given, then 204, and remembers what it got."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses, self.got, self.headers = [], [], {}

    @property
    def url(self):
        return f"http://localhost:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers), body))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Keep the tests quiet."""


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return started(tmp_path_factory.mktemp("deliver"))


@pytest.fixture
def receiver(books):
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        told = give(books, RegisterEndpoint(server.url, ("*",), allow_loopback=True))
        server.secret, server.endpoint = told["secret"], told["endpoint_id"]
        yield server
        give(books, DisableEndpoint(server.endpoint))
        deliver(books, lambda: NOW + timedelta(days=30))
        server.shutdown()
        thread.join()


def happen(books, number):
    rows = [{"customer_id": number, "kind": "person", "name": "Bo Ek"}]
    give(books, RegisterCustomers(customers_frame(rows)))


def attempts(books, number):
    return queries.ask(
        books,
        "select attempt, status, outcome from webhook_attempts inner join events"
        " using (event_id) where aggregate_id = %(id)s order by attempt",
        {"id": number},
    ).rows()


def state(books, number):
    return queries.ask(
        books,
        "select state, next_at from webhook_queue inner join events using (event_id)"
        " where aggregate_id = %(id)s",
        {"id": number},
    ).rows()


def test_what_happened_arrives_signed_as_the_standard_says(books, receiver):
    happen(books, "D1")
    now = datetime.now(UTC)  # noqa: TID251 - the library looks at the clock
    deliver(books, lambda: now)
    headers, body = receiver.got[0]
    told = Webhook(receiver.secret).verify(body, headers)
    assert told["type"] == "customer.registered"
    assert told["data"]["id"] == "D1"
    assert json.loads(body) == told
    assert headers["host"] == f"localhost:{receiver.server_port}"
    assert attempts(books, "D1") == [(1, 204, "delivered")]
    deliver(books, lambda: now)
    assert len(receiver.got) == 1


def test_a_failure_is_tried_again_with_the_same_id(books, receiver):
    receiver.statuses = [500]
    happen(books, "D2")
    deliver(books, lambda: NOW)
    deliver(books, lambda: NOW)
    assert attempts(books, "D2") == [(1, 500, "retry")]
    deliver(books, lambda: NOW + timedelta(seconds=6))
    assert [status for _, status, _ in attempts(books, "D2")] == [500, 204]
    ids = {headers["webhook-id"] for headers, _ in receiver.got}
    assert len(ids) == 1


def test_a_receiver_that_asks_for_time_gets_it(books, receiver):
    receiver.statuses, receiver.headers = [429], {"Retry-After": "600"}
    happen(books, "D3")
    deliver(books, lambda: NOW)
    assert state(books, "D3")[0][1] >= NOW + timedelta(seconds=600)


def test_a_redirect_is_not_followed(books, receiver):
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url}
    happen(books, "D4")
    deliver(books, lambda: NOW)
    assert attempts(books, "D4") == [(1, 302, "retry")]
    assert len(receiver.got) == 1


def test_gone_disables_the_endpoint(books, receiver):
    receiver.statuses = [410]
    happen(books, "D5")
    deliver(books, lambda: NOW)
    endpoints = oversight.webhook_endpoints(books).to_dicts()
    assert {e["endpoint_id"]: e["state"] for e in endpoints}[
        receiver.endpoint
    ] == "disabled"
    assert state(books, "D5")[0][0] == "dead"


def test_a_sender_that_dies_loses_nothing(books, receiver):
    """Killed between claim and settlement: the lease runs out, and another sends it."""
    happen(books, "D6")
    claimed = webhooks.claim(books, NOW, 10)
    assert [due.aggregate_id for due in claimed] == ["D6"]
    deliver(books, lambda: NOW + timedelta(seconds=30))
    assert receiver.got == []
    deliver(books, lambda: NOW + timedelta(seconds=61))
    assert len(receiver.got) == 1
    assert attempts(books, "D6") == [(2, 204, "delivered")]


def test_a_late_answer_does_not_overwrite_a_newer_attempt(books, receiver):
    happen(books, "D7")
    late = webhooks.claim(books, NOW, 10)[0]
    deliver(books, lambda: NOW + timedelta(seconds=61))
    dead = webhooks.Outcome("retry", "dead")
    assert not webhooks.settle(books, late, dead, NOW + timedelta(seconds=62))
    assert state(books, "D7")[0][0] == "delivered"


def test_two_senders_never_claim_the_same(books, receiver):
    for n in range(6):
        happen(books, f"D8{n}")
    first = webhooks.claim(books, NOW, 3)
    second = webhooks.claim(books, NOW, 10)
    assert len(first) == 3
    assert len(second) == 3
    assert not {d.event_id for d in first} & {d.event_id for d in second}


def test_an_address_inside_the_house_is_never_connected_to(books):
    """The name was public when it was registered, and leads inside at the attempt."""

    async def inside(_host, _port):
        return ["93.184.215.14", "169.254.169.254"]

    told = give(books, RegisterEndpoint("https://hooks.example.com/x", ("*",)))
    happen(books, "D9")
    deliver(books, lambda: NOW, by=inside)
    give(books, DisableEndpoint(told["endpoint_id"]))
    assert attempts(books, "D9") == [(1, None, "retry")]
    said = books.read(
        "select response from webhook_attempts inner join events using (event_id)"
        " where aggregate_id = 'D9'"
    )["response"][0]
    assert "169.254.169.254" in said
    deliver(books, lambda: NOW + timedelta(days=30), by=inside)


def test_a_public_name_that_leads_to_loopback_is_refused(books):
    async def home(_host, _port):
        return ["127.0.0.1"]

    told = give(books, RegisterEndpoint("https://rebind.example.com/x", ("*",)))
    happen(books, "D10")
    deliver(books, lambda: NOW, by=home)
    assert attempts(books, "D10") == [(1, None, "retry")]
    give(books, DisableEndpoint(told["endpoint_id"]))
    deliver(books, lambda: NOW + timedelta(days=30), by=home)


def test_the_tenth_failure_is_a_dead_letter():
    failed = Answer("timeout")
    assert outcome_of(failed, attempt=9, at=NOW).state == "pending"
    assert outcome_of(failed, attempt=10, at=NOW).state == "dead"


def test_every_kind_of_event_that_the_books_record_has_a_payload():
    """What a command tells must be known to the sender, or it is never delivered."""
    import re
    from pathlib import Path

    import billing
    from billing.webhooks.payload import KINDS

    folder = Path(billing.__file__).parent / "books"
    told = {
        kind
        for path in folder.rglob("*.py")
        for kind in re.findall(r'events\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text())
    }
    assert told
    assert told <= set(KINDS)
