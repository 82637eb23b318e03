"""An offer in words, as those who sell say it.

>>> words({"discount_kind": "percent", "percent": Decimal("0.5"),
...     "lasts_kind": "periods", "lasts_periods": 3}, "SEK")
'50 % off for 3 periods'
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from billing import money

HUNDRED = Decimal(100)
WHOLE = Decimal(1)


def words(
    campaign: Mapping[str, Any],
    currency: str,
    steps: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Return what a campaign takes off and for how long; steps one after the other.

    `campaign` and `steps` have discount_kind, percent and discount_minor; the campaign
    lasts_kind, lasts_periods and lasts_until, each step periods.
    """
    if steps:
        return ", then ".join(
            f"{_discount(step, currency)} {_periods(step['periods'])}" for step in steps
        )
    return f"{_discount(campaign, currency)} {_lasting(campaign)}"


def _discount(discount: Mapping[str, Any], currency: str) -> str:
    kind = discount["discount_kind"]
    if kind == "percent":
        percent = discount["percent"]
        if percent == WHOLE:
            return "free"
        return f"{(percent * HUNDRED).normalize():f} % off"
    amount = f"{money.to_text(discount['discount_minor'], currency)} {currency}"
    return f"{amount} off" if kind == "amount" else f"at {amount}"


def _lasting(campaign: Mapping[str, Any]) -> str:
    kind = campaign["lasts_kind"]
    if kind == "until":
        return f"until {campaign['lasts_until']}"
    if kind == "forever":
        return "for ever"
    return _periods(campaign["lasts_periods"])


def _periods(count: int) -> str:
    return f"for {count} period{'' if count == 1 else 's'}"
