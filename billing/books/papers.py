"""Papers are what customers read, made from the books.

The same books give the same bytes.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from billing.books import addresses, queries
from billing.books.session import Books
from billing.company import Company
from billing.documents import invoice as invoice_document
from billing.documents import reminder as reminder_document
from billing.documents.invoice import (
    Buyer,
    InvoiceDocument,
    InvoiceLine,
    Seller,
    VatShare,
)
from billing.errors import Invalid, NotFound
from billing.identifiers import bankgiro, organisationsnummer
from billing.invoicing import opening

Row = dict[str, Any]


class UnknownDocument(NotFound):
    """There is no such document."""


def invoice_pdf(books: Books, invoice_id: str) -> bytes:
    """Return one invoice or credit note as PDF, in the payer's language."""
    found = queries.invoice(books, invoice_id)
    if found.is_empty():
        raise UnknownDocument(f"there is no invoice {invoice_id}")
    if opening.KIND in queries.invoice_lines(books, [invoice_id])["kind"]:
        raise UnknownDocument(
            f"{invoice_id} was issued by the system before this one; its paper is there"
        )
    outcome = invoice_pdfs(books, found)[invoice_id]
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome


def invoice_pdfs(books: Books, invoices: pl.DataFrame) -> dict[str, bytes | Invalid]:
    """Return documents by invoice_id, or why one cannot be made; the rest go on.

    `invoices` has the columns of `queries.invoice`.
    """
    ids = invoices["invoice_id"].to_list()
    lines = _by_invoice(queries.invoice_lines(books, ids))
    taxes = _by_invoice(queries.invoice_taxes(books, ids))
    buyers = _buyers(books, invoices)
    sellers = {
        key: _seller(books, *key)
        for key in invoices.select("legal_entity", "issued_on").unique().rows()
    }
    papers: dict[str, bytes | Invalid] = {}
    for row in invoices.to_dicts():
        name = row["invoice_id"]
        buyer, language = buyers[row["payer_id"], row["issued_on"]]
        sold_by = sellers[row["legal_entity"], row["issued_on"]]
        document = _document(row, buyer, sold_by)
        papers[name] = _rendered(
            document(lines.get(name, []), taxes.get(name, [])), language
        )
    return papers


def _rendered(document: InvoiceDocument, language: str) -> bytes | Invalid:
    try:
        return invoice_document.render(document, language)
    except Invalid as wrong:
        return wrong


def _by_invoice(frame: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in frame.to_dicts():
        found.setdefault(row["invoice_id"], []).append(row)
    return found


def _buyers(
    books: Books, papers: pl.DataFrame
) -> dict[tuple[str, date], tuple[Buyer, str]]:
    """Return the buyer and language of each payer_id and issued_on.

    A paper goes to the payer's address for invoices on the day of its issue.
    """
    if papers.is_empty():
        return {}
    named = papers.select("payer_id", "issued_on").unique(maintain_order=True)
    rows = queries.ask(
        books,
        "select customer_id as payer_id, name, vat_number, language"
        f" from {queries.DETAILS} where customer_id = any(%(ids)s)",
        {"ids": named["payer_id"].unique().to_list()},
    )
    places = pl.concat(
        addresses.addresses_on(
            books, group["payer_id"].to_list(), "invoice", on
        ).select(
            pl.col("address_line", "postal_code", "city").cast(pl.String),
            payer_id="customer_id",
            issued_on=pl.lit(on),
        )
        for (on,), group in named.group_by("issued_on", maintain_order=True)
    )
    return {
        (row["payer_id"], row["issued_on"]): (
            Buyer(
                name=row["name"],
                address=address(row) or ("Adress saknas",),
                customer_number=row["payer_id"],
                vat_number=row["vat_number"] or "",
            ),
            row["language"],
        )
        for row in places.join(rows, on="payer_id").to_dicts()
    }


def address(row: Row) -> tuple[str, ...]:
    """Return the lines of an address that are there."""
    place = " ".join(part for part in (row["postal_code"], row["city"]) if part)
    return tuple(line for line in (row["address_line"], place) if line)


def _seller(books: Books, legal_entity: str, on: date) -> Seller:
    company = next(
        c for c in queries.companies(books, on) if c.legal_entity == legal_entity
    )
    return seller(company)


def seller(company: Company) -> Seller:
    """Return the company as it stands on a document."""
    place = {
        "address_line": company.address_line,
        "postal_code": company.postal_code,
        "city": company.city,
    }
    swedish = company.country == "SE"
    number = company.organisation_number
    return Seller(
        name=company.name,
        address=address(place) or (company.name,),
        organisation_number=organisationsnummer.format(number) if swedish else number,
        vat_number=company.vat_number or "",
        bankgiro=bankgiro.format(company.bankgiro) if company.bankgiro else "",
        email=company.email or "",
    )


def _document(
    row: Row, buyer: Buyer, sold_by: Seller
) -> Callable[[list[Row], list[Row]], InvoiceDocument]:
    def with_parts(lines: list[Row], taxes: list[Row]) -> InvoiceDocument:
        amended = row["amends_id"] or ""
        foreign = row["currency"] != "SEK"
        return InvoiceDocument(
            seller=sold_by,
            buyer=buyer,
            number=str(row["number"]),
            kind=row["kind"],
            issued_on=row["issued_on"],
            due_on=row["due_on"],
            currency=row["currency"],
            reference=row["reference"],
            lines=tuple(_line(line) for line in lines),
            vat=_vat(taxes),
            rounding_minor=row["rounding_minor"],
            total_minor=row["total_minor"],
            vat_sek_minor=row["vat_minor"] if foreign else None,
            credited_number=amended.rsplit("-", 1)[-1],
            collected_by=(
                "autogiro" if row["payment_method"] == "autogiro" else "bankgiro"
            ),
        )

    return with_parts


def _vat(taxes: list[Row]) -> tuple[VatShare, ...]:
    """Return tax by rate; two categories of one rate are one row of the document."""
    shares: dict[Decimal, VatShare] = {}
    for tax in taxes:
        rate = tax["vat_rate"]
        before = shares.get(rate, VatShare(rate, 0, 0))
        shares[rate] = VatShare(
            rate,
            before.net_minor + tax["net_minor"],
            before.vat_minor + tax["vat_minor"],
        )
    return tuple(shares[rate] for rate in sorted(shares, reverse=True))


def _line(line: Row) -> InvoiceLine:
    timed = line["kind"] in {"period", "usage", "minimum"}
    return InvoiceLine(
        text=line["text"],
        period_from=line["period_from"] if timed else None,
        period_to=line["period_to"] if timed else None,
        quantity=line["quantity"].normalize(),
        net_minor=line["net_minor"],
        vat_rate=line["vat_rate"],
        gross_minor=line["net_minor"] + line["vat_minor"],
    )


def reminder_pdf(books: Books, reminder_id: str) -> bytes:
    """Return one reminder as PDF, in the payer's language."""
    found = queries.ask(
        books,
        "select reminders.*, invoices.legal_entity, invoices.payer_id,"
        " invoices.reference, invoices.total_minor, case when invoices.series = 'M'"
        "  then invoices.invoice_id else invoices.number::text end as number,"
        " invoices.issued_on as invoiced_on, invoices.due_on as invoice_due_on"
        " from reminders inner join invoices using (invoice_id)"
        " where reminder_id = %(id)s",
        {"id": reminder_id},
    )
    if found.is_empty():
        raise UnknownDocument(f"there is no reminder {reminder_id}")
    row = found.row(0, named=True)
    buyer, language = _buyers(books, found)[row["payer_id"], row["issued_on"]]
    document = reminder_document.ReminderDocument(
        seller=_seller(books, row["legal_entity"], row["issued_on"]),
        buyer=buyer,
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        currency=row["currency"],
        reference=row["reference"],
        fee_minor=row["fee_minor"],
        claims=(
            reminder_document.Claim(
                number=row["number"],
                issued_on=row["invoiced_on"],
                due_on=row["invoice_due_on"],
                total_minor=row["total_minor"],
                open_minor=row["open_minor"],
            ),
        ),
    )
    return reminder_document.render(document, language)
