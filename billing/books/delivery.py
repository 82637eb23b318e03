"""Delivery makes the papers of a day and puts them where their channels fetch them.

What is sent is in the vault by its hash; delivering a day again sends the same bytes.
"""

from dataclasses import dataclass

import polars as pl

from billing.books import papers, queries, vault
from billing.books.handle import SYSTEM, Given, Moment, handle
from billing.books.session import Books
from billing.decision import Decision
from billing.errors import Invalid


@dataclass(frozen=True, slots=True, eq=False)
class RecordDeliveries:
    """Command: papers have been delivered; columns object_id, channel, sha256."""

    deliveries: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many papers were made, how many had been before, and which cannot be.

    What is refused says why; it is tried again with the day until it is mended.
    """

    documents: int
    known: int
    refused: tuple[str, ...] = ()


def record_deliveries(command: RecordDeliveries, given: Given) -> Decision:
    """Record what has been delivered, once for each paper and channel."""
    rows = command.deliveries.with_columns(delivered_on=pl.lit(given.moment.on))
    return Decision(rows={"deliveries": rows}, answer={"delivered": rows.height})


def deliver(books: Books, moment: Moment) -> Delivered:
    """Deliver the invoices and reminders that were issued on the day."""
    invoices = queries.invoices_issued(books, moment.on)
    waiting = _undelivered(books, invoices, "invoice_id")
    made: dict[str, bytes | Invalid] = (
        papers.invoice_pdfs(books, waiting) if waiting.height else {}
    )
    reminders = _undelivered(books, _reminders(books, moment), "reminder_id")
    made |= {name: papers.reminder_pdf(books, name) for name in reminders.to_series()}
    sent = [
        _sent(books, name, data)
        for name, data in made.items()
        if not isinstance(data, Invalid)
    ]
    if sent:
        frame = pl.DataFrame(
            sent, schema=["object_id", "channel", "sha256"], orient="row"
        )
        handle(books, RecordDeliveries(frame), actor=SYSTEM, moment=moment)
    return Delivered(
        documents=len(sent),
        known=invoices.height - waiting.height,
        refused=tuple(
            f"{name}: {why.message}"
            for name, why in made.items()
            if isinstance(why, Invalid)
        ),
    )


def _reminders(books: Books, moment: Moment) -> pl.DataFrame:
    return queries.ask(
        books,
        "select reminder_id from reminders where issued_on = %(on)s",
        {"on": moment.on},
    ).cast(pl.String)


def _undelivered(books: Books, papers_of_day: pl.DataFrame, key: str) -> pl.DataFrame:
    if papers_of_day.is_empty():
        return papers_of_day
    done = queries.ask(
        books,
        "select object_id from deliveries where object_id = any(%(ids)s)",
        {"ids": papers_of_day[key].to_list()},
    ).cast(pl.String)
    return papers_of_day.join(done, left_on=key, right_on="object_id", how="anti")


def _sent(books: Books, name: str, data: bytes) -> tuple[str, str, str]:
    """Put a paper into vault and outbox, where mail and print channels take it."""
    folder = books.home.outbox / "papers"
    folder.mkdir(exist_ok=True)
    sha256 = vault.put(books.home, data)
    vault.write_durably(folder / f"{name.replace('/', '-')}.pdf", data)
    return name, "file", sha256
