"""1.6: a quote has the engine's prices, is signed, paid, and becomes agreements."""

from datetime import date

import polars as pl
import pytest

from billing.books import daily, queries, verify
from billing.books.handle import Moment
from billing.errors import Conflict, Invalid, NotFound
from billing.identifiers import ocr
from billing.invoicing.command import BillDay
from billing.payments.command import PAYMENTS, RecordPayments
from billing.subscriptions.agreement import agreements_frame
from billing.subscriptions.quote import (
    ActivateQuotes,
    DeclineQuote,
    Quote,
    SignQuote,
)

DAY, LATER, LAST = date(2024, 3, 1), date(2024, 3, 10), date(2024, 3, 31)
SEATS = {"customer_id": "C2", "plan_id": "seats", "quantity": 10}


def quoted(paper, *orders, activation="payment", **options):
    frame = agreements_frame(list(orders) or [SEATS])
    return paper.give(Quote(frame, LAST, activation), on=DAY, **options)


def pays(paper, reference, amount, number="B1"):
    row = {
        "account": "5050-1055", "bank_reference": number, "ordinal": 1,
        "method": "bankgiro", "booked_on": LATER, "amount_minor": amount,
        "currency": "SEK", "reference": reference,
    }  # fmt: skip
    paper.give(RecordPayments(pl.DataFrame([row], schema=PAYMENTS)), on=LATER)


def day(paper, on):
    for _, step in daily.STEPS:
        step(paper.books, Moment.morning(on))


def open_minor(paper):
    found = paper.ask("select sum(open_minor)::bigint as open_minor from open_items")
    return found["open_minor"][0]


def deviations(paper, on=LAST):
    return queries.deviations_open(paper.books, on)


def test_a_quote_shows_the_first_invoice_and_the_first_year(newspaper):
    answer = quoted(newspaper)
    assert answer["first_minor"] == 51940
    assert answer["year_minor"] == 12 * 51940
    assert answer["effect"]["lines"][0]["net_minor"] == 49000
    assert ocr.is_valid(answer["reference"])
    assert newspaper.ask("select 1 from subscriptions").is_empty()


def test_a_signature_begins_the_agreements_at_once(newspaper):
    quote_id = quoted(newspaper, activation="signature")["quote_id"]
    answer = newspaper.give(SignQuote(quote_id, "e-mail of 10 March"), on=LATER)
    assert answer["state"] == "activated"
    begun = newspaper.ask(
        "select subscription_id, started_on, quote_id from subscriptions"
    )
    assert begun.rows() == [(answer["subscription_ids"][0], LATER, quote_id)]


def test_a_payment_activates_what_is_signed_and_settles_its_first_invoice(newspaper):
    told = quoted(newspaper)
    pays(newspaper, told["reference"], told["first_minor"])
    day(newspaper, LATER)
    assert newspaper.ask("select 1 from subscriptions").is_empty()
    newspaper.give(SignQuote(told["quote_id"], "BankID"), on=LATER)
    day(newspaper, LATER)
    assert newspaper.ask("select started_on from subscriptions").rows() == [(LATER,)]
    assert open_minor(newspaper) == 0
    assert deviations(newspaper).is_empty()
    day(newspaper, date(2024, 3, 11))
    assert newspaper.ask("select 1 from subscriptions").height == 1
    assert verify.verify(newspaper.books)["passed"].all()


def test_what_is_paid_too_much_waits_for_a_person(newspaper):
    told = quoted(newspaper)
    newspaper.give(SignQuote(told["quote_id"], "BankID"), on=DAY)
    pays(newspaper, told["reference"], told["first_minor"] - 1)
    day(newspaper, LATER)
    assert newspaper.ask("select 1 from subscriptions").is_empty()
    pays(newspaper, told["reference"], 500, number="B2")
    day(newspaper, LATER)
    assert open_minor(newspaper) == 0
    left = deviations(newspaper)
    assert left.select("reason", "amount_minor").rows() == [("overpaid", 499)]


def test_old_quotes_lapse_once_and_cannot_be_signed(newspaper):
    told = quoted(newspaper)
    after = date(2024, 4, 1)
    answer = newspaper.give(ActivateQuotes(), on=after)
    assert answer["lapsed"] == [told["quote_id"]]
    assert newspaper.give(ActivateQuotes(), on=after)["lapsed"] == []
    with pytest.raises(Conflict, match="lapsed"):
        newspaper.give(SignQuote(told["quote_id"], "late"), on=after)


def test_a_quote_is_declined_or_signed_once(newspaper):
    first, second = quoted(newspaper), quoted(newspaper)
    newspaper.give(DeclineQuote(first["quote_id"], "too dear"), on=DAY)
    with pytest.raises(Conflict, match="declined"):
        newspaper.give(SignQuote(first["quote_id"], "x"), on=DAY)
    newspaper.give(SignQuote(second["quote_id"], "x"), on=DAY)
    with pytest.raises(Conflict, match="signed already"):
        newspaper.give(SignQuote(second["quote_id"], "x"), on=DAY)
    with pytest.raises(NotFound):
        newspaper.give(SignQuote("Q1", "x"), on=DAY)


def test_a_quote_that_could_not_be_ordered_is_refused(newspaper):
    with pytest.raises(NotFound, match="no such campaign"):
        quoted(newspaper, SEATS | {"campaign": "NOPE"})
    with pytest.raises(Invalid, match="one payer"):
        quoted(newspaper, SEATS, {"customer_id": "C1", "plan_id": "daily"})
    with pytest.raises(Invalid, match="past"):
        newspaper.give(Quote(agreements_frame([SEATS]), date(2024, 1, 1)), on=DAY)
    with pytest.raises(Invalid, match="evidence"):
        newspaper.give(SignQuote(quoted(newspaper)["quote_id"], " "), on=DAY)


def test_quotes_are_billed_like_other_orders(newspaper):
    told = quoted(newspaper, activation="signature")
    newspaper.give(SignQuote(told["quote_id"], "signed on paper"), on=DAY)
    run = newspaper.give(BillDay("NB"), on=DAY)
    assert run["total_minor"] == told["first_minor"]
