"""An issued invoice is the frozen value that a document is made of.

Amounts have the sign of the ledger: those of a credit note are negative.

>>> VatShare(Decimal("0.06"), 28113, 1687).vat_minor
1687
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from billing.documents.parties import Buyer, Seller


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """What was supplied, for which half-open period, and its price excluding VAT."""

    text: str
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    quantity: Decimal = Decimal(1)
    unit_price_minor: int | None = None
    net_minor: int
    vat_rate: Decimal
    gross_minor: int


@dataclass(frozen=True, slots=True)
class VatShare:
    """The taxable amount and the VAT of one rate (ML 17:24 p. 9–11).

    `ground` says why none is charged (p. 13–14): "Omvänd betalningsskyldighet".
    """

    rate: Decimal
    net_minor: int
    vat_minor: int
    ground: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """An invoice or a credit note, whole, as it was issued.

    `reference` is the OCR number; `vat_sek_minor` the VAT in öre where the currency is
    another; `collected_by` says whether the customer pays or Autogiro draws the amount.
    """

    seller: Seller
    buyer: Buyer
    number: str
    kind: Literal["invoice", "credit_note"] = "invoice"
    issued_on: dt.date
    due_on: dt.date
    currency: str = "SEK"
    reference: str
    lines: tuple[InvoiceLine, ...]
    vat: tuple[VatShare, ...]
    rounding_minor: int = 0
    total_minor: int
    vat_sek_minor: int | None = None
    notes: tuple[str, ...] = ()
    credited_number: str = ""
    collected_by: Literal["bankgiro", "autogiro"] = "bankgiro"
