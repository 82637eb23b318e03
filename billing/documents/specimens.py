"""Specimens are made-up documents that show how the real ones look.

The organisation and Bankgiro numbers are those that the authorities' examples use.

>>> invoice().total_minor, credit_note().total_minor, reminder().fee_minor
(55900, -29900, 6000)
"""

import datetime as dt
from decimal import Decimal

from billing.documents.issued_invoice import InvoiceDocument, InvoiceLine, VatShare
from billing.documents.parties import Buyer, Seller
from billing.documents.reminder import Claim, ReminderDocument

SELLER = Seller(
    name="Norrskenets Tidning AB",
    address=("Storgatan 12", "903 26 Umeå"),
    organisation_number="556000-0167",
    vat_number="SE556000016701",
    bankgiro="991-2346",
    email="kundtjanst@norrskenet.example",
    phone="090-10 00 00",
)
BUYER = Buyer(
    name="Åsa Öberg",
    address=("Björkvägen 4 B", "903 31 Umeå"),
    customer_number="40217",
)
FOOD_AND_NEWS = Decimal("0.06")
STANDARD = Decimal("0.25")
DECEMBER = (dt.date(2026, 12, 1), dt.date(2027, 1, 1))


LINES = (
    InvoiceLine(
        text="Norrskenet Komplett, papper och digitalt",
        period_from=DECEMBER[0],
        period_to=DECEMBER[1],
        unit_price_minor=423_58,
        net_minor=423_58,
        vat_rate=FOOD_AND_NEWS,
        gross_minor=449_00,
    ),
    InvoiceLine(
        text="Rabatt: Höstkampanjen, 20 %",
        period_from=DECEMBER[0],
        period_to=DECEMBER[1],
        net_minor=-84_72,
        vat_rate=FOOD_AND_NEWS,
        gross_minor=-89_80,
    ),
    InvoiceLine(
        text="Uppgradering Digital till Komplett, resterande dagar",
        period_from=dt.date(2026, 11, 16),
        period_to=dt.date(2026, 12, 1),
        net_minor=94_34,
        vat_rate=FOOD_AND_NEWS,
        gross_minor=100_00,
    ),
    InvoiceLine(
        text="Korsord Extra",
        period_from=DECEMBER[0],
        period_to=DECEMBER[1],
        quantity=Decimal(2),
        unit_price_minor=40_00,
        net_minor=80_00,
        vat_rate=STANDARD,
        gross_minor=100_00,
    ),
)


def invoice() -> InvoiceDocument:
    """Return an invoice with two periods, a discount, an extra and two VAT rates."""
    return InvoiceDocument(
        seller=SELLER,
        buyer=BUYER,
        number="10024",
        issued_on=dt.date(2026, 11, 16),
        due_on=dt.date(2026, 12, 16),
        reference="1002476",
        lines=LINES,
        vat=(
            VatShare(FOOD_AND_NEWS, 433_20, 26_00),
            VatShare(STANDARD, 80_00, 20_00),
        ),
        rounding_minor=-20,
        total_minor=559_00,
        notes=("Tack för att du läser Norrskenet.",),
    )


def credit_note() -> InvoiceDocument:
    """Return a credit note for a part of an invoice; its amounts are negative."""
    line = InvoiceLine(
        text="Norrskenet Digital, uppsagt i förtid",
        period_from=dt.date(2026, 12, 1),
        period_to=dt.date(2027, 1, 1),
        net_minor=-282_08,
        vat_rate=FOOD_AND_NEWS,
        gross_minor=-299_00,
    )
    return InvoiceDocument(
        seller=SELLER,
        buyer=BUYER,
        number="20007",
        kind="credit_note",
        issued_on=dt.date(2026, 11, 23),
        due_on=dt.date(2026, 11, 23),
        reference="1002476",
        lines=(line,),
        vat=(VatShare(FOOD_AND_NEWS, -282_08, -16_92),),
        total_minor=-299_00,
        credited_number="10024",
    )


def reminder() -> ReminderDocument:
    """Return a first reminder of one invoice, with the statutory fee."""
    claim = Claim(
        number="10024",
        issued_on=dt.date(2026, 11, 16),
        due_on=dt.date(2026, 12, 16),
        total_minor=559_00,
        open_minor=559_00,
    )
    return ReminderDocument(
        seller=SELLER,
        buyer=BUYER,
        issued_on=dt.date(2026, 12, 23),
        due_on=dt.date(2027, 1, 4),
        reference="1002476",
        claims=(claim,),
    )
