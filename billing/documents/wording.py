"""Wording is how a document says it: the words, numbers and dates of each language.

>>> amount(123450, "SEK", "sv").replace(NO_BREAK, " "), amount(123450, "SEK", "en")
('1 234,50', '1,234.50')
>>> date(dt.date(2026, 11, 3), "sv"), date(dt.date(2026, 11, 3), "en")
('2026-11-03', '3 Nov 2026')
>>> period(dt.date(2026, 11, 1), dt.date(2026, 12, 1), "sv")
'2026-11-01 – 2026-11-30'
>>> text("due_on", "sv"), text("credit_of", "en", number="1001")
('Förfallodatum', 'Credits invoice 1001')
"""

import datetime as dt
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from billing.errors import Invalid
from billing.money import exponent

NO_BREAK = "\N{NO-BREAK SPACE}"

LOCALES = {"sv": "sv_SE", "en": "en_GB"}
DATE_PATTERNS = {"sv": "yyyy-MM-dd", "en": "d MMM yyyy"}

# One row per text: its key, Swedish, English.
TEXTS = {
    key: {"sv": swedish, "en": english}
    for key, swedish, english in [
        # headings
        ("invoice", "Faktura", "Invoice"),
        ("credit_note", "Kreditfaktura", "Credit note"),
        ("reminder", "Betalningspåminnelse", "Payment reminder"),
        # facts
        ("number", "Fakturanummer", "Invoice number"),
        ("credit_number", "Kreditfakturanummer", "Credit note number"),
        ("issued_on", "Fakturadatum", "Invoice date"),
        ("credit_issued_on", "Datum", "Date"),
        ("reminded_on", "Påminnelsedatum", "Reminder date"),
        ("due_on", "Förfallodatum", "Due date"),
        ("new_due_on", "Ny förfallodag", "New due date"),
        ("customer_number", "Kundnummer", "Customer number"),
        ("buyer_reference", "Er referens", "Your reference"),
        ("buyer_vat_number", "Ert momsreg.nr", "Your VAT number"),
        ("terms", "Betalningsvillkor", "Payment terms"),
        ("terms_days", "{days} dagar netto", "{days} days net"),
        ("terms_autogiro", "Autogiro", "Direct debit (Autogiro)"),
        ("late_interest", "Dröjsmålsränta", "Late interest"),
        ("credited", "Avser faktura", "Invoice credited"),
        # lines
        ("description", "Beskrivning", "Description"),
        ("quantity", "Antal", "Quantity"),
        ("unit_price", "À-pris exkl. moms", "Unit price excl. VAT"),
        ("net", "Exkl. moms", "Excl. VAT"),
        ("vat_rate", "Moms", "VAT"),
        ("gross", "Inkl. moms", "Incl. VAT"),
        # totals
        ("vat_breakdown", "Momsspecifikation", "VAT specification"),
        ("rate", "Momssats", "VAT rate"),
        ("taxable", "Underlag", "Taxable amount"),
        ("vat", "Moms", "VAT"),
        ("vat_in_sek", "Moms i SEK", "VAT in SEK"),
        ("total_net", "Summa exkl. moms", "Total excl. VAT"),
        ("total_vat", "Moms", "VAT"),
        ("rounding", "Öresavrundning", "Rounding"),
        ("to_pay", "Att betala", "Amount due"),
        ("to_credit", "Att kreditera", "Amount credited"),
        # credit notes
        ("credit_of", "Krediterar faktura {number}", "Credits invoice {number}"),
        (
            "credit_settles",
            (
                "Denna kreditfaktura ändrar faktura {number}. Beloppet räknas av mot"
                " vad som återstår att betala; du behöver inte göra något."
            ),
            (
                "This credit note amends invoice {number}. The amount is set off"
                " against what remains to be paid; there is nothing for you to do."
            ),
        ),
        # paying
        ("payment", "Inbetalning", "Payment"),
        ("bankgiro", "Bankgiro", "Bankgiro"),
        ("reference", "OCR-nummer", "OCR reference"),
        ("amount", "Belopp", "Amount"),
        ("receiver", "Betalningsmottagare", "Payee"),
        ("pay_by", "Betala senast", "Pay by"),
        (
            "payment_hint",
            "Ange OCR-numret när du betalar, så vet vi att betalningen är din.",
            "Please state the OCR reference, so that we know the payment is yours.",
        ),
        ("scan", "Skanna i bankappen", "Scan in your bank app"),
        (
            "autogiro_notice",
            (
                "Beloppet dras från ditt konto via Autogiro. Se till att pengarna finns"
                " på kontot bankdagen före. Betala inte fakturan på annat sätt."
            ),
            (
                "The amount is drawn from your account by Autogiro. Please see that the"
                " money is there the bank day before. Do not pay in any other way."
            ),
        ),
        ("drawn_on", "Dras från ditt konto", "Drawn from your account"),
        ("nothing_to_pay", "Inget att betala", "Nothing to pay"),
        # seller
        ("address", "Adress", "Address"),
        ("organisation_number", "Org.nr", "Company reg. no."),
        ("vat_number", "Momsreg.nr", "VAT no."),
        ("contact", "Kontakt", "Contact"),
        ("company", "Företagsuppgifter", "Company details"),
        ("page", "Sida", "Page"),
        # reminders
        ("reminded_invoice", "Faktura", "Invoice"),
        ("was_due_on", "Förföll", "Was due"),
        ("remaining", "Återstår att betala", "Remaining"),
        ("claim", "Fakturor som inte är betalda", "Unpaid invoices"),
        ("remaining_total", "Obetalt belopp", "Unpaid amount"),
        ("reminder_fee", "Påminnelseavgift", "Reminder fee"),
        (
            "reminder_opening",
            (
                "Vi har ännu inte sett någon betalning för nedanstående. Betala gärna"
                " snarast, dock senast {due_on}. Har du redan betalat kan du bortse"
                " från påminnelsen."
            ),
            (
                "We have not yet seen a payment for the following. Please pay as soon"
                " as you can, and by {due_on} at the latest. If you have already paid,"
                " please disregard this reminder."
            ),
        ),
        (
            "fee_ground",
            (
                "Påminnelseavgift enligt lagen (1981:739) om ersättning för"
                " inkassokostnader m.m. Avgiften är momsfri."
            ),
            (
                "Reminder fee under the Swedish act (1981:739) on compensation for debt"
                " recovery costs. No VAT is charged on the fee."
            ),
        ),
        (
            "interest_ground",
            (
                "Dröjsmålsränta enligt räntelagen (1975:635), referensräntan plus åtta"
                " procentenheter, räknas från förfallodagen tills betalning sker."
            ),
            (
                "Late interest under the Swedish Interest Act (1975:635), the reference"
                " rate plus eight percentage points, runs from the due date until paid."
            ),
        ),
        (
            "dispute",
            (
                "Anser du att kravet är fel? Hör av dig till oss så snart som möjligt:"
                " {email}."
            ),
            (
                "Do you think that the claim is wrong? Please write to us as soon as"
                " possible: {email}."
            ),
        ),
    ]
}


class UnknownLanguage(Invalid):
    """Documents are written in Swedish and English."""


def text(key: str, language: str, **values: str) -> str:
    """Return one text of the table, its {places} filled with the values."""
    return TEXTS[key][known(language)].format(**values)


def known(language: str) -> str:
    """Return the language, or refuse one that documents do not speak."""
    if language not in LOCALES:
        languages = ", ".join(LOCALES)
        raise UnknownLanguage(
            f"documents are written in {languages}, not in {language!r}",
            field="language",
        )
    return language


def amount(minor: int, currency: str, language: str) -> str:
    """Return minor units with the separators and decimals of language and currency."""
    digits = exponent(currency)
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return number(Decimal(minor).scaleb(-digits), pattern, language)


def rate(fraction: Decimal, language: str) -> str:
    """Return a rate such as Decimal("0.25") in per cent.

    >>> rate(Decimal("0.255"), "sv").replace(NO_BREAK, " "), rate(Decimal("0.06"), "en")
    ('25,5 %', '6%')
    """
    blank = {"sv": NO_BREAK, "en": ""}[known(language)]
    return f"{number(fraction * 100, '#,##0.##', language)}{blank}%"


def quantity(count: Decimal, language: str) -> str:
    """Return a quantity with the decimals that it has, six at most.

    >>> quantity(Decimal("1"), "sv"), quantity(Decimal("0.50"), "sv")
    ('1', '0,5')
    """
    return number(count, "#,##0.######", language)


def number(value: Decimal, pattern: str, language: str) -> str:
    """Return a decimal by a CLDR pattern; a minus is the typographic sign."""
    written = format_decimal(value, format=pattern, locale=LOCALES[known(language)])
    return written.replace("-", "\N{MINUS SIGN}")


def date(day: dt.date, language: str) -> str:
    """Return a date: 2026-11-03 in Swedish (SS-EN 28601), 3 Nov 2026 in English."""
    pattern = DATE_PATTERNS[known(language)]
    return format_date(day, format=pattern, locale=LOCALES[language])


def period(start: dt.date, end: dt.date, language: str) -> str:
    """Return the first and the last day of a half-open period."""
    last = end - dt.timedelta(days=1)
    if last <= start:
        return date(start, language)
    return f"{date(start, language)} – {date(last, language)}"
