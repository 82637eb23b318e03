"""What every test may ask for.

Empty books of its own, and the rewriting of golden files.
"""

from datetime import date

import pytest
from hypothesis import settings

from billing.books.handle import SYSTEM, Moment, handle
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany, Company, Policies
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.subscriptions.agreement import Subscribe, agreements_frame
from ingest.scenarios.private_books import shelf

# A machine that is busy is not a fault of the code.
settings.register_profile("saldo", deadline=None)
settings.load_profile("saldo")

CATALOGUE = """
products:
  - {id: paper, name: Tidningen, vat: print}
  - {id: digital, name: Digitalt, vat: digital_news}
plans:
  - {id: daily, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: plus, product: paper, price: {amount: "399.00"}, prices_include_vat: true}
  - {id: seats, product: digital, price: {model: per_unit, amount: "49.00"}}
campaigns:
  - {id: half, code: HALVA, discount: {percent: "0.5"}, lasts: {periods: 3}}
"""


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", default=False)


@pytest.fixture(scope="session")
def server():
    with shelf() as books_shelf:
        yield books_shelf


@pytest.fixture
def empty_books(server):
    with server.books() as books:
        yield books


@pytest.fixture
def newspaper(empty_books):
    """Books of a newspaper with one company, a catalogue, a person and a firm."""
    paper = Newspaper(empty_books)
    paper.give(ApplyCompany(paper.company(), date(2024, 1, 1)), on=date(2024, 1, 1))
    paper.give(ApplyCatalogue(parse(CATALOGUE), date(2024, 1, 1)), on=date(2024, 1, 1))
    customers = [
        {"customer_id": "C1", "kind": "person", "name": "Åsa Öberg"},
        {"customer_id": "C2", "kind": "company", "name": "Bygg AB"},
    ]
    paper.give(RegisterCustomers(customers_frame(customers)), on=date(2024, 1, 1))
    return paper


class Newspaper:
    """A company in its books, to whom commands are given in few words."""

    def __init__(self, books):
        self.books = books

    @staticmethod
    def company(**policies):
        return Company(
            "NB",
            "Nordbladet AB",
            "5560000167",
            "SE",
            "SEK",
            Policies(**policies),
            bankgiro="5050-1055",
        )

    def give(self, command, *, on, actor=SYSTEM, **options):
        moment = Moment.morning(on)
        return handle(self.books, command, actor=actor, moment=moment, **options)

    def subscribe(self, on=date(2024, 1, 15), **agreement):
        row = {
            "subscription_id": "S1",
            "customer_id": "C1",
            "plan_id": "daily",
            "start_on": on,
        } | agreement
        return self.give(Subscribe(agreements_frame([row])), on=on)

    def ask(self, query):
        return self.books.read(query)
