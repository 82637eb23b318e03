"""A price is shown without and with tax, whichever of the two was agreed.

>>> from decimal import Decimal
>>> shown(29900, Decimal("0.06"), includes=True)
Shown(net_minor=28208, vat_minor=1692, gross_minor=29900)
>>> shown(4900, Decimal("0.25"), includes=False)
Shown(net_minor=4900, vat_minor=1225, gross_minor=6125)
"""

from dataclasses import dataclass
from decimal import Decimal

from billing.money import half_up
from billing.tax import RATE_MICRO


@dataclass(frozen=True, slots=True)
class Shown:
    """One price in minor units: without tax, the tax, and with it."""

    net_minor: int
    vat_minor: int
    gross_minor: int


def shown(price_minor: int, rate: Decimal, *, includes: bool) -> Shown:
    """Return a price without and with tax; `includes` says which of them it is.

    The tax is rounded once, half away from zero, and the other amount is what is left.
    """
    rate_micro = int(rate * RATE_MICRO)
    if includes:
        vat = half_up(price_minor * rate_micro, RATE_MICRO + rate_micro)
        return Shown(price_minor - vat, vat, price_minor)
    vat = half_up(price_minor * rate_micro, RATE_MICRO)
    return Shown(price_minor, vat, price_minor + vat)
