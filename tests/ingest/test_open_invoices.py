"""1.5: what is open moves in under its old number and reference, and is paid by it."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from billing.books import delivery, listings, papers
from billing.books.handle import SYSTEM, Actor, Moment, handle
from billing.books.session import Books
from billing.books.verify import PROMISES
from billing.dunning.command import SendReminders, WriteOff
from billing.errors import Conflict, NotFound
from billing.formats import camt
from billing.identifiers import ocr
from billing.invoicing.command import BillDay, CreditInvoice
from billing.payments.command import RecordPayments, SettleCredits
from billing.subscriptions.agreement import Subscribe, agreements_frame
from ingest.bank import camt as incoming
from ingest.base.intake import Import, import_file
from tests.ingest.conftest import OPENED_ON

DAY = timedelta(days=1)
CUSTOMERS = "customer_id;kind;name\nC1;person;Åsa Öberg\nC2;company;Bygg AB\n"
# An old OCR number with a wrong check digit, a partly paid invoice, one that is not
# known to anybody, and one that has been paid.
OPEN = """invoice_id;reference;customer_id;issued_on;due_on;amount;open_amount
8812;12345;C1;2025-12-10;2025-12-31;299,00;
8813;88137;C2;2025-12-10;2026-01-20;1 000,00;400,00
8814;88145;C9;2025-12-10;2026-01-20;100,00;
8815;88152;C2;2025-12-10;2026-01-20;100,00;0,00
"""
BALANCES = """customer_id;balance;balance_on
C1;-150,00;2025-12-31
C2;0;2025-12-31
"""


@pytest.fixture
def bring(books: Books, tmp_path: Path, moment: Moment, clerk: Actor):
    def bring_in(kind: str, text: str, name: str = "fil.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return import_file(books, Import(kind, path), moment=moment, actor=clerk)

    bring_in("customers", CUSTOMERS)
    return bring_in


def give(books: Books, command: object, on: date = OPENED_ON):
    return handle(books, command, actor=SYSTEM, moment=Moment.morning(on))


def owed(books: Books, customer_id: str) -> list[tuple[int, int]]:
    found = listings.balances(books, customer_id, OPENED_ON)
    return found.select("open_minor", "overdue_minor").rows()


def pay(books: Books, reference: str, amount: int) -> dict[str, object]:
    """Let the bank report a payment on the reference, as it does every day."""
    header = camt.NotificationHeader(
        "M1", Moment.morning(OPENED_ON).at.replace(tzinfo=None),
        "SE3550000000054910000003", "ESSESESS",
    )  # fmt: skip
    credit = pl.DataFrame(
        {
            "amount_minor": [amount], "ocr": [reference], "free_text": [None],
            "payer_name": ["Åsa"], "bank_reference": ["R1"],
            "booked_on": [OPENED_ON + 5 * DAY], "alias": ["9912346"],
        },
        schema_overrides={"free_text": pl.String},
    )  # fmt: skip
    read = incoming.read(camt.write_camt054(header, credit))
    return give(books, RecordPayments(read.payments), OPENED_ON + 6 * DAY)


def test_what_is_open_is_owed_and_the_rest_waits(books: Books, bring) -> None:
    taken = bring("open_invoices", OPEN)
    answer = taken.answers["open_invoices"]
    assert (answer["recorded"], answer["owed_minor"]) == (2, 69900)
    assert taken.refused.select("line", "field").rows() == [(4, "customer_id")]
    assert owed(books, "C1") == [(29900, 29900)]
    assert owed(books, "C2") == [(40000, 0)]
    rows = books.read(
        "select invoice_id, series, number, reference, vat_minor from invoices"
    )
    assert rows.sort("number").rows() == [
        ("8812", "M", 1, "12345", 0), ("8813", "M", 2, "88137", 0)
    ]  # fmt: skip


def test_a_payment_on_the_old_reference_settles_the_invoice(
    books: Books, bring
) -> None:
    bring("open_invoices", OPEN)
    answer = pay(books, "12345", 29900)
    assert (answer["settled"], answer["deviations"]) == (1, 0)
    assert owed(books, "C1") == [(0, 0)]
    assert books.read("select invoice_id from open_invoices").rows() == [("8813",)]


def test_a_late_one_is_reminded_and_can_be_written_off(books: Books, bring) -> None:
    bring("open_invoices", OPEN)
    reminded = give(books, SendReminders("NB"), OPENED_ON + 15 * DAY)
    assert reminded["reminders"] == 1
    assert papers.reminder_pdf(books, _reminder(books)).startswith(b"%PDF")
    lost = give(books, WriteOff("8812", "konkurs"), OPENED_ON + 60 * DAY)
    assert lost["amount_minor"] == 29900


def _reminder(books: Books) -> str:
    return books.read("select reminder_id from reminders").item()


def test_a_credit_is_used_on_the_next_invoice(books: Books, bring) -> None:
    bring("balances", BALANCES)
    assert owed(books, "C1") == [(-15000, 0)]
    row = {"customer_id": "C1", "plan_id": "daily", "start_on": OPENED_ON}
    give(books, Subscribe(agreements_frame([row])))
    give(books, BillDay("NB"))
    assert give(books, SettleCredits("NB"))["settled"] == 1
    assert owed(books, "C1")[0][0] == 14900


def test_it_is_not_sent_again_and_has_no_paper_of_ours(books: Books, bring) -> None:
    bring("open_invoices", OPEN.replace("2025-12-10", str(OPENED_ON)))
    assert delivery.deliver(books, Moment.morning(OPENED_ON)).documents == 0
    with pytest.raises(NotFound, match="its paper is there"):
        papers.invoice_pdf(books, "8813")


def test_it_is_not_credited_here(books: Books, bring) -> None:
    bring("open_invoices", OPEN)
    with pytest.raises(Conflict, match="a single charge below zero"):
        give(books, CreditInvoice("8812", "fel"))


def test_the_same_again_changes_nothing_and_other_content_is_refused(
    books: Books, bring
) -> None:
    bring("open_invoices", OPEN)
    assert bring("open_invoices", OPEN, "igen.csv").known
    pay(books, "12345", 29900)
    again = bring("open_invoices", OPEN + "\n")
    assert again.answers["open_invoices"]["unchanged"] == 2
    other = bring("open_invoices", OPEN.replace("299,00", "399,00"))
    assert other.refused.filter(other.refused["line"] == 2)["message"].to_list() == [
        "invoice 8812 has been taken over with another content"
    ]
    assert owed(books, "C1") == [(0, 0)]


def test_the_file_of_refused_rows_is_corrected_and_sent_again(
    books: Books, bring
) -> None:
    taken = bring("open_invoices", OPEN)
    right = taken.written.rows.read_text("utf-8-sig").replace("C9", "C2")
    corrected = bring("open_invoices", right)
    assert corrected.answers["open_invoices"]["recorded"] == 1
    assert corrected.refused.is_empty()
    assert owed(books, "C2") == [(50000, 0)]


def test_what_customers_owe_is_no_balance(bring) -> None:
    taken = bring("balances", "customer_id;balance;balance_on\nC1;20;2025-12-31\n")
    assert "as open invoices" in taken.refused["remedy"][0]


DATES = "C1;2025-12-10;2025-12-31;5"
WRONG = {
    "stands twice": f"8812;1;{DATES}\n8812;2;{DATES}",
    "a payment must name": f"1;77;{DATES}\n2;77;{DATES}",
    "number of our own": f"NB-100001;77;{DATES}",
    "before the day of issue": "1;77;C1;2025-12-10;2025-12-01;5",
}


@pytest.mark.parametrize(("words", "rows"), WRONG.items())
def test_what_cannot_be_is_refused_in_words(bring, words: str, rows: str) -> None:
    head = "invoice_id;reference;customer_id;issued_on;due_on;amount\n"
    refused = bring("open_invoices", head + rows).refused
    said = refused["message"].str.join("") + refused["remedy"].str.join("")
    assert words in said.item()


def test_our_own_numbers_begin_after_old_references_of_the_same_form(
    books: Books, bring
) -> None:
    """An old OCR number that our series would come to is never given twice."""
    own = ocr.issue(100002)
    bring("open_invoices", OPEN.replace("12345", own))
    row = {"customer_id": "C1", "plan_id": "daily", "start_on": OPENED_ON}
    give(books, Subscribe(agreements_frame([row])))
    give(books, BillDay("NB"))
    numbers = books.read("select number from invoices where series = 'F'")
    assert numbers["number"].to_list() == [100003]
    later = OPEN.replace("8812", "9").replace("12345", ocr.issue(100007))
    taken = bring("open_invoices", later)
    assert "will be that of an invoice of our own" in taken.refused["message"][0]


def test_the_books_keep_their_promises(books: Books, bring) -> None:
    bring("open_invoices", OPEN)
    bring("balances", BALANCES, "saldo.csv")
    pay(books, "88137", 10000)
    broken = {name for name, query in PROMISES.items() if books.read(query).height}
    assert broken == set()
