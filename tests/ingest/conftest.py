"""Books of their own for the tests that need some: real, empty, thrown away."""

import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from billing.books.handle import SYSTEM, Actor, Moment, handle
from billing.books.home import Home
from billing.books.session import Books, open_books
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


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of one server, whose database `empty` has the schema and no rows.

    Its folder is none of pytest's: those are closed to the user who runs the server.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        url = open_books(Home(Path(folder)).made()).url
        run(url, "create database empty")
        os.environ["SALDO_DATABASE_URL"] = at(url, "empty")
        open_books(Home(Path(folder)))
        del os.environ["SALDO_DATABASE_URL"]
        yield url


def at(url: str, database: str) -> str:
    return url.replace("/postgres?", f"/{database}?")


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def empty_books(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Books without a company, in a home and a database of their own."""
    name = f"books_{uuid4().hex}"
    run(server, f"create database {name} template empty")
    monkeypatch.setenv("SALDO_DATABASE_URL", at(server, name))
    return open_books(Home(tmp_path / "home").made())


@pytest.fixture
def books(empty_books: Books, moment: Moment) -> Books:
    """Books of a newspaper with two plans."""
    for command in (
        ApplyCompany(company.read(COMPANY), OPENED_ON),
        ApplyCatalogue(parse(CATALOGUE), OPENED_ON),
    ):
        handle(empty_books, command, actor=SYSTEM, moment=moment)
    return empty_books
