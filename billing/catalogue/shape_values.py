"""The values of a catalogue file: amounts as text, names, spans of time."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

BEGINNING = date(1900, 1, 1)


def _decimal_text(value: object) -> str:
    """Take a decimal as text or whole number.

    A float has lost its last digits already.
    """
    if isinstance(value, bool | float):
        raise ValueError(  # noqa: TRY004 - pydantic gathers ValueErrors
            f'write the amount {value!r} in quotes, as "{value:.2f}"'
        )
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f'{value!r} is not an amount; write it as "299.00"') from None
    if not number.is_finite():
        raise ValueError(f'{value!r} is not an amount; write it as "299.00"')
    return str(value)


Amount = Annotated[str, BeforeValidator(_decimal_text)]
Name = Annotated[str, Field(min_length=1)]
ExitFee = Literal["remaining"] | Amount
Unit = Literal["day", "week", "month", "quarter", "year"]


class Strict(BaseModel):
    """A part of the file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Span(Strict):
    """A count of units of time."""

    count: Annotated[int, Field(gt=0)] = 1
    unit: Unit = "month"
