"""Invoices over the API: list them, read one with its lines, fetch its PDF."""

from datetime import date
from functools import partial
from typing import Any, Self

from fastapi import APIRouter
from starlette.responses import Response

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.listing import Listed, NoSuchThing, Page, one, page
from api.payload import DecimalText, Id, Money, Payload, money
from billing.books import listings, queries, vault

router = APIRouter(tags=["invoicing"])


class Invoice(Payload):
    """An invoice or credit note as it was issued, and what is still open of it."""

    invoice_id: str
    kind: str
    payer_id: str
    reference: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    state: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the invoice of a row of amounts in minor units."""
        amounts = {name: money(row, f"{name}_minor") for name in ("total", "open")}
        return super().of({**row, **amounts})


class InvoiceLine(Payload):
    """A line: what for which days, without and with VAT."""

    n: int
    kind: str
    subscription_id: str | None
    plan_id: str | None
    product_id: str
    text: str
    quantity: DecimalText
    period_from: date | None
    period_to: date | None
    vat_rate: DecimalText
    net: Money
    vat: Money

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the line of a row of amounts in minor units."""
        amounts = {name: money(row, f"{name}_minor") for name in ("net", "vat")}
        return super().of({**row, **amounts})


@router.get(
    "/invoices", operation_id="list_invoices", responses=responses(*READ_STATUSES)
)
def list_invoices(asked: Page) -> Listed[Invoice]:
    """List invoices and credit notes in the order of issue."""
    rows = partial(listings.invoices, on=asked.caller.moment.on)
    return page(asked, rows, Invoice.of)


@router.get(
    "/invoices/{invoice_id}",
    operation_id="get_invoice",
    responses=responses(*READ_STATUSES),
)
def get_invoice(invoice_id: Id, caller: Reader) -> Invoice:
    """Read one invoice or credit note."""
    found = listings.invoice(caller.books, invoice_id, on=caller.moment.on)
    return Invoice.of(one(found, f"invoice {invoice_id}"))


@router.get(
    "/invoices/{invoice_id}/lines",
    operation_id="list_invoice_lines",
    responses=responses(*READ_STATUSES),
)
def list_lines(invoice_id: Id, caller: Reader) -> list[InvoiceLine]:
    """Read the lines of an invoice in their order."""
    found = listings.invoice(caller.books, invoice_id, on=caller.moment.on)
    currency = one(found, f"invoice {invoice_id}")["currency"]
    lines = queries.invoice_lines(caller.books, [invoice_id]).to_dicts()
    return [InvoiceLine.of({**line, "currency": currency}) for line in lines]


@router.get(
    "/invoices/{invoice_id}/pdf",
    operation_id="get_invoice_pdf",
    response_class=Response,
    responses={
        200: {"content": {"application/pdf": {}}, "description": "The document."},
        **responses(*READ_STATUSES),
    },
)
def get_pdf(invoice_id: Id, caller: Reader) -> Response:
    """Fetch the document as it was delivered."""
    found = listings.document(caller.books, invoice_id)
    if found.is_empty():
        raise NoSuchThing(f"invoice {invoice_id} has no document yet")
    document = vault.get(caller.books.home, found["sha256"][0])
    return Response(document, media_type="application/pdf")
