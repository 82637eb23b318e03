"""Invoices, payments, deviations and balances over the API."""

from datetime import date
from urllib.parse import quote

import polars as pl
import pytest

from billing.books import delivery
from billing.books.handle import Moment
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.invoicing.command import BillDay
from billing.payments.command import PAYMENTS, RecordPayments
from billing.subscriptions.agreement import Subscribe, agreements_frame
from tests.api.conftest import give

DAY = Moment.morning(date(2026, 3, 1))


def paid(invoice, amount, reference):
    row = {
        "account": "50501055",
        "bank_reference": f"B/{invoice['invoice_id']}",
        "ordinal": 1,
        "method": "bankgiro",
        "booked_on": date(2026, 3, 2),
        "amount_minor": amount,
        "currency": "SEK",
        "reference": reference,
        "payer_name": "Bo Ek",
    }
    return RecordPayments(pl.DataFrame([row], schema=PAYMENTS))


@pytest.fixture(scope="module")
def invoices(books):
    people = [
        {"customer_id": f"I{n}", "kind": "person", "name": f"Kund {n}"}
        for n in range(3)
    ]
    wishes = [
        {"customer_id": f"I{n}", "plan_id": "daily", "start_on": date(2026, 3, 1)}
        for n in range(3)
    ]
    give(books, RegisterCustomers(customers_frame(people)), DAY)
    give(books, Subscribe(agreements_frame(wishes)), DAY)
    give(books, BillDay("NB"), DAY)
    delivery.deliver(books, DAY)
    return books.read(
        "select invoice_id, reference, payer_id from invoices"
        " where payer_id in ('I0', 'I1', 'I2') order by payer_id"
    ).to_dicts()


def test_an_invoice_is_read_with_its_lines_and_its_pdf(client, invoices):
    number = invoices[0]["invoice_id"]
    invoice = client.get(f"/v1/invoices/{number}").json()
    assert invoice["total"] == {"amount_minor": 29900, "currency": "SEK"}
    assert invoice["state"] == "open"
    lines = client.get(f"/v1/invoices/{number}/lines").json()
    whole = sum(line[part]["amount_minor"] for line in lines for part in ("net", "vat"))
    assert whole == 29900
    pdf = client.get(f"/v1/invoices/{number}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


def test_invoices_are_listed(client, invoices):
    page = client.get("/v1/invoices?limit=200").json()
    listed = {invoice["invoice_id"] for invoice in page["items"]}
    assert {invoice["invoice_id"] for invoice in invoices} <= listed


def test_a_payment_settles_its_invoice(books, client, invoices):
    mine = invoices[1]
    give(books, paid(mine, 29900, mine["reference"]))
    assert client.get(f"/v1/invoices/{mine['invoice_id']}").json()["state"] == "settled"
    number = f"50501055/B/{mine['invoice_id']}/1"
    payment = client.get(f"/v1/payments/{quote(number, safe='')}").json()
    assert payment["payment_id"] == number
    assert payment["amount"]["amount_minor"] == 29900
    balance = client.get("/v1/customers/I1/balance").json()
    assert balance[0]["open"]["amount_minor"] == 0


def test_a_deviation_is_listed_and_settled_once(books, client, post, invoices):
    mine = invoices[2]
    give(books, paid(mine, 29900, "123"))
    waiting = client.get("/v1/deviations").json()["items"]
    deviation = next(d for d in waiting if mine["invoice_id"] in d["payment_id"])
    assert deviation["reason"] == "unknown_reference"
    address = f"/v1/deviations/{quote(deviation['deviation_id'], safe='')}/settle"
    shares = [{"item_id": mine["invoice_id"], "amount_minor": 29900}]
    decision = {"decision": "settle", "shares": shares, "note": "same name"}
    assert post(address, decision).status_code == 201
    again = post(address, decision)
    assert again.status_code == 409
    assert again.json()["code"] == "already_decided"
    left = client.get("/v1/deviations").json()["items"]
    assert deviation["deviation_id"] not in {d["deviation_id"] for d in left}


def test_reports_lie_ready_and_no_other_file_does(books, client):
    (books.home.reports / "NB-2026.SI").write_bytes(b"#FLAGGA 0")
    names = [report["name"] for report in client.get("/v1/reports").json()]
    assert names == ["NB-2026.SI"]
    assert client.get("/v1/reports/NB-2026.SI").content == b"#FLAGGA 0"
    assert client.get("/v1/reports/..%2Fnamespace").status_code in {404, 422}
    assert client.get("/v1/reports/none.SI").status_code == 404


def test_integrity_is_verified_over_the_api(client, invoices):
    found = client.get("/v1/integrity").json()
    assert found["passed"], [c for c in found["checks"] if not c["passed"]]
    assert len(found["checks"]) > 5
