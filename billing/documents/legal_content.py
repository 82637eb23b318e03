"""Legal content is what mervärdesskattelagen (2023:200), ML, demands of an invoice.

>>> from dataclasses import replace
>>> from billing.documents.specimens import invoice
>>> check(invoice())
>>> check(replace(invoice(), total_minor=29900))
Traceback (most recent call last):
    ...
billing.documents.legal_content.InvoiceDoesNotAddUp: invoice 10024: net 513.20, VAT \
46.00 and rounding -0.20 are not the total 299.00; correct the document
"""

from billing.documents.issued_invoice import InvoiceDocument
from billing.errors import Invalid
from billing.money import to_text


class InvoiceDoesNotAddUp(Invalid):
    """The lines, the VAT and the rounding are not the total."""


class InvoiceLacksContent(Invalid):
    """Something is missing that the law demands on an invoice."""


def check(document: InvoiceDocument) -> None:
    """Raise when the document does not add up or lacks what the law demands."""
    for demand in DEMANDS:
        demand(document)


def names_and_numbers(document: InvoiceDocument) -> None:
    """Demand number, names, addresses, VAT number and lines (17:24 p. 2–7)."""
    demanded = {
        "number": document.number,
        "seller.name": document.seller.name,
        "seller.address": document.seller.address,
        "seller.vat_number": document.seller.vat_number,
        "buyer.name": document.buyer.name,
        "buyer.address": document.buyer.address,
        "lines": document.lines,
    }
    for field, value in demanded.items():
        if not value:
            raise InvoiceLacksContent(
                f"invoice {document.number or '(no number)'} lacks {field};"
                " ML 17:24 demands it",
                field=field,
            )


def credit_names_its_invoice(document: InvoiceDocument) -> None:
    """Demand of a credit note the number of the invoice that it changes (17:22)."""
    if document.kind == "credit_note" and not document.credited_number:
        raise InvoiceLacksContent(
            f"credit note {document.number} names no invoice; ML 17:22 demands"
            " the number of the invoice that it changes",
            field="credited_number",
        )


def vat_in_kronor(document: InvoiceDocument) -> None:
    """Demand the VAT in SEK on an invoice in another currency (17:29)."""
    charged = any(share.vat_minor for share in document.vat)
    if document.currency != "SEK" and charged and document.vat_sek_minor is None:
        raise InvoiceLacksContent(
            f"invoice {document.number} is in {document.currency}; ML 17:29 demands"
            " its VAT in SEK as well",
            field="vat_sek_minor",
        )


def lines_make_the_base(document: InvoiceDocument) -> None:
    """Demand the taxable amount of each rate, which its lines make (17:24 p. 9)."""
    bases = dict.fromkeys((share.rate for share in document.vat), 0)
    for line in document.lines:
        bases[line.vat_rate] = bases.get(line.vat_rate, 0) + line.net_minor
    stated = dict.fromkeys(bases, 0)
    for share in document.vat:
        stated[share.rate] += share.net_minor
    if bases != stated:
        raise InvoiceDoesNotAddUp(
            f"invoice {document.number}: the lines and the VAT specification differ"
            " in some rate; each rate needs the sum of its lines",
            field="vat",
        )


def sums_to_total(document: InvoiceDocument) -> None:
    """Demand a total that is net, VAT and rounding (EN 16931 BR-CO-15 and 16)."""
    net = sum(share.net_minor for share in document.vat)
    vat = sum(share.vat_minor for share in document.vat)
    if net + vat + document.rounding_minor != document.total_minor:
        amounts = (net, vat, document.rounding_minor, document.total_minor)
        shown = [to_text(minor, document.currency) for minor in amounts]
        raise InvoiceDoesNotAddUp(
            f"invoice {document.number}: net {shown[0]}, VAT {shown[1]} and rounding"
            f" {shown[2]} are not the total {shown[3]}; correct the document",
            field="total_minor",
        )


DEMANDS = [
    names_and_numbers,
    credit_names_its_invoice,
    vat_in_kronor,
    lines_make_the_base,
    sums_to_total,
]
