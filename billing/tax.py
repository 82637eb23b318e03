"""Value added tax: the rate of a category in a country.

In the period when it is in force.

>>> from datetime import date
>>> rate("food", "SE", date(2026, 3, 31)), rate("food", "SE", date(2026, 4, 1))
(Decimal('0.12'), Decimal('0.06'))

A category that is a decimal ("0.25") is that rate, everywhere and always: it is how a
scenario or an imported base states a rate without naming why.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

import polars as pl

from billing.errors import NotFound

# ML 2023:200 ch. 9; the food window is prop. 2025/26:55 (2026-04-01 – 2027-12-31).
RATES = (
    ("standard", "SE", date(1991, 1, 1), "0.25"),
    ("restaurant", "SE", date(2012, 1, 1), "0.12"),
    ("food", "SE", date(1996, 1, 1), "0.12"),
    ("food", "SE", date(2026, 4, 1), "0.06"),
    ("food", "SE", date(2028, 1, 1), "0.12"),
    ("print", "SE", date(2002, 1, 1), "0.06"),
    ("digital_news", "SE", date(2019, 7, 1), "0.06"),
    ("sport", "SE", date(1997, 1, 1), "0.06"),
    ("exempt", "SE", date(1991, 1, 1), "0"),
    ("standard", "NO", date(2005, 1, 1), "0.25"),
    ("print", "NO", date(2001, 7, 1), "0"),
    ("standard", "DK", date(1992, 1, 1), "0.25"),
    ("print", "DK", date(1992, 1, 1), "0"),
    ("standard", "FI", date(2024, 9, 1), "0.255"),
    ("print", "FI", date(2025, 1, 1), "0.10"),
)
RATE_MICRO = 1_000_000


class UnknownVatCategory(NotFound):
    """No rate is known for the category in that country on that day."""


def rate(category: str, country: str, on: date) -> Decimal:
    """Return the rate in force, as a share of the price before tax."""
    stated = _stated(category)
    if stated is not None:
        return stated
    in_force = [
        Decimal(percent)
        for name, where, since, percent in RATES
        if (name, where) == (category, country) and since <= on
    ]
    if not in_force:
        raise UnknownVatCategory(
            f"no VAT rate is known for {category!r} in {country} on {on}; use one of "
            f"{', '.join(categories(country))} or a rate such as 0.25"
        )
    return in_force[-1]


def categories(country: str) -> list[str]:
    """Return the categories that have a rate in the country."""
    return sorted({name for name, where, _, _ in RATES if where == country})


def is_known(category: str, country: str) -> bool:
    """Return whether a product may carry the category."""
    return category in categories(country) or _stated(category) is not None


def _stated(category: str) -> Decimal | None:
    try:
        stated = Decimal(category)
    except InvalidOperation:
        return None
    return stated if 0 <= stated < 1 else None


def rates(category: pl.Series, country: str) -> pl.DataFrame:
    """Return the dated rates of the categories met, one row per category and start.

    Columns: vat_category, valid_from, rate_micro (millionths, so that tax is
    whole-number arithmetic).
    """
    rows = [
        (name, since, Decimal(percent))
        for name, where, since, percent in RATES
        if where == country
    ]
    rows += [
        (name, date(1900, 1, 1), stated)
        for name in category.unique().to_list()
        if (stated := _stated(name)) is not None
    ]
    return pl.DataFrame(
        [(name, since, int(percent * RATE_MICRO)) for name, since, percent in rows],
        schema={
            "vat_category": pl.String,
            "valid_from": pl.Date,
            "rate_micro": pl.Int64,
        },
        orient="row",
    ).sort("vat_category", "valid_from")
