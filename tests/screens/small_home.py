"""A small home made by commands: a newspaper, some months, all kinds of payment."""

import atexit
import os
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import polars as pl

from billing.books import daily
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.home import Home
from billing.books.session import Books, open_books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.changes.cancellation import Cancel
from billing.changes.change import ChangeSubscription
from billing.company import ApplyCompany, Company, Policies
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.dunning.command import SendReminders
from billing.invoicing.command import BillDay
from billing.payments.command import PAYMENTS, RecordPayments
from billing.subscriptions.agreement import Subscribe, agreements_frame
from streamlit_app import desk

CATALOGUE = """
products:
  - {id: paper, name: Papperstidningen, vat: print}
  - {id: digital, name: Digitalt, vat: digital_news}
plans:
  - {id: daily, name: Alla dagar, product: paper, price: {amount: "299.00"},
     prices_include_vat: true}
  - {id: weekend, name: Helg, product: paper, price: {amount: "199.00"},
     prices_include_vat: true}
  - {id: app, name: Digital, product: digital, price: {amount: "129.00"},
     prices_include_vat: true}
  - {id: both, name: Papper och digitalt, price: {amount: "349.00"},
     prices_include_vat: true, bundle: [
       {product: paper, standalone_price: "299.00"},
       {product: digital, standalone_price: "129.00"}]}
campaigns:
  - {id: half, name: Halva priset, code: HALVA, discount: {percent: "0.5"},
     lasts: {periods: 3}}
  - id: stay
    name: Stanna kvar
    discount: {percent: "0.25"}
    lasts: {periods: 2}
    offered_on: cancellation
    examples:
      - {plan: daily, on: 2026-01-01, customer: running, expect: accepted}
"""
NAMES = (
    "Åsa Öberg", "Erik Lind", "Maja Berg", "Nils Åkesson", "Karin Dahl", "Olle Ek",
    "Sara Nyström", "Per Holm", "Ebba Sjö", "Lars *Stjerna*", "Ida Vik", "Jon Hed",
)  # fmt: skip
# The first of them is there twice, and has told her number the second time.
TWICE = {
    "kind": "person", "name": "Åsa Oberg", "email": "kund0@example.se",
    "identity_number": "811218-9876", "address_line": "Storgatan 1",
    "postal_code": "411 01", "city": "Göteborg",
}  # fmt: skip
PLANS = ("daily", "weekend", "app")


@cache
def home() -> Path:
    """Return a filled home, made once for all tests of a process.

    SALDO_SCREENS_HOME names one that is there already, to look at or to be quick.
    """
    if named := os.environ.get("SALDO_SCREENS_HOME"):
        return Path(named)
    path = folder()
    fill(open_books(Home(path).made()), desk.moment().on)
    return path


def folder() -> Path:
    """Return an empty folder that goes away with the process.

    Not pytest's: the embedded server runs as a user of its own, and every new session
    of pytest closes the folder of all sessions to other users.
    """
    path = Path(mkdtemp(prefix="saldo-screens-"))
    atexit.register(rmtree, path, ignore_errors=True)
    return path


def company(approval: str = "automatic") -> Company:
    """Return a newspaper that approves by rule, or by people."""
    policies = Policies(approval=approval, catalogue_approval=approval)
    return Company(
        "NB", "Nordbladet AB", "5560000167", "SE", "SEK", policies,
        vat_number="SE556000016701", bankgiro="5050-1055", city="Stockholm",
        address_line="Storgatan 1", postal_code="111 22", email="hej@example.se",
    )  # fmt: skip


def fill(books: Books, last: date) -> None:
    """Give the books some months up to a day, and publish them."""
    first = last - timedelta(days=150)
    give(books, ApplyCompany(company(), first), first)
    give(books, ApplyCatalogue(parse(CATALOGUE), first), first)
    give(books, RegisterCustomers(customers_frame([*_customers(), TWICE])), first)
    give(books, Subscribe(agreements_frame(_agreements(first))), first)
    for week in range(0, 151, 7):
        on = first + timedelta(days=week)
        _changes(books, week, on)
        give(books, BillDay("NB"), on)
        _pay(books, on)
        give(books, SendReminders("NB"), on)
    # From here on people approve the runs, and one more customer waits to be billed.
    give(books, ApplyCompany(company("manual"), last), last)
    waiting = {"customer_id": "C100001", "plan_id": "app", "start_on": last}
    give(books, Subscribe(agreements_frame([waiting])), last)
    daily.publish(books, Moment.morning(last))


def give(books: Books, command: object, on: date) -> dict[str, object]:
    """Give a command on the morning of a day."""
    return handle(books, command, actor=SYSTEM, moment=Moment.morning(on))


def _customers() -> list[dict[str, object]]:
    return [
        {
            "kind": "person",
            "name": name,
            "email": f"kund{n}@example.se",
            "address_line": f"Storgatan {n + 1}",
            "postal_code": "411 01",
            "city": "Göteborg",
        }
        for n, name in enumerate(NAMES)
    ]


def _agreements(first: date) -> list[dict[str, object]]:
    return [
        {
            "customer_id": f"C{100001 + n}",
            "plan_id": PLANS[n % 3],
            "start_on": first + timedelta(days=9 * n),
            "campaign": "HALVA" if n % 4 == 0 else None,
            "quantity": Decimal(2) if n == 5 else None,
        }
        for n in range(len(NAMES))
    ]


def _changes(books: Books, week: int, on: date) -> None:
    if week == 70:
        give(books, ChangeSubscription("S100002", "now", plan_id="daily"), on)
    if week == 105:
        give(books, Cancel("S100003", "period_end", reason="flytt"), on)


def _pay(books: Books, on: date) -> None:
    """Pay what is three weeks old; some pay wrongly, and some never."""
    paid = books.read("select source_id, item_id from allocations")["item_id"]
    due = books.read(
        "select invoice_id, reference, total_minor, issued_on, number, name"  # noqa: S608 - a date of ours
        " from invoices inner join customer_details on customer_id = payer_id"
        f" where total_minor > 0 and issued_on <= date '{on - timedelta(days=21)}'"
    ).filter(~pl.col("invoice_id").is_in(paid.to_list()) & (pl.col("number") % 7 != 0))
    rows = [
        {
            "account": "5050-1055",
            "bank_reference": f"{row['number']}",
            "ordinal": 1,
            "method": "bankgiro",
            "booked_on": on,
            "amount_minor": row["total_minor"]
            + (5000 if row["number"] % 8 == 0 else 0),
            "currency": "SEK",
            "reference": "4711" if row["number"] % 6 == 0 else row["reference"],
            "payer_name": row["name"],
        }
        for row in due.to_dicts()
    ]
    if rows:
        give(books, RecordPayments(pl.DataFrame(rows, schema=PAYMENTS)), on)
