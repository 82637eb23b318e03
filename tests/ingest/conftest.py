"""Books of their own for the tests that need some: real, empty, thrown away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from billing.books.handle import SYSTEM, Actor, Moment, handle
from billing.books.home import Home
from billing.books.session import Books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany
from ingest.base import company

OPENED_ON = date(2026, 1, 1)
SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
COMPANY = b"""
legal_entity: NB
name: Nordbladet AB
organisation_number: "5599998001"
country: SE
currency: SEK
bankgiro: "9912346"
"""
CATALOGUE = """
products: [{id: paper, name: Tidningen, vat: print}]
plans:
  - {id: daily, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: weekend, product: paper, price: {amount: "149.00"}, prices_include_vat: true}
"""


@pytest.fixture
def clerk() -> Actor:
    return Actor("Kim", "billing", "test")


@pytest.fixture
def moment() -> Moment:
    return Moment.morning(OPENED_ON)


@pytest.fixture
def empty_books(server, tmp_path: Path) -> Iterator[Books]:
    """Books without a company, in a home of their own: these tests fill its folders."""
    with server.books() as lent:
        yield replace(lent, home=Home(tmp_path / "home").made())


@pytest.fixture
def books(empty_books: Books, moment: Moment) -> Books:
    """Books of a newspaper with two plans."""
    for command in (
        ApplyCompany(company.read(COMPANY), OPENED_ON),
        ApplyCatalogue(parse(CATALOGUE), OPENED_ON),
    ):
        handle(empty_books, command, actor=SYSTEM, moment=moment)
    return empty_books
