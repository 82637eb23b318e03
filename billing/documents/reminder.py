"""A reminder asks once more for what is overdue, with the fee that the law allows.

>>> from billing.documents.specimens import reminder
>>> render(reminder())[:5]
b'%PDF-'
>>> content(reminder())["total"]["amount"]
'619,00'
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from billing.documents import payment_slip, typesetting, wording
from billing.documents.parties import Buyer, Seller, buyer_content, seller_content
from billing.errors import Invalid

# Lagen (1981:739) om ersättning för inkassokostnader m.m., 2–4 §§, and its ordinance.
STATUTORY_FEE_MINOR = 60_00


class FeeAboveStatute(Invalid):
    """The reminder fee is more than the law lets a creditor take."""


class NothingToRemind(Invalid):
    """No invoice of the reminder has anything left to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One overdue invoice and what remains of it."""

    number: str
    issued_on: dt.date
    due_on: dt.date
    total_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDocument:
    """A reminder, whole, as it was sent.

    The fee presupposes that it was agreed when the debt arose. `interest_text` replaces
    the standard words on late interest; `due_on` is the new day to pay.
    """

    seller: Seller
    buyer: Buyer
    issued_on: dt.date
    due_on: dt.date
    currency: str = "SEK"
    reference: str
    claims: tuple[Claim, ...]
    fee_minor: int = STATUTORY_FEE_MINOR
    interest_text: str = ""
    notes: tuple[str, ...] = ()

    @property
    def open_minor(self) -> int:
        """Return what remains of the invoices, without the fee."""
        return sum(claim.open_minor for claim in self.claims)

    @property
    def total_minor(self) -> int:
        """Return what the customer is asked to pay."""
        return self.open_minor + self.fee_minor


def render(document: ReminderDocument, language: str = "sv") -> bytes:
    """Return the reminder as PDF/A-2, or refuse one that the law does not allow."""
    return typesetting.to_pdf(manuscript(document, language))


def manuscript(
    document: ReminderDocument, language: str = "sv"
) -> typesetting.Manuscript:
    """Return what is typeset; for a preview, hand it to typesetting.to_png."""
    return typesetting.Manuscript(
        "reminder", content(document, language), document.issued_on
    )


def check(document: ReminderDocument) -> None:
    """Raise when nothing is open or the fee is above the statutory one."""
    numbers = ", ".join(claim.number for claim in document.claims) or "(none)"
    if document.open_minor <= 0:
        raise NothingToRemind(
            f"nothing remains to pay of invoice {numbers}; send no reminder",
            field="claims",
        )
    if document.currency == "SEK" and document.fee_minor > STATUTORY_FEE_MINOR:
        raise FeeAboveStatute(
            f"the reminder fee of invoice {numbers} is above the 60 kr that lagen"
            " (1981:739) allows; lower it",
            field="fee_minor",
        )


def content(document: ReminderDocument, language: str = "sv") -> dict[str, Any]:
    """Return everything that the paper says, as formatted texts, for the template."""
    check(document)
    heading = wording.text("reminder", language)
    numbers = ", ".join(claim.number for claim in document.claims)
    due_on = wording.date(document.due_on, language)
    return {
        "language": language,
        "title": f"{heading} {numbers}",
        "author": document.seller.name,
        "date": document.issued_on.isoformat(),
        "page": wording.text("page", language),
        "heading": heading,
        "seller": seller_content(document.seller, language),
        "buyer": buyer_content(document.buyer),
        "facts": _facts(document, language),
        "opening": wording.text("reminder_opening", language, due_on=due_on),
        "table": _table(document, language),
        "sums": _sums(document, language),
        "total": {
            "label": wording.text("to_pay", language),
            "amount": wording.amount(document.total_minor, document.currency, language),
            "currency": document.currency,
        },
        "notes": _notes(document, language),
        "payment": payment_slip.content(_slip(document), language),
    }


def _facts(document: ReminderDocument, language: str) -> list[list[str]]:
    """Return the labelled facts of the head; those without a value are left out."""
    facts = [
        ("reminded_on", wording.date(document.issued_on, language)),
        ("new_due_on", wording.date(document.due_on, language)),
        ("reference", document.reference),
        ("customer_number", document.buyer.customer_number),
        ("buyer_reference", document.buyer.reference),
    ]
    return [[wording.text(key, language), value] for key, value in facts if value]


def _table(document: ReminderDocument, language: str) -> dict[str, Any]:
    """Return the invoices that are claimed."""
    keys = ("reminded_invoice", "issued_on", "was_due_on", "amount", "remaining")
    return {
        "heading": wording.text("claim", language),
        "headings": [wording.text(key, language) for key in keys],
        "rows": [
            [
                claim.number,
                wording.date(claim.issued_on, language),
                wording.date(claim.due_on, language),
                wording.amount(claim.total_minor, document.currency, language),
                wording.amount(claim.open_minor, document.currency, language),
            ]
            for claim in document.claims
        ],
    }


def _sums(document: ReminderDocument, language: str) -> list[list[str]]:
    """Return the steps to the total: principal and fee apart (inkassolagen 5 §)."""
    sums = [("remaining_total", document.open_minor)]
    if document.fee_minor:
        sums.append(("reminder_fee", document.fee_minor))
    return [
        [
            wording.text(key, language),
            wording.amount(minor, document.currency, language),
        ]
        for key, minor in sums
    ]


def _notes(document: ReminderDocument, language: str) -> list[str]:
    """Return the grounds of fee and interest, how to object, and the free texts."""
    fee = [wording.text("fee_ground", language)] if document.fee_minor else []
    interest = document.interest_text or wording.text("interest_ground", language)
    dispute = wording.text("dispute", language, email=document.seller.email)
    return [*fee, interest, dispute, *document.notes]


def _slip(document: ReminderDocument) -> payment_slip.PaymentSlip:
    """Return the payment that the reminder asks for, always by Bankgiro."""
    return payment_slip.PaymentSlip(
        receiver=document.seller.name,
        organisation_number=document.seller.organisation_number,
        bankgiro=document.seller.bankgiro,
        reference=document.reference,
        amount_minor=document.total_minor,
        currency=document.currency,
        issued_on=document.issued_on,
        due_on=document.due_on,
    )
