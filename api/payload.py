"""A payload is what goes over the wire: strict JSON, money as whole minor units.

>>> Money(amount_minor=29900, currency="SEK").model_dump()
{'amount_minor': 29900, 'currency': 'SEK'}
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

# The largest whole number that every JSON reader keeps exact: 2⁵³ − 1.
AMOUNT_MAX = 2**53 - 1


class Payload(BaseModel):
    """What all payloads have in common: no field that is not known, nothing coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return the payload of a row, of which it takes the columns it knows."""
        return cls(**{name: row[name] for name in cls.model_fields if name in row})


def _normal(text: str) -> str:
    """Return text in the one writing of each character (Unicode NFC)."""
    return unicodedata.normalize("NFC", text)


def _decimal_text(number: Decimal) -> str:
    """Return a decimal without exponent and superfluous zeros.

    >>> _decimal_text(Decimal("1.500000")), _decimal_text(Decimal("10"))
    ('1.5', '10')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$")]
Text = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_normal),
]
Minor = Annotated[int, Field(strict=True, ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Quantity = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$",
        description="A decimal number as text.",
        examples=["1"],
    ),
]
DecimalText = Annotated[
    Decimal,
    PlainSerializer(_decimal_text, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["1.5"]}),
]
# Payments are called by what the bank calls them, which may be anything.
Name = Annotated[
    str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")
]


def civil(day: object) -> object:
    """Take a day of a query as it is written, and not as a count of seconds."""
    if isinstance(day, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise ValueError("write the day as 2026-11-24")
    return day


Day = Annotated[date, Field(examples=["2026-11-24"])]


class Money(Payload):
    """An amount in whole minor units (öre) of a currency."""

    amount_minor: Minor
    currency: Currency


def money(row: dict[str, Any], column: str) -> Money:
    """Return the amount of a `*_minor` column with the row's currency.

    >>> money({"total_minor": 500, "currency": "SEK"}, "total_minor").amount_minor
    500
    """
    return Money(amount_minor=row[column], currency=row["currency"])
