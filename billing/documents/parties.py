"""Parties are who writes a document and who reads it, as they stand on the paper.

>>> Buyer("Anna Andersson", ("Storgatan 1", "111 22 Stockholm")).address
('Storgatan 1', '111 22 Stockholm')
"""

from dataclasses import dataclass
from typing import Any

from billing.documents import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The company that invoices: ML (2023:200) 17:24 p. 3 and 5, and how to pay it.

    `f_tax` is the statement "Godkänd för F-skatt", empty where there is none.
    """

    name: str
    address: tuple[str, ...]
    organisation_number: str
    vat_number: str
    bankgiro: str
    email: str
    f_tax: str = "Godkänd för F-skatt"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer: ML (2023:200) 17:24 p. 6; p. 4 where the buyer owes the VAT."""

    name: str
    address: tuple[str, ...]
    customer_number: str = ""
    reference: str = ""
    vat_number: str = ""


def seller_content(seller: Seller, language: str) -> dict[str, Any]:
    """Return what the letterhead and the footer of a template show."""
    numbers = [
        (wording.text("organisation_number", language), seller.organisation_number),
        (wording.text("vat_number", language), seller.vat_number),
    ]
    registered = [
        f"{label}{wording.NO_BREAK}{number}" for label, number in numbers if number
    ]
    columns = [
        (wording.text("address", language), list(seller.address)),
        (wording.text("contact", language), [seller.email, seller.phone]),
        (wording.text("company", language), [*registered, seller.f_tax]),
        (wording.text("bankgiro", language), [seller.bankgiro]),
    ]
    return {
        "name": seller.name,
        "footer": [
            {"heading": heading, "rows": [row for row in rows if row]}
            for heading, rows in columns
        ],
    }


def buyer_content(buyer: Buyer) -> dict[str, Any]:
    """Return what the window of the envelope shows."""
    return {"name": buyer.name, "address": list(buyer.address)}
