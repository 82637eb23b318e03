r"""Numbers are amounts, dates and shares as the reader's language writes them (Babel).

>>> money(123456789, "SEK", "sv").replace(NO_BREAK, " ")
'1 234 567,89 kr'
>>> money(-29900, "SEK", "sv").replace(NO_BREAK, " "), money(29900, "SEK", "en")
('-299,00 kr', 'SEK\xa0299.00')
>>> whole(29950, "SEK", "sv").replace(NO_BREAK, " "), day(date(2026, 11, 23))
('300 kr', '2026-11-23')
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from billing.money import exponent
from streamlit_app.widgets import wording

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
# Swedes write the currency after the amount; the English before it, with a space.
PATTERNS = {"sv_SE": f"{{number}}{NO_BREAK}¤", "en_GB": f"¤{NO_BREAK}{{number}}"}
LOCALES = {"sv": "sv_SE", "en": "en_GB"}
ZONE = ZoneInfo("Europe/Stockholm")


def locale(language: str | None = None) -> str:
    """Return the locale of a language, or of the person's."""
    return LOCALES[language or wording.language()]


def money(minor: int | None, currency: str = "SEK", language: str | None = None) -> str:
    """Return an amount to the öre with its currency; nothing for no amount."""
    if minor is None:
        return ""
    amount = Decimal(int(minor)).scaleb(-exponent(currency))
    pattern = PATTERNS[locale(language)].format(number="#,##0.00")
    return _plain(format_currency(amount, currency, pattern, locale=locale(language)))


def whole(minor: int | None, currency: str = "SEK", language: str | None = None) -> str:
    """Return an amount in whole kronor, for a card that is read at a glance."""
    if minor is None:
        return "–"
    amount = Decimal(int(minor)).scaleb(-exponent(currency))
    rounded = amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    named = locale(language)
    pattern = PATTERNS[named].format(number="#,##0")
    return _plain(
        format_currency(rounded, currency, pattern, locale=named, currency_digits=False)
    )


def bare(minor: int | None, currency: str = "SEK") -> str:
    """Return an amount without its currency, which stands beside it."""
    if minor is None:
        return ""
    amount = Decimal(int(minor)).scaleb(-exponent(currency))
    return _plain(format_decimal(amount, "#,##0.00", locale=locale()))


def written(amount: str) -> str:
    """Return an amount of the catalogue, which has a point, as the reader writes it."""
    return _plain(format_decimal(Decimal(amount), "#,##0.00####", locale=locale()))


def count(number: int | Decimal | None) -> str:
    """Return a count with the thousands set apart."""
    return "–" if number is None else _plain(format_decimal(number, locale=locale()))


def percent(share: Decimal) -> str:
    """Return a rate such as 0.25 as 25 %."""
    number = format_decimal((share * 100).normalize(), locale=locale())
    return f"{_plain(number)}{NO_BREAK}%" if locale() == "sv_SE" else f"{number}%"


def day(on: date | None) -> str:
    """Return a date the way that invoices and forms have it: 2026-11-23."""
    return "" if on is None else f"{on:%Y-%m-%d}"


def clock(at: datetime | None) -> str:
    """Return an instant as date and time in Stockholm."""
    return "" if at is None else f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def month(on: date) -> str:
    """Return a month in short: nov. 2026."""
    return format_date(on, "MMM yyyy", locale=locale())


def _plain(number: str) -> str:
    """Return a number with the hyphen that keyboards and spreadsheets have as minus."""
    return number.replace(MINUS, "-")
