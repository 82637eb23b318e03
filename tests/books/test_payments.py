"""A payment is recorded once, settles what it names, and never gets lost."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from billing.books import queries, verify
from billing.company import ApplyCompany
from billing.errors import Conflict, Invalid
from billing.invoicing.command import BillDay
from billing.payments.command import (
    PAYMENTS,
    RecordPayments,
    ReturnPayment,
    SettleDeviation,
)

DAY = date(2024, 1, 15)
PAID_ON = date(2024, 2, 1)


def paid(reference, amount=29900, bank_reference="B1", **more):
    row = {
        "account": "5050-1055",
        "bank_reference": bank_reference,
        "ordinal": 1,
        "method": "bankgiro",
        "booked_on": PAID_ON,
        "amount_minor": amount,
        "currency": "SEK",
        "reference": reference,
    } | more
    return RecordPayments(pl.DataFrame([row], schema=PAYMENTS))


@pytest.fixture
def billed(newspaper):
    newspaper.subscribe()
    newspaper.give(BillDay("NB"), on=DAY)
    invoice = newspaper.ask("select invoice_id, reference from invoices")
    newspaper.invoice_id, newspaper.reference = invoice.row(0)
    return newspaper


def open_minor(paper):
    return queries.invoice(paper.books, paper.invoice_id)["open_minor"][0]


def test_a_payment_with_the_right_reference_settles_its_invoice(billed):
    answer = billed.give(paid(billed.reference), on=PAID_ON)
    assert answer == {"recorded": 1, "known": 0, "settled": 1, "deviations": 0}
    assert open_minor(billed) == 0


def test_a_payment_that_comes_again_in_another_file_is_known(billed):
    billed.give(paid(billed.reference), on=PAID_ON)
    again = billed.give(paid(billed.reference), on=date(2024, 2, 2))
    assert again == {"recorded": 0, "known": 1, "settled": 0, "deviations": 0}
    assert billed.ask("select count(*) as n from payments")["n"][0] == 1


def test_a_part_of_the_amount_leaves_the_rest_open(billed):
    billed.give(paid(billed.reference, 10000), on=PAID_ON)
    assert open_minor(billed) == 19900


def test_too_much_is_settled_and_the_rest_is_a_deviation(billed):
    billed.give(paid(billed.reference, 30000), on=PAID_ON)
    waiting = queries.deviations_open(billed.books, PAID_ON)
    assert open_minor(billed) == 0
    assert waiting.select("reason", "amount_minor").rows() == [("overpaid", 100)]


def test_an_unknown_reference_waits_for_a_clerk_who_settles_it(billed):
    billed.give(paid("4711"), on=PAID_ON)
    waiting = queries.deviations_open(billed.books, PAID_ON)
    assert waiting["reason"].to_list() == ["unknown_reference"]
    shares = ((billed.invoice_id, 29900),)
    name = waiting["deviation_id"][0]
    billed.give(SettleDeviation(name, "settle", shares, "ringde"), on=PAID_ON)
    assert open_minor(billed) == 0
    assert queries.deviations_open(billed.books, PAID_ON).is_empty()
    with pytest.raises(Conflict, match="was decided"):
        billed.give(SettleDeviation(name, "credit"), on=PAID_ON)


def test_shares_that_do_not_place_the_whole_rest_are_refused(billed):
    billed.give(paid("4711"), on=PAID_ON)
    name = queries.deviations_open(billed.books, PAID_ON)["deviation_id"][0]
    with pytest.raises(Invalid, match="place all of it"):
        billed.give(
            SettleDeviation(name, "settle", ((billed.invoice_id, 1),)), on=PAID_ON
        )


def test_a_returned_payment_opens_what_it_had_settled(billed):
    billed.give(paid(billed.reference), on=PAID_ON)
    name = billed.ask("select payment_id from payments")["payment_id"][0]
    billed.give(ReturnPayment(name, "insufficient_funds"), on=date(2024, 2, 3))
    assert open_minor(billed) == 29900
    with pytest.raises(Conflict, match="returned already"):
        billed.give(ReturnPayment(name, "again"), on=date(2024, 2, 4))


def test_an_account_of_nobody_is_refused_by_name(billed):
    other = replace(billed.company(), legal_entity="XX", bankgiro=None)
    billed.give(ApplyCompany(other, DAY), on=DAY)
    with pytest.raises(Invalid, match="belongs to no company"):
        billed.give(paid(billed.reference, account="9999"), on=PAID_ON)


def test_every_promise_holds_after_all_that(billed):
    billed.give(paid(billed.reference, 30000), on=PAID_ON)
    billed.give(paid("4711", bank_reference="B2"), on=PAID_ON)
    found = verify.verify(billed.books)
    assert found.filter(~pl.col("passed")).rows() == []
