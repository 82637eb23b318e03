"""The daily job, step by step: each step is one function that any shell may call.

receive (in `ingest`) → settle credits → activate quotes → bill → settle quotes → remind
→ collect → land → book the journal → land → build → audit → publish → deliver.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from billing.books import landing, vault, warehouse
from billing.books.base import companies
from billing.books.filing import FINDINGS, RecordFile
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.session import Books
from billing.books.warehouse import Published
from billing.company import Company
from billing.dunning.command import SendReminders
from billing.formats import autogiro_orders
from billing.invoicing.command import BillDay
from billing.ledger.command import BookVouchers
from billing.payment_methods.command import OrderCollection
from billing.payments.command import SettleCredits
from billing.subscriptions.quote import ActivateQuotes

Answer = dict[str, Any]


def sellers(books: Books, moment: Moment) -> list[Company]:
    """Return the companies that do business on the day."""
    with books.reader() as read:
        return companies(read, moment.on)


def settle_credits(books: Books, moment: Moment) -> list[Answer]:
    """Use what customers have to their credit on what they owe."""
    return [
        handle(books, SettleCredits(c.legal_entity), actor=SYSTEM, moment=moment)
        for c in sellers(books, moment)
    ]


def activate_quotes(books: Books, moment: Moment) -> list[Answer]:
    """Begin what is signed and paid; place the payments on what has been billed."""
    return [handle(books, ActivateQuotes(), actor=SYSTEM, moment=moment)]


def bill(books: Books, moment: Moment) -> list[Answer]:
    """Bill what is due, for each company."""
    return [
        handle(books, BillDay(c.legal_entity), actor=SYSTEM, moment=moment)
        for c in sellers(books, moment)
    ]


def remind(books: Books, moment: Moment) -> list[Answer]:
    """Send the reminders that are due, for each company."""
    return [
        handle(books, SendReminders(c.legal_entity), actor=SYSTEM, moment=moment)
        for c in sellers(books, moment)
    ]


def collect(books: Books, moment: Moment) -> list[Answer]:
    """Order collections, and put the file for the bank into the outbox."""
    answers = []
    for company in sellers(books, moment):
        command = OrderCollection(company.legal_entity)
        answer = handle(books, command, actor=SYSTEM, moment=moment)
        if answer["orders"]:
            _send_orders(books, company, answer["order_ids"], moment)
        answers.append(answer)
    return answers


def _send_orders(
    books: Books, company: Company, order_ids: list[str], moment: Moment
) -> None:
    if company.bankgiro is None:
        return
    listed = ", ".join(f"'{order}'" for order in order_ids)
    orders = books.read(
        "select order_id, payer_number, amount_minor, due_on from collection_orders"
        " inner join (select distinct on (mandate_id) mandate_id, payer_number"
        " from mandates order by mandate_id, seq desc) as mandate using (mandate_id)"
        f" where order_id in ({listed}) order by order_id"
    )
    data = autogiro_orders.write_payments(
        autogiro_orders.Opening(
            moment.on,
            customer_number=company.autogiro_number or "0",
            bankgiro=company.bankgiro.replace("-", ""),
        ),
        orders.select(
            "due_on",
            "payer_number",
            "amount_minor",
            direction=pl.lit("debit"),
            reference=autogiro_orders.reference_16(pl.col("order_id")),
        ),
    )
    name = f"autogiro-{company.legal_entity}-{moment.on}.txt"
    send(books, moment, (name, "autogiro.orders", data))


def send(books: Books, moment: Moment, file: tuple[str, str, bytes]) -> str:
    """Keep a file (name, kind, bytes), record it, and put it into the outbox."""
    name, kind, data = file
    sha256 = vault.put(books.home, data)
    command = RecordFile(sha256, "out", name, kind, len(data), FINDINGS.to_frame())
    handle(books, command, actor=SYSTEM, moment=moment)
    vault.write_durably(books.home.outbox / name, data)
    return sha256


def book_journal(books: Books, moment: Moment) -> Answer:
    """Book what the audited journal has and the vouchers lack.

    Vouchers come before the build that is published, so that it has no difference
    between what is derived and what is booked.
    """
    landed = landing.land(books)
    journal = warehouse.build_journal(
        books.home, as_of=moment.on, position=landed.position
    )
    if not journal.passed:
        raise warehouse.AuditFailed(
            f"nothing is booked, the journal failed: {'; '.join(journal.failures[:3])}"
        )
    differences = journal.read(
        "select legal_entity, accounting_date, source, account, currency, amount_minor"
        " from journal_differences"
    )
    journal.path.unlink()
    command = BookVouchers(differences, build_id=journal.build_id)
    return handle(books, command, actor=SYSTEM, moment=moment)


def publish(books: Books, moment: Moment) -> Published:
    """Book, land, build, audit, and publish when all is well."""
    book_journal(books, moment)
    landed = landing.land(books)
    built = warehouse.build(books.home, as_of=moment.on, position=landed.position)
    return warehouse.publish(books.home, built)


Step = tuple[str, Callable[[Books, Moment], Any]]

# What a day does to the books, after its files have been received.
STEPS: list[Step] = [
    ("settle_credits", settle_credits),
    ("activate_quotes", activate_quotes),
    ("bill", bill),
    ("settle_quotes", activate_quotes),
    ("remind", remind),
    ("collect", collect),
]
