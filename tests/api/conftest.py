"""One set of real, empty books for all tests of the API, and a clock that stands."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.app import application
from billing.books.access import IssueApiKey
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.home import Home
from billing.books.session import open_books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany, Company, Policies

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MOMENT = Moment.of(NOW)
CATALOGUE = """
products: [{id: paper, name: Tidningen, vat: print}]
plans:
  - {id: daily, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: weekend, product: paper, price: {amount: "149.00"}, prices_include_vat: true}
"""


def give(books, command, moment=MOMENT):
    return handle(books, command, actor=SYSTEM, moment=moment)


def started(path):
    """Open the books of a new home, with one company and a small catalogue."""
    books = open_books(Home(path).made())
    company = Company(
        "NB",
        "Norrbladet",
        "5560360793",
        "SE",
        "SEK",
        Policies(),
        "SE556036079301",
        "5050-1055",
    )
    give(books, ApplyCompany(company, date(2026, 1, 1)))
    give(books, ApplyCatalogue(parse(CATALOGUE), date(2026, 1, 1)))
    return books


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    return started(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="session")
def app(books):
    return application(books, clock=lambda: NOW)


@pytest.fixture(scope="session")
def key(books):
    return give(books, IssueApiKey("webshop", "admin", 30))["key"]


@pytest.fixture
def client(app, key):
    """A client with a key; a POST without its own Idempotency-Key gets a new one."""
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


@pytest.fixture
def post(client):
    def send(path, payload, key=None, **more):
        headers = {"Idempotency-Key": key or str(uuid4())}
        return client.post(path, json=payload, headers=headers, **more)

    return send
