"""Money is whole minor units of one currency.

It is split so that the parts sum to the whole.

>>> Money(29900, "SEK") + Money(100, "SEK")
Money(minor=30000, currency='SEK')
>>> str(Money(29950, "SEK")), str(Money(1200, "ISK"))
('299.50 SEK', '1200 ISK')
>>> allocate(1000, [1, 1, 1])
[333, 334, 333]
>>> half_up(5, 2), half_up(-5, 2)
(3, -3)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import accumulate

import polars as pl

from billing.errors import Invalid

# ISO 4217: digits after the point, where they are not two.
EXPONENTS = {"ISK": 0, "JPY": 0, "KWD": 3, "BHD": 3}
DEFAULT_EXPONENT = 2


class NotAnAmount(Invalid):
    """The text is not an amount of the currency."""


class CurrenciesDiffer(Invalid):
    """Amounts of two currencies met."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor units of one currency.

    It refuses floats and other currencies.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise NotAnAmount(f"money is whole minor units, not {self.minor!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{to_text(self.minor, self.currency)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise CurrenciesDiffer(f"cannot combine {self.currency} with {other!r}")
        return other.minor


def exponent(currency: str) -> int:
    """Return the number of decimals of a currency (ISO 4217)."""
    return EXPONENTS.get(currency, DEFAULT_EXPONENT)


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero, exactly."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def parse(text: str, currency: str = "SEK") -> int:
    """Return the minor units that a decimal string in major units says.

    >>> parse("299.00"), parse("-0.5"), parse("120", "ISK")
    (29900, -50, 120)
    >>> parse("1.005")
    Traceback (most recent call last):
        ...
    billing.money.NotAnAmount: '1.005' has more decimals than SEK has (2)
    """
    try:
        amount = Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        raise NotAnAmount(f"{text!r} is not an amount; write it as 299.00") from None
    if not amount.is_finite():
        raise NotAnAmount(f"{text!r} is not an amount; write it as 299.00")
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        digits = exponent(currency)
        raise NotAnAmount(f"{text!r} has more decimals than {currency} has ({digits})")
    return int(scaled)


def to_text(minor: int, currency: str = "SEK") -> str:
    """Return minor units as a decimal string in major units: 29900 → 299.00."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights; the cumulative shares are rounded, so the parts sum.

    >>> allocate(100, [0, 0])
    [100, 0]
    """
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    bounds = [half_up(total * part, whole) for part in accumulate(weights)]
    return [now - before for before, now in zip([0, *bounds], bounds, strict=False)]


def rounded_share(total: pl.Expr, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return total × part / whole as Int64, half away from zero; part and whole ≥ 0.

    The product is made in 128 bits, so a billion kronor times ten years of days fits.
    """
    product = total.abs().cast(pl.Int128) * part.cast(pl.Int128)
    divisor = whole.cast(pl.Int128)
    share = (2 * product + divisor) // (2 * divisor)
    return (share * total.sign().cast(pl.Int128)).cast(pl.Int64)


def round_decimal(amount: pl.Expr) -> pl.Expr:
    """Return a Decimal expression of minor units as Int64, half away from zero."""
    half = pl.lit(Decimal("0.5"))
    nearest = (amount.abs() + half).floor().cast(pl.Int64)
    return pl.when(amount < 0).then(-nearest).otherwise(nearest)
