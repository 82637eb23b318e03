"""A payment slip is the foot of a document: what to pay, where, when, by what number.

>>> import json
>>> slip = PaymentSlip("Bladet AB", "556000-0167", "991-2346", "100248", 55900, "SEK",
...     dt.date(2026, 11, 1), dt.date(2026, 12, 1))
>>> json.loads(qr_text(slip))["due"], content(slip, "sv")["kind"]
('559.00', 'bankgiro')
"""

import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import Any

import segno

from billing.documents import wording
from billing.money import to_text

QR_MASK = 3


@dataclass(frozen=True, slots=True)
class PaymentSlip:
    """One payment that is asked for; `collected_by` names who moves the money."""

    receiver: str
    organisation_number: str
    bankgiro: str
    reference: str
    amount_minor: int
    currency: str
    issued_on: dt.date
    due_on: dt.date
    collected_by: str = "bankgiro"


def content(slip: PaymentSlip, language: str) -> dict[str, Any]:
    """Return what the foot of the template shows, by who moves the money."""
    if slip.amount_minor <= 0:
        return {"kind": "none", "heading": wording.text("nothing_to_pay", language)}
    heading = wording.text("payment", language)
    if slip.collected_by == "autogiro":
        return {
            "kind": "autogiro",
            "heading": wording.text("terms_autogiro", language),
            "hint": wording.text("autogiro_notice", language),
            "boxes": _boxes(slip, language, ["drawn_on", "amount"]),
            "qr": "",
        }
    keys = ["bankgiro", "reference", "pay_by", "amount"]
    return {
        "kind": "bankgiro",
        "heading": heading,
        "hint": wording.text("payment_hint", language),
        "receiver": [wording.text("receiver", language), slip.receiver],
        "boxes": _boxes(slip, language, keys),
        # The square says no currency that bank apps heed: they pay kronor.
        "qr": qr_image(slip) if slip.currency == "SEK" else "",
        "scan": wording.text("scan", language),
    }


def _boxes(slip: PaymentSlip, language: str, keys: list[str]) -> list[list[str]]:
    """Return the labelled boxes of the slip, in order."""
    amount = wording.amount(slip.amount_minor, slip.currency, language)
    due_on = wording.date(slip.due_on, language)
    values = {
        "bankgiro": slip.bankgiro,
        "reference": slip.reference,
        "pay_by": due_on,
        "drawn_on": due_on,
        "amount": f"{amount}{wording.NO_BREAK}{slip.currency}",
    }
    return [[wording.text(key, language), values[key]] for key in keys]


def qr_text(slip: PaymentSlip) -> str:
    """Return what Swedish bank apps read from the square (UsingQR, version 1).

    Type 1 is an invoice to pay; `iref` is the reference that the payment bears.
    """
    facts = {
        "uqr": 1,
        "tp": 1,
        "nme": slip.receiver,
        "cid": slip.organisation_number,
        "iref": slip.reference,
        "idt": f"{slip.issued_on:%Y%m%d}",
        "ddt": f"{slip.due_on:%Y%m%d}",
        "due": to_text(slip.amount_minor, slip.currency),
        "pt": "BG",
        "acc": slip.bankgiro,
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def qr_image(slip: PaymentSlip) -> str:
    """Return the square as an SVG text."""
    buffer = io.BytesIO()
    # Any mask can be read; trying all eight costs half of a document's time.
    square = segno.make(qr_text(slip), error="m", mask=QR_MASK, micro=False)
    square.save(buffer, kind="svg", border=0, xmldecl=False, nl=False)
    return buffer.getvalue().decode("utf-8")
