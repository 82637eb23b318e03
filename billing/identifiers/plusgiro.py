"""A Plusgiro number is the older alias, 2 to 8 digits, that a payer pays to in Sweden.

>>> validate("28 65 43-4")
'2865434'
>>> format("41054685"), format("42")
('4 10 54 68-5', '4-2')
>>> is_valid("2865435")
False
"""

import re

from stdnum import luhn
from stdnum.util import clean

from billing.errors import Invalid


class WrongPlusgiro(Invalid):
    """The text is not a Plusgiro number."""


def compact(number: str) -> str:
    """Return the digits without spaces, hyphens and the zeros of file fields."""
    return str(clean(number, " -")).strip().lstrip("0")


def validate(number: str) -> str:
    """Return the digits, or raise WrongPlusgiro (2–8 digits, Luhn)."""
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{2,8}", digits):
        raise WrongPlusgiro(
            f"{number.strip()!r} is not a Plusgiro number; "
            "write 2 to 8 digits, the last after a hyphen, as 28 65 43-4",
            field="plusgiro",
        )
    if not luhn.is_valid(digits):
        raise WrongPlusgiro(
            f"the Plusgiro number {_paired(digits)} fails its check digit; "
            "compare it with the bank's agreement, digit by digit",
            field="plusgiro",
        )
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is a Plusgiro number."""
    try:
        return bool(validate(number))
    except WrongPlusgiro:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: pairs from the right, hyphen, check."""
    return _paired(validate(number))


def _paired(digits: str) -> str:
    base, check = digits[:-1], digits[-1]
    odd = len(base) % 2
    pairs = [base[:odd], *re.findall("..", base[odd:])]
    return f"{' '.join(pair for pair in pairs if pair)}-{check}"
