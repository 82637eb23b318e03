"""An invoice is what a customer shall pay, and for what; a credit note takes it back.

>>> from billing.documents.specimens import invoice
>>> render(invoice())[:5]
b'%PDF-'
>>> content(invoice(), "en")["total"]
{'label': 'Amount due', 'amount': '559.00', 'currency': 'SEK'}
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from billing.documents import legal_content, payment_slip, typesetting, wording
from billing.documents.issued_invoice import InvoiceDocument, InvoiceLine, VatShare
from billing.documents.parties import Buyer, Seller, buyer_content, seller_content

__all__ = [
    "Buyer",
    "InvoiceDocument",
    "InvoiceLine",
    "Seller",
    "VatShare",
    "content",
    "manuscript",
    "render",
    "render_many",
]


def render(document: InvoiceDocument, language: str = "sv") -> bytes:
    """Return the document as PDF/A-2, or refuse one that the law would not accept."""
    return typesetting.to_pdf(manuscript(document, language))


def render_many(
    documents: Sequence[InvoiceDocument], language: str = "sv"
) -> list[bytes]:
    """Return the PDF of each document, in order; all cores typeset at the same time."""
    with ThreadPoolExecutor() as presses:
        return list(presses.map(lambda document: render(document, language), documents))


def manuscript(
    document: InvoiceDocument, language: str = "sv"
) -> typesetting.Manuscript:
    """Return what is typeset; for a preview, hand it to typesetting.to_png."""
    return typesetting.Manuscript(
        "invoice", content(document, language), document.issued_on
    )


def content(document: InvoiceDocument, language: str = "sv") -> dict[str, Any]:
    """Return everything that the paper says, as formatted texts, for the template."""
    legal_content.check(document)
    heading = wording.text(document.kind, language)
    return {
        "language": language,
        "title": f"{heading} {document.number}",
        "author": document.seller.name,
        "date": document.issued_on.isoformat(),
        "page": wording.text("page", language),
        "heading": heading,
        "seller": seller_content(document.seller, language),
        "buyer": buyer_content(document.buyer),
        "facts": _facts(document, language),
        "table": _table(document, language),
        "vat": _vat(document, language),
        "sums": _sums(document, language),
        "total": _total(document, language),
        "notes": _notes(document, language),
        "payment": payment_slip.content(_slip(document), language),
    }


def _facts(document: InvoiceDocument, language: str) -> list[list[str]]:
    """Return the labelled facts of the head; those without a value are left out."""
    issued_on = wording.date(document.issued_on, language)
    own = [
        ("number", document.number),
        ("issued_on", issued_on),
        ("due_on", wording.date(document.due_on, language)),
        ("terms", _terms(document, language)),
        ("reference", document.reference),
    ]
    if document.kind == "credit_note":
        own = [
            ("credit_number", document.number),
            ("credit_issued_on", issued_on),
            ("credited", document.credited_number),
        ]
    facts = [
        *own,
        ("customer_number", document.buyer.customer_number),
        ("buyer_reference", document.buyer.reference),
        ("buyer_vat_number", document.buyer.vat_number),
    ]
    return [[wording.text(key, language), value] for key, value in facts if value]


def _terms(document: InvoiceDocument, language: str) -> str:
    """Return how and when the invoice is to be paid, in short."""
    if document.collected_by == "autogiro":
        return wording.text("terms_autogiro", language)
    days = max((document.due_on - document.issued_on).days, 0)
    return wording.text("terms_days", language, days=str(days))


def _table(document: InvoiceDocument, language: str) -> dict[str, Any]:
    """Return the line table: its headings and rows."""
    keys = ("description", "quantity", "unit_price", "net", "vat_rate", "gross")
    return {
        "headings": [wording.text(key, language) for key in keys],
        "rows": [_row(line, document.currency, language) for line in document.lines],
    }


def _row(line: InvoiceLine, currency: str, language: str) -> dict[str, str]:
    """Return one line as texts; what the line does not have is empty."""
    period = unit_price = ""
    if line.period_from is not None and line.period_to is not None:
        period = wording.period(line.period_from, line.period_to, language)
    if line.unit_price_minor is not None:
        unit_price = wording.amount(line.unit_price_minor, currency, language)
    return {
        "text": line.text,
        "period": period,
        "quantity": wording.quantity(line.quantity, language),
        "unit_price": unit_price,
        "net": wording.amount(line.net_minor, currency, language),
        "vat_rate": wording.rate(line.vat_rate, language),
        "gross": wording.amount(line.gross_minor, currency, language),
    }


def _vat(document: InvoiceDocument, language: str) -> dict[str, Any]:
    """Return the VAT specification: taxable amount and VAT per rate, or the ground."""
    keys = ("rate", "taxable", "vat")
    return {
        "heading": wording.text("vat_breakdown", language),
        "headings": [wording.text(key, language) for key in keys],
        "rows": [
            [
                wording.rate(share.rate, language),
                wording.amount(share.net_minor, document.currency, language),
                wording.amount(share.vat_minor, document.currency, language),
            ]
            for share in document.vat
        ],
        "grounds": [share.ground for share in document.vat if share.ground],
    }


def _sums(document: InvoiceDocument, language: str) -> list[list[str]]:
    """Return the steps to the total; VAT in SEK and rounding where there are any."""
    currency = document.currency
    sums = [
        ("total_net", sum(share.net_minor for share in document.vat), currency),
        ("total_vat", sum(share.vat_minor for share in document.vat), currency),
    ]
    if document.vat_sek_minor is not None:
        sums.append(("vat_in_sek", document.vat_sek_minor, "SEK"))
    if document.rounding_minor:
        sums.append(("rounding", document.rounding_minor, currency))
    return [
        [wording.text(key, language), wording.amount(minor, of, language)]
        for key, minor, of in sums
    ]


def _total(document: InvoiceDocument, language: str) -> dict[str, str]:
    """Return the amount that matters, with its label."""
    credit = document.kind == "credit_note"
    return {
        "label": wording.text("to_credit" if credit else "to_pay", language),
        "amount": wording.amount(document.total_minor, document.currency, language),
        "currency": document.currency,
    }


def _notes(document: InvoiceDocument, language: str) -> list[str]:
    """Return the free texts, and for a credit note what it changes (ML 17:22)."""
    notes = list(document.notes)
    if document.kind == "credit_note":
        number = document.credited_number
        notes.insert(0, wording.text("credit_settles", language, number=number))
    return notes


def _slip(document: InvoiceDocument) -> payment_slip.PaymentSlip:
    """Return the payment that the document asks for."""
    return payment_slip.PaymentSlip(
        receiver=document.seller.name,
        organisation_number=document.seller.organisation_number,
        bankgiro=document.seller.bankgiro,
        reference=document.reference,
        amount_minor=document.total_minor,
        currency=document.currency,
        issued_on=document.issued_on,
        due_on=document.due_on,
        collected_by=document.collected_by,
    )
